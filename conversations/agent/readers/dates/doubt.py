"""What a text leaves open: something temporal that nobody read, or days that only describe."""

import re
from collections.abc import Sequence

TOKEN = re.compile(r"(?<!\w)[A-Z][a-z]?-?[\d~_]*[\w+~]*")
DOUBT = "V"  # a token: something said may change what the others mean

_DAY = re.compile(r"\b[WRNMJ]\d")
_OPEN = re.compile(r"\b(?:[GKXYQ]\w|(?:W\d\w? ou ){2})")
# What looks like a day or an hour, or turns one into another, and was not read.
_UNREAD = re.compile(
    r"\b\d{1,2}\b|\b(?:(?:d[oe]|pos|antes|apos) feriad(?:o|ao)s?|carnaval|pascoa|natal|ano novo"
    r"|reveillon|vespera|quinzena|semestre|(?:das|antes|apos) ferias|mes|semanas?|seguinte"
    r"|anterior|proxim[oa]|outr[oa]s?(?! (?:horario|filh|crianc))|(?:antes|depois|apos) *$"
    r"|primeir[oa](?! (?:horario|hora|vez))|ultim[oa](?! (?:horario|hora)))\b"
)
# A clause of a number and little else ("ou 21?") goes on from what was said before.
_LONE_NUMBER = re.compile(r"(?:(?:ou|e|as|digo|talvez|pode ser|melhor|dia) )*\d{1,2} ?\??")
_WISH = re.compile(
    r"\b(?:bora|melhor|entao|pode ser|pode|prefiro|vamos|vamo|marca\w*|agenda\w*|quero|queria"
    r"|consigo|posso"
    r"|podemos|da pra|tem|teria|seria|fica|vou|serve|ok|sim|que tal|livre|folga|sobra)\b"
)
_PLAIN = re.compile(
    r"(?:(?:a|o|as|os|na|no|nas|nos|de|da|do|das|para|pra|pro|em|e|ou|eu|meu|minha|marido|esposa"
    r"|gente|nos|voces|vcs|vc|la|ai|por|mim|me|umas?|qualquer|horario|vaga|visita|aula|dia|ainda"
    r"|tambem|talvez|ele|ela|ir|ser|que|so|tambem) ?)*"
)


def excludes_a_day(clause: str, kept: str) -> bool:
    """Whether days said in `clause` are not in what is `kept` of it."""
    return len(_DAY.findall(kept)) < len(_DAY.findall(clause))


def is_open(clause: str) -> bool:
    """Whether it names a span or a list of days, of which some may be taken out again."""
    return _OPEN.search(clause) is not None


def leaves_unread(clause: str) -> bool:
    if TOKEN.search(clause) is None:
        return _LONE_NUMBER.fullmatch(clause) is not None
    return _UNREAD.search(TOKEN.sub(" ", clause)) is not None


def without_descriptions(clauses: Sequence[str]) -> list[str]:
    """Of "amanhã vai chover, melhor quarta" the latter; DOUBT where it is not that clear."""
    named = [clause for clause in clauses if _DAY.search(clause)]
    if len({tuple(_DAY.findall(clause)) for clause in named}) < 2:
        return list(clauses)
    told = [clause for clause in named if not _wishes(clause)]
    if not told:
        return list(clauses)
    if _wishes(named[-1]) and _WISH.search(named[-1]):
        return [clause for clause in clauses if clause not in told]
    return [*clauses, DOUBT]


def _wishes(clause: str) -> bool:
    words = " ".join(re.findall(r"[a-z]+|\d+", TOKEN.sub(" ", clause)))
    return _WISH.search(words) is not None or _PLAIN.fullmatch(words) is not None
