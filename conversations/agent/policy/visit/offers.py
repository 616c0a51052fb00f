"""Concrete offers, and the pick that becomes a visit."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from conversations.agent.effects import BookVisit, MoveVisit
from conversations.agent.policy import concern
from conversations.agent.policy.draft import Draft
from conversations.agent.policy.visit import moments
from conversations.agent.readers.dates import When, read_when
from conversations.agent.situation import VisitFacts
from scheduling.slots import spread

OFFERS = 3


def look_for(draft: Draft, when: When | None, *, asks: bool = False) -> None:
    """Books what was said in full and is free; asks what is ambiguous; otherwise offers three.

    Who `asks` whether there is something ("tem quinta de manhã?") takes none of the offers yet.
    """
    wish = _remember(draft, when)
    said = moments.exact(wish, draft.calendar)
    if not wish.ambiguous and len(said) == 1:
        settle(draft, said[0])
    elif not asks and (picked := _offered_at(draft, when)) is not None:
        settle(draft, picked)
    elif wish.ambiguous and said:
        _ask_which(draft, said)
    else:
        _offer(draft, wish)


def _remember(draft: Draft, when: When | None) -> When:
    """What has been wished so far: this message's words over those of the messages before."""
    before = moments.from_json(draft.dialogue.wish)
    wish = moments.joined(before, when) if when else before or _preferred(draft)
    named = {day.weekday() for day in when.dates} if when else set()
    draft.dialogue.unwanted = [day for day in draft.dialogue.unwanted if day not in named]
    left = tuple(day for day in wish.dates if day.weekday() not in draft.dialogue.unwanted)
    wish = replace(wish, dates=left)
    draft.dialogue.wish = wish.as_json()
    return wish


def _preferred(draft: Draft) -> When:
    """What the family has said of its hours, where some of them are free."""
    preferred = read_when(draft.family.schedule_preference, draft.now) or When()
    hours = When(part=preferred.part, after=preferred.after, before=preferred.before)
    return hours if moments.matching(hours, draft.calendar) else When()


def _offered_at(draft: Draft, said: When | None) -> datetime | None:
    """ "às 15h" or "na quinta" after offers: the one offer that fits."""
    if draft.was_asked != "slot" or said is None or not (said.time or said.dates):
        return None
    offered = [datetime.fromisoformat(one) for one in draft.dialogue.offers]
    fitting = [
        at
        for at in offered
        if moments.fits_hour(said, at) and (not said.dates or at.date() in said.dates)
    ]
    return fitting[0] if len(fitting) == 1 else None


def settle(draft: Draft, at: datetime) -> None:
    """A concrete moment: booked when it is free, else explained with the nearest that are."""
    visit = draft.family.visit
    if visit is not None and visit.starts_at == at:
        _done(draft)
        draft.say("my_visit", moment=at)
    elif not draft.calendar.verdict(at).free:
        _explain(draft, at)
    elif visit is None:
        draft.do(BookVisit(at))
        draft.say("visit_booked", moment=at, visit=None)
        _booked(draft, at)
    elif draft.dialogue.moving:
        draft.do(MoveVisit(visit.pk, at))
        draft.say("visit_moved", moment=at, visit=None)
        _booked(draft, at)
    else:
        draft.dialogue.pending = at.isoformat()
        draft.ask("move", "ask_move", moment=visit.starts_at, wanted=at)


def _booked(draft: Draft, at: datetime) -> None:
    draft.family = replace(draft.family, visit=VisitFacts(0, at, "booked"))
    _done(draft)


def _done(draft: Draft) -> None:
    forget(draft)
    draft.dialogue.declined_visit = False


def forget(draft: Draft) -> None:
    """Ends the search for a time: what was offered, wished and denied."""
    draft.dialogue.offers, draft.dialogue.wish, draft.dialogue.unwanted = [], {}, []
    draft.dialogue.moving = False


