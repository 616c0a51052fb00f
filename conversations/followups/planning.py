"""Which rows there should be, by what visits and talks are now. What is no longer due goes."""

from collections.abc import Container, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from conversations.models import Conversation, Followup, FollowupRules
from conversations.models.followup import WINDOW_HOURS
from leads.models import Lead
from scheduling import reminders
from scheduling.models import Visit, VisitRules
from scheduling.slots import QuietHours

SECOND_THOUGHTS = timedelta(minutes=30)  # a wrong mark can be set right before anything is said
INVITED_FOR = timedelta(hours=24)  # of quiet hours or of a long talk
NOT_LATER_THAN = timedelta(days=3)  # after the visit
WINDOW = timedelta(hours=WINDOW_HOURS)

Kind = Followup.Kind
Stage = Lead.Stage
Key = tuple[int | None, str]  # a visit and a kind
Wanted = dict[Key, tuple[Visit, reminders.Due]]


def plan(now: datetime) -> None:
    """Make the missing rows, move those whose time has changed, remove those that lost their
    reason. What is settled stays. A handful of queries, however often it is run."""
    rules, quiet = rules_at(now), quiet_at(now)
    visits = list(_visits(now))
    wanted: Wanted = {
        (visit.pk, kind): (visit, due)
        for visit in visits
        for kind, due in of_visit(visit, rules, quiet)
        if due.expires > now
    }
    of_visits = Followup.objects.filter(visit__isnull=False)
    there = {
        (row.visit_id, row.kind): row
        for row in of_visits.filter(Q(settled_at=None) | Q(visit__in=visits))
    }
    _remove(there, wanted, now)
    _move(there, wanted)
    Followup.objects.bulk_create(
        [
            _row(visit.lead.conversation.pk, visit.pk, kind, due)
            for (_, kind), (visit, due) in wanted.items()
            if (visit.pk, kind) not in there
        ],
        ignore_conflicts=True,
    )
    _plan_nudges(rules, now)


def rules_at(now: datetime) -> FollowupRules:
    return FollowupRules.objects.at(now).first() or FollowupRules()


def quiet_at(now: datetime) -> QuietHours:
    rules = VisitRules.objects.at(now).first() or VisitRules()
    return QuietHours(rules.quiet_from, rules.quiet_until, ZoneInfo(settings.TIME_ZONE))


def of_visit(
    visit: Visit, rules: FollowupRules, quiet: QuietHours
) -> Iterator[tuple[Kind, reminders.Due]]:
    """What the visit, as it is now, gives reason to say, and when."""
    if visit.status in Visit.ACTIVE:
        leads = {Kind.EARLY: rules.early_lead, Kind.LATE: rules.late_lead}
        for kind, lead in leads.items():
            due = reminders.due(visit.starts_at, visit.created_at, lead, quiet)
            if due:
                yield kind, due
        until = min(visit.created_at + INVITED_FOR, visit.starts_at)
        if rules.invitation and settings.PUBLIC_URL and visit.created_at < until:
            yield Kind.INVITATION, reminders.Due(visit.created_at, until)
    elif visit.status == Visit.Status.ATTENDED and rules.thanks:
        yield Kind.THANKS, _afterwards(visit)
    elif visit.status == Visit.Status.NO_SHOW and rules.no_show_message:
        yield Kind.NO_SHOW, _afterwards(visit)


def _afterwards(visit: Visit) -> reminders.Due:
    marked = max(visit.updated_at, visit.ends_at)
    at = marked + SECOND_THOUGHTS
    return reminders.Due(at, max(visit.ends_at + NOT_LATER_THAN, at + SECOND_THOUGHTS))


def silent(rules: FollowupRules, now: datetime) -> QuerySet[Conversation]:
    """Families who wrote to us, left our question open, and have been silent since; never those
    whom a person has spoken with, who have had a visit, or who were asked again before."""
    if rules.nudge_hours is None:
        return Conversation.objects.none()
    until = now - timedelta(hours=rules.nudge_hours)
    asked_again = Followup.objects.filter(kind=Kind.NUDGE, settled_at__isnull=False)
    return (
        Conversation.objects.filter(
            mode=Conversation.Mode.BOT,
            due_at=None,
            last_inbound_at__gt=now - WINDOW,
            last_inbound_at__lte=until,
            last_message_at__gt=F("last_inbound_at"),
            dialogue__asked__isnull=False,
            dialogue__declined_visit=False,
            lead__opted_out_at=None,
            lead__stage__in=[Stage.NEW, Stage.TALKING, Stage.QUALIFIED],
            lead__visits=None,
            handoffs=None,
        )
        .exclude(dialogue__asked=None)
        .exclude(Exists(asked_again.filter(conversation=OuterRef("pk"))))
    )


def _visits(now: datetime) -> QuerySet[Visit]:
    """Those ahead, and those whose outcome was marked lately; only of families we talk with."""
    marked = Q(
        status__in=[Visit.Status.ATTENDED, Visit.Status.NO_SHOW],
        ends_at__gt=now - NOT_LATER_THAN,
    )
    ahead = Q(status__in=Visit.ACTIVE, ends_at__gt=now)
    return Visit.objects.filter(ahead | marked, lead__conversation__isnull=False).select_related(
        "lead__conversation"
    )


def _remove(there: dict[Key, Followup], wanted: Container[Key], now: datetime) -> None:
    """A row whose visit gives no reason for it any more. One that is merely late stays: it is
    dropped with that reason, where staff see it."""
    gone = [
        row.pk
        for key, row in there.items()
        if row.settled_at is None and key not in wanted and row.expires_at > now
    ]
    if gone:
        Followup.objects.filter(pk__in=gone, settled_at=None).delete()


def _move(there: dict[Key, Followup], wanted: Wanted) -> None:
    for key, (_visit, due) in wanted.items():
        row = there.get(key)
        if row and row.settled_at is None and (row.due_at, row.expires_at) != (due.at, due.expires):
            Followup.objects.filter(pk=row.pk, settled_at=None).update(
                due_at=due.at, expires_at=due.expires
            )


def _plan_nudges(rules: FollowupRules, now: datetime) -> None:
    Followup.objects.bulk_create(
        [
            _row(talk, None, Kind.NUDGE, reminders.Due(now, heard + WINDOW))
            for talk, heard in silent(rules, now).values_list("pk", "last_inbound_at")
            if heard  # by the filter
        ],
        ignore_conflicts=True,
    )


def _row(conversation: int, visit: int | None, kind: str, due: reminders.Due) -> Followup:
    return Followup(
        conversation_id=conversation,
        visit_id=visit,
        kind=kind,
        due_at=due.at,
        expires_at=due.expires,
    )
