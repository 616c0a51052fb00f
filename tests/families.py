"""Families as the unit has them, for tests that look at lists and pages."""

from datetime import datetime, timedelta

from django.utils import timezone

import billing_rules.seed
import scheduling.seed
from conversations.models import (
    Conversation,
    Handoff,
    KnowledgeEntry,
    Message,
    RawEvent,
    TextOverride,
    Turn,
    Unit,
)
from leads.models import FieldEvidence, Lead, Student
from scheduling.models import Visit

PEOPLE = [
    ("Mariana Souza", "Júlia", 9, "4º ano", ["math"]),
    ("Carlos Eduardo Lima", "Pedro Henrique", 7, "2º ano", ["math", "portuguese"]),
    ("Fernanda Oliveira", "Sofia", 12, "7º ano", ["english"]),
    ("Ricardo Almeida", "Lucas", 5, "pré 2", ["portuguese"]),
    ("Patrícia Gonçalves", "Ana Clara", 10, "5º ano", ["math", "english"]),
    ("João Batista da Silva", "Miguel", 14, "9º ano", ["math"]),
    ("", "", None, "", []),
    ("Luciana Ferreira Prado", "Beatriz", 8, "3º ano", ["portuguese"]),
]
TEXTS = [
    "Oi, quanto custa a mensalidade?",
    "Vocês têm horário na quinta à tarde?",
    "Meu filho tem dificuldade em frações, vocês ajudam?",
    "Quero falar com uma pessoa, por favor",
    "Pode ser às 15h então",
]
STAGES = ["booked", "qualified", "talking", "confirmed", "attended", "lost", "new", "booked"]
MODES = ["bot", "waiting", "human", "closed", "bot", "bot", "waiting", "bot"]


def seed_rules(now: datetime) -> None:
    """The unit with its prices and hours."""
    billing_rules.seed.seed(now)
    scheduling.seed.seed(now)
    since = now - timedelta(days=200)
    if not Unit.objects.exists():
        Unit.objects.create(
            valid_from=since,
            name="Kumon Vila A",
            assistant_name="Cecília",
            address="Av. Paraná, 6881 – Vila A, Foz do Iguaçu – PR",
            contact_phone="+5551996921999",
        )
    for key, title in [("metodo", "Como é o método"), ("idade", "Idade para começar")]:
        KnowledgeEntry.objects.get_or_create(
            key=key,
            defaults={
                "title": title,
                "body": "Cada aluno avança no seu ritmo, com orientação individual.",
                "questions": ["como funciona?", "como é a aula?"],
                "valid_from": since,
            },
        )


def families(count: int, now: datetime, *, first: int = 0) -> list[Conversation]:
    """`count` families with a conversation, messages, a turn and most of them with a visit."""
    return [_family(number, now) for number in range(first, first + count)]


def _family(number: int, now: datetime) -> Conversation:
    parent, child, age, grade, subjects = PEOPLE[number % len(PEOPLE)]
    phone = f"+55459{90000000 + number * 1373:08}"
    at = now - timedelta(hours=5 * number + 1, minutes=number)
    lead = Lead.objects.create(
        phone=phone, parent_name=parent, stage=STAGES[number % 8], created_at=at,
        email=f"familia{number}@exemplo.com.br" if parent else "",
        schedule_preference="quintas à tarde" if parent else "",
    )  # fmt: skip
    if child:
        Student.objects.create(
            lead=lead, name=child, age=age, school_grade=grade, subjects=subjects
        )
    talk = _conversation(lead, number, at)
    _messages(talk, number, at)
    _visit(lead, number, now)
    if parent:
        FieldEvidence.objects.create(
            lead=lead, field="parent_name", value=parent, normal=parent, status="said",
            message_id=talk.messages.order_by("rev").values_list("pk", flat=True)[0], created_at=at,
        )  # fmt: skip
    return talk


def _conversation(lead: Lead, number: int, at: datetime) -> Conversation:
    mode = MODES[number % 8]
    handed = mode in ("waiting", "human")
    talk = Conversation.objects.create(
        lead=lead, instance="vila-a", phone=lead.phone, reply_to=f"{lead.phone[1:]}@s.whatsapp.net",
        push_name=lead.parent_name.split(" ")[0] or "Bia 🌸", mode=mode,
        handoff_reason="asked_person" if handed else "",
        waiting_since=at if mode == "waiting" else None, unread=number % 3,
        last_message_at=at, last_inbound_at=at, last_text=TEXTS[number % 5], rev=3,
    )  # fmt: skip
    if handed:
        Handoff.objects.create(
            conversation=talk, reason="asked_person", summary="Quer falar com uma pessoa.",
            started_at=at,
        )  # fmt: skip
    return talk


def _messages(talk: Conversation, number: int, at: datetime) -> None:
    turn = Turn.objects.create(
        conversation=talk, epoch=0, started_at=at, finished_at=at + timedelta(milliseconds=230),
        tier="rules", trace={"commands": [{"kind": "ask", "topic": "price"}]},
    )  # fmt: skip
    asked = Message.objects.create(
        conversation=talk, direction="in", author="parent", text=TEXTS[number % 5], rev=1,
        status="received", sent_at=at, answered_by=turn, provider_id=f"IN{number}",
    )  # fmt: skip
    said = Message.objects.create(
        conversation=talk, direction="out", author="bot", rev=2, turn=turn,
        text="A mensalidade é R$ 375,00 por matéria e por aluno. 😊",
        status="failed" if number % 6 == 5 else "read", sent_at=at, provider_id=f"OUT{number}",
        error="number not on WhatsApp" if number % 6 == 5 else "",
    )  # fmt: skip
    late = Message.objects.create(
        conversation=talk, direction="in", author="parent", text="E a matrícula?", rev=3,
        status="received", sent_at=at, awaits_answer=number % 4 == 0, provider_id=f"LATE{number}",
    )  # fmt: skip
    Message.objects.filter(pk__in=[asked.pk, said.pk, late.pk]).update(created_at=at)
    RawEvent.objects.create(
        instance="vila-a", event="messages.upsert", provider_key=f"IN{number}",
        body={"data": {"key": {"id": f"IN{number}"}}}, received_at=at, processed_at=at,
    )  # fmt: skip


def _visit(lead: Lead, number: int, now: datetime) -> None:
    """Every other one today, the rest on other days; some are over or cancelled."""
    if not lead.parent_name:
        return
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    day = midnight if number % 2 == 0 else midnight + timedelta(days=number % 9 - 3)
    starts = day + timedelta(hours=9, minutes=30 * (number // 2 % 6))
    cancelled = number % 7 == 6
    status = "cancelled" if cancelled else ("booked", "confirmed")[number // 2 % 2]
    Visit.objects.create(
        lead=lead, starts_at=starts, ends_at=starts + timedelta(minutes=30), status=status,
        created_by="parent", created_at=now - timedelta(days=9), seat=number // 12 * 2 + number % 2,
    )  # fmt: skip


def begun(visit: Visit, now: datetime) -> None:
    """The hour of the visit has come."""
    starts = now - timedelta(minutes=10)
    Visit.objects.filter(pk=visit.pk).update(
        starts_at=starts, ends_at=starts + timedelta(minutes=30), created_at=now - timedelta(days=2)
    )
    visit.refresh_from_db()


def own_text(now: datetime) -> TextOverride:
    """A text that the unit says in its own words."""
    return TextOverride.objects.create(
        name="greeting",
        wordings="Oi! Aqui é a {assistant}, do {unit}. Como posso ajudar?",
        valid_from=now - timedelta(days=3),
    )
