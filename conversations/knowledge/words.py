"""The pieces of a text that a search or a classifier compares: stems and runs of letters."""

import re
import threading
import unicodedata
from functools import lru_cache
from pathlib import Path

import Stemmer

_WORD = re.compile(r"[a-z0-9]+")
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_ON_LINE = re.compile(r"\bon[ -]line\b")
_stemmer = Stemmer.Stemmer("portuguese")
_stemmer.maxCacheSize = 0
_one_at_a_time = threading.Lock()  # a stemmer keeps its state between calls


def _lines(name: str) -> list[str]:
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


_LONG_FORMS = {
    short.strip(): long.split()
    for short, long in (line.split("=") for line in _lines("spellings.txt"))
}
_SYNONYMS = {word: group.split()[0] for group in _lines("synonyms.txt") for word in group.split()}


def words(text: str) -> list[str]:
    """Lower-case words without accents or marks, chat spellings written out ("vcs" is "voces")."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(char for char in letters if not unicodedata.combining(char))
    found = _WORD.findall(_ON_LINE.sub("online", _STRETCHED.sub(r"\1", plain)))
    return [long for word in found for long in written_out(word)]


def written_out(word: str) -> list[str]:
    """The words that a chat spelling stands for, or the word itself."""
    return _LONG_FORMS.get(word, [word])


def same_words(found: list[str]) -> list[str]:
    """The words with one word for each group of synonyms that ask for the same thing."""
    return [_SYNONYMS.get(word, word) for word in found]


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The Portuguese stem of a word that `words` gave."""
    with _one_at_a_time:
        return str(_stemmer.stemWord(word))


@lru_cache(maxsize=20_000)
def runs(word: str, shortest: int, longest: int) -> tuple[str, ...]:
    """Runs of `shortest` to `longest` letters of a word between its two ends, marked "_"."""
    marked = f"_{word}_"
    return tuple(
        marked[start : start + length]
        for length in range(shortest, longest + 1)
        for start in range(len(marked) - length + 1)
    )
