"""What models cost today, against the day's budget; and those that end."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing_rules.money import format_brl
from conversations.llm import ledger, prices
from conversations.models import ModelCall
from kumon_site.operations.alerts.rule import Holds, Rule
from kumon_site.operations.models import Alert

WARNED_AT, ALARMED_AT = Decimal("0.8"), Decimal("0.9")  # of the budget: R$ 4,00 and 4,50 of 5,00
PACE_OVER = timedelta(hours=1)
PACE_FROM = Decimal("0.4")  # of the budget: before that an hour says little about the day


def exhausted(now: datetime) -> str | None:
    return _spent(now) if ledger.exhausted(now) else None


def over(share: Decimal) -> Holds:
    """Holds while more than `share` of the day's budget is spent."""

    def holds(now: datetime) -> str | None:
        most = share * settings.LLM_DAILY_BUDGET_BRL
        return _spent(now) if ledger.spent_today(now) > most else None

    return holds


def pace(now: datetime) -> str | None:
    """The last hour's pace spends the budget before the day is over."""
    at = budget_spent_at(
        ledger.spent_today(now), _last_hour(now), settings.LLM_DAILY_BUDGET_BRL, now
    )
    if at is None or timezone.localtime(at).date() != timezone.localtime(now).date():
        return None
    return _("At this pace the limit is crossed at %(time)s.") % {
        "time": f"{timezone.localtime(at):%H:%M}"
    }


def model_ends(now: datetime) -> str | None:
    """A model in use is switched off soon, or is already."""
    ends = [f"{price.model} ({price.shutdown_on:%d/%m/%Y})" for price in prices.ending(now)]
    if not ends:
        return None
    return _("Choose another model before the day it ends: %(models)s.") % {
        "models": ", ".join(ends)
    }


def budget_spent_at(
    spent: Decimal, last_hour: Decimal, budget: Decimal, now: datetime
) -> datetime | None:
    """When `budget` will be spent if each hour costs what the last one did; None if it is spent
    already, or too little of it is to tell."""
    if not PACE_FROM * budget <= spent < budget or last_hour <= 0:
        return None
    return now + PACE_OVER * float((budget - spent) / last_hour)


def _last_hour(now: datetime) -> Decimal:
    recent = ModelCall.objects.filter(started_at__gte=now - PACE_OVER, started_at__lte=now)
    return recent.aggregate(total=Sum("cost"))["total"] or Decimal(0)


def _spent(now: datetime) -> str:
    return _("Models have cost %(spent)s of %(budget)s today.") % {
        "spent": format_brl(ledger.spent_today(now)),
        "budget": format_brl(settings.LLM_DAILY_BUDGET_BRL),
    }


def _rule(name: str, level: Alert.Level, title: Any, holds: Holds) -> Rule:
    return Rule(name, level, title, holds, rows="conversations_modelcall")


RULES = (
    _rule(
        "budget_spent",
        Alert.Level.CRITICAL,
        gettext_lazy("The day's model budget is spent"),
        exhausted,
    ),
    _rule(
        "cost_high",
        Alert.Level.CRITICAL,
        gettext_lazy("Models have nearly spent the day's budget"),
        over(ALARMED_AT),
    ),
    _rule(
        "cost_rising", Alert.Level.WARNING, gettext_lazy("Models cost much today"), over(WARNED_AT)
    ),
    _rule("budget_pace", Alert.Level.WARNING, gettext_lazy("The model budget will not last"), pace),
    Rule(
        "model_ends",
        Alert.Level.WARNING,
        gettext_lazy("A model will be switched off"),
        model_ends,
        rows="conversations_modelprice",
    ),
)
