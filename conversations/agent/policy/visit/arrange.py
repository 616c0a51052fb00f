"""The visit's step of a turn: which of the parent's wishes is met, in which order."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from conversations.agent.commands import Command
from conversations.agent.effects import CancelVisit, ConfirmVisit
from conversations.agent.policy.concern import RUNNING_LATE
from conversations.agent.policy.draft import Draft
from conversations.agent.policy.visit import moments, offers
from conversations.agent.readers.dates import When
from conversations.agent.readers.fold import fold

_ASKS_FOR_SOME = re.compile(r"\b(?:tem|teria|tens|ha|haveria)\b[^.!?]*\?|, ?(?:tem|teria)\?")


def arrange(draft: Draft, commands: Sequence[Command]) -> None:
    """Meets at most one wish about the visit; most specific first."""
    before = len(draft.acts), draft.dialogue.declined_visit
    denied = {day for one in commands for day in one.unwanted}
    draft.dialogue.unwanted = sorted(denied.union(draft.dialogue.unwanted))
    _arrange(draft, commands)
    draft.settled = before != (len(draft.acts), draft.dialogue.declined_visit)


def _arrange(draft: Draft, commands: Sequence[Command]) -> None:
    said = {one.command: one for one in commands}
    if _said_once_more(draft, said) and _settle(draft, said):
        return
    if "cancel_visit" in said:
        _ask_to_cancel(draft)
    elif "reschedule" in said:
        _move(draft, said["reschedule"].when)
    elif "my_visit" in said:
        _tell(draft, said["my_visit"].when)
    elif any(one.reason == RUNNING_LATE for one in commands):  # not today: when it is, then
        _tell(draft, None)
    elif draft.was_asked in ("cancel", "move", "reminder") and _settle(draft, said):
        return
    elif "pick_slot" in said:
        _pick(draft, said["pick_slot"])
    elif "ask_slots" in said or _asks_availability(commands):
        wish = said.get("ask_slots")
        asks = wish is not None and _ASKS_FOR_SOME.search(fold(wish.evidence)) is not None
        offers.look_for(draft, wish.when if wish else None, asks=asks)
    elif "want_visit" in said:
        _want(draft, said["want_visit"].when)
    else:
        _react(draft, said, commands)


def _said_once_more(draft: Draft, said: dict[str, Command]) -> bool:
    """ "Isso, pode cancelar" and "pode trocar" agree to what was asked; "troca pra sexta" wishes
    for something else."""
    if draft.was_asked == "cancel":
        return "cancel_visit" in said
    return draft.was_asked == "move" and "reschedule" in said and said["reschedule"].when is None


def _asks_availability(commands: Sequence[Command]) -> bool:
    return any(one.command == "answer" and one.topic == "availability" for one in commands)


def _ask_to_cancel(draft: Draft) -> None:
    visit = draft.family.visit
    if visit is None:
        draft.say("no_visit")
    else:
        draft.ask("cancel", "ask_cancel", moment=visit.starts_at)


def _move(draft: Draft, when: When | None) -> None:
    visit = draft.family.visit
    if visit is None:
        draft.say("no_visit")
    else:
        draft.dialogue.moving = True
        if when is None or not (when.dates or when.range or when.time):
            draft.say("move_visit", moment=visit.starts_at)
    draft.dialogue.wish = {}
    offers.look_for(draft, when)


def _tell(draft: Draft, when: When | None) -> None:
    """Without a visit, "dá pra visitar sexta?" can only have been a wish for one."""
    visit = draft.family.visit
    if visit is not None:
        draft.say("my_visit", moment=visit.starts_at)
        return
    if when is None:
        draft.say("no_visit")
    offers.look_for(draft, when)


def _want(draft: Draft, when: When | None) -> None:
    visit = draft.family.visit
    if visit is None or draft.dialogue.moving:
        offers.look_for(draft, when)
    else:
        draft.say("my_visit", moment=visit.starts_at)


def _settle(draft: Draft, said: dict[str, Command]) -> bool:
    """The answer to a yes/no about an existing visit."""
    agrees = "confirm" in said or _said_once_more(draft, said)
    if draft.family.visit is None or not (agrees or "deny" in said):
        return False
    if draft.was_asked == "cancel":
        _cancel_or_keep(draft, cancel=agrees)
    elif draft.was_asked == "move":
        _move_or_keep(draft, move=agrees)
    elif "confirm" in said:
        _confirm(draft)
    else:
        _move(draft, None)
    return True


def _cancel_or_keep(draft: Draft, *, cancel: bool) -> None:
    visit = draft.family.visit
    assert visit is not None
    if cancel:
        draft.do(CancelVisit(visit.pk, "parent"))
        draft.say("visit_cancelled", moment=visit.starts_at)
        draft.family = replace(draft.family, visit=None)
        draft.dialogue.declined_visit = True
    else:
        draft.say("visit_kept", moment=visit.starts_at)


def _move_or_keep(draft: Draft, *, move: bool) -> None:
    pending = draft.dialogue.pending
    draft.dialogue.pending = None
    if move and pending:
        draft.dialogue.moving = True
        offers.settle(draft, datetime.fromisoformat(pending))
    elif draft.family.visit:
        draft.say("visit_kept", moment=draft.family.visit.starts_at)


def _confirm(draft: Draft) -> None:
    visit = draft.family.visit
    assert visit is not None
    draft.do(ConfirmVisit(visit.pk))
    draft.say("visit_still_on", moment=visit.starts_at)


def _pick(draft: Draft, command: Command) -> None:
    chosen = draft.dialogue.offers
    if command.option is not None and 1 <= command.option <= len(chosen):
        offers.settle(draft, datetime.fromisoformat(chosen[command.option - 1]))
    elif command.when is not None:
        offers.look_for(draft, command.when)
    else:
        offers.look_for(draft, None)


def _react(draft: Draft, said: dict[str, Command], commands: Sequence[Command]) -> None:
    """A yes, a no or a field said while the visit was being talked about."""
    if draft.was_asked == "slot" and "confirm" in said:
        _accept_offer(draft)
    elif draft.was_asked == "slot" and "deny" in said:
        _refuse_offers(draft, later=said["deny"].topic == "later")
    elif _asked_to_come(draft) and "confirm" in said:
        offers.look_for(draft, None)
    elif draft.was_asked == "visit_invite" and "deny" in said:
        _decline(draft)
    elif "confirm" in said and draft.was_asked is None and draft.family.visit:
        if "confirm" in said["confirm"].evidence.lower():
            _confirm(draft)
    elif "schedule_preference" in draft.learned and draft.family.visit is None:
        wished = [one.when for one in commands if one.name == "schedule_preference"]
        _prefer(draft, wished[-1] if wished else None)


def _asked_to_come(draft: Draft) -> bool:
    """Asked outright, or by asking when: "manhã ou tarde?" – "pode ser"."""
    open_to_it = draft.family.visit is None and not draft.dialogue.declined_visit
    return draft.was_asked == "visit_invite" or (
        draft.was_asked == "schedule_preference" and open_to_it
    )


def _refuse_offers(draft: Draft, *, later: bool) -> None:
    """The first no asks for a better time; a second one, or "depois te falo", ends it for now."""
    if later or not draft.dialogue.offers:
        _decline(draft)
        return
    draft.dialogue.offers, draft.dialogue.wish = [], {}
    draft.ask("slot", "ask_other_slot")


def _decline(draft: Draft) -> None:
    """Of a visit that is only to be moved, the old time stays."""
    visit = draft.family.visit
    offers.forget(draft)
    if visit is not None:
        draft.say("visit_kept", moment=visit.starts_at)
    else:
        draft.dialogue.declined_visit = True
        draft.say("visit_declined")


def _accept_offer(draft: Draft) -> None:
    if len(draft.dialogue.offers) == 1:
        offers.settle(draft, datetime.fromisoformat(draft.dialogue.offers[0]))
    else:
        draft.ask("slot", "ask_which_slot")


def _prefer(draft: Draft, when: When | None) -> None:
    """The preference asked for the visit is known now: the next thing is concrete offers. Told at
    another time, days on which there are no visits are answered at once."""
    free = when is None or not moments.names_day(when) or moments.matching(when, draft.calendar)
    if draft.was_asked in ("schedule_preference", "visit_invite", "slot") or not free:
        offers.look_for(draft, when)
