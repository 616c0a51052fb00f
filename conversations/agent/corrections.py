"""A known value that is taken back for another ("não é Pedro, é Paulo", "é 8, não 9"), and whose
the name in a correction is."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from rapidfuzz.fuzz import ratio

from conversations.agent.commands import Command
from conversations.agent.readers.ages import read_ages
from conversations.agent.readers.fold import fold
from conversations.agent.readers.grades import read_grades
from conversations.agent.readers.names import read_parent_name, read_student_names
from conversations.agent.situation import FIELDS_OF_STUDENT, Family, StudentFacts

_IS = r"(?:e|eh|era|sao|tem|ta|esta)"
_THE = r"(?:(?:mais|o|a|no|na|do|da) )*"
_VALUE = r"[^\W_][^,.;?]{0,30}?"
_END = r"(?= *(?:$|[,.;?]| e | mas ))"
_NOW = rf"[,.;](?: mas)? (?:agora|hoje|ja) {_IS} {_THE}"
_FORMS = (
    re.compile(
        rf"\bnao {_IS} {_THE}(?P<old>{_VALUE})(?: nao)?(?: ?[,.;]| mas)*"
        rf" (?:(?:mas|agora|sim) )*{_IS} (?:sim )?{_THE}(?P<new>{_VALUE}){_END}"
    ),
    re.compile(
        rf"\b{_IS} {_THE}(?P<new>{_VALUE})(?:,| e)+ nao (?:{_IS} )?{_THE}(?P<old>{_VALUE}){_END}"
    ),
    re.compile(
        rf"(?:^|[,.] ?){_THE}(?P<old>{_VALUE}) nao[,.] (?:(?:ja|agora) )?(?:{_IS} )?{_THE}"
        rf"(?P<new>{_VALUE}){_END}"
    ),
    re.compile(  # "4º foi ano passado, agora é o 5º"
        rf"(?:^|[,.] ?){_THE}(?P<old>{_VALUE}) (?:foi|era) [^,.;?]{{0,25}}{_NOW}"
        rf"(?P<new>{_VALUE}){_END}"
    ),
    re.compile(rf"\b(?:era|tinha|estava) {_THE}(?P<old>{_VALUE}){_NOW}(?P<new>{_VALUE}){_END}"),
)

_NAME_OF_A_CHILD = re.compile(r"\bnome d(?:el[ea]|[oa] (?:menin|filh|guri|neta|neto|aluno|aluna))")
_MY_NAME = re.compile(r"\bmeu (?:sobre)?nome\b")
# "Errei a série do Davi" takes back a value and does not say what stands in its place.
_WRONG = (
    r"(?:errei|enganei|me enganei|confundi|me confundi|troquei|errad[oa]|incorret[oa]|equivoquei"
    r"|(?:preciso|quero|queria|tem como|da pra|pode) (?:corrigir|mudar|trocar|arrumar))"
)
_NAMED = {
    "school_grade": r"(?:serie|ano escolar|ano d[ao] escola)",
    "student_age": r"idade",
    "email": r"(?:e-?mail|imeil)",
    "parent_name": r"meu nome",
    "student_name": r"nome",
}
_WRONG_FIELD = {
    field: re.compile(
        rf"\b{_WRONG}(?: [^\W\d]+){{0,3}}? {noun}\b"
        rf"|(?<!\bna )\b{noun}(?: [^\W\d]+){{0,4}}? (?:errad[oa]|incorret[oa]|erro)\b"
    )
    for field, noun in _NAMED.items()
}
_NOT_WRONG = re.compile(r"\bnao (?:errei|me enganei|(?:ta|esta|e) errad)")
# Whose age or grade it is that a clause tells, if it is no child's of this family today.
_OF_ANOTHER = re.compile(
    r"\?|\b(?:prim[oa]s?|irm\w+|amig\w+|vizinh\w+|coleg\w+|sobrinh\w+|quem|turmas?|fez [oa]|fazia"
    r"|estudou|conteudo|materia d[oe]|ate [oa]|a partir d\w+|desde [oa]|quando)\b"
)
# "Vocês vão até o ensino médio?", "serve pra vestibular?"
_OF_THE_UNIT = re.compile(
    r"(?=.*\?)(?!.*\b(?:el[ea]s?|meus?|minhas?|filh\w+|net[oa]s?|sobrinh\w+|eu|mim|tenho|tem \d)\b)"
    r".*\b(?:voces|vcs|vc|kumon|servem?|atend\w+|aceit\w+|pega[mn]?|ate|prepar\w+|ajudam?|existe|tem"
    r"|turmas?|alunos?|ensin\w+)\b"
)
_CLAUSE = re.compile(r"(?<=[.!?;])\s+|[,\n]+")
AGE_AND_GRADE = ("student_age", "school_grade")
ALIKE = 75  # of 100: two spellings of one name
_HEARD_AS = str.maketrans("kywz", "civs")


class TakenBack(NamedTuple):
    """`value` is as its reader takes it; `student` is None for the family's own field; `rest` is
    what the message says besides."""

    field: str
    value: str
    student: int | None
    rest: str

    def mended(self, family: Family) -> Family:
        """The family as it is once the value is replaced."""
        value = int(self.value) if self.field == "student_age" else self.value
        return family.with_field(self.field, value, self.student)


def taken_back(text: str, family: Family) -> TakenBack | None:
    """The field whose known value is denied in `text`, with what stands in its place."""
    folded = fold(text)
    for form in _FORMS:
        if said := form.search(folded):
            new = text[_written(text, *said.span("new"))]
            if back := next(_replaced(said["old"], new, family), None):
                whole = _written(text, *said.span())
                return TakenBack(*back, f"{text[: whole.start]} , {text[whole.stop :]}")
    return None


def wrong_field(text: str, family: Family) -> tuple[str, int | None] | None:
    """The field whose known value is said to be wrong, without the right one, and the position of
    the student who is named beside it."""
    folded = fold(text)
    if "?" in folded or _NOT_WRONG.search(folded):
        return None
    field = next((name for name, form in _WRONG_FIELD.items() if form.search(folded)), None)
    if field is None:
        return None
    named = (one.position for one in family.students if one.name and _names(folded, one.name))
    return field, next(named, None) if field in FIELDS_OF_STUDENT else None


def _names(folded: str, name: str) -> bool:
    return re.search(rf"\b{re.escape(fold(name).split()[0])}\b", folded) is not None


def only_mentioned(text: str, told: Command, known: StudentFacts) -> bool:
    """Whether an age or a grade is `told` in `text` of somebody else, of the past, or in a question
    ("vocês atendem até o 9º ano?"): no reason to doubt the one that is `known` of the student. Of a
    grade that is not known yet only a question about the unit tells nothing."""
    if told.name not in AGE_AND_GRADE or told.correction:
        return False
    read = read_grades if told.name == "school_grade" else read_ages
    clauses = [clause for clause in _CLAUSE.split(fold(text.replace("\n", " , "))) if read(clause)]
    if known.knows(told.name):
        return bool(clauses) and all(_OF_ANOTHER.search(clause) for clause in clauses)
    about_us = all(_OF_THE_UNIT.match(clause) for clause in clauses)
    return told.name == "school_grade" and bool(clauses) and about_us


def of_the_writer(text: str) -> bool:
    """Whether a name in a correction is the writer's own ("meu nome é com h")."""
    return _MY_NAME.search(fold(text)) is not None


