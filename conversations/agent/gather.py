"""Reads the rows that one turn needs. Nothing is kept open while the turn then thinks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from conversations.agent import rulebook
from conversations.agent.dialogue import Dialogue
from conversations.agent.facts import Facts
from conversations.agent.situation import Family, StudentFacts, VisitFacts
from conversations.knowledge.index import KnowledgeIndex
from conversations.models import Conversation, Unit
from conversations.texts import Texts
from leads.models import Lead, Student
from leads.statements import Query, Slot
from scheduling.models import Visit

_STUDENTS = Query(Student.objects.filter(lead=Slot("lead")))
# What takes places, and the family's own that are behind it.
_KEPT = (*Visit.ACTIVE, Visit.Status.ATTENDED)
_VISITS = Query(
    Visit.objects.ahead(Slot("now")) | Visit.objects.filter(lead=Slot("lead"), status__in=_KEPT)
)


@dataclass(frozen=True)
class Rows:
    dialogue: Dialogue
    family: Family
    facts: Facts
    texts: Texts
    knowledge: KnowledgeIndex


def gather(conversation: Conversation, now: datetime) -> Rows:
    """Everything in three queries besides the conversation's own, however long it is."""
    visits = _VISITS.all(now=now, lead=conversation.lead_id)
    ahead = [one for one in visits if one.is_ahead(now)]
    rules = rulebook.current(now, [(one.starts_at, one.ends_at) for one in ahead])
    family = _family(conversation.lead, ahead)
    dialogue = _dialogue(conversation, family, rules.facts.unit, now)
    # Who has visited us is not invited again; who asks for another visit gets it.
    dialogue.declined_visit |= len(visits) > len(ahead)
    return Rows(
        dialogue=dialogue,
        family=family,
        facts=rules.facts,
        texts=rules.texts,
        knowledge=rules.knowledge,
    )


def _dialogue(conversation: Conversation, family: Family, unit: Unit, now: datetime) -> Dialogue:
    stored = Dialogue.from_json(conversation.dialogue)
    stored.answers_to(family.visit.pk if family.visit else None)
    expired = conversation.session_expired(now, unit.session_minutes)
    return stored.renewed() if expired else stored


def _family(lead: Lead, ahead: Sequence[Visit]) -> Family:
    visit = next((one for one in ahead if one.lead_id == lead.pk), None)
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
            for one in _STUDENTS.all(lead=lead.pk)
        ),
        visit=_visit(visit) if visit else None,
    )


def _visit(row: Visit) -> VisitFacts:
    return VisitFacts(row.pk, timezone.localtime(row.starts_at), row.status)
