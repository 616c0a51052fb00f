"""What must be true after a reply and at the end of a scenario; each failure is one line."""

from collections.abc import Collection, Iterator, Sequence

from benchmarks.answers.family import students
from benchmarks.answers.scenarios import Persona, Scenario, moment
from benchmarks.answers.talk import Utterance
from benchmarks.answers.violations import Sent
from conversations.agent.policy.answers import FACTS
from conversations.agent.readers.fold import fold
from conversations.models import Conversation
from leads.models import Lead
from leads.qualification import missing
from scheduling.models import Visit

MOST_ANSWERS = 2


def of_reply(utterance: Utterance, sent: Sequence[Sent]) -> list[str]:
    """What was asked is answered, and what the step demands is said."""
    said = {str(segment["template"]) for one in sent for segment in one.segments}
    wanted = set(utterance.step.said)
    if not utterance.step.silent and not any(name.startswith("handoff_") for name in said):
        topics = [one["topic"] for one in utterance.commands if one["command"] == "answer"]
        wanted |= {_template(topic) for topic in topics[:MOST_ANSWERS]}
    return [
        f"{name} is missing in the reply to {' | '.join(utterance.lines)!r}"
        for name in sorted(wanted)
        if not any(name == one or one.startswith(f"{name}_") for one in said)
    ]


def _template(topic: str) -> str:
    if topic == "availability":
        return "slot_list"
    return f"answer_{topic}" if topic in FACTS else "answer_knowledge"


def of_end(
    scenario: Scenario,
    told: Collection[tuple[str, int]],
    conversation: Conversation,
    replies: Sequence[str],
    messages: int,
) -> list[str]:
    """`replies`: the templates of all that was said."""
    expect, lead = scenario.expect, conversation.lead
    lead.refresh_from_db()
    failures = [
        *_told(scenario, told, lead),
        *_rows(scenario, lead),
        *_visit(scenario, lead),
        *_mode(scenario, conversation),
    ]
    failures += [f"{name} was never said" for name in expect.said if name not in replies]
    failures += [f"{name} was said" for name in expect.never if name in replies]
    if messages > expect.most:
        failures.append(f"{messages} messages of the parent, more than {expect.most}")
    return failures


def _told(scenario: Scenario, told: Collection[tuple[str, int]], lead: Lead) -> Iterator[str]:
    """What was told in answer to a question stands in the rows, unless the scenario says else."""
    persona, rows = scenario.persona, students(lead)
    for field, number in sorted(told):
        if field in scenario.expect.lead or (number and scenario.expect.students is not None):
            continue
        if number > len(rows):
            yield f"student {number} is missing"
            continue
        found, wanted = _value(field, number, lead, rows), _wanted(field, number, persona)
        if not _same(field, found, wanted, plain="noaccents" in scenario.does):
            yield f"{field}{number or ''} is {found!r}, not {wanted!r}"


def _value(field: str, number: int, lead: Lead, rows: Sequence[object]) -> object:
    attribute = {
        "student_name": "name", "student_age": "age", "itself": "is_the_parent",
        "first_name": "parent_name",
    }.get(field, field)  # fmt: skip
    return getattr(rows[number - 1] if number else lead, attribute)


def _wanted(field: str, number: int, persona: Persona) -> object:
    if not number:
        return {
            "parent_name": persona.name,
            "first_name": persona.name.split()[0],
            "email": persona.email,
            "phone": persona.phone,
            "schedule_preference": persona.preference,
        }[field]
    one = persona.students[number - 1]
    return {
        "student_name": one.name, "student_age": one.age, "school_grade": one.grade,
        "subjects": list(one.subjects), "itself": True,
    }[field]  # fmt: skip


def _same(field: str, found: object, wanted: object, *, plain: bool) -> bool:
    if field == "schedule_preference":  # in the reader's own words
        return bool(found)
    if field == "phone":
        return str(found).endswith("".join(c for c in str(wanted) if c.isdigit())[-8:])
    if isinstance(found, str) and isinstance(wanted, str):
        return (fold(found) == fold(wanted)) if plain else found.casefold() == wanted.casefold()
    return found == wanted


def _rows(scenario: Scenario, lead: Lead) -> Iterator[str]:
    expect = scenario.expect
    for field, wanted in expect.lead.items():
        if getattr(lead, field) != wanted:
            yield f"{field} is {getattr(lead, field)!r}, not {wanted!r}"
    if expect.students is not None:
        found = [_row(one) for one in students(lead)]
        for number, wanted in enumerate(expect.students):
            row = found[number] if number < len(found) else {}
            yield from (
                f"{key} of student {number + 1} is {row.get(key)!r}, not {value!r}"
                for key, value in wanted.items()
                if row.get(key) != value
            )
        if len(found) > len(expect.students):
            yield f"{len(found)} students, not {len(expect.students)}"
    if expect.complete is not None and expect.complete == bool(missing(lead)):
        yield f"missing: {', '.join(missing(lead)) or 'nothing'}"
    if expect.opted_out != (lead.opted_out_at is not None):
        yield "consent is wrong"


def _row(student: object) -> dict[str, object]:
    names = ("name", "age", "school_grade", "subjects", "is_the_parent")
    return {name: getattr(student, name) for name in names}


def _visit(scenario: Scenario, lead: Lead) -> Iterator[str]:
    wanted = scenario.expect.visit or _by_wish(scenario)
    active = [one for one in lead.visits.all() if one.status in Visit.ACTIVE]
    found = ", ".join(f"{one.starts_at:%d/%m %H:%M}Z" for one in active) or "no visit"
    if wanted in ("booked", "confirmed"):
        holds = len(active) == 1 and wanted in ("booked", active[0].status)
    elif wanted in ("none", "cancelled"):
        cancelled = lead.visits.filter(status=Visit.Status.CANCELLED).exists()
        holds = not active and (wanted == "none" or cancelled)
    else:
        holds = [one.starts_at for one in active] == [moment(wanted)]
    if not holds:
        yield f"{found}, not {wanted}"


def _by_wish(scenario: Scenario) -> str:
    if scenario.visit:
        return scenario.visit
    goes_early = scenario.until == "script" or scenario.wants == "info" or scenario.expect.handoff
    return "none" if goes_early else "booked"


def _mode(scenario: Scenario, conversation: Conversation) -> Iterator[str]:
    expect = scenario.expect
    mode = expect.mode or ("waiting" if expect.handoff else "bot")
    if conversation.mode != mode:
        yield f"mode {conversation.mode} ({conversation.handoff_reason}), not {mode}"
    elif conversation.handoff_reason != expect.handoff and mode == "waiting":
        yield f"handed over for {conversation.handoff_reason}, not {expect.handoff}"
