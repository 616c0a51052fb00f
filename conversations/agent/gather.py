"""Reads the rows that one turn needs. Nothing is kept open while the turn then thinks."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from billing_rules.models import DiscountRule, Subject
from billing_rules.pricing import quote
from conversations.agent.dialogue import Dialogue
from conversations.agent.facts import Facts
from conversations.agent.situation import Family, StudentFacts, VisitFacts
from conversations.knowledge import store
from conversations.knowledge.index import KnowledgeIndex
from conversations.models import Conversation, Unit
from conversations.texts import Texts
from leads.models import Lead
from scheduling.booking import load_calendar
from scheduling.models import Visit


@dataclass(frozen=True)
class Rows:
    dialogue: Dialogue
    family: Family
    facts: Facts
    texts: Texts
    knowledge: KnowledgeIndex


def gather(conversation: Conversation, now: datetime) -> Rows:
    """Everything in about a dozen queries, however long the conversation is."""
    unit = Unit.objects.at(now).get()
    return Rows(
        dialogue=_dialogue(conversation, unit, now),
        family=family(conversation, now),
        facts=Facts(
            unit=unit,
            price=quote([1], now),
            discounts=list(DiscountRule.objects.at(now)),
            subjects=list(Subject.objects.filter(active=True)),
            calendar=load_calendar(now),
        ),
        texts=Texts.load(now),
        knowledge=store.current(now),
    )


def _dialogue(conversation: Conversation, unit: Unit, now: datetime) -> Dialogue:
    stored = conversation.dialogue
    if not conversation.session_expired(now, unit.session_minutes):
        return Dialogue.from_json(stored)
    wordings = stored.get("wordings", {})  # the same words are not said twice in a row
    return Dialogue(wordings=wordings)


def family(conversation: Conversation, now: datetime) -> Family:
    lead = Lead.objects.prefetch_related("students").get(pk=conversation.lead_id)
    visit = Visit.objects.filter(lead=lead).ahead(now).order_by("starts_at").first()
    return Family(
        lead=lead.pk,
        parent_name=lead.parent_name,
        phone=lead.phone,
        email=lead.email,
        schedule_preference=lead.schedule_preference,
        students=tuple(
            StudentFacts(
                one.position,
                one.name,
                one.age,
                one.school_grade,
                tuple(one.subjects),
                one.is_the_parent,
            )
            for one in lead.students.all()
        ),
        visit=_visit(visit) if visit else None,
    )


def _visit(row: Visit) -> VisitFacts:
    return VisitFacts(row.pk, timezone.localtime(row.starts_at), row.status)
