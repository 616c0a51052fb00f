"""A unit whose calendar is the stand-in for Google's, with a clock that the tests set."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from leads.models import Lead
from scheduling import booking, sync
from scheduling.models import Visit, VisitEvent
from tests.stand_ins.google_calendar import GoogleCalendarStandIn

TZ = ZoneInfo("America/Sao_Paulo")
NOW = datetime(2026, 3, 9, 8, 0, tzinfo=TZ)  # a Monday
TEN = NOW + timedelta(days=1, hours=2)
HALF_HOUR = timedelta(minutes=30)


@dataclass
class Unit:
    google: GoogleCalendarStandIn
    now: datetime = NOW

    def sync(self, later=timedelta(seconds=20)):
        self.now += later
        return sync.run(lambda: self.now)

    def book(self, starts_at=TEN, lead=None):
        return booking.book(
            lead or Lead.objects.create(parent_name="Ana Segredo"),
            starts_at,
            now=self.now,
            by="parent",
        )

    def event(self, visit):
        return VisitEvent.objects.get(visit=visit)

    def there(self):
        """Beginnings of what stands in Google, of ours and of others."""
        return sorted(
            datetime.fromisoformat(each["start"]["dateTime"])
            for each in self.google.active().values()
        )

    def agree(self):
        """What stands in Google is what stands here, once each. Of a visit that took place only
        that nothing is doubled: its event may be anywhere."""
        ours = {
            row.event.event_id: (row.starts_at, row.ends_at)
            for row in Visit.objects.active().select_related("event")
        }
        past = Visit.objects.filter(status__in=["attended", "no_show"])
        done = set(past.values_list("event__event_id", flat=True))
        there = {
            key: tuple(datetime.fromisoformat(each[edge]["dateTime"]) for edge in ("start", "end"))
            for key, each in self.google.active().items()
            if "visit" in each.get("extendedProperties", {}).get("private", {})
        }
        assert {key: there[key] for key in there.keys() - done} == ours
        assert sync.state(self.now).name == "ok"
        assert sync.state(self.now).waiting == 0


def account(token_uri):
    """The key of a service account that exists nowhere."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    return json.dumps({
        "type": "service_account", "client_email": "unit@example.iam.gserviceaccount.com",
        "private_key": pem, "private_key_id": "1", "token_uri": token_uri,
    })  # fmt: skip
