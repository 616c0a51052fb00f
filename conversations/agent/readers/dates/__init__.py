"""Days and hours in what parents write: "quinta depois das 16", "amanha 9 e meia", "dia 5"."""

from conversations.agent.readers.dates.reading import read_unwanted, read_when
from conversations.agent.readers.dates.when import When

__all__ = ["When", "read_unwanted", "read_when"]
