"""Values for a preview: the unit's own facts, and an invented family's."""

from datetime import datetime, timedelta

from django.utils import timezone

from billing_rules.models import DiscountRule, Subject
from billing_rules.pricing import NoPrice, quote
from conversations.agent import wording
from conversations.agent.facts import Facts, total
from conversations.models import Unit
from scheduling.booking import load_calendar
from scheduling.models import VisitRules

_FAMILY = {
    "parent": "Ana",
    "email": "ana@exemplo.com.br",
    "of_student": "da Júlia",
    "label": "o nome",
    "value": "Júlia",
    "plan": "1 aluno, 1 matéria",
    "closure": "feriado",
    "invitation": "https://…/visita.ics",
    "body": "(a resposta da base de conhecimento)",
}


def example_values(now: datetime) -> dict[str, str]:
    """By placeholder. Facts come from the rows that hold; nothing of them while rows are absent."""
    return {**_FAMILY, **_moments(now), **_facts(now)}


def _moments(now: datetime) -> dict[str, str]:
    day = timezone.localtime(now).replace(hour=15, minute=0) + timedelta(days=1)
    offers = [day, day + timedelta(days=1), day + timedelta(days=2)]
    return {
        "moment": wording.moment(day),
        "wanted": wording.moment(day + timedelta(days=1)),
        "options": wording.options(offers),
    }


def _facts(now: datetime) -> dict[str, str]:
    try:
        price = quote([1], now)
        facts = Facts(
            unit=Unit.objects.at(now).get(),
            price=price,
            discounts=list(DiscountRule.objects.at(now)),
            subjects=list(Subject.objects.filter(active=True)),
            calendar=load_calendar(now),
        )
    except (NoPrice, Unit.DoesNotExist, VisitRules.DoesNotExist):
        return {}
    filled = {**facts.common(), **total(price)}
    return {name: fact.value for name, fact in filled.items()}
