"""The eight fields in a message, each with the student it belongs to."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime

from conversations.agent import corrections
from conversations.agent.adults import studies_themselves
from conversations.agent.commands import Command
from conversations.agent.dialogue import Dialogue
from conversations.agent.policy.fields import THE_PARENT
from conversations.agent.readers.ages import read_ages
from conversations.agent.readers.answers import is_correction
from conversations.agent.readers.dates import read_when
from conversations.agent.readers.emails import read_email, suggest_domain
from conversations.agent.readers.fold import fold
from conversations.agent.readers.grades import read_grades
from conversations.agent.readers.names import is_a_name, read_parent_name, read_student_names
from conversations.agent.readers.phones import read_phone
from conversations.agent.readers.preference import read_preference
from conversations.agent.readers.subjects import read_subjects
from conversations.agent.siblings import (
    alike,
    by_name,
    common_subjects,
    dealt,
    each_their_own,
    introduced,
    named,
    place_of,
    several,
    shared_subjects,
    subjects_in_turn,
    together,
    told_apart,
)
from conversations.agent.situation import FIELDS_OF_STUDENT, MOST_STUDENTS, Family

_ADDRESS = re.compile(r"\S+@\S+")  # nobody is called what stands before the @
NAMES = ("parent_name", "student_name")
SUBSCRIBER = 8  # digits; in an address said aloud ("ana 99998888 arroba ...") they are no phone
_CUT_SHORT = re.compile(r"^\s*(\d{1,2}) ano\W*$")  # an age, where the grade is known already
_BARE_AGE = re.compile(r"\b(?:e|sao|tem|fez) \d{1,2}\s*(?:$|[,.!])")


def field_commands(
    text: str, dialogue: Dialogue, family: Family, now: datetime
) -> Iterator[Command]:
    """set_field commands for everything the text tells, plus a clarify for a mistyped e-mail."""
    if back := corrections.taken_back(text, family):
        yield _set(text, back.field, back.value, student=back.student, correction=True)
        asked_of_the_rest = None if dialogue.asked == back.field else dialogue.asked
        dialogue = replace(dialogue, asked=asked_of_the_rest)
        yield from _within(text, field_commands(back.rest, dialogue, back.mended(family), now))
    elif parts := introduced(text, asked=dialogue.asked == "student_name"):
        head = list(field_commands(parts[0], dialogue, family, now))
        for told in head:
            if told.name == "student_name":
                family = family.with_field("student_name", str(told.value), told.student)
        rest = field_commands(parts[1], dialogue, family, now)
        yield from _within(text, [*head, *(one for one in rest if one.name != "student_name")])
    else:
        yield from _said(text, dialogue, family, now)


def _within(text: str, told: Iterable[Command]) -> Iterator[Command]:
    return (replace(one, evidence=text) for one in told)


def _said(text: str, dialogue: Dialogue, family: Family, now: datetime) -> Iterator[Command]:
    """What a text tells that neither takes a value back nor names two before it tells of each."""
    asked_anew = dialogue.asked in NAMES and not family.missing(str(dialogue.asked))
    correction = asked_anew or is_correction(text)
    asked = _asked(text, dialogue.asked, family, now)
    if correction and asked == "parent_name" and corrections.of_a_child(text, family):
        asked = "student_name"
    elif correction and corrections.of_the_writer(text):
        asked = "parent_name"
    yield from _of_family(text, asked, correction)
    by_names = by_name(text, family)
    if asked == "student_age" and family.student(_meant(asked, dialogue, family)).grade:
        by_names = _CUT_SHORT.sub(r"\1 anos", by_names)
    turns = subjects_in_turn(by_names, family)
    for position, codes in turns.items():
        yield _set(text, "subjects", ", ".join(codes), student=position, correction=correction)
    for command in _of_students(by_names, dialogue, asked, family, correction, now.date()):
        known = family.student(command.student or dialogue.focus)
        mentioned = command.name != asked and corrections.only_mentioned(text, command, known)
        if not (mentioned or (turns and command.name == "subjects")):
            yield replace(command, evidence=text)


def _asked(text: str, asked: str | None, family: Family, now: datetime) -> str | None:
    """The field that the text may answer. "quarta às 10h" is no fourth grade, and a name beside
    offers answers what was asked before them."""
    if asked == "school_grade" and read_when(text, now) and not read_grades(text):
        return None
    if asked in ("slot", "visit_invite") and is_a_name(text):
        return next((name for name in NAMES if family.missing(name)), asked)
    return asked


def _of_family(text: str, asked: str | None, correction: bool) -> Iterator[Command]:
    name = read_parent_name(
        _ADDRESS.sub(" ", text), asked=asked == "parent_name", student_asked=asked == "student_name"
    )
    if name:
        yield _set(text, "parent_name", name, correction=correction)
    email = read_email(text)
    if email:
        yield _set(text, "email", email, correction=correction)
        if better := suggest_domain(email):
            address = f"{email.rpartition('@')[0]}@{better}"
            yield Command("clarify", text, topic="email_typo", value=address)
    phone = read_phone(text)
    if phone and phone[-SUBSCRIBER:] not in re.sub(r"\D", "", email or ""):
        yield _set(text, "phone", phone, correction=correction)
    preference = read_preference(text, asked=asked == "schedule_preference")
    counts = asked in corrections.AGE_AND_GRADE  # "entre 3 e 4" are no hours there
    if preference and not (counts and re.search(r"\d", preference)):
        yield Command("set_field", text, name="schedule_preference", value=preference)


def _of_students(
    text: str,
    dialogue: Dialogue,
    asked: str | None,
    family: Family,
    correction: bool,
    today: date,
) -> Iterator[Command]:
    other_name = "nome" in fold(text) and not corrections.of_the_writer(text)
    renamed = correction and (other_name or corrections.renames(text, family))
    names = read_student_names(_ADDRESS.sub(" ", text), asked=renamed or asked == "student_name")
    if asked == "parent_name" and names == [read_parent_name(text, asked=True)]:
        names = []  # "Carla, ela tem 8 anos" says who writes
    names = max(names, _known_in(text, family), key=len)
    if subjects := shared_subjects(text, family):
        for position, codes in subjects.items():
            yield _set(text, "subjects", ", ".join(codes), student=position)
        return
    nobody_named = not names and not any(student.name for student in family.students)
    if nobody_named and studies_themselves(text, asked=asked == "student_name"):
        yield _set(text, "student_name", THE_PARENT)
    places = _places(names, family, correction, dialogue.focus)
    for name, position in places:
        yield _set(text, "student_name", name, student=position, correction=correction)
    all_of_them = [position for _, position in places] or [one.position for one in family.students]
    if len(all_of_them) > 1 and (shared := alike(text, asked, today, len(all_of_them))):
        for position in all_of_them:
            for field, value in shared.items():
                yield _set(text, field, value, student=position, correction=correction)
    elif places:
        parts = _apart(text, places, asked, _meant(asked, dialogue, family), family)
        yield from _of_each(parts, text, asked, correction, today)
    else:
        yield from _nameless(text, asked, family, correction, today)


def _of_each(
    parts: list[tuple[int, str]], text: str, asked: str | None, correction: bool, today: date
) -> Iterator[Command]:
    """What the text tells of each position in its part, and of subjects that all of them do."""
    common = common_subjects(text) if len(parts) > 1 else ""
    for position, part in dealt(parts):
        for told in _details(part, text, asked, position, correction, today):
            if not (common and told.name == "subjects"):
                yield told
    for position, _ in parts if common else []:
        yield _set(text, "subjects", common, student=position, correction=correction)


def _known_in(text: str, family: Family) -> list[str]:
    """The siblings of whom the text speaks, in its order ("Lucas matemática e Beatriz inglês")."""
    found = named(fold(text), family)
    return [found[place].name for place in sorted(found)] if len(family.students) > 1 else []


def _places(
    names: list[str], family: Family, correction: bool, focus: int
) -> list[tuple[str, int]]:
    """Known students keep their position; a correction renames; others are further students."""
    known = {fold(student.name): student.position for student in family.students if student.name}
    free = [n for n in range(1, MOST_STUDENTS + 1) if not family.student(n).name]
    placed: list[tuple[str, int]] = []
    for name in names:
        position = _known_as(fold(name), known)
        if position is None and correction and known:
            position = focus
        if position is None and free:
            position = free.pop(0)
        if position is not None:
            placed.append((name, position))
    return placed


def _known_as(name: str, known: dict[str, int]) -> int | None:
    """ "Pedro" is the Pedro Henrique who was named before."""
    for full, position in known.items():
        if full == name or full.split()[0] == name or name.split()[0] == full:
            return position
    return None


def _meant(asked: str | None, dialogue: Dialogue, family: Family) -> int:
    """The one who lacks what was asked, else the one last talked about."""
    lacking = family.missing(asked) if asked in FIELDS_OF_STUDENT else []
    return lacking[0] if len(lacking) == 1 else dialogue.focus


def _apart(
    text: str, places: list[tuple[str, int]], asked: str | None, meant: int, family: Family
) -> list[tuple[int, str]]:
    """Each student's position and the words about them. "10 anos, e tem a Beatriz que tem 6" tells
    first the age of the one who was meant, whose name is known."""
    plain = fold(text.replace("\n", " , "))
    starts = [place_of(name, plain) or 0 for name, _ in places]
    if len(places) > 1:
        parts = told_apart(plain, starts)
        return [(position, part) for (_, position), part in zip(places, parts, strict=True)]
    ((_, position),) = places
    before, after = plain[: starts[0]], plain[starts[0] :]
    ages = read_ages(before, asked=asked == "student_age") and read_ages(after, asked=True)
    grades = read_grades(before, asked=asked == "school_grade") and read_grades(after, asked=True)
    if not ages and not grades:
        return [(position, text)]
    of_another = meant != position and family.student(meant).name
    return [(meant, before), (position, after)] if of_another else [(position, after)]


def _details(
    part: str, text: str, asked: str | None, position: int, correction: bool, today: date
) -> Iterator[Command]:
    in_passing = part != text  # "Pedro de 9 e Julia de 6": beside a name a number is an age
    exact = read_grades(part) if in_passing else []  # "Lia (7, 2º ano)" tells one, and an age
    beside_grades = in_passing and bool(read_grades(text))  # "no 2º ano e a Sofia no 5º"
    grades = exact or read_grades(part, asked=beside_grades or asked == "school_grade")
    ages = read_ages(part, asked=in_passing or asked == "student_age", today=today)
    if asked == "school_grade" and grades and not exact:
        ages = []  # "Davi 5, Lia 2" are years of school
    if correction:  # "7 anos, quer dizer, 8": the last one said is what holds
        ages, grades = ages[-1:], grades[-1:]
    for age in ages[:1]:
        yield _set(text, "student_age", str(age), student=position, correction=correction)
    for grade in grades[:1]:
        yield _set(text, "school_grade", grade, student=position, correction=correction)
    if subjects := read_subjects(part, asked=asked == "subjects"):
        yield _set(text, "subjects", ", ".join(subjects), student=position, correction=correction)


def _nameless(
    text: str, asked: str | None, family: Family, correction: bool, today: date
) -> Iterator[Command]:
    """Several ages or grades without names belong to the students in order; of one child "9 anos
    e o pai 40" tells one age, and "ia pro 4º mas ficou no 3º" no grade that is sure."""
    ages = read_ages(text, asked=asked == "student_age", today=today)
    grades = read_grades(text, asked=asked == "school_grade")
    subjects = read_subjects(text, asked=asked == "subjects")
    if correction:  # "não são 9 anos, são 8": the last one said is what holds
        known = any(student.age is not None for student in family.students)
        if known and _BARE_AGE.search(fold(text)):
            ages = read_ages(text, asked=True)
        ages, grades = ages[-1:], grades[-1:]
    if not several(text, family):
        exact = read_grades(text) if len(grades) > 1 else grades
        ages, grades = ages[:1], exact if len(exact) == 1 else []
    for field, values in (("student_age", [str(age) for age in ages]), ("school_grade", grades)):
        places = _in_order(field, len(values), family)
        for value, position in zip(values, places, strict=False):
            yield _set(text, field, value, student=position, correction=correction)
    if subjects and not (len(family.students) > 1 < len(subjects) and each_their_own(text)):
        for position in _everybody(family) if together(text) else [None]:
            yield _set(
                text, "subjects", ", ".join(subjects), student=position, correction=correction
            )


def _everybody(family: Family) -> list[int | None]:
    return [student.position for student in family.students] or [None]


def _in_order(field: str, count: int, family: Family) -> list[int | None]:
    if count == 1:
        return [None]  # the policy knows who is meant
    missing = [position for position in family.missing(field) if position]
    return list(missing if len(missing) >= count else range(1, MOST_STUDENTS + 1))


def _set(
    text: str,
    name: str,
    value: str,
    *,
    student: int | None = None,
    correction: bool = False,
) -> Command:
    return Command(
        "set_field", text, name=name, value=value, student=student, correction=correction
    )
