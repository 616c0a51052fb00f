"""Money: what a call costs, and that a budget holds whoever asks at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from conversations.llm import ledger, prices
from conversations.llm.base import NotAsked, Outcome, Usage
from conversations.models import ExchangeRate, ModelCall, ModelPrice

NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)  # noon in São Paulo
LUNA = "gpt-6-luna"
WORST = Usage(input=10_000, output=1_000)


@pytest.fixture
def priced(db):
    prices.seed(NOW - timedelta(days=30))


def a_call(**more):
    return ModelCall(**{"provider": "openai", "model": LUNA} | more)


def reserved(now=NOW):
    call = a_call()
    ledger.reserve(call, WORST, now)
    return call


PRICE = ModelPrice(
    input=Decimal("0.10"), cached=Decimal("0.01"), written=Decimal("0.125"), output=Decimal("0.50")
)
AUDIO = ModelPrice(minute=Decimal("0.0045"))
RATE = ExchangeRate(brl=Decimal("5.00"))


@pytest.mark.parametrize(
    ("usage", "worst", "brl"),
    [
        (Usage(), False, "0.000000"),
        (Usage(input=1_000_000), False, "0.500000"),
        (Usage(input=1_000_000, cached=1_000_000), False, "0.050000"),
        (Usage(input=1_000_000, written=1_000_000), False, "0.625000"),
        (Usage(output=1_000_000, reasoning=400_000), False, "2.500000"),
        (Usage(input=1_000_000), True, "0.625000"),
        (Usage(input=5_000, cached=4_000, written=500, output=200), False, "0.001263"),
        (Usage(input=10, cached=400), False, "0.000020"),  # counts that contradict each other
    ],
)
def test_what_a_call_costs(usage, worst, brl):
    assert ledger.cost(PRICE, RATE, usage, worst=worst) == Decimal(brl)


def test_what_a_voice_note_costs():
    assert ledger.cost(AUDIO, RATE, Usage(), 90) == Decimal("0.033750")


def test_a_reservation_is_spent_until_it_is_settled(priced):
    call = reserved()
    assert ledger.spent_today(NOW) == call.reserved == Decimal("0.009625")
    ledger.settle(call, Outcome.ANSWERED, Usage(input=4_000, cached=3_900, output=100), 1.2)
    assert ledger.spent_today(NOW) == call.cost == Decimal("0.000545")
    call.refresh_from_db()
    assert (call.latency_ms, call.input_tokens, call.cached_tokens) == (1200, 4_000, 3_900)
    assert call.reserved == Decimal("0.009625")


@pytest.mark.parametrize(
    ("outcome", "free"),
    [
        (Outcome.UNREACHABLE, True),
        (Outcome.LIMITED, True),
        (Outcome.DENIED, True),
        (Outcome.REJECTED, True),
        (Outcome.FAILED, True),
        (Outcome.TIMEOUT, False),
        (Outcome.DROPPED, False),
        (Outcome.ANSWERED, False),  # ... without a count
    ],
)
def test_where_nothing_was_counted(priced, outcome, free):
    call = reserved()
    ledger.settle(call, outcome, None, 8.0)
    assert call.cost == (0 if free else call.reserved)


def test_a_killed_process_s_reservation_counts_as_spent(priced):
    call, fresh = reserved(NOW - timedelta(seconds=61)), reserved()
    assert ledger.unsettled(NOW) == 1
    call.refresh_from_db()
    fresh.refresh_from_db()
    assert (call.outcome, call.cost) == (Outcome.DROPPED, call.reserved)
    assert fresh.outcome == Outcome.RUNNING


def test_the_budget_is_a_day_s_and_comes_back_at_midnight_in_sao_paulo(priced, settings):
    settings.LLM_DAILY_BUDGET_BRL = Decimal("0.015")
    evening = datetime(2026, 3, 11, 2, 30, tzinfo=UTC)  # 23:30 of the 10th
    reserved(NOW)
    reserved(evening)
    assert ledger.exhausted(evening)
    with pytest.raises(NotAsked, match="budget"):
        reserved(evening + timedelta(minutes=29))
    midnight = datetime(2026, 3, 11, 3, 0, tzinfo=UTC)
    assert ledger.spent_today(midnight) == 0
    assert reserved(midnight).pk


def test_no_budget_at_all(priced, settings):
    settings.LLM_DAILY_BUDGET_BRL = Decimal(0)
    with pytest.raises(NotAsked, match="budget"):
        reserved()


def test_a_price_holds_for_its_time(priced):
    ModelPrice.objects.filter(model=LUNA).update(valid_until=NOW)
    with pytest.raises(NotAsked, match="price"):
        reserved()
    assert reserved(NOW - timedelta(seconds=1)).pk


def test_an_unknown_model_is_told(priced, settings):
    settings.OPENAI_API_KEY, settings.OPENAI_MODEL = "key", "gpt-0-nobody"
    assert prices.unknown(NOW) == ["gpt-0-nobody"]
    settings.OPENAI_API_KEY = ""
    assert prices.unknown(NOW) == []


def test_models_that_are_about_to_end(priced, settings):
    settings.OPENAI_API_KEY = "key"
    luna = ModelPrice.objects.filter(model=LUNA)
    for days, told in ((29, [LUNA]), (30, []), (-1, [LUNA])):
        luna.update(shutdown_on=(NOW + timedelta(days=days)).date())
        assert [price.model for price in prices.ending(NOW)] == told


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_overspend_by_one_reservation_at_most(settings):
    prices.seed(NOW - timedelta(days=30))
    settings.LLM_DAILY_BUDGET_BRL = Decimal("0.10")
    start = Barrier(50)

    def ask(_):
        start.wait()
        try:
            return reserved()
        except NotAsked:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(50) as pool:
        made = [call for call in pool.map(ask, range(50)) if call]
    assert len(made) == 11  # ten reservations of 0.009625 leave a little, which one more may take
    assert ledger.spent_today(NOW) == sum(call.reserved for call in made)
    assert ledger.spent_today(NOW) < settings.LLM_DAILY_BUDGET_BRL + made[0].reserved
