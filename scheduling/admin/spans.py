"""A stretch of time in words, as short as it can be said."""

from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext


def words(starts_at: datetime, ends_at: datetime) -> str:
    """ "25/12/2026 (sexta), o dia todo"; "10/12/2026 (quinta), das 09:00 às 12:00"."""
    start, end = timezone.localtime(starts_at), timezone.localtime(ends_at)
    whole_days = start.time() == end.time() == time()
    last = end.date() - timedelta(days=1) if whole_days else end.date()
    if start.date() != last:
        if whole_days:
            return gettext("%(first)s to %(last)s") % {"first": _day(start), "last": _day(last)}
        times = {"from": _clock(start), "last": _day(end), "to": _clock(end)}
        return gettext("%(first)s, %(from)s, to %(last)s, %(to)s") % {"first": _day(start), **times}
    if whole_days:
        return gettext("%(day)s, all day") % {"day": _day(start)}
    clock = {"from": _clock(start), "to": _clock(end)}
    return gettext("%(day)s, from %(from)s to %(to)s") % {"day": _day(start), **clock}


def _day(day: object) -> str:
    return f"{date_format(day, 'd/m/Y')} ({date_format(day, 'D').lower()})"  # type: ignore[arg-type]


def _clock(at: datetime) -> str:
    return f"{at:%H:%M}"
