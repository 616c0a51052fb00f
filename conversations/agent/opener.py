"""A model's few words before the reply: thanks, empathy, a greeting, and nothing else.

What is not on the list of harmless words is dropped in silence: no fact, promise, question, number
or link can be made of them.
"""

import re
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
    acts, fillers = _lexicon()
    return any(act.search(said) for act in acts) and set(words) <= fillers


@cache
def _lexicon() -> tuple[tuple[re.Pattern[str], ...], frozenset[str]]:
    """The acts, of which one must be there, and every word that may stand beside it."""
    acts, words = PHRASES.read_text().split("[words]")
    phrases = [line for line in acts.splitlines() if line and line[0] not in "#["]
    harmless = {
        word for line in words.splitlines() if not line.startswith("#") for word in line.split()
    }
    harmless.update(word for phrase in phrases for word in _WORD.findall(phrase))
    return tuple(re.compile(rf"\b{re.escape(one)}\b") for one in phrases), frozenset(harmless)
