"""From one row of the back-office to the next, and to the console."""

from datetime import datetime
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from conversations.agent.wording import clock
from leads.phones import display as phone_display

_DAYS = ("seg", "ter", "qua", "qui", "sex", "sáb", "dom")


def to_row(row: Model | None, text: str = "") -> SafeString | str:
    """A link to the row's page; a dash when there is none."""
    if row is None:
        return "–"
    options = row._meta
    url = reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[row.pk])
    return format_html('<a class="ops-link" href="{}">{}</a>', url, text or str(row))


def to_rows(model: type[Model], query: str, text: str) -> SafeString:
    options = model._meta
    url = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    return format_html('<a class="ops-link" href="{}?{}">{}</a>', url, query, text)


def console_url(conversation_id: int) -> str:
    return f"/console/{conversation_id}/"


def to_console(conversation_id: int | None) -> SafeString | str:
    if conversation_id is None:
        return "–"
    return format_html(
        '<a class="ops-link" href="{}">{}</a>', console_url(conversation_id), _("Open console")
    )


def phone(e164: str | None) -> str:
    return phone_display(e164) if e164 else "–"


def moment(at: datetime | None) -> str:
    """qui 26/11, 15h (this year's dates; others with their year)"""
    if at is None:
        return "–"
    local = timezone.localtime(at)
    year = "" if local.year == timezone.localtime().year else f"/{local.year}"
    return f"{_DAYS[local.weekday()]} {local:%d/%m}{year}, {clock(local)}"


def of_conversation(lead: Any) -> Any:
    """The family's conversation, if it has one; nothing is read when it was selected along."""
    return getattr(lead, "conversation", None)


def whole(text: str) -> SafeString:
    """Text that a narrow column must not break."""
    return format_html('<span class="ops-whole">{}</span>', text)


def together(*parts: SafeString | str) -> SafeString:
    return format_html_join(" · ", "{}", ((part,) for part in parts if part))
