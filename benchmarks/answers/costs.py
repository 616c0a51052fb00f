"""What a talk costs by the ledger, beside the naive way: the whole history and tools every turn.

Counted alike for both, by the stand-ins' tokeniser (four characters a token), at the price rows and
the exchange rate of the first provider's calls. The naive way sends the same fixed prompt and all
that was said so far; a turn that looks something up or changes something (a fact, times, a visit, a
handoff) takes a second call with the result, as tools do; its output is the reply's own text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from conversations.models import Conversation, ModelCall
from tests.stand_ins.models import CHARACTERS_OF_A_TOKEN

TOOL_RESULT = 60  # tokens: three times with ids, or one price with its rows
PER = 1_000_000
PLAIN = ("ask_", "greeting", "noted", "nice_to_meet", "thanks", "corrected", "hello_again", "bye")


@dataclass(frozen=True)
class Spent:
    """One talk: model calls, their tokens and R$; R$ of the naive way, uncached and cached."""

    calls: int = 0
    input: int = 0
    cached: int = 0
    output: int = 0
    brl: float = 0.0
    naive_brl: float = 0.0
    naive_cached_brl: float = 0.0


@dataclass(frozen=True)
class Said:
    """One turn as the naive way would see it."""

    heard: str
    reply: str
    templates: tuple[str, ...]


def of(conversation: Conversation, turns: Sequence[Said]) -> Spent:
    calls = list(
        ModelCall.objects.filter(conversation=conversation).select_related("price", "rate")
    )
    if not calls:
        return Spent()
    fixed = max(max(one.cached_tokens, one.written_tokens) for one in calls)
    return Spent(
        len(calls),
        sum(one.input_tokens for one in calls),
        sum(one.cached_tokens for one in calls),
        sum(one.output_tokens for one in calls),
        float(sum(one.cost for one in calls)),
        *_naive(turns, fixed, calls[0]),
    )


def _naive(turns: Sequence[Said], fixed: int, call: ModelCall) -> tuple[float, float]:
    """R$ when every token is new, and when the prefix of the call before is in the cache."""
    price, rate = call.price, call.rate.brl
    new = reused = output = 0
    history = before = 0
    for turn in turns:
        history += _tokens(turn.heard)
        rounds = 1 if all(name.startswith(PLAIN) for name in turn.templates) else 2
        for number in range(rounds):
            sent = fixed + history + number * TOOL_RESULT
            new, reused, before = new + sent, reused + min(before, sent), sent
        output += _tokens(turn.reply)
        history += _tokens(turn.reply)
    uncached = (new * price.input + output * price.output) * rate / PER
    saved = reused * (price.input - price.cached) * rate / PER
    return float(uncached), float(uncached - Decimal(saved))


def _tokens(text: str) -> int:
    return len(text) // CHARACTERS_OF_A_TOKEN
