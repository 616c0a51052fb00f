"""Every alert there is. Each rule is a query over rows, with its limit beside it."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.utils.translation import gettext_noop as _noop

from conversations import watch
from conversations.connections import give_back
from conversations.models import Conversation
from conversations.whatsapp.base import SendError, gateway
from kumon_site.operations import breakers, waiting
from kumon_site.operations.alerts import costs, pace, trends
from kumon_site.operations.alerts.rule import Rule
from kumon_site.operations.models import Alert, Telling
from leads.models import Lead
from scheduling import sync
from scheduling.booking import load_calendar
from scheduling.models import Visit, VisitRules

CRITICAL, WARNING = Alert.Level.CRITICAL, Alert.Level.WARNING

WORK_STOPPED = timedelta(minutes=5)
WORK_LATE = timedelta(seconds=60)
PARENT_WAITS = timedelta(minutes=30)
OPEN_TIME_WITHOUT_VISIT = timedelta(hours=4)
LOOKED_BACK = timedelta(days=14)  # for the last booking; further back nothing changes
LEAST_CONVERSION = 0.5
LEAST_FAMILIES = 4  # of which a share says something
LEAST_QUALIFIED = 2
DAY = timedelta(days=1)


def work_stopped(now: datetime) -> str | None:
    return _late(now, WORK_STOPPED)


def work_late(now: datetime) -> str | None:
    return _late(now, WORK_LATE)


def _late(now: datetime, limit: timedelta) -> str | None:
    queues = waiting.to_blame(waiting.seconds_late(now))
    name, late = max(queues.items(), key=lambda each: each[1])
    if late <= limit.total_seconds():
        return None
    queue = {"events": _("a received event"), "turns": _("an answer"), "sends": _("a message")}[
        name
    ]
    return _("%(what)s has been due for %(minutes)d min and is not being worked on.") % {
        "what": queue.capitalize(),
        "minutes": late // 60,
    }


def gateway_disconnected(now: datetime) -> str | None:
    give_back()
    try:
        state = gateway().connection_state()
    except SendError as error:
        return _("The gateway does not answer (%(code)s).") % {"code": error.code}
    if state != "open":
        return _("The gateway says that WhatsApp is “%(state)s”.") % {"state": state or "?"}
    since = watch.look(now).silent_since
    if since is None:
        return None
    return _("WhatsApp has acknowledged nothing that was sent since %(time)s.") % {
        "time": f"{timezone.localtime(since):%d/%m %H:%M}"
    }


def breaker_open(now: datetime) -> str | None:
    names = [state.name for state in breakers.states() if state.state != "closed"]
    return _("Not called for now: %(names)s.") % {"names": ", ".join(names)} if names else None


def parent_waiting(now: datetime) -> str | None:
    waits = Conversation.objects.filter(
        mode=Conversation.Mode.WAITING, waiting_since__lt=now - PARENT_WAITS
    ).count()
    if not waits:
        return None
    return ngettext(
        "%(count)d family has been waiting for a person for more than 30 minutes.",
        "%(count)d families have been waiting for a person for more than 30 minutes.",
        waits,
    ) % {"count": waits}


def no_visit_booked(now: datetime) -> str | None:
    """Since the last booking, or else since the first family wrote."""
    booked = Visit.objects.order_by("-created_at").values_list("created_at", flat=True).first()
    since = (
        booked or Lead.objects.order_by("created_at").values_list("created_at", flat=True).first()
    )
    if since is None:
        return None
    since = max(since, now - LOOKED_BACK)
    try:
        open_time = load_calendar(now, since=since).open_between(since, now)
    except VisitRules.DoesNotExist:
        return None
    if open_time < OPEN_TIME_WITHOUT_VISIT:
        return None
    return _("No visit has been booked in the last %(hours)d hours in which the unit was open.") % {
        "hours": open_time // timedelta(hours=1)
    }


def error_rate(now: datetime) -> str | None:
    share = pace.error_share(now)
    if share is None or share <= pace.MOST_ERRORS:
        return None
    return _("%(share).1f%% of what was sent or answered in the last 15 minutes failed.") % {
        "share": 100 * share
    }


def reply_time(now: datetime) -> str | None:
    seconds = pace.reply_seconds(now)
    if seconds is None or seconds <= pace.LONGEST_REPLY:
        return None
    return _("Half of the replies of the last 10 minutes took more than %(seconds).1f s.") % {
        "seconds": seconds
    }


def low_conversion(now: datetime) -> str | None:
    new = Lead.objects.filter(created_at__gte=now - DAY, created_at__lt=now)
    found = new.aggregate(
        families=Count("pk", distinct=True),
        booked=Count("pk", distinct=True, filter=Q(visits__isnull=False)),
    )
    families, booked = found["families"], found["booked"]
    if families < LEAST_FAMILIES or booked >= LEAST_CONVERSION * families:
        return None
    return _("%(booked)d of the %(families)d families of the last 24 hours booked a visit.") % found


def few_qualified(now: datetime) -> str | None:
    """Nothing is expected of a unit on its first day."""
    if not Lead.objects.filter(created_at__lt=now - DAY).exists():
        return None
    qualified = Lead.objects.filter(created_at__gte=now - DAY).qualified().count()
    if qualified >= LEAST_QUALIFIED:
        return None
    return _("Qualified families in the last 24 hours: %(count)d.") % {"count": qualified}


def calendar_behind(now: datetime) -> str | None:
    state = sync.state(now)
    if state.name != "behind":
        return None
    return _("Google Calendar and the visits have not agreed lately (%(error)s).") % {
        "error": state.error or "?"
    }


def _rule(name: str, level: Alert.Level, title: str, holds: Any, **more: Any) -> Rule:
    return Rule(name, level, gettext_lazy(title), holds, **more)


_CONVERSATIONS, _MESSAGES = "conversations_conversation", "conversations_message"
_BY_WHATSAPP = frozenset({Telling.Means.WHATSAPP})

RULES: tuple[Rule, ...] = (
    _rule("work_stopped", CRITICAL, _noop("Nobody is being answered"), work_stopped),
    _rule(
        "gateway_disconnected",
        CRITICAL,
        _noop("WhatsApp is disconnected"),
        gateway_disconnected,
        after=timedelta(minutes=2),  # a restart of the gateway is no incident
        broken=_BY_WHATSAPP,
    ),
    _rule(
        "parent_waiting",
        CRITICAL,
        _noop("A family waits for a person"),
        parent_waiting,
        rows=_CONVERSATIONS,
        query={"mode__exact": "waiting"},
    ),
    _rule(
        "error_rate",
        CRITICAL,
        _noop("Too much fails"),
        error_rate,
        rows=_MESSAGES,
        query={"needs": "failed"},
    ),
    _rule(
        "no_visit_booked",
        CRITICAL,
        _noop("No visit is being booked"),
        no_visit_booked,
        rows="scheduling_visit",
    ),
    _rule("work_late", WARNING, _noop("Answers are late"), work_late, after=timedelta(minutes=2)),
    _rule("reply_time", WARNING, _noop("Replies are slow"), reply_time),
    _rule(
        "calendar_behind",
        WARNING,
        _noop("Google Calendar is out of sync"),
        calendar_behind,
        after=timedelta(minutes=5),
        rows="scheduling_visitevent",
        query={"situation": "waiting"},
    ),
    _rule("breaker_open", WARNING, _noop("A service is not called"), breaker_open),
    _rule(
        "low_conversion",
        WARNING,
        _noop("Few families book a visit"),
        low_conversion,
        after=timedelta(hours=2),
        calm=timedelta(hours=1),
        rows="leads_lead",
    ),
    _rule(
        "few_qualified",
        WARNING,
        _noop("Few families are qualified"),
        few_qualified,
        calm=timedelta(hours=1),
        rows="leads_lead",
    ),
    *costs.RULES,
    *trends.RULES,
)
