"""What is told of several children at once."""

import re
from collections.abc import Sequence
from datetime import date

from conversations.agent.readers.ages import read_ages
from conversations.agent.readers.fold import fold
from conversations.agent.readers.grades import read_grades
from conversations.agent.readers.names import read_student_names
from conversations.agent.readers.subjects import read_subjects
from conversations.agent.situation import Family, StudentFacts

_BOTH = re.compile(
    r"\b(?:(?:os|as|pros|pras) (?:dois|duas|tres)|ambos|ambas|todos eles|cada(?: uma?)?)\b"
)
# Twins are of one age and in one grade; not so a brother beside them.
_TWINS = re.compile(
    r"\bgeme[oa]s\b(?!.*\b(?:outr[oa]s?|irma\w*|mais (?:velh|nov)[oa]|cacula|diferentes?)\b)"
)
# Beside "um inglês, o outro ..." these may be subjects.
_PERHAPS_SUBJECTS = re.compile(r"\b(?:(?:as|pras) (?:duas|tres)|cada(?: uma?)?)\b")

_ONLY_A_NAME = re.compile(r"\W*[^\W\d]+(?: [^\W\d]+)?(?:\W+(?:e|,))?(?: (?:meu|minha) \w+)?\W*")
_NUMBERS = re.compile(r"\b\d{1,2} e \d{1,2}$")
_OF_ALL = re.compile(rf"{_BOTH.pattern}|\bgeme[oa]s\b|^\w+(?: \w+)? tem \d")

# Of whom else a child's parent speaks: "um de 6 e outro de 9", "a mais velha 12", "7 e 9".
_ANOTHER = re.compile(
    r"\b(?:outr[oa]s?|irm\w+|manin\w+|dois|duas|tres|quatro|filh[oa]s|criancas|gemeas|gemeos|guris"
    r"|gurias|menin[oa]s|net[oa]s|sobrinh[oa]s|el[ea]s|ambos|ambas|cada|mais (?:velh|nov)[oa]|maior"
    r"|menor|cacula|do meio|pequen[oa])\b"
    r"|\be [oa] (?!pai|mae|avo|vo|marido|espos|tio|tia)[a-z]+(?: (?:de|com|tem|n[oa]))? \d"
    r"|^\W*\d{1,2}(?: anos?)?(?: ?,| e) ?\d{1,2}(?: anos?)?\W*$"
)
_KIN = r"(?:filh|net|sobrinh|menin|entead|afilhad)"
_BEFORE_A_NAME = re.compile(r"\b\d{1,2}[oa]?(?: anos?)?,? (?:e )?(?:[dn]?|pr)[oa] $")  # "10 o Davi"
_ARTICLE = re.compile(r",?(?: e)? (?:[dn]|pr|para )?[oa] $")
_BOY = re.compile(rf"\b(?:ele|meu (?:{_KIN}o|guri|pia|irmao))\b")
_GIRL = re.compile(rf"\b(?:ela|minha (?:{_KIN}a|guria|irma))\b")

