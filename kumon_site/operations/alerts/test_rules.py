"""Each rule on rows: it holds beyond its limit, and not at it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.core.management import call_command

from conversations.llm import prices
from conversations.models import (
    Conversation,
    ExchangeRate,
    Message,
    ModelCall,
    ModelPrice,
    Turn,
)
from conversations.whatsapp.evolution import BREAKER
from kumon_site.operations.alerts import costs, pace, rules, trends
from leads.models import Lead
from scheduling.breaker import Breaker
from scheduling.models import Visit
from tests.stand_ins.evolution import EvolutionStandIn

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 11, 18, 0, tzinfo=UTC)  # Wednesday, 15:00 at the unit
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def talk(**fields):
    lead = Lead.objects.create(created_at=fields.pop("created_at", NOW))
    return Conversation.objects.create(lead=lead, instance="unit", reply_to="x", **fields)


def said(conversation, at, status="sent", **fields):
    return Message.objects.create(
        conversation=conversation, direction="out", author="bot", status=status, rev=1,
        sent_at=at, created_at=at, **fields,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("late", "stopped", "slow"),
    [(50, False, False), (61, False, True), (300, False, True), (301, True, True)],
)
def test_a_queue_that_is_late(late, stopped, slow):
    talk(due_at=NOW - timedelta(seconds=late))
    assert bool(rules.work_stopped(NOW)) == stopped
    assert bool(rules.work_late(NOW)) == slow


def test_sends_that_wait_for_the_gateway_are_not_late():
    said(talk(), NOW, "queued", due_at=NOW - HOUR)
    assert rules.work_stopped(NOW)
    BREAKER.open_for(60)
    assert rules.work_stopped(NOW) is None
    talk(due_at=NOW - HOUR)
    assert rules.work_stopped(NOW)
    cache.clear()


@pytest.mark.parametrize(("minutes", "held"), [(30, False), (31, True)])
def test_a_family_that_waits(minutes, held):
    talk(mode="waiting", waiting_since=NOW - minutes * MINUTE)
    talk(mode="human", waiting_since=NOW - 2 * HOUR)
    assert bool(rules.parent_waiting(NOW)) == held


@pytest.mark.parametrize(
    ("failed", "sent", "share"),
    [(0, 9, None), (1, 9, None), (2, 98, 0.02), (3, 97, 0.03)],
)
def test_what_fails_counts_from_the_second_on(failed, sent, share):
    conversation = talk()
    for number in range(failed + sent):
        said(conversation, NOW - MINUTE, "failed" if number < failed else "delivered")
    said(conversation, NOW - 16 * MINUTE, "failed")
    said(conversation, NOW - MINUTE, "queued")
    assert pace.error_share(NOW) == share
    assert bool(rules.error_rate(NOW)) == (share == 0.03)


def test_a_turn_that_nobody_could_answer_is_a_failure():
    conversation = talk()
    for _ in range(2):
        Turn.objects.create(
            conversation=conversation, epoch=0, started_at=NOW - MINUTE, finished_at=NOW - MINUTE,
            tier="failed",
        )  # fmt: skip
    assert pace.error_share(NOW) == 1.0


@pytest.mark.parametrize(
    ("waits", "median"), [((4, 6), None), ((4, 5, 6), 5.0), ((1, 6, 9), 6.0), ((60, 1, 2, 3), 2.5)]
)
def test_the_wait_for_a_reply_is_from_the_last_thing_said(waits, median):
    for number, seconds in enumerate(waits):
        conversation = talk()
        turn = Turn.objects.create(
            conversation=conversation, epoch=0, started_at=NOW, finished_at=NOW, tier="rules"
        )
        sent_at = NOW - MINUTE
        for earlier in (30, 0):
            Message.objects.create(
                conversation=conversation, direction="in", author="parent", status="received",
                rev=1, answered_by=turn, sent_at=NOW,
                created_at=sent_at - timedelta(seconds=seconds + earlier),
            )  # fmt: skip
        said(conversation, sent_at, turn=turn, provider_id=f"OUT{number}")
    assert pace.reply_seconds(NOW) == median
    assert bool(rules.reply_time(NOW)) == bool(median and median > 5)


@pytest.mark.parametrize(
    ("booked_at", "held"),
    [
        (NOW - timedelta(hours=3), False),
        (datetime(2026, 3, 11, 13, 0, tzinfo=UTC), False),  # 10:00: 2 h + 1 h since
        (datetime(2026, 3, 10, 19, 0, tzinfo=UTC), True),  # yesterday 16:00: 1 h + 3 h + 1 h
        (datetime(2026, 3, 10, 20, 0, tzinfo=UTC), True),  # after 17:00: 3 h + 1 h
        (None, False),  # the first family wrote an hour ago
    ],
)
def test_open_hours_without_a_booking(booked_at, held):
    call_command("seed_unit")
    conversation = talk(created_at=NOW - HOUR)
    if booked_at:
        Visit.objects.create(
            lead=conversation.lead, starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR,
            created_by="parent", created_at=booked_at,
        )  # fmt: skip
    assert bool(rules.no_visit_booked(NOW)) == held


def test_nobody_is_missed_where_nobody_has_written():
    assert rules.no_visit_booked(NOW) is None
    assert rules.few_qualified(NOW) is None
    assert rules.low_conversion(NOW) is None


@pytest.mark.parametrize(
    ("families", "booked", "held"), [(3, 0, False), (4, 1, True), (4, 2, False)]
)
def test_the_share_that_books(families, booked, held):
    for number in range(families):
        lead = talk(created_at=NOW - HOUR).lead
        if number < booked:
            starts = NOW + number * HOUR
            Visit.objects.create(lead=lead, starts_at=starts, ends_at=starts + HOUR, created_by="p")
    assert bool(rules.low_conversion(NOW)) == held


def test_a_day_with_one_qualified_family():
    talk(created_at=NOW - 30 * HOUR)
    assert "0" in rules.few_qualified(NOW)


@pytest.mark.parametrize(("state", "held"), [("open", False), ("close", True)])
def test_a_disconnected_phone(settings, state, held):
    with EvolutionStandIn(state=state) as evolution:
        settings.EVOLUTION_API_URL, settings.EVOLUTION_API_KEY = evolution.url, evolution.apikey
        settings.EVOLUTION_INSTANCE = evolution.instance
        assert bool(rules.gateway_disconnected(NOW)) == held


@pytest.mark.parametrize(("minutes", "held"), [(1, False), (3, True)])
def test_a_phone_that_is_open_and_acknowledges_nothing(settings, minutes, held):
    said(talk(), NOW - HOUR, accepted_at=NOW - minutes * MINUTE)
    with EvolutionStandIn() as evolution:
        settings.EVOLUTION_API_URL, settings.EVOLUTION_API_KEY = evolution.url, evolution.apikey
        settings.EVOLUTION_INSTANCE = evolution.instance
        assert bool(rules.gateway_disconnected(NOW)) == held


def test_a_gateway_that_is_away(settings):
    settings.EVOLUTION_API_URL = "http://127.0.0.1:1"
    assert "unreachable" in rules.gateway_disconnected(NOW)


def test_an_open_breaker_is_named():
    cache.clear()
    assert rules.breaker_open(NOW) is None
    breaker = Breaker("qdrant", failures=1)
    with pytest.raises(OSError, match="away"), breaker.guard():
        raise OSError("away")
    assert "qdrant" in rules.breaker_open(NOW)
    cache.clear()


def line(*values, minutes=1.0):
    begin = NOW - timedelta(minutes=minutes * (len(values) - 1))
    return [(begin + timedelta(minutes=minutes * n), value) for n, value in enumerate(values)]


@pytest.mark.parametrize(
    ("points", "crosses_in"),
    [
        (line(30, 34, 38, 42, 46, 50), 2.5),  # 4 a minute, 10 to go
        (line(49, 49.2, 49.4, 49.6, 49.8, 50.0), None),  # in 50 minutes
        (line(50, 50, 50, 50, 50, 50), None),
        (line(50, 48, 46, 44, 42, 40), None),
        (line(0, 1, 2, 3, 4, 5), None),  # far below
        (line(30, 50, 20, 55, 25, 45), None),  # noise
        (line(40, 45, 50, 55, 58, 61), None),  # crossed: another rule's
        (line(40, 50), None),
        ([], None),
    ],
)
def test_when_a_line_will_cross_its_limit(points, crosses_in):
    at = trends.crossing(points, 60.0, NOW)
    assert (at and round((at - NOW).total_seconds() / 60, 1)) == crosses_in


def test_every_rule_has_a_name_of_its_own_and_says_what_to_do():
    names = [rule.name for rule in rules.RULES]
    assert len(names) == len(set(names))
    from pathlib import Path

    page = (Path(__file__).parents[3] / "docs" / "alerts.md").read_text()
    assert [name for name in names if f"`{name}`" not in page] == []


@pytest.mark.parametrize(
    ("spent", "last_hour", "minutes"),
    [
        ("3.00", "1.00", 120),
        ("4.50", "2.00", 15),
        ("1.90", "5.00", None),  # too little of the day's budget to tell
        ("5.00", "1.00", None),
        ("3.00", "0", None),
    ],
)
def test_when_the_budget_will_be_spent(spent, last_hour, minutes):
    at = costs.budget_spent_at(Decimal(spent), Decimal(last_hour), Decimal(5), NOW)
    assert (at and (at - NOW) / MINUTE) == minutes


@pytest.mark.parametrize(
    ("spent", "held"),
    [
        ("4.00", {"budget_pace"}),
        ("4.01", {"budget_pace", "cost_rising"}),
        ("4.51", {"budget_pace", "cost_rising", "cost_high"}),
        ("5.00", {"cost_rising", "cost_high", "budget_spent"}),
    ],
)
def test_what_models_cost_today(settings, spent, held):
    settings.LLM_DAILY_BUDGET_BRL = Decimal("5.00")
    call_command("seed_unit")
    ModelCall.objects.create(
        provider="openai", model="m", purpose="understand", started_at=NOW - MINUTE,
        cost=Decimal(spent), reserved=0, price=ModelPrice.objects.first(),
        rate=ExchangeRate.objects.first(),
    )  # fmt: skip
    assert {rule.name for rule in costs.RULES if rule.holds(NOW)} == held


def test_a_model_that_ends_soon(settings):
    settings.OPENAI_API_KEY = "key"
    prices.seed(NOW)
    assert costs.model_ends(NOW) is None
    price = ModelPrice.objects.filter(model=settings.OPENAI_MODEL)
    price.update(shutdown_on=(NOW + 29 * 24 * HOUR).date())
    assert settings.OPENAI_MODEL in costs.model_ends(NOW)
