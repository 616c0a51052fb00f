"""When a person is needed: hard reasons at once, small signs adding up (agent.md section 3)."""

import re
from collections.abc import Sequence

from conversations.agent.commands import Command
from conversations.agent.effects import StartHandoff
from conversations.agent.policy.draft import Draft
from conversations.agent.policy.summary import summary
from conversations.agent.readers.fold import fold
from conversations.agent.readers.refusals import refuses
from conversations.agent.situation import FIELDS
from conversations.agent.triggers import NOTHING, phrase_reason

THRESHOLD = 0.7
RUNNING_LATE = "running_late"  # the parent will be late for the visit
FADES = 0.5  # what remains of the score after a turn without a sign
MOST_BOT_TURNS = 25
OF_A_PUPIL = frozenset({"enrolled_student", "cancel_enrolment"})
OF_THE_VISIT = frozenset({"pick_slot", "ask_slots", "reschedule", "cancel_visit", "my_visit"})
_CLASS = re.compile(r"\baulas?\b")
_ASKS = re.compile(
    r"\b(?:tem|como|quant[oa]s?|qual|quais|quando|onde|quem|posso|pode|precisa|da para|voces|vcs)\b"
)
SIGNS = {"unknown_question": 0.35, "no_parse_twice": 0.3, "irritated": 0.25, "same_question": 0.4}


def weigh(draft: Draft, commands: Sequence[Command]) -> None:
    """Hands over for a hard reason, a second bargaining, or a talk that has become too long."""
    heard = [one for one in commands if one.command == "handoff" and not _is_a_refusal(one, draft)]
    reasons = [str(one.reason) for one in heard]
    bargains = "bargaining" in reasons  # once a turn, though the guard and a model both hear it
    draft.dialogue.bargains += bargains
    hard = [
        str(one.reason)
        for one in heard
        if one.reason not in ("bargaining", "irritated", RUNNING_LATE)
        and not _is_an_answer(one, draft)
        and not _is_of_the_visit(one, commands, draft)
    ]
    if RUNNING_LATE in reasons and _visits_today(draft):
        hard.append(RUNNING_LATE)
    if bargains and draft.dialogue.bargains >= 2:
        hard.append("bargaining")
    if draft.dialogue.bot_turns >= MOST_BOT_TURNS:
        hard.append("too_long")
    if hard:
        hand_off(draft, hard[0])
        return
    if "irritated" in reasons:
        _sign(draft, "irritated")
        if draft.finished:
            return
        draft.say("sorry")
    if bargains:
        draft.say("bargain_once")


def _visits_today(draft: Draft) -> bool:
    visit = draft.family.visit
    return visit is not None and visit.starts_at.astimezone(draft.now.tzinfo).date() == (
        draft.now.date()
    )


def _is_a_refusal(command: Command, draft: Draft) -> bool:
    """ "Prefiro não falar" and "pula essa" keep back the field that was asked, and no more."""
    refused = draft.was_asked in FIELDS and refuses(command.evidence)
    return refused and phrase_reason(command.evidence) == NOTHING


def _is_an_answer(command: Command, draft: Draft) -> bool:
    """ "vai ser pro meu filho Pedro" told the name that was asked: there only a phrase is believed
    to ask for a person, not what a model of language hears in it."""
    answered = draft.was_asked in draft.learned
    return answered and phrase_reason(command.evidence) != command.reason


def _is_of_the_visit(command: Command, commands: Sequence[Command], draft: Draft) -> bool:
    """Who has a visit, or is offered one, and moves or picks it speaks of no pupil's class."""
    on_the_table = draft.family.visit is not None or draft.was_asked == "slot"
    spoken_of = any(one.command in OF_THE_VISIT for one in commands) and not _CLASS.search(
        fold(command.evidence)
    )
    ordinary = on_the_table and spoken_of and command.reason in OF_A_PUPIL
    return ordinary and phrase_reason(command.evidence) != command.reason


def admit(draft: Draft, commands: Sequence[Command]) -> None:
    """Says so when nothing was understood; twice the same, and a person takes over."""
    said = [act for act in draft.acts if act.text != "greeting_back"]
    understood = said or draft.learned or draft.effects or draft.asking
    unknown = any(one.command == "unknown" for one in commands)
    asked_field = draft.was_asked in FIELDS
    if not unknown:
        draft.dialogue.misses = 0
        if understood:
            draft.dialogue.score *= FADES
        return
    if any(_asks_the_unknown(one, draft) for one in commands):
        _unknown_question(draft)
    elif asked_field and not understood:
        if draft.dialogue.asks.get(str(draft.was_asked), 0) >= 2:
            _sign(draft, "no_parse_twice")
    elif not understood:
        _not_understood(draft)


def _asks_the_unknown(command: Command, draft: Draft) -> bool:
    """Beside a field ("pode anotar: ana@gmail.com"), as the first words of a family ("queria
    saber sobre o kumon pros meus filhos") or in an answer's place ("é pequeno, sabe") only what
    is put as a question is one."""
    if command.command != "unknown" or command.topic != "question":
        return False
    answers = draft.was_asked in FIELDS and not _ASKS.search(fold(command.evidence))
    told = draft.learned or draft.says("corrected")
    return "?" in command.evidence or not (told or draft.says("greeting") or answers)


def _unknown_question(draft: Draft) -> None:
    _sign(draft, "unknown_question")
    if not draft.finished:
        draft.say("answer_unknown")


def _not_understood(draft: Draft) -> None:
    draft.dialogue.misses += 1
    if draft.dialogue.misses >= 2:
        hand_off(draft, "misunderstood")
    else:
        draft.say("not_understood")


def repeated_question(draft: Draft) -> None:
    _sign(draft, "same_question")


def _sign(draft: Draft, sign: str) -> None:
    draft.dialogue.score += SIGNS[sign]
    if draft.dialogue.score >= THRESHOLD:
        hand_off(draft, "misunderstood" if sign != "irritated" else "complaint")


def hand_off(draft: Draft, reason: str) -> None:
    """Always a text to the parent and a ticket for staff; nothing else is said or asked."""
    back = draft.calendar.next_open(draft.now)
    staff_in = back is not None and back <= draft.now
    draft.acts.clear()
    draft.say(f"handoff_{reason}")
    if staff_in:
        draft.say("staff_soon")
    elif back is not None:
        draft.say("staff_back", moment=back)
    draft.do(StartHandoff(reason, summary(draft.family)))
    draft.dialogue.score, draft.dialogue.misses, draft.dialogue.bargains = 0.0, 0, 0
    draft.dialogue.close_question()
    draft.finish()