_SHE = re.compile(r"\b(?:ela|(?:(?:minha|a) )?(?:menina|guria|filha|neta|sobrinha))\b")
_HE = re.compile(r"\b(?:ele|(?:(?:meu|o) )?(?:menino|guri|pia|filho|neto|sobrinho))\b")
_BY_AGE = r"(?:mais (?:velh|nov)[oa]|maior|menor|cacula|do meio|pequen[oa]|grande)"
_OLDEST = re.compile(
    rf"(?:\b(?:[oa]|pr[oa]|d[oa]) )?(?:\b{_KIN}[oa] )?\b(?:mais velh[oa]|primogenit[oa])\b"
)
_YOUNGEST = re.compile(
    rf"(?:\b(?:[oa]|pr[oa]|d[oa]) )?(?:\b{_KIN}[oa] )?\b(?:mais nov[oa]|cacula)\b"
)
# After two names what is told of each begins so.
_THEN_EACH = re.compile(
    r"(?:[,.;:(\n]|\s-)+\s*(?=(?:el[ea]|uma?|[oa] mais (?:velh|nov)[oa]|[oa] primeir[oa])\b)",
    re.IGNORECASE,
)
_ONE_AND_OTHER = re.compile(
    rf"\buma?\b.*\boutr[oa]\b|\b{_BY_AGE}\b.*\b(?:{_BY_AGE}|outr[oa]s?)\b"
    r"|\b(?:[oa]|pr[oa]) primeir[oa]\b.*\b(?:[oa]|pr[oa]) segund[oa]\b"
)
# What follows "um" and "o outro" where children are meant, and no course, class or day.
_OF_A_CHILD = (
    r"(?=(?: (?:d?el[ea]s|d[oa]s (?:dois|duas|meninos|meninas)))?(?: ?[,.:;-]| ?$| (?:faz|faria"
    r"|quer|queria|vai|precisa|gosta|estuda|so|somente|apenas|seria|fica|nao|ainda|tambem|tbm|tanto"
    r"|e|eh|as (?:duas|tres|outras)|todas|tudo|mat|matematica|port|portugues|ing|ingles|leitura"
    r"|redacao|(?:tem|com|de) \d)\b))"
)
_THE_OTHER = re.compile(rf"(?<!\bno )(?<!\bna )\b(?P<other>outr[oa]){_OF_A_CHILD}")
_IN_TURN = re.compile(
    rf"(?<!\bcada )(?<!\bcada um )\b(?P<one>uma?){_OF_A_CHILD}.*?{_THE_OTHER.pattern}"
    r"|(?:\b(?:[oa]|pr[oa]) |^\W*(?:entao )?)(?P<first>primeir[oa])\b(?! (?:ano|serie)).*?"
    r"(?:\b(?:[oa]|pr[oa]) |, ?)(?P<second>segund[oa])\b(?! (?:ano|serie))"
)
_THE_SAME = re.compile(r"\b(?:tambem|tbm|tb|igual|(?:a mesma|o mesmo|a msm)(?: coisa)?)\b")
_OTHERS = re.compile(r"\b(?:outras|resto)\b")  # which they are, the other child's subjects tell
# Given names that surely are a girl's or a boy's; of two children one such name is enough.
_GIRL_NAME = re.compile(
    r"(?!luca|joshua|josua|juca|noa)\w+a|beatriz|liz|[lt]h?ais|isis|iris|alice|isabel|raquel|ester"
    r"|ruth?|carol|yasmin|nicole|\w{2,}ine|emilly|emily|manu"
)
_BOY_NAME = re.compile(
    r"\w+(?:o|os|us|or|ur)|(?!isabel|raquel|mabel)\w+el|lucas|davi|levi|ravi|jose|luis|luiz"
    r"|h?enrique|felipe|guilherme|vicente|benjamin|nicolas|isaac|noah"
)


def together(text: str) -> bool:
    """Whether it speaks of all of them ("os dois", "ambas", "cada um")."""
    folded = fold(text)
    told = _PERHAPS_SUBJECTS.sub(",", folded) if _IN_TURN.search(folded) else folded
    return _BOTH.search(told) is not None


def several(text: str, family: Family) -> bool:
    """Whether what is told without names may be of more than one child."""
    folded = fold(text)
    boy, girl = bool(_BOY.search(folded)), bool(_GIRL.search(folded))
    if len(family.students) > 1 or (boy and girl) or _ANOTHER.search(folded):
        return True
    return not (boy or girl or any(student.name for student in family.students))


def alike(text: str, asked: str | None, today: date, children: int) -> dict[str, str]:
    """Of "os dois com 8 anos, no 3º ano", or of twins, the one age and the one grade, by field."""
    twins = children == 2 and _TWINS.search(fold(text))
    if not (together(text) or twins):
        return {}
    rest = _BOTH.sub(",", fold(text))  # "dois no 3º ano" is no second grade
    ages = [str(age) for age in read_ages(rest, asked=asked == "student_age", today=today)]
    grades = read_grades(rest, asked=asked == "school_grade")
    if max(len(ages), len(grades)) != 1:
        return {}
    subjects = ", ".join(read_subjects(rest, asked=asked == "subjects"))
    told = {"student_age": "".join(ages), "school_grade": "".join(grades), "subjects": subjects}
    return {field: value for field, value in told.items() if value}


