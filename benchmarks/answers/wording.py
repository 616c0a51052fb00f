"""How a parent's line looks on the phone: slang, typos, bursts. Values and spans stay as they are,
except for case and accents, which nobody can be asked to write."""

import random
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable

_SLANG = {
    "você": "vc", "vocês": "vcs", "quanto": "qto", "também": "tb", "para": "pra", "não": "n",
    "obrigada": "obg", "obrigado": "obg", "que": "q", "quando": "qdo", "hoje": "hj",
    "mesmo": "msm", "muito": "mto", "porque": "pq", "beleza": "blz", "mensagem": "msg",
    "está": "tá", "estou": "tô", "com": "c", "por": "p", "favor": "fvr", "qual": "ql",
    "gostaria": "gostaria",
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")
_TYPO_FROM = 6  # letters; shorter words lose their sense


def written(text: str, style: Collection[str], kept: Iterable[str], dice: random.Random) -> str:
    """`text` in this parent's style; the parts in `kept` keep their letters."""
    safe = [part for part in kept if part]
    if "slang" in style:
        text = _each_word(text, safe, lambda word: _SLANG.get(word.lower(), word))
    if "typos" in style and dice.random() < 0.5:
        text = _one_typo(text, safe, dice)
    if "lowercase" in style or ("slang" in style and dice.random() < 0.7):
        text = text.lower()
    if "noaccents" in style:
        text = _plain(text)
    return text


def _each_word(text: str, safe: list[str], change: Callable[[str], str]) -> str:
    guarded = _guarded(text, safe)
    return _WORD.sub(
        lambda match: match[0] if guarded(match) else change(match[0]),
        text,
    )


def _one_typo(text: str, safe: list[str], dice: random.Random) -> str:
    guarded = _guarded(text, safe)
    words = [
        match
        for match in _WORD.finditer(text)
        if len(match[0]) >= _TYPO_FROM and not guarded(match)
    ]
    if not words:
        return text
    word = dice.choice(words)
    at = word.start() + dice.randrange(1, len(word[0]) - 2)
    kind = dice.choice(("swap", "drop", "double"))
    if kind == "swap":
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + (text[at] * 2 if kind == "double" else "") + text[at + 1 :]


def _guarded(text: str, safe: list[str]) -> Callable[[re.Match[str]], bool]:
    spans = [
        (found.start(), found.end())
        for part in safe
        for found in re.finditer(re.escape(part), text, re.IGNORECASE)
    ]
    return lambda match: any(a <= match.start() and match.end() <= b for a, b in spans)


def _plain(text: str) -> str:
    split = unicodedata.normalize("NFD", text)
    return "".join(char for char in split if not unicodedata.combining(char))
