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
    known, unit_facts = family(conversation, now), facts(now)
    return Rows(
        dialogue=dialogue(conversation, known, unit_facts.unit, now),
        family=known,
        facts=unit_facts,
        texts=Texts.load(now),
        knowledge=store.current(now),
    )


def facts(now: datetime) -> Facts:
    """What any text may speak of."""
    return Facts(
        unit=Unit.objects.at(now).get(),
        price=quote([1], now),
        discounts=list(DiscountRule.objects.at(now)),
        subjects=list(Subject.objects.filter(active=True)),
        calendar=load_calendar(now),
    )


def dialogue(conversation: Conversation, known: Family, unit: Unit, now: datetime) -> Dialogue:
    stored = Dialogue.from_json(conversation.dialogue)
    stored.answers_to(known.visit.pk if known.visit else None)
    expired = conversation.session_expired(now, unit.session_minutes)
    return stored.renewed() if expired else stored


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
