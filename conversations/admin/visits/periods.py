from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RadioFilter

from conversations.admin.calendar import this_week, today
from scheduling.models import Visit


class WhenFilter(RadioFilter):
    title = _("period")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("today", _("today")),
            ("tomorrow", _("tomorrow")),
            ("week", _("this week")),
            ("coming", _("coming")),
            ("unmarked", _("over, without an outcome")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Visit]) -> QuerySet[Visit]:
        wanted = periods(timezone.now()).get(str(self.value()))
        return queryset if wanted is None else queryset.filter(wanted)


def periods(now: datetime) -> dict[str, Q]:
    """What each choice of the period filter means."""
    first, last = today(now)
    monday, next_monday = this_week(now)
    return {
        "today": Q(starts_at__gte=first, starts_at__lt=last),
        "tomorrow": Q(starts_at__gte=last, starts_at__lt=last + timedelta(days=1)),
        "week": Q(starts_at__gte=monday, starts_at__lt=next_monday),
        "coming": Q(ends_at__gt=now),
        "unmarked": Q(ends_at__lte=now, status__in=Visit.ACTIVE),
    }
