"""A month of demo families, each played through the receptionist at the time it wrote."""

import tomllib
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from conversations import echoes, handoff, inbox, outbox, turn
from conversations.models import Conversation, Message
from conversations.whatsapp.payloads import Identity, Received
from leads import funnel
from leads.models import Lead
from scheduling import booking
from scheduling.models import Visit

FILE = Path(__file__).with_name("demo_families.toml")
PHONE = "+5545990000{:03}"  # a prefix that no operator has given out
TYPING = timedelta(seconds=40)


@dataclass
class Family:
    """What one family writes, and what became of it (the file's own head says more)."""

    name: str
    days_ago: int
    hour: float
    lines: list[str]
    visit: str = ""
    staff: list[str] = field(default_factory=list)
    left: bool = False


def seed(now: datetime) -> int:
    """Play the families that are not there yet; returns how many."""
    staff, _created = get_user_model().objects.get_or_create(  # without a password: nobody's door
        username="renata", defaults={"first_name": "Renata", "password": make_password(None)}
    )
    written = tomllib.loads(FILE.read_text())["family"]
    return sum(
        _play(Family(**one), PHONE.format(number), now, staff)
        for number, one in enumerate(written, 1)
    )


@transaction.atomic
def _play(family: Family, phone: str, now: datetime, staff: AbstractBaseUser) -> bool:
    """In one transaction, so that no `work` process sees a message before it is answered."""
    if Conversation.objects.filter(phone=phone).exists():
        return False
    began = clock = _began(family, now)
    for line in family.lines:
        clock += TYPING
        _write(phone, family.name, line, clock)
        _answer(phone, clock := clock + TYPING / 4)
    talk = Conversation.objects.select_related("lead").get(phone=phone)
    Lead.objects.filter(pk=talk.lead_id).update(created_at=began)
    if family.staff:
        _speak(talk.pk, family, staff, clock + 8 * TYPING)
    if family.visit:
        _become(talk.lead, family.visit, clock, now)
    return True


def _began(family: Family, now: datetime) -> datetime:
    """A negative hour counts back from now; a weekend's families wrote on the Friday before."""
    if family.hour < 0:
        return now + timedelta(hours=family.hour)
    day = timezone.localtime(now) - timedelta(days=family.days_ago)
    day -= timedelta(days=max(day.weekday() - 4, 0))
    return day.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(hours=family.hour)


def _write(phone: str, name: str, text: str, at: datetime) -> None:
    digits = phone.removeprefix("+")
    event: dict[str, Any] = dict.fromkeys(
        ("quoted_id", "media", "contact_phone", "reaction_to", "location")
    )
    said = Received(
        **event,
        identity=Identity(phone, None, f"{digits}@s.whatsapp.net"),
        provider_id=f"DEMO{uuid.uuid4().hex[:16].upper()}",
        from_me=False,
        push_name=name,
        kind="text",
        text=text,
        sent_at=at,
        via_api=False,
        raw_type="conversation",
        mixed_up=False,
    )
    inbox.receive(said, instance=settings.EVOLUTION_INSTANCE, now=at)


def _answer(phone: str, at: datetime) -> None:
    """The turn of this family alone, and its reply as if WhatsApp had delivered it."""
    talk = Conversation.objects.get(phone=phone)
    if talk.due_at is not None:
        claim = turn.Claim(talk.pk, talk.epoch, at + turn.LEASE, talk.due_at)
        Conversation.objects.filter(pk=talk.pk).update(claimed_until=claim.until)
        turn.answer(claim, lambda: at)
    _deliver(talk.pk, at)


def _deliver(conversation_id: int, at: datetime) -> None:
    talk = Conversation.objects.select_for_update().get(pk=conversation_id)
    for message in talk.messages.filter(status=Message.Status.QUEUED).order_by("pk"):
        echoes.left(talk, message, f"3EB0{uuid.uuid4().hex[:18].upper()}", at, "read")
    talk.save()


def _speak(conversation_id: int, family: Family, staff: AbstractBaseUser, at: datetime) -> None:
    handoff.take_over(conversation_id, staff, at)
    for text in family.staff:
        outbox.queue_staff_text(conversation_id, staff, text, uuid.uuid4(), at, seen_rev=None)
        _deliver(conversation_id, at)
    if not family.left:
        handoff.close(conversation_id, staff, at + TYPING)


def _become(lead: Lead, wish: str, talked_at: datetime, now: datetime) -> None:
    """What became of the family's last visit, as far as its hour has come."""
    visit = Visit.objects.filter(lead=lead).order_by("-pk").first()
    if visit is None:
        return
    booking.confirm(visit, now=talked_at + TYPING, by=Visit.By.PARENT)
    if wish == "confirmed" or visit.ends_at > now:
        return
    booking.mark(
        visit, "no_show" if wish == "no_show" else "attended", now=visit.ends_at, by=Visit.By.STAFF
    )
    if wish == "enrolled":
        funnel.advance(lead, Lead.Stage.ENROLLED)