def of_a_child(text: str, family: Family) -> bool:
    """Whether a name in a correction is a child's, by what is said of it or by its sound."""
    return bool(_NAME_OF_A_CHILD.search(fold(text))) or renames(text, family)


def renames(text: str, family: Family) -> bool:
    """Whether a name in a correction is nearly that of a student ("Helena com H" of Elena)."""
    read = read_student_names(text, asked=True)
    known = [student.name for student in family.students if student.name]
    return any(ratio(_sound(one), _sound(name)) >= ALIKE for one in read for name in known)


def _sound(name: str) -> str:
    """The letters that are heard: Thayla is Taila, and Kayo is Caio."""
    heard = fold(name).replace("ph", "f").replace("h", "").translate(_HEARD_AS)
    return re.sub(r"(.)\1", r"\1", heard)


def _written(text: str, start: int, end: int) -> slice:
    """Where in `text` stands what stands from `start` to `end` in its folded form."""
    places = range(len(text) + 1)
    first = bisect_right(places, start, key=lambda at: len(fold(text[:at]))) - 1
    last = bisect_left(places, end, key=lambda at: len(fold(text[:at])))
    return slice(first, last)


def _replaced(old: str, new: str, family: Family) -> Iterator[tuple[str, str, int | None]]:
    """Each field that has the `old` value, with the `new` one and whose it is."""
    for student in family.students:
        for field, value in _of_student(old, new, student):
            yield field, value, student.position
    if _is_called(old, family.parent_name) and (parent := read_parent_name(new, asked=True)):
        yield "parent_name", parent, None


def _of_student(old: str, new: str, student: StudentFacts) -> Iterator[tuple[str, str]]:
    if _is_called(old, student.name):
        for name in read_student_names(new, asked=True):
            yield "student_name", name
    if student.age is not None and read_ages(old, asked=True) == [student.age]:
        for age in read_ages(new, asked=True):
            yield "student_age", str(age)
    if student.grade and read_grades(old, asked=True) == [student.grade]:
        for grade in read_grades(new, asked=True):
            yield "school_grade", grade


def _is_called(words: str, name: str) -> bool:
    known = fold(name)
    return bool(known) and words in (known, known.split()[0])
