"""Names of weekdays, as people type them."""

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

from conversations.agent.readers.dates.wording import Rule, rewrite, rule

_FIRST = {"seg": 0, "ter": 1, "qua": 2, "qui": 3, "sex": 4, "ses": 4, "sab": 5, "dom": 6}
_FEIRA = r"(?:[ -]*(?:feiras?|feria|fera|ferira)\b|[ -]f\b\.?)?"
_TYPED_WELL = ("segunda", "terca", "quarta", "quinta", "sexta", "sabado", "domingo", "amanha")
# Words of their own, one slip of the finger away from a weekday.
# fmt: off
_ORDINARY = frozenset((
    "segundo", "segundos", "seguida", "segunde", "terra", "terna", "terco", "tercos", "torca",
    "teria", "terei", "terma", "tenca", "terce", "quarto", "quartos", "quanta", "quarte",
    "quinto", "quintos", "quintal", "quintais", "quina", "quinas", "quita", "quinte", "sexto",
    "sextos", "senta", "seita", "septa", "setas", "sabido", "sarado", "salado", "sabados",
    "domino", "dominio", "dominho", "domingos", "aranha", "apanha", "acanha", "amanhe",
    "amanho", "aminha", "amanda", "serta",
))
# fmt: on
_WORD = re.compile(r"\b[a-z]{5,8}\b")


def _token(m: re.Match[str]) -> str:
    return f"W{_FIRST[m[1][:3]]}{'p' if m[1].endswith('s') else ''}"


def _numbered(m: re.Match[str]) -> str:
    return re.sub(r"([2-6])a?s?\b", lambda d: f"W{int(d[1]) - 2}", m[0])


def _digit(m: re.Match[str]) -> str:
    return f"{m[1] or ''}W{int(next(d for d in m.groups() if d and d.isdigit())) - 2}"


_VOWELLESS = {"sgnd": 0, "sgund": 0, "segd": 0, "trc": 1, "qrt": 2, "qnt": 3, "sxt": 4}
_RULES: tuple[Rule, ...] = (
    rule(
        r"\b(segundas?|seg|ter[cs]as?|quartas?|qua|quintas?|qui|sextas?|sestas?|sex|sabados?|sab"
        rf"|domingo|(?<=[ans]os )domingos|(?<=s e )domingos)(?:\b|(?=feira)){_FEIRA}"
        rf"(?! (?:se|que) (?!v|(?:eh?|sera|cai) [NM]\d|possivel|der|puder|tiver|nao|for|rolar))",
        _token,
    ),
    rule(r"\b(sgnd|trc|qrt|qnt|sxt|sgund|segd)a\b", lambda m: f"W{_VOWELLESS[m[1]]}"),
    rule(r"\b(ter|dom)\b[ -]feira\b", _token),
    rule(
        r"(?:(?<=^)|(?<=na )|(?<=no )|(?<=, )|(?<=ou )|(?<=W\d )|(?<=W\d/)|(?<=W\d e )|(?<=W\d-))"
        r"(ter|dom)\b(?=\s*(?:$|[,/?-]|(?:as|e|ou|a) (?:[\dWH]|se[gx]|qu[ai])|\d|[HPW]))",
        _token,
    ),
    rule(r"()\b([2-6])(?:a|as)?[ -]*feiras?\b|()\b([2-6])a[ -]f\b\.?", _digit),
    rule(r"\b(segund|quart|quint|sext|sabad|doming)(?:ona|inha|ao|ou|aria)\b", _token),
    rule(r"()\b([2-6])(?:nda|da|ca|rca|rta|ta|nta|xta)\b(?:[ -]*feira\b)?", _digit),
    rule(r"\b[2-6]as?(?: ?(?:,|e|ou|a|/|-) ?[2-6]as?)+\b", _numbered),
    rule(r"(\b(?:na|nas|toda|essa|esta|nessa|proxima|prox) )([2-6])as?\b", _digit),
    rule(r"(^)([2-6])a(?= (?:as|de|a) |\s*\d| [HP]|$)", _digit),
)


_BEFORE_FEIRA = re.compile(r"\b([a-z]{4,8})(?=[ -]feira\b)")


def name_weekdays(text: str) -> str:
    """W0 (Monday) to W6 for weekdays; a trailing p for "as quintas". Typos in "amanha" end here."""
    text = _BEFORE_FEIRA.sub(lambda m: _nearest(m[1]), text)
    return rewrite(_WORD.sub(_corrected, text), _RULES)


def _corrected(m: re.Match[str]) -> str:
    word = m[0]
    if word.startswith("ce"):
        meant = _name_meant(f"s{word[1:]}")
        return meant if meant in _TYPED_WELL else word
    return _name_meant(word) if word[0] in "stqda" else word


def _nearest(word: str) -> str:
    """The weekday meant before "feira", where no other word can stand: up to two slips."""
    near = [name for name in _TYPED_WELL[:5] if OSA.distance(word, name, score_cutoff=2) <= 2]
    near.sort(key=lambda name: (OSA.distance(word, name), name[0] != word[0]))
    return near[0] if near else word


@lru_cache(maxsize=4096)
def _name_meant(word: str) -> str:
    """The weekday that `word` misspells by one slip, or `word`."""
    if word in _ORDINARY:
        return word
    for name in _TYPED_WELL:
        if name[0] == word[0] and OSA.distance(word, name, score_cutoff=1) <= 1:
            return word if word == f"{name}s" else name
    return word
