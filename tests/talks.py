"""Families with whom something has been said, for tests of what staff see."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from billing_rules.models import Subject
from conversations import live
from conversations.models import Conversation, Message, Turn
from leads.models import Lead
from leads.qualification import set_field
from scheduling.models import Visit


def family(name, phone, *, mode="bot", holder=None):
    lead = Lead.objects.create(parent_name=name, phone=phone)
    talk = Conversation.objects.create(
        lead=lead, instance="vila-a", phone=phone, reply_to="x", mode=mode, assigned_to=holder
    )
    heard(talk, "Oi, queria saber do Kumon")
    return talk


def tick(talk):
    """The conversation's next rev, told to the open consoles after commit."""
    with transaction.atomic():
        locked = Conversation.objects.select_for_update().get(pk=talk.pk)
        locked.rev += 1
        locked.save(update_fields=["rev"])
        live.tell(locked.pk, locked.rev)
    return locked.rev


def heard(talk, text="", **extra):
    return _stored(
        talk, text, {"direction": "in", "author": "parent", "status": "received"} | extra
    )


def said(talk, text, **extra):
    return _stored(talk, text, {"direction": "out", "author": "bot", "status": "read"} | extra)


def _stored(talk, text, extra):
    at = extra.pop("at", None) or timezone.now()
    with transaction.atomic():
        message = Message.objects.create(
            conversation=talk, text=text, rev=tick(talk), sent_at=at, created_at=at, **extra
        )
        Conversation.objects.filter(pk=talk.pk).update(last_text=text[:120], last_message_at=at)
    return message


def well_known(name, phone, now: datetime, **extra):
    """A family of which most is known, with bubbles of many kinds and a visit ahead."""
    for position, (code, subject) in enumerate({"math": "Matemática", "port": "Português"}.items()):
        Subject.objects.get_or_create(code=code, defaults={"name": subject, "position": position})
    talk = family("", phone, **extra)
    lead = talk.lead
    yesterday = now - timedelta(days=1)
    Message.objects.filter(conversation=talk).update(created_at=yesterday, sent_at=yesterday)
    said(
        talk,
        "Olá! Eu sou a Cecília, assistente virtual do Kumon Vila A. 😊\n\n"
        "Posso ajudar com informações e marcar uma visita. Com quem eu falo?",
        turn=turn(talk, now),
        segments=[{"template": "greeting", "wording": 0, "override": None, "args": {}}],
        at=yesterday,
    )
    who = heard(talk, f"{name}! É pro meu filho Pedro, ele tem 9 anos e tá no 4º ano", at=yesterday)
    set_field(lead, "parent_name", name, status="said", message_id=who.pk, now=now)
    set_field(lead, "student_name", "Pedro", status="said", message_id=who.pk, now=now)
    set_field(lead, "student_age", 9, status="said", message_id=who.pk, now=now)
    set_field(lead, "school_grade", "4º ano", status="said", message_id=who.pk, now=now)
    heard(talk, kind="audio", details={"media": {"seconds": 14}}, at=now)
    said(
        talk,
        f"Prazer, {name.split()[0]}! Qual matéria interessa ao Pedro: Matemática, Português ou "
        "Inglês?",
        turn=turn(talk, now),
    )
    subject = heard(talk, "matemática. quanto custa?")
    set_field(lead, "subjects", ["math"], status="said", message_id=subject.pk, now=now)
    said(
        talk,
        "A mensalidade é R$ 375,00 por matéria, e a matrícula é R$ 100,00, uma única vez.\n\n"
        "Qual horário é melhor para vocês, manhã ou tarde?",
        turn=turn(talk, now),
        segments=[
            {
                "template": "price",
                "wording": 0,
                "args": {"fee": {"value": "R$ 375,00", "rows": [["MonthlyFee", 1]]}},
            }
        ],
    )
    when = heard(talk, "de tarde é melhor, depois das 14")
    set_field(lead, "schedule_preference", "tarde", status="said", message_id=when.pk, now=now)
    said(talk, "Perfeito! Tenho quinta-feira, 26/11, às 15h. Posso confirmar?", status="delivered")
    heard(talk, "pode sim 🙏")
    starts = (now + timedelta(days=3)).replace(hour=18, minute=0, second=0, microsecond=0)
    Visit.objects.create(
        lead=lead, starts_at=starts, ends_at=starts + timedelta(minutes=30), created_by="parent"
    )
    lead.stage = Lead.Stage.BOOKED
    lead.save()
    return Conversation.objects.get(pk=talk.pk)


def turn(talk, now: datetime):
    return Turn.objects.create(
        conversation=talk,
        epoch=0,
        started_at=now,
        finished_at=now + timedelta(milliseconds=38),
        tier="rules",
        trace={
            "commands": [{"command": "answer", "topic": "price", "evidence": "quanto custa?"}],
            "knowledge": [],
            "acts": ["answer_price", "ask:schedule_preference"],
            "timings": {"understand": 4, "decide": 1, "speak": 2},
        },
    )
