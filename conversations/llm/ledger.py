"""What models cost: every call is a row, reserved before and settled after.

A call is let through while less than the day's budget is spent or reserved, so what is spent can
pass the budget by one reservation at most, however many turns run at once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_UP, Decimal

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from conversations.llm.base import NotAsked, Outcome, Usage
from conversations.models import ExchangeRate, ModelCall, ModelPrice, Turn
from conversations.models.llm import PER
from leads.statements import Change, Query, Slot, inserting, prepared, together, update

RESERVING = 0x6C6C6D  # the advisory lock: one reservation at a time, in all processes
LONGEST_CALL = 60  # seconds after which a running call's process must have died
CENT = Decimal("0.000001")
UNBILLED = frozenset(
    {Outcome.UNREACHABLE, Outcome.LIMITED, Outcome.DENIED, Outcome.REJECTED, Outcome.FAILED}
)

_PRICE = Query(ModelPrice.objects.at(Slot("now")).filter(model=Slot("model")))
_RATE = Query(ExchangeRate.objects.at(Slot("now")))
_SPENT = "SELECT coalesce(sum(cost), 0) FROM conversations_modelcall WHERE started_at >= %s"
_WORTH = Change(ModelCall.objects.filter(pk=Slot("pk")), outcome=Slot("outcome"))
_MADE_FOR = Change(ModelCall.objects.filter(pk=Slot("pk")), turn=Slot("turn"))


def midnight(now: datetime) -> datetime:
    """When the unit's day began; the budget is one day's."""
    return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)


def spent_today(now: datetime) -> Decimal:
    """R$ spent or reserved since midnight."""
    with prepared() as cursor:
        cursor.execute(_SPENT, [midnight(now)])
        spent: Decimal = cursor.fetchone()[0]
    return spent


def exhausted(now: datetime) -> bool:
    """Whether the tier without a model answers until midnight."""
    return spent_today(now) >= settings.LLM_DAILY_BUDGET_BRL


def reserve(call: ModelCall, worst: Usage, now: datetime) -> None:
    """Store `call` at the worst that it may cost. Raises NotAsked: no budget left, or no price."""
    price = _PRICE.first(model=call.model, now=now)
    rate = _RATE.first(now=now)
    if price is None or rate is None:
        raise NotAsked("price")
    call.price, call.rate, call.started_at = price, rate, now
    call.reserved = call.cost = cost(price, rate, worst, call.audio_seconds, worst=True)
    # One journey to PostgreSQL: who held the lock while this process's other threads had the
    # interpreter kept all that wait for it from asking their models.
    with prepared() as lock, prepared() as before, prepared() as row:
        with together():
            lock.execute("SELECT pg_advisory_xact_lock(%s)", [RESERVING])
            before.execute(_SPENT, [midnight(now)])
            finish = inserting(row, call)
        finish()
        if before.fetchone()[0] >= settings.LLM_DAILY_BUDGET_BRL:
            call.delete()
            raise NotAsked("budget")


def settle(call: ModelCall, outcome: Outcome, usage: Usage | None, seconds: float) -> None:
    """Replace the reservation by what was counted. Where nothing was counted, an error costs
    nothing, and a call whose end nobody saw stays at its worst."""
    call.outcome, call.latency_ms = outcome, round(seconds * 1000)
    if usage is not None:
        call.input_tokens, call.cached_tokens = usage.input, usage.cached
        call.written_tokens, call.output_tokens = usage.written, usage.output
        call.reasoning_tokens = usage.reasoning
        call.cost = cost(call.price, call.rate, usage, call.audio_seconds)
    elif outcome in UNBILLED:
        call.cost = Decimal(0)
    update(call)


def mark(call_id: int, outcome: Outcome) -> None:
    """What a settled call was worth, once its answer has been looked at."""
    _WORTH.make(pk=call_id, outcome=outcome)


def cost(
    price: ModelPrice, rate: ExchangeRate, usage: Usage, seconds: int = 0, *, worst: bool = False
) -> Decimal:
    """R$ of one call, rounded up to a millionth. `worst`: nothing of the input is cached and all
    of it is written to the cache, if that costs more."""
    new = max(usage.input - usage.cached - usage.written, 0)
    dollars = (
        new * (max(price.input, price.written) if worst else price.input)
        + usage.cached * price.cached
        + usage.written * price.written
        + usage.output * price.output
    ) / PER + price.minute * seconds / 60
    return (dollars * rate.brl).quantize(CENT, ROUND_UP)


def unsettled(now: datetime) -> int:
    """Marks what processes left running when they were killed. Nobody knows what came of these
    calls, so they count as spent in full. Returns how many there were."""
    dead = ModelCall.objects.filter(
        outcome=Outcome.RUNNING, started_at__lt=now - timedelta(seconds=LONGEST_CALL)
    )
    return dead.update(outcome=Outcome.DROPPED, cost=F("reserved"))


def attribute(calls: Sequence[int], turn: Turn) -> None:
    """Tell which turn the calls were made for; it is kept only after them."""
    for pk in calls:
        _MADE_FOR.make(pk=pk, turn=turn.pk)
