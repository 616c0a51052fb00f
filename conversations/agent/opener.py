"""A model's few words before the reply: thanks, empathy, a greeting, and nothing else.

What is not on the list of harmless words is dropped in silence: no fact, promise, question, number
or link can be made of them.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from conversations.agent.readers.fold import fold
from conversations.texts import Fact, Segment

MOST_WORDS = 12
LONGEST = 90
PHRASES = Path(__file__).parent / "phrases" / "opener.txt"
_HARMLESS_SIGNS = re.compile(r"[^\w\s,.!…–\-'😊🙂💛🙏🤗❤️]")
_WORD = re.compile(r"[^\W\d_]+")


def allowed(opener: Any) -> str:
    """The opener as it may be said, or nothing."""
    if not isinstance(opener, str):
        return ""
    text = " ".join(opener.split())
    return text if text and _harmless(text) else ""


def segment(words: str, call: int | None) -> Segment:
    """An opener that is `allowed`, as the reply's first paragraph; `call` is the ledger's row."""
    said = Fact(words, (("ModelCall", call),))
    return Segment("opener", 0, "{opener}", {"opener": said})


def _harmless(text: str) -> bool:
    said = fold(text)
    words = _WORD.findall(said)
    if not words or len(text.split()) > MOST_WORDS or len(text) > LONGEST:
        return False
    if any(char.isdigit() for char in text) or _HARMLESS_SIGNS.search(text):
        return False
    lexicon, used = _lexicon(), set(words)
    if used - frozenset().union(*lexicon.values()):
        return False
    if used & lexicon["people"] and used & lexicon["verdicts"]:
        return False
    return any(act.search(said) for act in _acts())


@cache
def _acts() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(rf"\b{re.escape(one)}\b") for one in _sections()["acts"])


@cache
def _lexicon() -> Mapping[str, frozenset[str]]:
    """The words of each section, all of which may stand beside an act."""
    return {name: frozenset(" ".join(lines).split()) for name, lines in _sections().items()}


@cache
def _sections() -> Mapping[str, Sequence[str]]:
    sections: dict[str, list[str]] = {}
    for line in PHRASES.read_text().splitlines():
        if line.startswith("["):
            sections[line.strip("[]")] = []
        elif line and not line.startswith("#"):
            list(sections.values())[-1].append(line)
    return sections
