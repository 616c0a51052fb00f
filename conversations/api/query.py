"""What a caller asks for, read from the URL. Anything else is a 400 with a sentence."""

import re
from datetime import date, datetime, time

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from leads.phones import canonical

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
MOST_DIGITS = 15  # fits every column


def phone(request: Request) -> str | None:
    """`phone` in any usual spelling as E.164; None when the parameter is missing.

    An unquoted "+" arrives as a blank. WhatsApp knows numbers that no numbering plan does, so
    what is no valid phone is looked up as WhatsApp would write it.
    """
    given = request.query_params.get("phone")
    if given is None:
        return None
    digits = re.sub(r"[^0-9]", "", given)
    found = canonical(given.strip()) or canonical(f"{digits}@s.whatsapp.net")
    if found is None:
        raise ValidationError({"phone": _("Give a phone as +5545999990000.")})
    return found


def whole(request: Request, name: str, default: int) -> int:
    """A whole number, not negative."""
    given = request.query_params.get(name) or str(default)
    if not given.isascii() or not given.isdigit() or len(given) > MOST_DIGITS:
        raise ValidationError({name: _("Give a whole number.")})
    return int(given)


def day(request: Request, name: str, default: date) -> date:
    """A day as 2026-03-12."""
    given = request.query_params.get(name)
    try:
        asked = date.fromisoformat(given) if given else default
    except ValueError:
        raise ValidationError({name: _("Give a day as 2026-03-12.")}) from None
    if not FIRST_DAY <= asked <= LAST_DAY:
        raise ValidationError({name: _("Give a day of this century.")})
    return asked


def midnight(of: date) -> datetime:
    """When a day of the unit begins."""
    return timezone.make_aware(datetime.combine(of, time()))
