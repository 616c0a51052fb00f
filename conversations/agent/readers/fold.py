"""One spelling for every way a parent may write the same words."""

import re
import unicodedata
from functools import lru_cache

# Marks that carry a meaning: dates, hours, decimals, addresses, prices, questions, clauses.
_NOISE = re.compile(r"[^\w\s,.:;?/@+\-$%()]")
_EDGES = re.compile(r"(?<!\S)_+|_+(?!\S)")
_SPACES = re.compile(r"\s+")


@lru_cache(maxsize=1000)  # two dozen readers fold the same few texts
def fold(text: str) -> str:
    """Return `text` in lower case, without accents, with single spaces.

    Letters, digits and the marks `, . : ; ? / @ + - $ % ( )` stay; ordinals become letters
    ("5º" is "5o", "1ª" is "1a"); emojis, quotes, exclamation marks and the
    underscores of italics become spaces; invisible characters go. `fold(fold(x)) == fold(x)`.
    """
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = "".join(c for c in letters if unicodedata.category(c) not in {"Mn", "Cf"})
    dashes = re.sub(r"[‐-―−]", "-", kept)
    return _SPACES.sub(" ", _EDGES.sub(" ", _NOISE.sub(" ", dashes))).strip()
