"""Whose conversation an address is. A family has a phone, a LID or both, and one conversation."""

from datetime import datetime

from django.db.models import Q

from conversations.models import Conversation, Handoff, Message, Turn
from conversations.whatsapp.payloads import Identity
from leads.models import Lead
from leads.qualification import keep_candidate
from leads.statements import Query, Slot, insert

_LEAD = Query(Lead.objects.filter(phone=Slot("phone")))
# Either address may be None, which equals nothing.
_OF_EITHER = Query(
    Conversation.objects.select_for_update()
    .filter(Q(phone=Slot("phone")) | Q(lid=Slot("lid")), instance=Slot("instance"))
    .order_by("pk")
)


def locked(identity: Identity, instance: str, push_name: str | None, now: datetime) -> Conversation:
    """The family's conversation, its row locked; made now if they never wrote before.

    Needs an open transaction. Two first messages at once meet in one row.
    """
    conversation = known(identity, instance)
    while conversation is None:
        if made := _create(identity, instance, push_name, now):
            return made
        conversation = known(identity, instance)  # another was faster, and has committed
    if push_name:
        conversation.push_name = push_name
    return conversation


def known(identity: Identity, instance: str) -> Conversation | None:
    """The conversation of an identity, its row locked; two rows of one family become one."""
    rows = _OF_EITHER.all(phone=identity.phone or None, lid=identity.lid or None, instance=instance)
    if not rows:
        return None
    by_phone = next((row for row in rows if identity.phone and row.phone == identity.phone), None)
    kept = by_phone or rows[0]
    for other in rows:
        if other is not kept and other.phone is None:
            _merge(other, kept)
    return _with_addresses(kept, identity)


def _with_addresses(kept: Conversation, identity: Identity) -> Conversation:
    if identity.lid and kept.lid != identity.lid and not _lid_taken(kept, identity.lid):
        kept.lid = identity.lid
        kept.save(update_fields=["lid"])
    if identity.phone and kept.phone is None:
        kept.phone = identity.phone
        kept.save(update_fields=["phone"])
        free = not Lead.objects.filter(phone=identity.phone).exists()
        if free:
            Lead.objects.filter(pk=kept.lead_id, phone=None).update(phone=identity.phone)
    if identity.phone or kept.phone is None:
        kept.reply_to = identity.reply_to
    return kept


def _lid_taken(kept: Conversation, lid: str) -> bool:
    """By a family with another phone: WhatsApp says so, and we do not guess which is right."""
    others = Conversation.objects.filter(instance=kept.instance, lid=lid)
    return others.exclude(pk=kept.pk).exists()


def _create(
    identity: Identity, instance: str, push_name: str | None, now: datetime
) -> Conversation | None:
    """None if another has made it meanwhile."""
    lead, is_new = _lead(identity.phone)
    conversation = Conversation(
        lead=lead,
        instance=instance,
        phone=identity.phone,
        lid=identity.lid,
        reply_to=identity.reply_to,
        push_name=push_name or "",
    )
    if not insert(conversation, unless_there=True):
        if is_new:
            lead.delete()
        return None
    if push_name:
        keep_candidate(lead, "parent_name", push_name, now)
    return conversation


def _lead(phone: str | None) -> tuple[Lead, bool]:
    """The family staff entered under this phone, or a new one; and whether it is new."""
    new = Lead(phone=phone)
    if insert(new, unless_there=True):
        return new, True
    there = _LEAD.get(phone=phone)
    if not Conversation.objects.filter(lead=there).exists():
        return there, False
    nameless = Lead()  # another family has given this number as theirs
    insert(nameless)
    return nameless, True


def _merge(gone: Conversation, kept: Conversation) -> None:
    """A chat known by its LID alone turns out to be `kept`, known by phone."""
    Turn.objects.filter(conversation=gone).update(conversation=kept)
    if Handoff.objects.filter(conversation=kept, finished_at=None).exists():
        Handoff.objects.filter(conversation=gone, finished_at=None).delete()
    Handoff.objects.filter(conversation=gone).update(conversation=kept)
    for message in Message.objects.filter(conversation=gone).order_by("pk"):
        message.conversation, message.rev = kept, kept.touch()
        message.epoch = kept.epoch
        message.save(update_fields=["conversation", "rev", "epoch"])
    _adopt_state(gone, kept)
    _adopt_lead(gone.lead, kept.lead)
    gone.delete()
    kept.save()


def _adopt_state(gone: Conversation, kept: Conversation) -> None:
    """The stricter of both: what staff hold stays theirs, what waits still waits."""
    held = (Conversation.Mode.HUMAN, Conversation.Mode.WAITING)
    if gone.mode in held and kept.mode not in held:
        for name in ("mode", "assigned_to", "handoff_reason", "waiting_since"):
            setattr(kept, name, getattr(gone, name))
        kept.epoch += 1
    if kept.answers_by_bot():
        kept.due_at = min(filter(None, (kept.due_at, gone.due_at)), default=None)
        kept.burst_started_at = kept.burst_started_at or gone.burst_started_at
    kept.dialogue = kept.dialogue or gone.dialogue
    kept.dialogue_at = kept.dialogue_at or gone.dialogue_at
    kept.unread += gone.unread


def _adopt_lead(gone: Lead, kept: Lead) -> None:
    """What the family said under the LID fills what is not known yet; the rest stays as it is."""
    for name in ("parent_name", "email", "schedule_preference"):
        setattr(kept, name, getattr(kept, name) or getattr(gone, name))
    kept.save()
    if not kept.students.exists():
        gone.students.update(lead=kept)
    gone.evidence.update(lead=kept)
    if not kept.visits.active().exists():
        gone.visits.update(lead=kept)