def _ask_which(draft: Draft, said: Sequence[datetime]) -> None:
    """An ambiguous moment is asked, never guessed. Who then says the same again means the next."""
    free = [at for at in said if draft.calendar.verdict(at).free]
    if not free:
        _explain(draft, said[0])
        return
    if draft.was_asked == "slot" and draft.dialogue.offers == [at.isoformat() for at in free]:
        settle(draft, free[0])
        return
    draft.say("ambiguous_moment")
    _list(draft, free, "ask_which_slot")


def _offer(draft: Draft, wish: When) -> None:
    found = spread(_wanted(draft, moments.matching(wish, draft.calendar)), OFFERS)
    if found:
        draft.say("offer_slots")
        _list(draft, found, "ask_slot")
        return
    _explain_wish(draft, wish)


def _wanted(draft: Draft, free: list[datetime]) -> list[datetime]:
    """Without the weekdays that were denied, unless no other is free."""
    return [at for at in free if at.weekday() not in draft.dialogue.unwanted] or free


def _list(draft: Draft, found: Sequence[datetime], question: str) -> None:
    draft.dialogue.offers = [at.isoformat() for at in found]
    draft.say("slot_list", options=list(found))
    moving = draft.dialogue.moving and question == "ask_slot"
    draft.ask("slot", "ask_slot_or_cancel" if moving else question)


def _explain_wish(draft: Draft, wish: When) -> None:
    """Why nothing fits the words, and the nearest that is free."""
    if not moments.names_day(wish):
        free = _wanted(draft, moments.matching(When(), draft.calendar))
        _say_why(draft, spread(free), "slot_none_matching")
        return
    first, _ = moments.days(wish, draft.calendar)
    starts = sorted({row.opens for row in draft.calendar.hours if row.weekday == first.weekday()})
    clock = wish.time or (starts[0] if starts else moments.NOON)
    at = datetime.combine(first, clock, draft.calendar.tz)
    status = draft.calendar.verdict(max(at, draft.calendar.now)).status
    if status in ("closed_day", "weekend", "too_far"):
        _explain(draft, at)
    else:
        hour = moments.names_hour(wish)
        _nearest(draft, at, "slot_none_matching" if hour else "slot_day_full")


def _explain(draft: Draft, at: datetime) -> None:
    verdict = draft.calendar.verdict(at)
    _nearest(draft, at, f"slot_{verdict.status}", closure=verdict.closure, wanted=at)


def _nearest(draft: Draft, at: datetime, reason: str, **args: object) -> None:
    """The nearest three; beside a place that is taken, two of that day and one of another."""
    nearest = _wanted(draft, draft.calendar.nearest(at, 40))
    most = OFFERS - 1 if reason == "slot_taken" else OFFERS
    same_day = _around(at, [one for one in nearest if one.date() == at.date()], most)
    others = [one for one in nearest if one.date() != at.date()]
    chosen = sorted([*same_day, *_apart(others, OFFERS - len(same_day))])
    _say_why(draft, chosen, reason, **args)


def _say_why(draft: Draft, instead: Sequence[datetime], reason: str, **args: object) -> None:
    if not instead:
        concern.hand_off(draft, "no_slot")
        return
    draft.dialogue.wish = {}
    draft.say(reason, **args)
    _list(draft, instead, "ask_slot")


def _around(at: datetime, nearest: Sequence[datetime], most: int) -> list[datetime]:
    """The nearest of a day, on both sides of `at` if there are some: noon is near 14h too."""
    chosen = list(nearest[:most])
    other_side = [one for one in nearest[most:] if (one > at) != (nearest[0] > at)]
    if other_side and all((one > at) == (nearest[0] > at) for one in chosen):
        chosen[-1] = other_side[0]
    return chosen


def _apart(nearest: Sequence[datetime], count: int) -> list[datetime]:
    """The nearest, but not all of one day."""
    day = timedelta(days=1)
    chosen: list[datetime] = []
    for at in nearest:
        if len(chosen) < count and all(abs(at - other) >= day / 24 * 2 for other in chosen):
            chosen.append(at)
    return chosen
