"""The promise that two families never get one place, with real transactions side by side."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from leads.models import Lead
from scheduling.booking import (
    AlreadyBooked,
    NotActive,
    SlotTaken,
    book,
    cancel,
    confirm,
    load_calendar,
    reschedule,
)
from scheduling.models import Visit, VisitRules
from scheduling.seed import seed

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=ZoneInfo("America/Sao_Paulo"))  # a Monday
TEN = NOW + timedelta(days=1, hours=2)
RACERS = 40
SIDE_BY_SIDE = 10  # connections; the rest follow as these finish


@pytest.fixture
def families(transactional_db):
    seed(NOW)
    return [Lead.objects.create(parent_name=f"Family {n}") for n in range(RACERS)]


def race(attempt, entries, side_by_side=SIDE_BY_SIDE):
    """What each attempt came to, by name; the first ones start at the same moment."""
    start = Barrier(side_by_side)

    def run(numbered):
        number, entry = numbered
        if number < side_by_side:
            start.wait(timeout=20)
        try:
            attempt(entry)
        except (SlotTaken, AlreadyBooked, NotActive, IntegrityError, OperationalError) as error:
            return type(error).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(side_by_side) as pool:
        return Counter(pool.map(run, enumerate(entries)))


@pytest.mark.parametrize("capacity", [1, 3])
def test_forty_families_and_one_time(families, capacity):
    VisitRules.objects.update(capacity=capacity)

    results = race(lambda lead: book(lead, TEN, now=NOW, by="parent"), families)

    assert results == {"done": capacity, "SlotTaken": RACERS - capacity}
    assert sorted(Visit.objects.values_list("seat", flat=True)) == list(range(capacity))


def test_four_hundred_attempts_and_one_time(families):
    results = race(lambda lead: book(lead, TEN, now=NOW, by="parent"), families * 10)

    # The winner's own nine other attempts are told that it has a visit.
    assert results == {"done": 1, "SlotTaken": 390, "AlreadyBooked": 9}


def test_the_constraint_alone_lets_one_through(families):
    def insert(lead):
        Visit.objects.create(
            lead=lead,
            starts_at=TEN,
            ends_at=TEN + timedelta(minutes=30),
            created_by="staff",
            created_at=NOW,
        )

    results = race(insert, families[:3], side_by_side=3)

    assert results["done"] == Visit.objects.count() == 1


def test_one_family_and_forty_times(families):
    free = load_calendar(NOW).free(TEN.date(), TEN.date() + timedelta(days=10))[:RACERS]

    results = race(lambda at: book(families[0], at, now=NOW, by="parent"), free)

    assert results == {"done": 1, "AlreadyBooked": RACERS - 1}


def test_one_request_sent_forty_times(families):
    results = race(
        lambda _: book(families[0], TEN, now=NOW, by="api", client_key="same"), range(RACERS)
    )

    assert results == {"done": RACERS}
    assert Visit.objects.count() == 1


def test_one_visit_moved_forty_times_at_once(families):
    visit = book(families[0], TEN, now=NOW, by="parent")
    free = load_calendar(NOW).free(TEN.date(), TEN.date() + timedelta(days=10))[:RACERS]

    results = race(
        lambda at: reschedule(Visit.objects.get(pk=visit.pk), at, now=NOW, by="parent"), free
    )

    assert results == {"done": 1, "NotActive": RACERS - 1}
    assert sorted(Visit.objects.values_list("status", flat=True)) == ["booked", "rescheduled"]


def test_every_step_on_one_visit_at_once(families):
    visit = book(families[0], TEN, now=NOW, by="parent")
    free = load_calendar(NOW).free(TEN.date(), TEN.date() + timedelta(days=10))

    def step(number):
        row = Visit.objects.get(pk=visit.pk)
        if number % 3 == 0:
            return confirm(row, now=NOW, by="parent")
        if number % 3 == 1:
            return cancel(row, "", now=NOW, by="staff")
        return reschedule(row, free[number], now=NOW, by="parent")

    results = race(step, range(RACERS))

    assert "OperationalError" not in results  # no deadlock
    assert Visit.objects.active().count() <= 1
    lead = Lead.objects.get(pk=families[0].pk)
    has_visit = Visit.objects.active().filter(lead=lead).exists()
    assert (lead.stage in ("booked", "confirmed")) == has_visit


class Bookings(RuleBasedStateMachine):
    """Any order of steps by three families keeps places and families apart."""

    visits = Bundle("visits")

    def __init__(self):
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        seed(NOW)
        self.leads = [Lead.objects.create() for _ in range(3)]
        self.starts = load_calendar(NOW).free(TEN.date(), TEN.date())[:3]

    def teardown(self):
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    def attempt(self, step):
        try:
            return step()
        except (SlotTaken, AlreadyBooked, NotActive):
            return None

    @rule(target=visits, who=st.integers(0, 2), at=st.integers(0, 2))
    def book(self, who, at):
        return self.attempt(lambda: book(self.leads[who], self.starts[at], now=NOW, by="parent"))

    @rule(target=visits, visit=visits, at=st.integers(0, 2))
    def move(self, visit, at):
        return visit and self.attempt(
            lambda: reschedule(visit, self.starts[at], now=NOW, by="parent")
        )

    @rule(visit=visits)
    def cancel(self, visit):
        if visit:
            self.attempt(lambda: cancel(visit, "", now=NOW, by="parent"))

    @rule(visit=visits)
    def confirm(self, visit):
        if visit:
            self.attempt(lambda: confirm(visit, now=NOW, by="parent"))

    @invariant()
    def nobody_shares(self):
        active = list(Visit.objects.active().values_list("starts_at", "lead"))
        assert len({at for at, _ in active}) == len({lead for _, lead in active}) == len(active)

    @invariant()
    def stages_follow_visits(self):
        for lead in Lead.objects.all():
            has = Visit.objects.filter(lead=lead).active().exists()
            assert (lead.stage in ("booked", "confirmed")) == has


@pytest.mark.django_db
def test_any_order_of_steps():
    run_state_machine_as_test(
        Bookings, settings=settings(max_examples=20, stateful_step_count=12, deadline=None)
    )
