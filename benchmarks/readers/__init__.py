"""The readers on phrases never seen while writing them: days and hours, fields, their time."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from time import process_time
from zoneinfo import ZoneInfo

from benchmarks.readers import fields, moments
from benchmarks.report import Row
from conversations.agent.readers.dates import read_when

_HERE = Path(__file__).parent
_NOW = datetime(2026, 10, 14, 13, 30, tzinfo=ZoneInfo("America/Sao_Paulo"))


def run(fast: bool) -> list[Row]:
    """The whole set in both forms: it takes two seconds."""
    phrases = list(moments.load(_HERE / "dates.txt"))
    messages = list(fields.load(_HERE / "fields.txt"))
    texts = [phrase.text for phrase in phrases] + [message.text for message in messages]
    return [*moments.judge(phrases), *fields.judge(messages), *_times(texts, 1 if fast else 5)]


def _times(texts: list[str], rounds: int) -> list[Row]:
    """Processor time, so that what else the machine does is left out."""
    days = _milliseconds(lambda text: read_when(text, _NOW), texts, rounds)
    all_fields = _milliseconds(lambda text: fields.read(text, None), texts, rounds)
    return [
        Row("days and hours: time of a message", days, "ms", "< 1 ms", days < 1),
        Row("all fields: time of a message", all_fields, "ms", "< 1 ms", all_fields < 1),
    ]


def _milliseconds(read: Callable[[str], object], texts: list[str], rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        start = process_time()
        for text in texts:
            read(text)
        taken.append(process_time() - start)
    return 1000 * min(taken) / len(texts)
