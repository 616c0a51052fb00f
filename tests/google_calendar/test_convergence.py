"""Whatever both sides and the network do, in whatever order: in the end both are equal, nothing is
doubled and nothing is lost."""

from datetime import datetime, timedelta

import pytest
from django.core.cache import caches
from django.db import transaction
from django.test import override_settings
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from leads.models import Lead
from scheduling import booking, sync
from scheduling.calendars.base import BREAKER
from scheduling.models import Closure, Visit, VisitEvent
from scheduling.seed import seed
from tests.google_calendar.unit import HALF_HOUR, NOW, TEN, Unit
from tests.stand_ins.google_calendar import Fault, GoogleCalendarStandIn

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
REFUSED = (
    booking.SlotTaken, booking.SlotClosed, booking.AlreadyBooked, booking.NotActive, sync.Overtaken,
)  # fmt: skip
FAULTS = [
    Fault.unavailable(), Fault(500, after=True), Fault(None), Fault.dropped_after_commit(),
    Fault.quota(), Fault.too_many(30), Fault(410, "fullSyncRequired", method="LIST"),
    Fault(412, "conditionNotMet", method="PATCH"), Fault.passed(),
]  # fmt: skip
number = st.integers(0, 5)
steps = st.one_of(
    st.tuples(st.just("book"), number, number),
    st.tuples(st.sampled_from(["cancel", "confirm", "attended"]), number),
    st.tuples(st.just("reschedule"), number, number),
    st.tuples(st.sampled_from(["person deletes", "person restores"]), number),
    st.tuples(st.just("person moves"), number, number),
    st.tuples(st.just("person adds"), number),
    st.tuples(st.just("decide"), number, st.booleans()),
    st.tuples(st.just("fault"), st.sampled_from(FAULTS)),
    st.tuples(st.just("tokens expire")),
    st.tuples(st.just("sync")),
    st.tuples(st.just("sync")),
)


class Story:
    def __init__(self, google):
        seed(NOW)
        self.unit = Unit(google)
        self.google = google
        self.leads = [Lead.objects.create() for _ in range(3)]
        self.starts = [TEN + n * HALF_HOUR for n in range(3)]
        self.starts += [start + timedelta(days=1) for start in self.starts]

    def take(self, step, *args):
        self.unit.now += MINUTE
        try:
            getattr(self, step.replace(" ", "_"))(*args)
        except REFUSED:
            return

    def visit(self, which):
        visits = list(Visit.objects.order_by("pk"))
        return visits[which % len(visits)] if visits else None

    def known(self, which):
        """One of the events that ever stood in Google."""
        keys = sorted(self.google.events)
        return keys[which % len(keys)] if keys else None

    def book(self, who, at):
        self.unit.book(self.starts[at], self.leads[who % 3])

    def cancel(self, which):
        if visit := self.visit(which):
            booking.cancel(visit, "", now=self.unit.now, by="parent")

    def confirm(self, which):
        if visit := self.visit(which):
            booking.confirm(visit, now=self.unit.now, by="parent")

    def attended(self, which):
        if visit := self.visit(which):
            booking.mark(visit, "attended", now=self.unit.now, by="staff")

    def reschedule(self, which, at):
        if visit := self.visit(which):
            booking.reschedule(visit, self.starts[at], now=self.unit.now, by="parent")

    def person_adds(self, at):
        self.google.person.adds("Reunião", self.starts[at], self.starts[at] + HALF_HOUR)

    def person_moves(self, which, at):
        if key := self.known(which):
            self.google.person.moves(key, self.starts[at], self.starts[at] + HALF_HOUR)

    def person_deletes(self, which):
        if key := self.known(which):
            self.google.person.deletes(key)

    def person_restores(self, which):
        if key := self.known(which):
            self.google.person.restores(key)

    def decide(self, which, accept):
        asked = list(VisitEvent.objects.questions())
        if asked and accept:
            sync.accept(asked[which % len(asked)], now=self.unit.now, by="staff")
        elif asked:
            sync.keep(asked[which % len(asked)], now=self.unit.now)

    def fault(self, fault):
        self.google.faults.append(fault)

    def tokens_expire(self):
        self.google.expire_sync_tokens()

    def sync(self):
        self.unit.sync()

    def end(self):
        """The network is well again, and staff decide whatever is open."""
        self.google.faults.clear()
        for _ in range(3):
            BREAKER.leave(BREAKER.state(), None)
            self.unit.sync(timedelta(minutes=6))
            for asked in VisitEvent.objects.questions():
                sync.keep(asked, now=self.unit.now)


def foreign(google, ours):
    return {
        key: datetime.fromisoformat(each["start"]["dateTime"])
        for key, each in google.active().items()
        if key not in ours
    }


# Shrinking takes minutes: every step is HTTP.
@settings(deadline=None, max_examples=10, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.lists(steps, min_size=4, max_size=25))
@example(
    story=[
        ("fault", Fault(410, "fullSyncRequired", method="LIST")),
        ("fault", Fault.dropped_after_commit()),
        ("book", 2, 5),
        ("sync",),
    ]
)
def test_both_sides_are_equal_in_the_end(story):
    with (
        transaction.atomic(),
        GoogleCalendarStandIn() as google,
        override_settings(
            GOOGLE_CALENDAR_ID=google.calendar_id, GOOGLE_CALENDAR_API_ENDPOINT=google.url
        ),
    ):
        caches["default"].clear()
        told = Story(google)
        for step in story:
            told.take(*step)
        told.end()

        told.unit.agree()
        ours = set(VisitEvent.objects.values_list("event_id", flat=True))
        closed = Closure.objects.filter(source="google").values_list("external_id", "starts_at")
        assert dict(closed) == foreign(google, ours)
        assert not VisitEvent.objects.questions().exists()
        transaction.set_rollback(True)
