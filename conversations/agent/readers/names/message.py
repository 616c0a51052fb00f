"""A message as words, each beside its folded form."""

import re
from dataclasses import dataclass
from functools import cached_property

from conversations.agent.readers.fold import fold

_LONGEST_TEXT = 2000
# "carlos.lima@gmail.com" introduces nobody.
_ADDRESS = re.compile(r"\S+ ?(?:@|\barroba\b) ?\S+", re.IGNORECASE)

_TOKEN = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*|\d+|[^\w\s]|_")

_LAUGHTER = re.compile(r"(?:k{2,}|(?:ha|he|hi|rs|ah){2,}h?|rs)")


def _form(word: str) -> str:
    """One folded word; emojis and laughter stand for a pause."""
    form = fold(word).replace(" ", "-")
    return "," if not form or _LAUGHTER.fullmatch(form) else form


@dataclass(frozen=True)
class Message:
    words: tuple[str, ...]
    folded: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "Message":
        written = _ADDRESS.sub(" , ", text[:_LONGEST_TEXT]).replace("\n", " , ")
        words = tuple(_TOKEN.findall(written))
        return cls(words, tuple(map(_form, words)))

    @cached_property
    def line(self) -> str:
        """The folded tokens, each followed by one space."""
        return "".join(form + " " for form in self.folded)

    @cached_property
    def _index(self) -> dict[int, int]:
        places, at = {}, 0
        for i, form in enumerate(self.folded):
            places[at] = i
            at += len(form) + 1
        return places

    def token_at(self, place: int) -> int:
        """Index of the token that starts at `place` of `line`; its end for the line's end."""
        return self._index.get(place, len(self.folded))

    def before(self, i: int) -> str:
        """The few folded tokens before token `i`, each followed by a space."""
        return "".join(form + " " for form in self.folded[max(0, i - 8) : i])

    def after(self, i: int) -> str:
        """The folded text from token `i`, led by a space."""
        return " " + "".join(form + " " for form in self.folded[i : i + 8])

    def ends(self, i: int) -> bool:
        return (
            i >= len(self.folded) or not self.folded[i].isalpha() or self.folded[i] in {"e", "mas"}
        )
