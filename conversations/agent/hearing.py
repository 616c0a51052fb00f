"""What a tier of understanding is given: the words, and where the dialogue stood."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from conversations.agent.dialogue import Dialogue
from conversations.agent.situation import Family

Search = Callable[[str], str | None]


@dataclass(frozen=True)
class Hearing:
    """`lines` are the burst's messages; `search` gives the key of the entry that answers a text."""

    lines: Sequence[str]
    now: datetime
    dialogue: Dialogue
    family: Family
    search: Search

    @property
    def text(self) -> str:
        return "\n".join(self.lines)
