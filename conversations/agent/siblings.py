"""What is told of several children at once."""

import re
from datetime import date

from conversations.agent.readers.ages import read_ages
from conversations.agent.readers.fold import fold
from conversations.agent.readers.grades import read_grades
from conversations.agent.readers.subjects import read_subjects
from conversations.agent.situation import Family, StudentFacts

_BOTH = re.compile(
    r"\b(?:(?:os|as|pros|pras) (?:dois|duas|tres)|ambos|ambas|todos eles|cada(?: uma?)?)\b"
)

# Of whom else a child's parent speaks: "um de 6 e outro de 9", "a mais velha 12", "7 e 9".
_ANOTHER = re.compile(
    r"\b(?:outr[oa]s?|irm\w+|manin\w+|dois|duas|tres|quatro|filh[oa]s|criancas|gemeas|gemeos|guris"
    r"|gurias|menin[oa]s|net[oa]s|sobrinh[oa]s|el[ea]s|ambos|ambas|cada|mais (?:velh|nov)[oa]|maior"
    r"|menor|cacula|do meio|pequen[oa])\b"
    r"|\be [oa] (?!pai|mae|avo|vo|marido|espos|tio|tia)[a-z]+(?: (?:de|com|tem|n[oa]))? \d"
    r"|^\W*\d{1,2}(?: anos?)?(?: ?,| e) ?\d{1,2}(?: anos?)?\W*$"
)
_KIN = r"(?:filh|net|sobrinh|menin|entead|afilhad)"
_BOY = re.compile(rf"\b(?:ele|meu (?:{_KIN}o|guri|pia|irmao))\b")
_GIRL = re.compile(rf"\b(?:ela|minha (?:{_KIN}a|guria|irma))\b")


def together(text: str) -> bool:
    """Whether it speaks of all of them ("os dois", "ambas", "cada um")."""
    return _BOTH.search(fold(text)) is not None


def several(text: str, family: Family) -> bool:
    """Whether what is told without names may be of more than one child."""
    folded = fold(text)
    boy, girl = bool(_BOY.search(folded)), bool(_GIRL.search(folded))
    if len(family.students) > 1 or (boy and girl) or _ANOTHER.search(folded):
        return True
    return not (boy or girl or any(student.name for student in family.students))


def alike(text: str, asked: str | None, today: date) -> dict[str, str]:
    """Of "os dois com 8 anos, no 3º ano" the one age and the one grade, by field."""
    if not together(text):
        return {}
    rest = _BOTH.sub(",", fold(text))  # "dois no 3º ano" is no second grade
    ages = [str(age) for age in read_ages(rest, asked=asked == "student_age", today=today)]
    grades = read_grades(rest, asked=asked == "school_grade")
    if max(len(ages), len(grades)) != 1:
        return {}
    subjects = ", ".join(read_subjects(rest, asked=asked == "subjects"))
    told = {"student_age": "".join(ages), "school_grade": "".join(grades), "subjects": subjects}
    return {field: value for field, value in told.items() if value}


def named(folded: str, family: Family) -> dict[int, StudentFacts]:
    """The known students whose first name stands in the text, each at its place."""
    return {
        match.start(): student
        for student in family.students
        if student.name
        and (match := re.search(rf"\b{re.escape(fold(student.name).split()[0])}\b", folded))
    }


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
