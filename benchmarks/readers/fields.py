"""The fields of a family: precision and recall of what is read, as F1."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report import Row
from conversations.agent.readers.ages import read_ages
from conversations.agent.readers.emails import read_email
from conversations.agent.readers.grades import read_grades
from conversations.agent.readers.names import read_parent_name, read_student_names
from conversations.agent.readers.phones import read_phone
from conversations.agent.readers.preference import read_preference
from conversations.agent.readers.subjects import read_subjects

FIELDS = {
    "p": "parent_name",
    "s": "student_name",
    "a": "student_age",
    "g": "school_grade",
    "m": "subjects",
    "t": "phone",
    "e": "email",
    "h": "schedule_preference",
}
Values = dict[str, list[str]]


@dataclass(frozen=True)
class Message:
    text: str
    asked: str | None
    accepted: tuple[Values, ...]


def load(path: Path) -> Iterator[Message]:
    """The messages of a file in the notation that its head explains."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        text, said = line.rsplit("::", 1)
        asked, _, rest = text.removeprefix("!").partition(" ") if text[0] == "!" else ("", "", text)
        accepted = tuple(_values(one) for one in said.split("||"))
        yield Message(rest.strip().replace("⏎", "\n"), asked or None, accepted)


def read(text: str, asked: str | None) -> Values:
    """Everything the readers find in `text`, by field."""
    parent = read_parent_name(
        text, asked=asked == "parent_name", student_asked=asked == "student_name"
    )
    preference = read_preference(text, asked=asked == "schedule_preference")
    return {
        "parent_name": _some(parent),
        "student_name": read_student_names(text, asked=asked == "student_name"),
        "student_age": [str(age) for age in read_ages(text, asked=asked == "student_age")],
        "school_grade": read_grades(text, asked=asked == "school_grade"),
        "subjects": read_subjects(text, asked=asked == "subjects"),
        "phone": _some(read_phone(text)),
        "email": _some(read_email(text)),
        "schedule_preference": _some(preference),
    }


def judge(messages: Iterable[Message]) -> list[Row]:
    counts = {field: Counter[str]() for field in FIELDS.values()}
    total = 0
    for message in messages:
        found = read(message.text, message.asked)
        best = max((_counted(values, found) for values in message.accepted), key=_agreement)
        for field, count in best.items():
            counts[field].update(count)
        total += 1
    overall = _f1(sum(counts.values(), Counter()))
    return [
        Row("fields: F1", overall, "", ">= 0.92", overall >= 0.92, f"{total} messages"),
        *(Row(f"  F1: {field}", _f1(count), "") for field, count in counts.items()),
    ]


def _values(said: str) -> Values:
    values: Values = {field: [] for field in FIELDS.values()}
    for pair in filter(None, map(str.strip, said.split(";"))):
        letter, value = pair.split("=", 1)
        parts = [value] if letter == "h" else value.split(",")
        values[FIELDS[letter]] = [part.strip() for part in parts]
    return values


def _counted(wanted: Values, found: Values) -> dict[str, Counter[str]]:
    return {
        field: Counter(
            both=(Counter(wanted[field]) & Counter(found[field])).total(),
            wanted=len(wanted[field]),
            found=len(found[field]),
        )
        for field in wanted
    }


def _agreement(counted: dict[str, Counter[str]]) -> int:
    return sum(2 * count["both"] - count["wanted"] - count["found"] for count in counted.values())


def _f1(count: Counter[str]) -> float:
    said = count["wanted"] + count["found"]
    return 2 * count["both"] / said if said else 1.0


def _some(value: str | None) -> list[str]:
    return [value] if value else []
