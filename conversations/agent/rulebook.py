"""The unit's rules as they hold now, kept in this process until a row of theirs changes.

A dozen queries a turn would read the same rows; one asks whether they are still the same
(docs/decisions/0042-the-rules-are-read-when-they-change.md).
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model

from billing_rules.models import DiscountRule, EnrolmentFee, MonthlyFee, Subject
from billing_rules.periods import Dated
from billing_rules.pricing import quote
from conversations.agent.facts import Facts
from conversations.knowledge import store
from conversations.knowledge.index import KnowledgeIndex
from conversations.models import KnowledgeEntry, TextOverride, Unit
from conversations.texts import Texts
from leads.statements import prepared
from scheduling.booking import load_calendar
from scheduling.models import Closure, ExtraOpening, OpeningHours, VisitRules

ROWS: tuple[type[Model], ...] = (
    Unit, MonthlyFee, EnrolmentFee, DiscountRule, Subject, VisitRules, OpeningHours, Closure,
    ExtraOpening, TextOverride, KnowledgeEntry,
)  # fmt: skip


@dataclass(frozen=True)
class Rulebook:
    facts: Facts
    texts: Texts
    knowledge: KnowledgeIndex


_lock = threading.Lock()
_read: tuple[Any, Rulebook] | None = None


def current(now: datetime, taken: Sequence[tuple[datetime, datetime]]) -> Rulebook:
    """One query while nothing changes. `taken`: starts and ends of the visits ahead, which are
    never kept.

    Raises what its rows' own readers raise while the unit has no rules.
    """
    global _read
    before = _fingerprint(now)
    with _lock:
        known = _read
    if known is None or known[0] != before:
        # Read after the fingerprint: a row that changes meanwhile makes the next turn read anew.
        known = before, _rulebook(now)
        with _lock:
            _read = known
    rules = known[1]
    calendar = replace(rules.facts.calendar, now=now, taken=tuple(taken))
    return replace(rules, facts=replace(rules.facts, calendar=calendar))


def _rulebook(now: datetime) -> Rulebook:
    facts = Facts(
        unit=Unit.objects.at(now).get(),
        price=quote([1], now),
        discounts=list(DiscountRule.objects.at(now)),
        subjects=list(Subject.objects.filter(active=True)),
        calendar=load_calendar(now),
    )
    return Rulebook(facts, Texts.load(now), store.current(now))


def _fingerprint(now: datetime) -> tuple[Any, ...]:
    """Of all columns of all rows (of long ones when they changed), and of which of the dated ones
    hold at `now`."""
    with prepared() as cursor:
        cursor.execute(" UNION ALL ".join(map(_of_table, ROWS)), {"now": now})
        return tuple(cursor.fetchall())


def _of_table(model: type[Model]) -> str:
    holds = "valid_from <= %(now)s AND (valid_until IS NULL OR valid_until > %(now)s)"
    held = f"sum(id) FILTER (WHERE {holds})" if issubclass(model, Dated) else "0"
    row = "(id, updated_at)" if model is KnowledgeEntry else "t"
    table = connection.ops.quote_name(model._meta.db_table)
    return (
        f"SELECT '{model.__name__}', sum(hashtextextended({row}::text, 0)::numeric), {held} "  # noqa: S608 - our own tables
        f"FROM {table} t"
    )
