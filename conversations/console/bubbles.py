"""Messages as staff see them: bubbles in the order of their storing, whatever changes later."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Min, QuerySet
from django.db.models.functions import TruncDate
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from conversations.console import media
from conversations.console.access import person
from conversations.models import Message
from leads import phones

Kind, Status = Message.Kind, Message.Status

PAGE = 50
MOST_AT_ONCE = 500

TICKS = {
    Status.QUEUED: ("clock", gettext_lazy("Queued")),
    Status.SENDING: ("clock", gettext_lazy("Sending")),
    Status.UNKNOWN: ("clock", gettext_lazy("Confirming…")),
    Status.SENT: ("check", gettext_lazy("Sent")),
    Status.DELIVERED: ("checks", gettext_lazy("Delivered")),
    Status.READ: ("checks", gettext_lazy("Read")),
    Status.FAILED: ("alert", gettext_lazy("Not sent")),
    Status.DROPPED: ("ban", gettext_lazy("Dropped: the conversation moved on")),
}
MEDIA = {
    Kind.AUDIO: "mic",
    Kind.IMAGE: "image",
    Kind.VIDEO: "video",
    Kind.DOCUMENT: "file",
    Kind.STICKER: "sticker",
    Kind.LOCATION: "pin",
    Kind.CONTACT: "user",
    Kind.POLL: "poll",
    Kind.UNSUPPORTED: "help",
}


@dataclass(frozen=True)
class Bubble:
    message: Message
    starts_day: bool

    @property
    def order(self) -> str:
        """Sorts bubbles as text. Ids are taken under the conversation's lock, so that inside one
        conversation they follow the order of storing; a rev moves with every tick."""
        return f"{self.message.pk:019d}"

    @property
    def author(self) -> str:
        if self.message.author == Message.Author.BOT:
            return _("Bot")
        if self.message.author == Message.Author.STAFF:
            name = person(self.message.staff)
            return _("Team · %(name)s") % {"name": name} if name else _("Team · by phone")
        return ""

    @property
    def day(self) -> str:
        return day_label(timezone.localtime(self.message.created_at).date())

    @property
    def tick(self) -> tuple[str, Any] | None:
        return TICKS.get(Status(self.message.status))

    @property
    def icon(self) -> str:
        return MEDIA.get(Kind(self.message.kind), "")

    @property
    def has_file(self) -> bool:
        """Something a parent sent that can be fetched from the gateway."""
        theirs = self.message.direction == Message.Direction.IN and not self.message.deleted_at
        return theirs and self.message.kind in media.KINDS

    @property
    def about(self) -> str:
        """What more than text shows beside its kind: length, file, place or phone."""
        details = self.message.details or {}
        file = details.get("media") or details
        place = details.get("location") or details
        phone = details.get("contact_phone") or details.get("phone")
        seconds = file.get("seconds")
        parts = [
            f"{int(seconds) // 60}:{int(seconds) % 60:02d}" if seconds else "",
            file.get("file_name") or "",
            place.get("name") or "",
            place.get("address") or "",
            phones.display(phone) if phone else "",
        ]
        return " · ".join(str(part) for part in parts if part)

    @property
    def transcript(self) -> str:
        return str((self.message.details or {}).get("transcript") or "")

    @property
    def failure(self) -> str:
        """Why it was not sent, as far as the gateway said."""
        reason = self.message.error
        return _("Not sent: %(reason)s") % {"reason": reason} if reason else _("Not sent.")

    @property
    def explained(self) -> bool:
        return self.message.turn_id is not None and self.message.author == Message.Author.BOT


def day_label(day: date) -> str:
    today = timezone.localdate()
    if day == today:
        return _("Today")
    if day == today - timedelta(days=1):
        return _("Yesterday")
    return formats.date_format(day, r"l, j \d\e F" if day.year == today.year else "j/m/Y")


def last(conversation_id: int, *, limit: int = PAGE, before: int | None = None) -> list[Bubble]:
    """The newest `limit` bubbles, or those stored before the message `before`; oldest first."""
    rows = _rows(conversation_id)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    newest = rows.order_by("-id")[: min(limit, MOST_AT_ONCE)]
    return _bubbles(conversation_id, reversed(newest))


def since(conversation_id: int, message_id: int) -> int:
    """How many bubbles there are from this message on."""
    return _rows(conversation_id).filter(pk__gte=message_id).count()


def changed(conversation_id: int, after: int) -> tuple[list[Bubble], int | None]:
    """Bubbles whose rev is above `after`, by rev; and the last rev if there are more to fetch."""
    rows = list(
        _rows(conversation_id).filter(rev__gt=after).order_by("rev", "id")[: MOST_AT_ONCE + 1]
    )
    more = len(rows) > MOST_AT_ONCE
    rows = rows[:MOST_AT_ONCE]
    return _bubbles(conversation_id, rows), rows[-1].rev if more else None


def _rows(conversation_id: int) -> QuerySet[Message]:
    return Message.objects.filter(conversation_id=conversation_id).select_related("staff")


def _bubbles(conversation_id: int, messages: Iterable[Message]) -> list[Bubble]:
    rows = list(messages)
    if not rows:
        return []
    first = _first_of_days(conversation_id, min(row.created_at for row in rows))
    return [Bubble(row, row.pk in first) for row in rows]


def _first_of_days(conversation_id: int, moment: datetime) -> set[int]:
    midnight = datetime.combine(
        timezone.localdate(moment), time.min, timezone.get_current_timezone()
    )
    days = (
        Message.objects.filter(conversation_id=conversation_id, created_at__gte=midnight)
        .annotate(day=TruncDate("created_at"))
        .order_by("day")
        .values("day")
        .annotate(first=Min("id"))
    )
    return {row["first"] for row in days}


def waited(since: datetime, now: datetime) -> str:
    """How long somebody has been waiting, as a short word: "5 min", "2 h 10"."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes < 1:
        return _("now")
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60:02d}"
    days = minutes // (24 * 60)
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
