"""The border to whoever understands messages: models, and the tier that needs none."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

Question = TypeVar("Question")


class LLMError(Exception):
    """A provider could not answer: unreachable, too slow, refused, or out of budget."""


@dataclass(frozen=True)
class Reply:
    """`answer` should follow commands.schema.json; whoever asked checks that it does."""

    answer: Any
    provider: str


class Provider(ABC, Generic[Question]):
    """One tier of understanding. Raises LLMError; the next tier is asked then."""

    name: ClassVar[str]

    @abstractmethod
    def understand(self, question: Question) -> Reply: ...
