"""When a family would rather come, in the words that staff read: "terças e quintas à tarde"."""

import datetime as dt
import re

from conversations.agent.readers.dates.clauses import unwished
from conversations.agent.readers.dates.clock import read_bounds, read_clock
from conversations.agent.readers.dates.reading import Said, in_tokens, tokens_said
from conversations.agent.readers.dates.wording import plain

ANY_TIME = "qualquer horário"

_WEEKDAYS = ("segundas", "terças", "quartas", "quintas", "sextas", "sábados", "domingos")
_PARTS = {"m": "de manhã", "t": "à tarde", "n": "à noite"}
_WITHIN_PART = {
    "Pms": "no começo da manhã",
    "Pme": "no fim da manhã",
    "Pts": "no começo da tarde",
    "Pte": "no fim da tarde",
    "Pns": "no começo da noite",
    "Pne": "no fim da noite",
    "Pl": "na hora do almoço",
}
_ANY = re.compile(
    r"\b(?:tanto faz|(?:qualquer|qlqr|qlq|qqr|qq|qualqer|qlquer) (?:1 |um )?(?:horarios?|hora"
    r"|dia|momento|periodo"
    r"|uma?)|indiferente"
    r"|(?:nao|sem) (?:tenho |tem |temos )?preferencia|(?:o que|oq) (?:tiver|for melhor)"
    r"|(?:todos os|todo) (?:horarios?|dias?)|quando (?:tiver|der|puder)|flexivel|nao importa"
    r"|o (?:primeiro|que) (?:disponivel|que tiver|tiver)|(?:dia|horario) todo|livre)\b"
)
_OF_THE_WEEK = re.compile(r"\b((?:qualquer|todo) dia) (?:da|na) semana\b", re.IGNORECASE)
_PREFERS = re.compile(
    r"\b(?:prefir\w*|prefer\w+|melhor(?:es)? (?:horario|dia|pra|para|seria|de|a|e|as)|so "
    r"(?:pode\w*|posso|consigo|da|tenho|temos|a|de|depois|antes|apos)|posso|consigo|disponibilidade"
    r"|disponivel|livre|da pra mim|funciona)\b"
)

# "Posso ir sábado?" asks for one visit.
_ASKS_TO_COME = re.compile(
    r"\b(?:posso|podemos|consigo|conseguimos) (?:ir|passar|vir|visitar|marcar|agendar|conhecer)\b"
)
_ASKS = re.compile(r"(?:e )?(?:(?:voces|vcs) )?(?:tem|abre\w*|funciona\w*|atende\w*|fica)\b")


def read_preference(text: str, asked: bool = False) -> str | None:
    """The schedule preference in `text` in normal Portuguese, or None.

    A preference recurs: "amanhã" and "dia 5" are none. What it leaves out is told with it
    ("qualquer horário, menos terças"). Not `asked`, an exact hour is a pick rather
    than a preference, and a part of the day or a weekday counts only in words of preference or
    when the text is no question.
    """
    text = _OF_THE_WEEK.sub(r"\1", text)
    said = tokens_said(text, asked=asked)
    worded = plain(text)
    if asked and not (said.days or said.hours or said.bounds or said.parts):
        return f"{ANY_TIME}{_but(text)}" if _ANY.search(worded) else None
    if not asked and not _is_preference(said, worded):
        return None
    words = [_weekdays(said.days), _hours(said)]
    told = " ".join(word for word in words if word)
    return f"{told}{'' if said.days else _but(text)}" if told else None


def _but(text: str) -> str:
    """ ", menos terças" where the text denies weekdays."""
    denied = _weekdays(unwished(in_tokens(text, asked=True)))
    return f", menos {denied}" if denied else ""


def _is_preference(said: Said, worded: str) -> bool:
    """Whether unasked words tell a habit, and not one visit."""
    if said.hours or said.spans or said.unsure or any(day[0] != "W" for day in said.days):
        return False
    asks = _ASKS.match(worded)
    prefers = _PREFERS.search(worded, asks.end() if asks else 0) is not None
    if ("?" in worded or asks) and (not prefers or _ASKS_TO_COME.search(worded)):
        return False
    habitual = bool(said.days) and all(day.endswith("p") for day in said.days)
    return prefers or habitual or not said.days


def _weekdays(days: list[str]) -> str:
    numbers = sorted({int(day[1]) for day in days if day[0] == "W"})
    if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"de {_singular(numbers[0])} a {_singular(numbers[-1])}"
    return _joined([_WEEKDAYS[number] for number in numbers], "e")


def _singular(weekday: int) -> str:
    return _WEEKDAYS[weekday].removesuffix("s")


def _hours(said: Said) -> str:
    """ "Depois das 16h", "à tarde a partir ..."; bounds say more than the part they lie in."""
    clock = read_clock(said.hours, said.bounds, said.parts)
    if said.hours:
        return f"às {_clock(clock.time)}" if clock.time else ""
    letters = {part[1] for part in said.parts if part[1] in _PARTS}
    hint = letters.pop() if len(letters) == 1 else ""
    after, before, _ = read_bounds(said.bounds, hint)
    if after and before and after < before:
        return f"entre {_clock(after)} e {_clock(before)}"
    if after and not before:
        return f"depois das {_clock(after)}"
    if before and not after:
        return f"antes das {_clock(before)}"
    return _parts(said.parts)


def _parts(parts: list[str]) -> str:
    words = [_WITHIN_PART.get(part) or _PARTS[part[1]] for part in dict.fromkeys(parts)]
    return _joined(words, "ou")


def _joined(words: list[str], last: str) -> str:
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def _clock(moment: dt.time) -> str:
    return f"{moment.hour}h{moment.minute:02d}" if moment.minute else f"{moment.hour}h"
