"""What a line of a scenario means, in a short form: the commands a perfect model would give.

answer:price   smalltalk:thanks   want_visit   my_visit   cancel_visit   confirm   deny
student_age=9   student_age[2]=7   student_age=8!      (a correction)
ask_slots   pick_slot   reschedule                     (the words in [brackets] are the span)
pick_slot:2   handoff:billing   opt_out   opt_out:back   unknown   unknown:question
"""

import re
from typing import Any

_SHORT = re.compile(
    r"(?P<name>\w+)(?:\[(?P<student>\d)\])?(?:=(?P<value>.*?)(?P<correction>!)?|:(?P<of>.+))?"
)
_FIELDS = {
    "parent_name", "student_name", "phone", "email", "student_age", "school_grade", "subjects",
    "schedule_preference",
}  # fmt: skip
_SPANNED = {"ask_slots", "pick_slot", "reschedule"}
_NOTHING: dict[str, Any] = dict.fromkeys(
    ("topic", "name", "value", "student", "correction", "option", "span", "reason")
)


def command(short: str, evidence: str, span: str | None) -> dict[str, Any]:
    """One command of commands.schema.json."""
    match = _SHORT.fullmatch(short)
    if match is None:
        raise ValueError(f"what does {short!r} mean?")
    name, of = match["name"], match["of"]
    made = {"command": name, "evidence": evidence} | _NOTHING
    if name in _FIELDS:
        student = int(match["student"]) if match["student"] else None
        return made | {
            "command": "set_field",
            "name": name,
            "value": match["value"],
            "student": student,
            "correction": bool(match["correction"]),
        }
    if name == "pick_slot" and of:
        return made | {"option": int(of)}
    if name in _SPANNED:
        return made | {"span": span or (evidence if name != "reschedule" else None)}
    if name == "handoff":
        return made | {"reason": of}
    return made | {"topic": of}
