"""One question at the end of a turn: what is still missing, asked around the visit."""

from collections.abc import Sequence
from datetime import datetime

from conversations.agent.commands import Command
from conversations.agent.policy.draft import Draft
from conversations.agent.situation import FIELDS, FIELDS_OF_STUDENT

MOST_ASKS = 3
MOST_IN_A_ROW = 2  # turns that end with one question, while something else can be asked
EXAMPLE_FROM = 2


def ask_next(draft: Draft, commands: Sequence[Command]) -> None:
    """Asks for the first missing field, unless this turn already ends with a question."""
    if draft.asking:
        return
    if _ask_again(draft, commands):
        return
    _count_answer(draft, commands)
    if _suggest_email(draft, commands):
        return
    if _resume(draft, commands):
        return
    field = _next_field(draft)
    if field == "school_grade" and _worth_inviting(draft):
        draft.ask("visit_invite", "visit_invite")
        return
    if field is None:
        _close(draft, commands)
        return
    _lead_in(draft)
    _ask_field(draft, field)


def _ask_again(draft: Draft, commands: Sequence[Command]) -> bool:
    """A known value was said to be wrong: the right one is asked for before all else."""
    wrong = next((one for one in commands if one.command == "clarify" and one.name), None)
    if wrong is None or not _is_known(draft, str(wrong.name), wrong.student):
        return False
    if not draft.acts:
        draft.say("apology")
    draft.dialogue.focus = wrong.student or draft.dialogue.focus
    args = {"students": [draft.dialogue.focus]} if wrong.name in _OF_STUDENT else {}
    draft.ask(str(wrong.name), f"ask_{wrong.name}", **args)
    return True


def _is_known(draft: Draft, field: str, student: int | None) -> bool:
    if field in FIELDS_OF_STUDENT:
        return draft.family.student(student or draft.dialogue.focus).knows(field)
    return not draft.family.missing(field)


def _count_answer(draft: Draft, commands: Sequence[Command]) -> None:
    """A field that was refused is skipped; one that was only talked around is not counted."""
    asked = draft.was_asked
    if asked not in FIELDS or asked in draft.learned:
        return
    # "Não é matemática, é português" denies nothing.
    if any(one.command == "deny" for one in commands) and not draft.says("corrected"):
        draft.dialogue.skipped.append(asked)
        if asked == "schedule_preference":
            draft.dialogue.declined_visit = True
        draft.say("no_problem")
    elif (draft.acts or draft.learned) and not any(one.command == "unknown" for one in commands):
        draft.dialogue.asks[asked] -= 1  # a digression was answered; the thread resumes
    elif draft.dialogue.asks.get(asked, 0) >= MOST_ASKS:
        draft.dialogue.skipped.append(asked)
        draft.say("skipped")


def _resume(draft: Draft, commands: Sequence[Command]) -> bool:
    """A question about the visit that was talked around is asked again. The offers can still be
    seen above: they are listed again only below the first answer to something else, and where
    something was not understood."""
    asked, dialogue = draft.was_asked, draft.dialogue
    if asked not in ("slot", "visit_invite") or draft.settled:
        return False
    most = MOST_IN_A_ROW + bool(dialogue.offers)  # a pick is so near that it is worth one more
    if dialogue.streak >= most and _next_field(draft):
        return False
    _lead_in(draft)
    if asked == "slot" and dialogue.offers:
        digressed = dialogue.streak == 1 and any(one.command == "answer" for one in commands)
        if digressed or draft.says("not_understood"):
            draft.say("slot_list", options=[datetime.fromisoformat(at) for at in dialogue.offers])
            draft.ask("slot", "ask_which_slot")
        else:
            draft.ask("slot", "ask_slot_again")
    else:
        draft.ask(asked, "ask_other_slot" if asked == "slot" else "visit_invite")
    return True


def _next_field(draft: Draft) -> str | None:
    """What was talked around; the one after it, when it was twice; else the first worth asking."""
    worth = [name for name in FIELDS if _worth_asking(draft, name)]
    if draft.was_asked not in worth:
        return worth[0] if worth else None
    place = worth.index(draft.was_asked) + (draft.dialogue.streak >= MOST_IN_A_ROW)
    return worth[place % len(worth)]


def _worth_inviting(draft: Draft) -> bool:
    """The preference was said before it was asked, and the visit not talked about yet."""
    dialogue = draft.dialogue
    talked = dialogue.declined_visit or dialogue.asks.keys() & {"visit_invite", "slot"}
    return draft.family.visit is None and not talked


def _worth_asking(draft: Draft, field: str) -> bool:
    if field in draft.dialogue.skipped:
        return False
    about_visit = draft.dialogue.declined_visit or draft.was_asked == "visit_invite"
    if field == "schedule_preference" and about_visit:
        return False  # an invitation that was talked around asked as much
    return bool(draft.family.missing(field))


def _suggest_email(draft: Draft, commands: Sequence[Command]) -> bool:
    """An address whose domain looks mistyped is asked back once."""
    typo = next(
        (one for one in commands if one.command == "clarify" and one.topic == "email_typo"), None
    )
    if typo is None or draft.family.email == typo.value:
        return False
    draft.dialogue.pending = typo.value
    draft.ask("email_typo", "ask_email_typo", email=typo.value)
    return True


def _lead_in(draft: Draft) -> None:
    """A word of acknowledgement, so that a talk is not an interrogation."""
    if draft.learned and not draft.acts:
        draft.say("noted")


def _ask_field(draft: Draft, field: str) -> None:
    example = draft.dialogue.asks.get(field, 0) + 1 >= EXAMPLE_FROM and draft.was_asked == field
    args = {"students": draft.family.missing(field)} if field in _OF_STUDENT else {}
    name = f"ask_{field}"
    if field == "student_age" and draft.family.student(1).is_parent:
        name = "ask_student_age_self"
    if field == "schedule_preference" and draft.family.visit:
        name = "ask_preference_for_classes"
    explained = name == "ask_schedule_preference" and name in draft.dialogue.wordings
    draft.ask(field, f"{name}_example" if example or explained else name, **args)


_OF_STUDENT = ("student_age", "school_grade", "subjects")


def _close(draft: Draft, commands: Sequence[Command]) -> None:
    """Nothing is missing: say so once, or stay available."""
    if draft.acts and not draft.learned:
        return
    if draft.family.visit is None and not draft.dialogue.declined_visit:
        draft.ask("visit_invite", "visit_invite")
    elif draft.learned and draft.family.visit is not None:
        draft.say("all_set", moment=draft.family.visit.starts_at)
    elif not draft.acts:
        draft.say("at_your_service")
