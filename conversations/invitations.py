"""Addresses that carry a visit into a calendar: a family's invitation, a person's feed of all.

An invitation's address holds the visit's key and a signature, nothing of the family. A feed's holds
a secret of 256 bits of which only the digest is kept.
"""

import hashlib
import hmac
import secrets
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, User
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from conversations.models import CalendarFeed
from scheduling import ics
from scheduling.models import Visit


def address(visit_id: int) -> str:
    """Where the family finds its visit, also after it has moved."""
    path = reverse("invitation", args=[_signer().sign(str(visit_id))])
    return f"{settings.PUBLIC_URL.rstrip('/')}{path}"


def invited(token: str) -> ics.Thread | None:
    """The visit that an invitation's address is about, as it is now; None for a forged one."""
    try:
        visit = Visit.objects.filter(pk=int(_signer().unsign(token))).first()
    except (BadSignature, ValueError):
        return None
    if visit is None:
        return None
    return ics.threads(Visit.objects.filter(lead=visit.lead_id))[visit.pk]


def subscribe(user: AbstractBaseUser, now: datetime) -> str:
    """The path of a new feed of all visits; the one before is worth nothing any more."""
    token = secrets.token_urlsafe(32)
    CalendarFeed.objects.update_or_create(
        user_id=user.pk, defaults={"digest": digest(token), "created_at": now}
    )
    return reverse("calendar-feed", args=[token])


def unsubscribe(user: AbstractBaseUser) -> None:
    CalendarFeed.objects.filter(user_id=user.pk).delete()


def subscriber(token: str) -> User | None:
    """Whose feed it is, if they may still see visits."""
    given = digest(token)
    feed = CalendarFeed.objects.select_related("user").filter(digest=given).first()
    if feed is None or not hmac.compare_digest(feed.digest, given):
        return None
    user: User = feed.user
    may = user.is_active and user.is_staff and user.has_perm("scheduling.view_visit")
    return user if may else None


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _signer() -> Signer:
    """Made at each use: without a key, importing this must not fail before the checks have told."""
    return Signer(salt="visit-invitation", sep=".")
