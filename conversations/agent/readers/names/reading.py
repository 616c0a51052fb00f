"""Names of parents and students, told by what stands before them and by lists of names."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from conversations.agent.readers.fold import fold
from conversations.agent.readers.names import cues
from conversations.agent.readers.names.message import Message
from conversations.agent.readers.numerals import value_of

_MOST_WORDS = 6
_MOST_STUDENTS = 4


_SUFFIXES = frozenset({"neto", "filho", "sobrinho"})
_COPULAS = frozenset({"sou", "e", "eh"})
_JOINS = frozenset({"e", "o", "a", "eh", "oi", "ola", "chama", "chamam"})


@dataclass(frozen=True)
class _Name:
    said: str
    start: int
    stop: int


def read_parent_name(text: str, asked: bool = False, *, student_asked: bool = False) -> str | None:
    """Return the name the writer gives as their own, written as names are, or None.

    `asked`: the last question was the name, so a message that is only a name is one.
    `student_asked`: it was the student's, so "é a Carla" is not the writer.
    """
    message = Message.of(text)
    found = next(_parents(message), None)
    if found is None and not student_asked:
        found = _it_is(message)
    if found is None and asked:
        found = _lone(message)
    return found.said if found else None


def is_a_name(text: str) -> bool:
    """Whether `text` is a listed name and, greetings aside, nothing else."""
    message = Message.of(text)
    name = _name_at(message, _opening(message))
    return bool(name and _listed(message, name) and not re.search(r"\w", message.after(name.stop)))


def read_student_names(text: str, asked: bool = False) -> list[str]:
    """Return the names of those who will study, in the order said, four at most.

    `asked`: the last question was the students' names, so bare names are theirs.
    """
    message = Message.of(text)
    taken = {i for name in _parents(message) for i in range(name.start, name.stop)}
    names = _apart(_students(message), taken)
    if asked:
        bare = (name for name in _bare(message) if not names or _listed(message, name))
        names = _apart([*names, *bare], taken)
    said = dict.fromkeys(name.said for name in names)
    shorter = {one for one in said if any(other.startswith(f"{one} ") for other in said)}
    return _counted(message, [name for name in said if name not in shorter])[:_MOST_STUDENTS]


def _counted(message: Message, names: list[str]) -> list[str]:
    """The names; where as many children were counted as given names stand side by side ("são 3,
    Davi Lia e Téo"), each of these."""
    apart = [word for name in names for word in name.split()]
    count = cues.COUNT.search(message.line)
    counted = count is not None and value_of(count["n"]) == len(apart)
    return apart if counted and all(fold(word) in cues.FIRST_NAMES for word in apart) else names


def _apart(names: Iterable[_Name], taken: set[int]) -> list[_Name]:
    """The names in the order said, without those inside `taken` or inside another name."""
    kept: list[_Name] = []
    for name in sorted(names, key=lambda name: (name.start, -name.stop)):
        if name.start not in taken and (not kept or name.start >= kept[-1].stop):
            kept.append(name)
    return kept


def _parents(message: Message) -> Iterator[_Name]:
    for match in cues.PARENT.finditer(message.line):
        if name := _name_at(message, message.token_at(match.end())):
            yield name
    for match in cues.PARENT_KNOWN.finditer(message.line):
        if (name := _name_at(message, message.token_at(match.end()))) and _listed(message, name):
            yield name
    name = _name_at(message, _opening(message))
    if name and _listed(message, name) and _introduced(message, name):
        yield name
    for match in cues.PARENT_AFTER_STUDENT.finditer(message.line):
        student = _name_at(message, message.token_at(match.end()))
        titled = student and cues.A_TITLE.match(message.after(student.stop))
        if student and titled:
            name = _name_at(message, student.stop + len(titled[0].split()))
            if name and _listed(message, name) and message.ends(name.stop):
                yield name


def _introduced(message: Message, name: _Name) -> bool:
    """Whether what follows is said of the writer ("Ana, mãe do Pedro", "Ana aqui")."""
    return cues.PARENT_IF_FOLLOWED.match(message.after(name.stop)) is not None


def _it_is(message: Message) -> _Name | None:
    """The name in "Oi, é a Carla"."""
    match = cues.IT_IS.match(message.line)
    name = _name_at(message, message.token_at(match.end())) if match else None
    aged = name and re.match(r" , (?:idade|\d)", message.after(name.stop))
    return name if name and _listed(message, name) and not aged else None


def _opening(message: Message) -> int:
    """Index of the first token that is no greeting."""
    greeting = cues.GREETING.match(message.line)
    return message.token_at(greeting.end()) if greeting else 0


def _lone(message: Message) -> _Name | None:
    """A message that, its greetings aside, is a name, or opens with one as its own clause."""
    name = _name_at(message, _opening(message))
    if name and _stands_alone(message, name):
        return name if _listed(message, name) or _looks_given(message, name) else None
    students = {student.start for student in _students(message)}
    signed = (n for n in _bare(message) if _listed(message, n) and n.start not in students)
    return next((n for n in signed if _stands_alone(message, n)), None)


def _stands_alone(message: Message, name: _Name) -> bool:
    """Whether the clause ends with the name, and no age follows."""
    rest = message.after(name.stop)
    aged = re.match(r" (?:, |\( )?\d", rest)
    spelled = re.match(r" com (?:[a-z]|dois|duas) ", rest)  # "Edinalva com E"
    followed = spelled or cues.TAIL.match(rest)
    return followed is not None or (message.ends(name.stop) and not aged)


def _students(message: Message) -> Iterator[_Name]:
    for match in cues.STUDENT.finditer(message.line):
        if not cues.OTHERS.search(message.line[: match.start()]):
            joint = "e" if cues.BY_CARER.match(match[0]) else "[e,]"
            start = message.token_at(match.end())
            if (name := _name_at(message, start)) and _no_verb(message, name):
                yield from _names_from(message, start, joint)
    for match in cues.STUDENT_KNOWN.finditer(message.line):
        name = _name_at(message, message.token_at(match.end()))
        if name and _listed(message, name) and _as_named(message, name):
            yield from _names_from(message, name.start, "e")
    for i in range(len(message.words)):
        name = _name_at(message, i)
        if name and _listed(message, name) and _described(message, name):
            yield name


def _no_verb(message: Message, name: _Name) -> bool:
    """Whether the name is known or written large, or else stands as only a name would."""
    if _listed(message, name) or message.words[name.start][0].isupper():
        return True
    goes_on = cues.GOES_ON_AS_A_NAME.match(message.after(name.stop)) is not None
    return goes_on and not cues.VERB.fullmatch(message.folded[name.start])


def _described(message: Message, name: _Name) -> bool:
    """Whether what follows is said of a student ("Pedro tem", "Pedro, 9")."""
    rest = message.after(name.stop)
    said = bool(cues.STUDENT_IF_FOLLOWED.match(rest) or cues.TOGETHER.match(rest))
    if not said and (joined := re.match(r" e (?:[oa] )?(?=\w)", rest)):  # "Ana e Bia, 8 e 10"
        other = _name_at(message, name.stop + len(joined[0].split()))
        said = other is not None and _listed(message, other) and _described(message, other)
    return said and _as_named(message, name)


def _names_from(message: Message, start: int, joint: str) -> Iterator[_Name]:
    """The name at token `start` and those joined to it by `joint`, a regular expression."""
    name = _name_at(message, start)
    for _ in range(_MOST_STUDENTS):
        if name is None:
            return
        yield name
        aside = cues.ASIDE if "," in joint else ""  # "Lia, do 3º ano, e Rosa"
        joined = re.match(
            rf"(?:{aside})? {joint} (?:(?:d?[oa]|e|pr[oa]) )*", message.after(name.stop)
        )
        following = name.stop + len(joined[0].split()) if joined else len(message.words)
        name = _name_at(message, following)
        if name and not _listed(message, name):
            return


def _bare(message: Message) -> Iterator[_Name]:
    """Every clause that opens with a name."""
    i = opening = _opening(message)
    while i < len(message.words):
        fresh = (
            i == opening or not message.folded[i - 1].isalpha() or message.folded[i - 1] in _JOINS
        )
        name = _name_at(message, i) if fresh else None
        sure = name and (
            _listed(message, name) or (message.ends(name.stop) and _looks_given(message, name))
        )
        sure = sure and not cues.OTHERS.search(message.before(i))
        if name and sure:
            yield name
        i = name.stop if name else i + 1


def _name_at(message: Message, start: int) -> _Name | None:
    """The longest name whose first word is token `start`, what it is called fondly left out."""
    start = _past_endearments(message, start)
    if start >= len(message.words) or not _may_name(message.folded[start]):
        return None
    if cues.DENIED.search(message.before(start)):
        return None
    stop = start + 1
    while (following := _grown(message, start, stop)) is not None:
        stop = following
    if cues.DENIED_AFTER.match(message.after(stop)):
        return None
    words = message.words[start:stop]
    return _Name(" ".join(map(_written, words)), start, stop)


def _past_endearments(message: Message, start: int) -> int:
    """Index of the first token from `start` that is not said fondly; "Linda Souza" is a name."""
    while start < len(message.words) and message.folded[start] in cues.ENDEARMENTS:
        if message.folded[start] in cues.FIRST_NAMES and message.words[start].istitle():
            break
        start += 1
    return start


def _grown(message: Message, start: int, stop: int) -> int | None:
    """Where the name ends with one more word, links such as "da" included."""
    last = stop
    if last < len(message.words) and message.folded[last] in cues.LINKS:
        last += 1
    if last >= len(message.words) or last - start >= _MOST_WORDS:
        return None
    form, word = message.folded[last], message.words[last]
    if form in _SUFFIXES and last - start >= 2 and word.istitle():
        return last + 1
    capital = word[:1].isupper() and not message.words[start].islower()
    if not _may_name(form) and not _surname_after_all(message, start, last):
        return None
    sure = form in cues.KNOWN or capital or message.ends(last + 1)
    linked = last == stop or form in cues.KNOWN or capital
    return last + 1 if sure and linked else None


def _surname_after_all(message: Message, start: int, at: int) -> bool:
    """ "Dias" is a common word, but a surname where a given name's clause ends with it."""
    given = message.folded[start] in cues.GIVEN
    return given and message.folded[at] in cues.KNOWN and message.ends(at + 1)


def _may_name(form: str) -> bool:
    return (
        len(form) > 1
        and form.replace("-", "").isalpha()
        and _plain_form(form) not in cues.COMMON
        and form not in cues.LINKS
        and re.search(r"[aeiouy]", form) is not None
        and not re.search(r"(.)\1\1|\w{3}ou$", form)
    )


def _plain_form(form: str) -> str:
    """ "Chama" of "chama-se", "quinta" of "quinta-feira", "valeu" of "valeuu"."""
    return re.sub(r"-(?:feira|se|me|te|lhe|nos)$|(?<=\w{3}([aeiou]))\1$", "", form)


def _listed(message: Message, name: _Name) -> bool:
    form = message.folded[name.start]
    capital = message.words[name.start][0].isupper()
    surnamed = name.stop - name.start > 1 and message.folded[name.stop - 1] in cues.KNOWN
    return form in cues.FIRST_NAMES or ((capital or surnamed) and form in cues.WORDS_TOO)


def _looks_given(message: Message, name: _Name) -> bool:
    """Whether an unlisted name reads as one: short, and no adjective ("sou vegetariana")."""
    described = message.folded[name.start - 1] in _COPULAS if name.start else False
    return name.stop - name.start <= 3 and (message.words[name.start].istitle() or not described)


def _as_named(message: Message, name: _Name) -> bool:
    """Whether the name cannot be a street, a school or somebody spoken to or recommended by."""
    before = message.before(name.start)
    return not (cues.ELSEWHERE.search(before) or cues.RECOMMENDS.search(before))


def _written(word: str) -> str:
    if fold(word) in cues.LINKS:
        return word.lower()
    if word.islower() or word.isupper():
        return "".join(part.capitalize() for part in re.split(r"([-'’])", word))
    return word
