"""The process that claims and does: how many at once, how fast, and what it gives up."""

import threading

import pytest
from django.db import OperationalError

from conversations.management.commands.work import Crew, Job, Pace

PER_SECOND = 80


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.mark.parametrize(
    ("waited", "room"), [(0, 0), (0.1, 8), (0.5, 40), (1, 80), (3600, PER_SECOND)]
)
def test_a_number_sends_no_faster_than_it_may(waited, room):
    clock = Clock()
    pace = Pace(PER_SECOND, clock)
    assert pace.room() == PER_SECOND
    pace.take(PER_SECOND)
    assert pace.room() == 0
    clock.now = waited
    assert pace.room() == room


def test_over_a_minute_it_is_the_rate_and_one_second_s_worth():
    clock, sent = Clock(), 0
    pace = Pace(PER_SECOND, clock)
    for step in range(6001):
        clock.now = step / 100
        room = pace.room()
        pace.take(room)
        sent += room
    assert sent == 61 * PER_SECOND


def a_crew(threads=2):
    return Crew(threads, threading.Event())


def test_no_more_is_claimed_than_there_are_threads():
    crew, asked, go_on = a_crew(), [], threading.Event()

    def claim(limit):
        asked.append(limit)
        return list(range(limit))

    job = Job(lambda claim, clock: go_on.wait(10), lambda claim: None)
    assert crew.begin(job, claim, 1) == 1
    assert crew.begin(job, claim) == 1
    assert crew.begin(job, claim) == 0
    assert asked == [1, 1]
    go_on.set()
    crew.finish()
    assert crew.free == 2


@pytest.mark.django_db
def test_what_failed_with_the_database_is_given_up_once_it_is_back():
    crew, given_up, away = a_crew(), [], [True]

    def run(claim, clock):
        raise OperationalError("server closed the connection unexpectedly")

    def give_up(claim):
        if away.pop():
            away.append(False)
            raise OperationalError("still away")
        given_up.append(claim)
        away.append(False)

    crew.begin(Job(run, give_up), lambda limit: ["a", "b"])
    crew.finish()
    with pytest.raises(OperationalError):
        crew.give_up_failed()
    assert given_up == []
    crew.give_up_failed()
    assert sorted(given_up) == ["a", "b"]
    crew.give_up_failed()
    assert len(given_up) == 2


@pytest.mark.django_db
def test_a_bug_waits_for_its_lease():
    """Given up at once it would be tried in a circle."""
    crew, given_up = a_crew(), []

    def run(claim, clock):
        raise KeyError("a bug")

    crew.begin(Job(run, given_up.append), lambda limit: ["a"])
    crew.finish()
    crew.give_up_failed()
    assert given_up == []
