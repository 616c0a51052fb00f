"""The border to whoever understands messages: models, and the tier that needs none."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from conversations.models import ModelCall

Question = TypeVar("Question")
Outcome = ModelCall.Outcome


@dataclass(frozen=True)
class Usage:
    """What the provider counted. `input` is all of it, `output` has the reasoning in it."""

    input: int = 0
    cached: int = 0
    written: int = 0
    output: int = 0
    reasoning: int = 0


class LLMError(Exception):
    """A provider could not answer, or was not asked; the next tier is asked then.

    `call` is the ledger's row, None where no call was made or it is known already."""

    call: int | None = None


class NotAsked(LLMError):
    """No call was made: `reason` is "budget", "breaker" or "price"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)


class CallFailed(LLMError):
    """A call without a usable answer. Its text holds nothing that a family wrote.

    `usage` is what was counted all the same; `pause` how many seconds the provider wants to be left
    alone, where it said so.
    """

    def __init__(
        self, outcome: Outcome, *, usage: Usage | None = None, pause: float | None = None
    ) -> None:
        super().__init__(str(outcome))
        self.outcome = outcome
        self.usage = usage
        self.pause = pause

    @property
    def speaks_against_server(self) -> bool:
        """A refusal or broken JSON is the model's answer; the server is well."""
        return self.outcome in AGAINST_SERVER


AGAINST_SERVER = frozenset(
    {
        Outcome.TIMEOUT,
        Outcome.DROPPED,
        Outcome.UNREACHABLE,
        Outcome.LIMITED,
        Outcome.DENIED,
        Outcome.FAILED,
    }
)


@dataclass(frozen=True)
class Reply:
    """`answer` should follow commands.schema.json; whoever asked checks that it does.

    `call` is the ledger's row, None for the tier that costs nothing."""

    answer: Any
    provider: str
    usage: Usage | None = None
    call: int | None = None


@dataclass(frozen=True)
class Prompt:
    """`fixed` is the same for every turn and stands first, so that providers keep it in their
    caches; `turn` is what this turn adds. `version` is the hash of all that is not the turn's.
    """

    fixed: str
    turn: str
    schema: Mapping[str, Any]
    version: str
    conversation: int


class Provider(ABC, Generic[Question]):
    """One tier of understanding. Raises LLMError; the next tier is asked then."""

    name: ClassVar[str]

    @abstractmethod
    def understand(self, question: Question) -> Reply: ...