def dealt(parts: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """Positions and what is told of each, where "Ana e Bia, 8 e 10 anos" tells after several names
    what each of them is, in order, and "Isis e Iara, 6 anos cada" what all of them are."""
    found, waiting = list[tuple[int, str]](), list[int]()
    for position, part in parts:
        if _ONLY_A_NAME.fullmatch(part) and not _tells(part):
            waiting.append(position)
            continue
        run, waiting = [*waiting, position], []
        if len(run) == 1:
            found.append((position, part))
            continue
        ages = [f"{age} anos" for age in read_ages(_NUMBERS.sub(r"\g<0> anos", part), asked=True)]
        shares = [_share(told, len(run), part) for told in (ages, read_grades(part))]
        subjects = [" e ".join(read_subjects(part))] * len(run)
        dealt_out = [(n, " ".join(told)) for n, *told in zip(run, *shares, subjects, strict=True)]
        found += dealt_out if any(map(any, shares)) else [(position, part)]
    return found


def _share(told: list[str], count: int, part: str) -> list[str]:
    """What is told for each child; empty words where nobody knows whose it is."""
    told = told * count if len(told) == 1 and _OF_ALL.search(part) else told
    return told if len(told) == count else [""] * count


def common_subjects(text: str) -> str:
    """Of "Ana de 7 e Beto de 9, inglês para os dois" the subjects that all of them do."""
    clauses = re.split(r"[,.;!?\n]+", fold(text))
    return ", ".join(code for one in clauses if together(one) for code in read_subjects(one))


def by_name(text: str, family: Family) -> str:
    """ "ela quer inglês e ele matemática", "o mais velho ..., a mais nova ..." folded, with the
    names of the children who are known; `text` itself where it does not tell who is who."""
    folded = fold(text)
    pair = _girl_and_boy(family)
    if pair and _SHE.search(folded) and _HE.search(folded):
        girl, boy = (fold(student.name).split()[0] for student in pair)
        return _HE.sub(boy, _SHE.sub(girl, folded))
    oldest_and_youngest = _oldest_and_youngest(family) if _all_known(text, family) else None
    told_of = bool(_OLDEST.search(folded)) + bool(_YOUNGEST.search(folded))
    if oldest_and_youngest and told_of and told_of + 1 >= len(family.students):
        oldest, youngest = (fold(student.name).split()[0] for student in oldest_and_youngest)
        return _YOUNGEST.sub(youngest, _OLDEST.sub(oldest, folded))
    return text


def _all_known(text: str, family: Family) -> bool:
    """Whether nobody is named in `text` who is not known yet ("a mais nova, Lia")."""
    known = {fold(student.name).split()[0] for student in family.students if student.name}
    return all(fold(name).split()[0] in known for name in read_student_names(text, asked=True))


def _oldest_and_youngest(family: Family) -> tuple[StudentFacts, StudentFacts] | None:
    """Of children whose names and ages are all known; None where two are of that age."""
    aged = [one for one in family.students if one.name and one.age is not None]
    if len(aged) < 2 or len(aged) != len(family.students):
        return None
    aged.sort(key=lambda one: -(one.age or 0))
    apart = aged[0].age != aged[1].age and aged[-1].age != aged[-2].age
    return (aged[0], aged[-1]) if apart else None


def introduced(text: str, *, asked: bool) -> tuple[str, str] | None:
    """Of "Théo e Malu, ele tem 8 e ela 5" the words that name two children and those that tell
    of each without a name, if the text is so made; `asked`: who will study was the question."""
    for cut in _THEN_EACH.finditer(text):
        head, rest = text[: cut.start()], text[cut.end() :]
        if len(read_student_names(head, asked=asked)) != 2 or read_student_names(rest):
            continue
        if each_their_own(rest):
            return head, rest
    return None


def _girl_and_boy(family: Family) -> tuple[StudentFacts, StudentFacts] | None:
    """The two students who are known, where their names tell who is who."""
    if len(family.students) != 2 or not all(student.name for student in family.students):
        return None
    one, other = family.students
    girlish = [
        bool(_GIRL_NAME.fullmatch(name)) - bool(_BOY_NAME.fullmatch(name))
        for name in (fold(student.name).split()[0] for student in family.students)
    ]
    if girlish[0] == girlish[1]:
        return None
    return (one, other) if girlish[0] > girlish[1] else (other, one)


def subjects_in_turn(text: str, family: Family) -> dict[int, list[str]]:
    """Of "um inglês, o outro matemática" what each of the two known children does, by position.
    Who is left out of it is not told of."""
    folded = fold(text)
    turns = _turns(folded, family)
    if not turns:
        return {}
    parts = told_apart(folded, [start for _, start in turns])
    told = [read_subjects(part, asked=not _OTHERS.search(part)) for part in parts]
    if not told[1] and _THE_SAME.search(parts[1]):
        told[1] = told[0]
    return {place: codes for (place, _), codes in zip(turns, told, strict=True) if codes}


def _turns(folded: str, family: Family) -> list[tuple[int, int]]:
    """Of two known children the position and where it is told of: "um" and "o outro" in their
    order, "um" and "outra" as their names tell the boy from the girl, "Lia" and "o outro"."""
    if len(family.students) != 2:
        return []
    found = named(folded, family)
    if len(found) == 1:
        ((start, one),) = found.items()
        other = _THE_OTHER.search(folded, start)
        rest = next(student for student in family.students if student != one)
        return [(one.position, start), (rest.position, other.start())] if other else []
    said = _IN_TURN.search(folded)
    if said is None:
        return []
    groups = ("first", "second") if said["first"] else ("one", "other")
    boy_or_girl = [said[group][-1] == "a" for group in groups]
    in_turn: tuple[StudentFacts, ...] = family.students
    if boy_or_girl[0] != boy_or_girl[1]:
        pair = _girl_and_boy(family)
        in_turn = (pair if boy_or_girl[0] else pair[::-1]) if pair else ()
    return [(one.position, said.start(group)) for one, group in zip(in_turn, groups, strict=False)]


def each_their_own(text: str) -> bool:
    """Whether it tells one child's from another's without a name ("um inglês, o outro as três")."""
    folded = fold(text)
    apart = bool(_SHE.search(folded) and _HE.search(folded)) or _ONE_AND_OTHER.search(folded)
    return bool(apart) and not together(folded)


def named(folded: str, family: Family) -> dict[int, StudentFacts]:
    """The known students whose first name stands in the text, each at its place."""
    places = {place_of(one.name, folded): one for one in family.students if one.name}
    return {place: one for place, one in places.items() if place is not None}


def place_of(name: str, folded: str) -> int | None:
    """Where the first word of a name first stands in the text, as a word."""
    first = re.search(rf"\b{re.escape(fold(name).split()[0])}\b", folded)
    return first.start() if first else None


def shared_subjects(text: str, family: Family) -> dict[int, list[str]]:
    """ "os dois matemática, e a Lia também português": what all do, and what one does besides."""
    folded = fold(text)
    if not together(folded):
        return {}
    found = named(folded, family)
    if len(found) != 1:
        return {}
    ((start, besides_of),) = found.items()
    shared, besides = read_subjects(folded[:start]), read_subjects(folded[start:])
    if not shared or not besides:
        return {}
    codes = {student.position: shared for student in family.students}
    return codes | {
        besides_of.position: [*shared, *(code for code in besides if code not in shared)]
    }


def told_apart(plain: str, starts: list[int]) -> list[str]:
    """Where each student's age, grade and subjects stand: from the name to the next one, or
    before it ("matemática pro Pedro e inglês pra Júlia")."""
    after = _cut(plain, starts, [*starts[1:], len(plain)])
    before = _cut(plain, [0, *starts[:-1]], starts)
    lead, last = plain[: starts[0]], after[-1]
    leads = _tells(lead) or _BEFORE_A_NAME.search(lead)
    return before if leads and not _tells(last) and not re.search(r"\d", last) else after


def _cut(plain: str, starts: list[int], ends: list[int]) -> list[str]:
    """The parts of the text, each without the article of the name that follows it."""
    return [
        _ARTICLE.sub("", plain[start:end]) if start < end else plain
        for start, end in zip(starts, ends, strict=True)
    ]


def _tells(part: str) -> bool:
    return bool(read_ages(part) or read_grades(part) or read_subjects(part))
