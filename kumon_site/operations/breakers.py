"""The five breakers as they stand, for probes, figures and alerts. Each border owns its own."""

from scheduling.breaker import Breaker, State

NAMES = ("gateway", "openai", "anthropic", "calendar", "qdrant")


def states() -> list[State]:
    return [Breaker(name).state() for name in NAMES]
