import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.cache import caches
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import breaker as module
from scheduling.breaker import Breaker, BreakerOpen

MOST, PAUSE = 3, 10.0


class Clock:
    def __init__(self):
        self.now = 1_000.0

    def __call__(self):
        return self.now


def a_breaker(clock=None, **more):
    """Under a name of its own, so that nothing is left of another test."""
    name = uuid.uuid4().hex
    return Breaker(name, failures=MOST, pause=PAUSE, clock=clock or Clock(), **more)


def call(breaker, *, fails=False):
    """True if the call was let through."""
    try:
        with breaker.guard():
            if fails:
                raise ConnectionError
    except ConnectionError:
        return True
    except BreakerOpen:
        return False
    return True


def opened(clock, **more):
    breaker = a_breaker(clock, **more)
    for _ in range(MOST):
        assert call(breaker, fails=True)
    return breaker


def test_failures_in_a_row_open_it_and_a_success_between_them_does_not():
    breaker = a_breaker()
    for fails in (True, True, False, True, True):
        assert call(breaker, fails=fails)
    assert breaker.state().state == "closed"
    assert call(breaker, fails=True)
    assert breaker.state().state == "open"
    assert not call(breaker)


def test_a_server_may_ask_to_be_left_alone():
    clock = Clock()
    breaker = a_breaker(clock)
    breaker.open_for(2.5 * PAUSE)
    clock.now += 2.4 * PAUSE
    assert not call(breaker)
    clock.now += 0.1 * PAUSE
    assert call(breaker)
    assert breaker.state().state == "closed"


def test_the_later_of_two_moments_holds():
    clock = Clock()
    breaker = a_breaker(clock)
    breaker.open_for(5 * PAUSE)
    breaker.open_for(PAUSE)
    assert breaker.state().retry_at == clock.now + 5 * PAUSE
    breaker.open_for(6 * PAUSE)
    assert breaker.state().retry_at == clock.now + 6 * PAUSE


def test_an_answer_from_before_it_opened_does_not_close_it():
    clock = Clock()
    breaker = a_breaker(clock)
    assert call(breaker, fails=True)
    with breaker.guard():
        breaker.open_for(PAUSE)
    state = breaker.state()
    assert (state.state, state.failures, state.retry_at) == ("open", 0, clock.now + PAUSE)


def test_an_answer_that_is_an_error_is_an_answer():
    breaker = a_breaker(is_failure=lambda error: not isinstance(error, PermissionError))
    for _ in range(MOST + 1):
        with pytest.raises(PermissionError), breaker.guard():
            raise PermissionError
    assert breaker.state().failures == 0


def test_it_says_when_the_next_call_may_be():
    clock = Clock()
    breaker = opened(clock)
    with pytest.raises(BreakerOpen) as refused, breaker.guard():
        pass
    assert refused.value.retry_at == clock.now + PAUSE
    assert breaker.state().retry_at == clock.now + PAUSE


@pytest.mark.parametrize(("fails", "after"), [(False, "closed"), (True, "open")])
def test_the_probe_decides(fails, after):
    clock = Clock()
    breaker = opened(clock)
    clock.now += PAUSE
    assert breaker.state().state == "half-open"
    assert call(breaker, fails=fails)
    assert breaker.state().state == after


def test_one_probe_of_all_who_wait():
    clock = Clock()
    breaker = opened(clock)
    clock.now += PAUSE
    together = Barrier(20)
    let_through = []

    def probe(number):
        together.wait()
        try:
            with breaker.guard():
                let_through.append(number)
                together.wait()  # nobody leaves before everybody has tried
        except BreakerOpen:
            together.wait()

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(probe, range(20)))
    assert len(let_through) == 1
    assert breaker.state().state == "closed"


def test_a_probe_whose_process_died_is_followed_by_another():
    clock = Clock()
    breaker = opened(clock)
    clock.now += PAUSE
    caches["default"].add(breaker._probe, 1, 30)  # as it left it
    assert not call(breaker)
    caches["default"].delete(breaker._probe)  # as its lease ends
    assert call(breaker)


def test_two_processes_share_it():
    clock = Clock()
    one = opened(clock)
    other = Breaker(one.name, failures=MOST, pause=PAUSE, clock=clock)
    assert not call(other)


def test_without_redis_each_process_keeps_its_own(settings, monkeypatch):
    settings.CACHES = settings.CACHES | {
        "default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    }
    monkeypatch.setattr(module, "_redis_away_until", 0.0)
    clock = Clock()
    breaker = opened(clock)
    assert not call(breaker)
    clock.now += PAUSE
    assert call(breaker)
    assert breaker.state().state == "closed"


STEPS = st.lists(st.sampled_from(["succeeds", "fails", "waits"]), max_size=40)


@settings(deadline=None)
@given(STEPS)
def test_it_follows_the_rule(steps):
    """Against the rule told in the plainest way."""
    clock, in_a_row, open_until = Clock(), 0, None
    breaker = a_breaker(clock)
    for step in steps:
        if step == "waits":
            clock.now += PAUSE / 2
            continue
        through = open_until is None or clock.now >= open_until
        assert call(breaker, fails=step == "fails") is through
        if not through:
            continue
        if step == "succeeds":
            in_a_row, open_until = 0, None
        else:
            in_a_row += 1
            if in_a_row >= MOST:
                open_until = clock.now + PAUSE
