"""A known value that is taken back for another: "não é Pedro, é Paulo", "é 8, não 9"."""

import re
from typing import NamedTuple

from conversations.agent.readers.ages import read_ages
from conversations.agent.readers.fold import fold
from conversations.agent.readers.grades import read_grades
from conversations.agent.readers.names import read_parent_name, read_student_names
from conversations.agent.situation import Family, StudentFacts

_IS = r"(?:e|eh|era|sao|tem|ta|esta)"
_THE = r"(?:(?:mais|o|a|no|na|do|da) )*"
_VALUE = r"[^\W_][^,.;?]{0,30}?"
_END = r"(?= *(?:$|[,.;?]))"
_FORMS = (
    re.compile(
        rf"\bnao {_IS} {_THE}(?P<old>{_VALUE})(?: nao)?(?: ?[,.;]| mas)*"
        rf" (?:(?:mas|agora|sim) )*{_IS} (?:sim )?{_THE}(?P<new>{_VALUE}){_END}"
    ),
    re.compile(
        rf"\b{_IS} {_THE}(?P<new>{_VALUE})(?:,| e)+ nao (?:{_IS} )?{_THE}(?P<old>{_VALUE}){_END}"
    ),
    re.compile(
        rf"(?:^|[,.] ?){_THE}(?P<old>{_VALUE}) nao, (?:{_IS} )?{_THE}(?P<new>{_VALUE}){_END}"
    ),
)


class TakenBack(NamedTuple):
    """`value` is as its reader takes it; `student` is None for the family's own field."""

    field: str
    value: str
    student: int | None


def taken_back(text: str, family: Family) -> TakenBack | None:
    """The field whose known value is denied in `text`, with what stands in its place."""
    folded = fold(text)
    for form in _FORMS:
        if (said := form.search(folded)) and (found := _replaced(said, family)):
            return found
    return None


def _replaced(said: re.Match[str], family: Family) -> TakenBack | None:
    old, new = said["old"], said["new"]
    for student in family.students:
        for field, value in _of_student(old, new, student):
            return TakenBack(field, value, student.position)
    parent = read_parent_name(new, asked=True)
    if parent and _is_called(old, family.parent_name):
        return TakenBack("parent_name", parent, None)
    return None


def _of_student(old: str, new: str, student: StudentFacts) -> list[tuple[str, str]]:
    """The fields of `student` that had the `old` value, with the `new` one."""
    found: list[tuple[str, str]] = []
    if _is_called(old, student.name):
        found += [("student_name", name) for name in read_student_names(new, asked=True)[:1]]
    if student.age is not None and read_ages(old, asked=True) == [student.age]:
        found += [("student_age", str(age)) for age in read_ages(new, asked=True)[:1]]
    if student.grade and read_grades(old, asked=True) == [student.grade]:
        found += [("school_grade", grade) for grade in read_grades(new, asked=True)[:1]]
    return found


def _is_called(words: str, name: str) -> bool:
    known = fold(name)
    return bool(known) and words in (known, known.split()[0])
