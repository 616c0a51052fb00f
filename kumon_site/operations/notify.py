"""Tells people of alerts: what waits is claimed row by row, so that each telling goes once."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import F, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse

from conversations.connections import give_back
from conversations.whatsapp.base import SendError, gateway
from kumon_site.operations.models import Alert, Telling

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)  # a mail server has 10 s for each of its replies, the gateway 15 s
FIRST_PAUSE = timedelta(minutes=1)  # doubled with every attempt
GIVE_UP_AFTER = 8  # attempts: four hours

Means = Telling.Means


class NotTold(Exception):
    """`reason` is a code for the row, without anybody's address."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Words:
    """What is said of an alert: the same by every means."""

    subject: str
    text: str


def addresses(means: Iterable[Telling.Means]) -> list[tuple[str, str]]:
    """Whom to tell by `means`: (means, address), as far as the environment names any."""
    named = {Means.EMAIL: settings.ALERT_EMAILS, Means.WHATSAPP: settings.ALERT_WHATSAPP}
    return [(each, address) for each in means for address in named[each]]


def tell(telling: Telling, titles: dict[str, Any], now: datetime) -> None:
    """Tell what `claim_due` gave; `titles` are the rules' by their names."""
    words = worded(telling, str(titles.get(telling.alert.rule, telling.alert.rule)))
    give_back()
    try:
        SENDERS[Means(telling.means)](telling.address, words)
    except NotTold as error:
        _not_told(telling, error.reason, now)
    else:
        _told(telling, now)


def claim_due(now: datetime) -> Telling | None:
    """Claim what has waited longest; None when nothing is due. Of many only one wins. What WhatsApp
    should tell waits while WhatsApp is disconnected."""
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    due = Telling.objects.filter(free, due_at__lte=now)
    if Alert.objects.unresolved().filter(rule="gateway_disconnected").exists():
        due = due.exclude(means=Means.WHATSAPP)
    until = now + LEASE
    while (pk := due.order_by("due_at", "pk").values_list("pk", flat=True).first()) is not None:
        if due.filter(pk=pk).update(claimed_until=until, attempts=F("attempts") + 1):
            claimed = Telling.objects.filter(pk=pk, claimed_until=until).select_related("alert")
            if telling := claimed.first():  # else its alert was over this very moment
                return telling
    return None


def worded(telling: Telling, title: str) -> Words:
    alert = telling.alert
    context = {
        "alert": alert,
        "title": title,
        "occasion": telling.occasion,
        "url": site() + reverse("admin:operations_alert_change", args=[alert.pk]),
    }
    subject = render_to_string("operations/alert_subject.txt", context)
    return Words(" ".join(subject.split()), render_to_string("operations/alert.txt", context))


def site() -> str:
    """Where staff reach us, as far as we know."""
    known: list[str] = [
        settings.PUBLIC_URL,
        *settings.CSRF_TRUSTED_ORIGINS,
        f"http://127.0.0.1:{settings.PORT}",
    ]
    return next(url for url in known if url).rstrip("/")


def _by_email(address: str, words: Words) -> None:
    try:
        send_mail(words.subject, words.text, None, [address])
    except (SMTPException, OSError, ValueError) as error:  # the last: no address
        raise NotTold(type(error).__name__) from error


def _by_whatsapp(address: str, words: Words) -> None:
    """Not through `sender`: this is no conversation with a family."""
    try:
        gateway().send_text(address, words.text)
    except SendError as error:
        if error.outcome != "unknown":  # else perhaps told; twice would be worse
            raise NotTold(error.code) from error


SENDERS: dict[Telling.Means, Callable[[str, Words], None]] = {
    Means.EMAIL: _by_email,
    Means.WHATSAPP: _by_whatsapp,
}


def _told(telling: Telling, now: datetime) -> None:
    _claimed(telling).update(told_at=now, due_at=None, claimed_until=None, error="")


def _not_told(telling: Telling, reason: str, now: datetime) -> None:
    log.warning("Alert %s was not told by %s: %s", telling.alert_id, telling.means, reason)
    again = now + FIRST_PAUSE * 2 ** (telling.attempts - 1)
    _claimed(telling).update(
        error=reason[:80],
        claimed_until=None,
        due_at=again if telling.attempts < GIVE_UP_AFTER else None,
    )


def _claimed(telling: Telling) -> QuerySet[Telling]:
    """The row, as long as its claim is still ours."""
    return Telling.objects.filter(pk=telling.pk, claimed_until=telling.claimed_until)
