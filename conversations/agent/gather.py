"""Reads the rows that one turn needs. Nothing is kept open while the turn then thinks."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from conversations.agent import rulebook
from conversations.agent.dialogue import Dialogue
from conversations.agent.facts import Facts
from conversations.agent.situation import Family, StudentFacts, VisitFacts
from conversations.knowledge import store
from conversations.knowledge.index import KnowledgeIndex
from conversations.models import Conversation, Unit
from conversations.texts import Texts
from leads.models import Lead
from scheduling.models import Visit


@dataclass(frozen=True)
class Rows:
    dialogue: Dialogue
    family: Family
    facts: Facts
    texts: Texts
    knowledge: KnowledgeIndex


def gather(conversation: Conversation, now: datetime) -> Rows:
    """Everything in half a dozen queries, however long the conversation is."""
    known, rules = family(conversation, now), rulebook.current(now)
    return Rows(
        dialogue=dialogue(conversation, known, rules.facts.unit, now),
        family=known,
        facts=rules.facts,
        texts=rules.texts,
        knowledge=store.current(now),
    )


def facts(now: datetime) -> Facts:
    """What any text may speak of."""
    return rulebook.current(now).facts


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
