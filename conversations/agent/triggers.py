"""What a parent writes that only a person can settle, heard before any model is asked.

The phrases are data: `phrases/handoff.toml` (hard reasons) and `phrases/soft.toml`.
"""

import re
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from conversations.agent.readers.fold import fold

_PHRASES = Path(__file__).parent / "phrases"
_RUN = re.compile(r"([a-z])\1{2,}")
_SHOUT = re.compile(r"(?<!\w)[^\W\d_a-zà-ÿ]+(?:[ ,]+[^\W\d_a-zà-ÿ]+){2,}(?!\w)")
_SHOUTED = re.compile(r"!|\?\?|(?i:\b(?:n[aã]o respond|respo|agora|logo|nunca|ningu[eé]m))")
_ONLY_MARKS = re.compile(r"\s*(?:[?!]\s*){2,}")


class Trigger(NamedTuple):
    """One section of a phrase file, compiled."""

    reason: str
    phrases: re.Pattern[str]
    near_misses: re.Pattern[str]

    def fires(self, plain: str) -> bool:
        """Whether a phrase stands in `plain` outside near misses and not denied."""
        if not self.phrases.search(plain):
            return False
        rest = self.near_misses.sub(" | ", plain)
        return any(
            not _DENIAL.search(rest, 0, match.start()) for match in self.phrases.finditer(rest)
        )


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads((_PHRASES / name).read_text(encoding="utf-8"))


_SHARED = _load("shared.toml")
_WORDS: dict[str, str] = _SHARED["words"]
_SPELLING: dict[str, str] = _SHARED["spelling"]
_SPELLED = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, _SPELLING))})(?!\w)")


def _compile(phrases: list[str]) -> re.Pattern[str]:
    """Any of `phrases` as whole words; `<name>` stands for that entry of the shared words."""
    joined = "|".join(phrases)
    whole = re.sub(r"(?<!\?)<(\w+)>", lambda name: f"(?:{_WORDS[name[1]]})", joined)
    return re.compile(rf"(?<!\w)(?:{whole})(?!\w)")


def _triggers(name: str) -> list[Trigger]:
    return [
        Trigger(reason, _compile(section["phrases"]), _compile(section["not"]))
        for reason, section in _load(name).items()
    ]


_DENIAL = re.compile(rf"(?<!\w)(?:{_SHARED['denial']})$")
_HANDOFF = _triggers("handoff.toml")
_BARGAINING, _IRRITATED = _triggers("soft.toml")


def read_handoff(text: str) -> str | None:
    """The reason why `text` needs a person, or None; the first reason of the file wins."""
    plain = _plain(text)
    return next((trigger.reason for trigger in _HANDOFF if trigger.fires(plain)), None)


def read_bargain(text: str) -> bool:
    """Whether `text` asks for a lower price or finds it dear; "tem desconto?" only asks."""
    return _BARGAINING.fires(_plain(text))


def read_irritation(text: str) -> bool:
    """Whether `text` shows impatience: in words, in bare "???", or shouted in capitals."""
    if _ONLY_MARKS.fullmatch(text):
        return True
    shouted = _SHOUT.search(text) is not None and _SHOUTED.search(text) is not None
    return shouted or _IRRITATED.fires(_plain(text))


def _plain(text: str) -> str:
    """Folded, chat spellings written out, and "pésssimo" with one s."""
    folded = _RUN.sub(r"\1", fold(text))
    return _SPELLED.sub(lambda word: _SPELLING[word[0]], folded)
