"""What readers and the tier without a model make of one text (manage.py understand)."""

from datetime import datetime
from typing import Any

from conversations.agent import closed, guard
from conversations.agent.dialogue import Dialogue
from conversations.agent.ground import ground
from conversations.agent.hearing import Hearing
from conversations.agent.readers.ages import read_ages
from conversations.agent.readers.dates import read_when
from conversations.agent.readers.emails import read_email
from conversations.agent.readers.grades import read_grades
from conversations.agent.readers.names import read_parent_name, read_student_names
from conversations.agent.readers.phones import read_phone
from conversations.agent.readers.subjects import read_subjects
from conversations.agent.rules import VISIT_QUESTIONS, understand
from conversations.agent.situation import Family
from conversations.knowledge.index import ACCEPT, KnowledgeIndex


def explain(
    written: str, now: datetime, dialogue: Dialogue, knowledge: KnowledgeIndex
) -> dict[str, Any]:
    """The answer described in interface.md; `now` is local to the unit."""
    text, asked = guard.clean(written), dialogue.asked
    hits = knowledge.search(text) if text else []
    found = [hit.key for hit in hits if hit.score >= ACCEPT]
    hearing = Hearing([text], now, dialogue, Family(lead=0), lambda _: next(iter(found), None))
    commands = [*guard.heard([text]), *(closed.consumed(hearing) or understand(hearing))]
    held = ground(commands, [(0, text)], now=now, knowledge=found)
    when = read_when(text, now, asked=asked in VISIT_QUESTIONS)
    return {
        "commands": [command.as_json() for command in held],
        "when": when.as_json() if when else None,
        "ages": read_ages(text, asked=asked == "student_age", today=now.date()),
        "grade": next(iter(read_grades(text, asked=asked == "school_grade")), None),
        "names": {
            "parent": read_parent_name(
                text, asked=asked == "parent_name", student_asked=asked == "student_name"
            ),
            "student": next(iter(read_student_names(text, asked=asked == "student_name")), None),
        },
        "subjects": read_subjects(text, asked=asked == "subjects"),
        "phone": read_phone(text),
        "email": read_email(text),
        "knowledge": [
            {"key": hit.key, "title": hit.title, "score": round(hit.score, 3)} for hit in hits
        ],
    }
