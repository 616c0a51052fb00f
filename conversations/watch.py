"""Is the unit's WhatsApp alive? The gateway's own word, the last message, the last tick; and the
code with which staff pair it again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max, Q

from conversations import live
from conversations.models import GatewayState, Message, RawEvent
from conversations.whatsapp.payloads import Connection, QrCode

CODE_VALID = timedelta(seconds=60)  # Evolution shows a new one about every 45 s
STORM = timedelta(minutes=1)  # of equal states one row is enough
TICK_WITHIN = timedelta(minutes=2)  # WhatsApp's server acknowledges within a second
SLACK = timedelta(seconds=5)  # a tick may come before the gateway has answered our call
LATEST = 50  # of our messages; more are not looked at
CONNECTION, TICK = "connection.update", "messages.update"

Status = Message.Status


@dataclass(frozen=True)
class Watch:
    """`state` is the gateway's word, "" if it has said nothing yet. `silent_since`: when the oldest
    message left that WhatsApp should have acknowledged and did not; "open" is wrong then."""

    state: str
    since: datetime | None
    last_message_at: datetime | None
    last_tick_at: datetime | None
    silent_since: datetime | None
    code: GatewayState | None

    @property
    def is_well(self) -> bool:
        return self.state in ("open", "") and self.silent_since is None


def connection_changed(event: Connection, instance: str, now: datetime) -> None:
    """Keep the last state only; connected again, what waited for that leaves now."""
    row = _locked(instance)
    if row.state != event.state:
        row.state, row.changed_at = event.state[: row._meta.get_field("state").max_length], now
    row.reason = event.reason
    if event.state in ("open", "refused"):
        row.code_image, row.pairing_code, row.code_at = "", "", None
    if event.state == "open":
        _let_leave(instance, now)
    row.save()
    _keep_one(instance, event.state, now)


def code_shown(event: QrCode, instance: str, now: datetime) -> None:
    if not event.image_data_uri and not event.pairing_code:
        return
    row = _locked(instance)
    row.code_image = event.image_data_uri or ""
    row.pairing_code, row.code_at = (event.pairing_code or "")[:40], now
    row.save()


def look(now: datetime) -> Watch:
    """The instance that this unit sends through."""
    instance = settings.EVOLUTION_INSTANCE
    row = GatewayState.objects.filter(instance=instance).first() or GatewayState()
    heard = Message.objects.filter(direction=Message.Direction.IN).order_by("-pk")
    last_tick = _last_tick(instance)
    valid = row.code_at is not None and now - row.code_at < CODE_VALID
    return Watch(
        state=row.state,
        since=row.changed_at,
        last_message_at=heard.values_list("created_at", flat=True).first(),
        last_tick_at=last_tick,
        silent_since=_silent_since(last_tick, now),
        code=row if valid and row.state != "open" else None,
    )


def _last_tick(instance: str) -> datetime | None:
    ticks = RawEvent.objects.filter(instance=instance, event=TICK).order_by("-pk")
    return ticks.values_list("received_at", flat=True).first()


def _silent_since(last_tick: datetime | None, now: datetime) -> datetime | None:
    ours = Message.objects.filter(direction=Message.Direction.OUT).order_by("-pk")
    left = [at for at in ours.values_list("accepted_at", flat=True)[:LATEST] if at]
    unheard = [at for at in left if last_tick is None or at > last_tick + SLACK]
    oldest = min(unheard, default=None)
    return oldest if oldest and now - oldest > TICK_WITHIN else None


def _locked(instance: str) -> GatewayState:
    GatewayState.objects.bulk_create([GatewayState(instance=instance)], ignore_conflicts=True)
    return GatewayState.objects.select_for_update().get(instance=instance)


def _let_leave(instance: str, now: datetime) -> None:
    waiting = Message.objects.filter(
        conversation__instance=instance, status=Status.QUEUED, due_at__gt=now
    )
    if waiting.update(due_at=now):
        live.wake()


def _keep_one(instance: str, state: str, now: datetime) -> None:
    """Reconnecting in circles, the gateway says the same hundreds of times."""
    said = RawEvent.objects.filter(instance=instance, event=CONNECTION)
    same = said.filter(received_at__gt=now - STORM, body__data__state=state)
    newest = same.aggregate(newest=Max("pk"))["newest"]
    same.filter(~Q(pk=newest)).delete()
