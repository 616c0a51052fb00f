"""What a text leaves open: something temporal that nobody read, or days that only describe."""

import re
from collections.abc import Sequence

from conversations.agent.readers.lexicon import words_of
from conversations.agent.readers.names.cues import FIRST_NAMES, KNOWN

TOKEN = re.compile(r"(?<!\w)[A-Z][a-z]?-?[\d~_]*[\w+~]*")
_HARMLESS = words_of("visit_words.txt") | KNOWN
_WORD = re.compile(r"[a-z]+")
DOUBT = "V"  # a token: something said may change what the others mean

_DAY = re.compile(r"\b[WRNMJ]-?\d[\w+~]*")
_OPEN = re.compile(r"\b(?:[GKXYQ]\w|(?:W\d\w? ou ){2})")
# What looks like a day or an hour, or turns one into another, and was not read.
_UNREAD = re.compile(
    r"\b\d{1,2}\b|\b(?:(?:d[oe]|pos|antes|apos) feriad(?:o|ao)s?|carnaval|pascoa|natal|ano novo"
    r"|reveillon|vespera|quinzena|semestre|(?:das|antes|apos) ferias|mes|semanas?|seguinte"
    r"|anterior|(?:n?ess[ae]|n?est[ae]) ou|proxim[oa]|outr[oa]s?(?! (?:horario|filh|crianc))"
    r"|(?:antes|depois|apos) *$"
    r"|primeir[oa](?! (?:horario|hora|vez))|ultim[oa](?! (?:horario|hora)))\b"
)
# A clause of a number and little else ("ou 21?") goes on from what was said before.
_LONE_NUMBER = re.compile(
    r"nao n?(?:essa|esse|esta|este)|(?:(?:ou|e|as|digo|talvez|pode ser|melhor|dia) )*\d{1,2} ?\??"
    r"|(?:(?!somos|sao|tenho|tem|temos|em|faz|fez|idade|serie|nota|nivel|casa|numero"
    r"|de)[a-z]+ ){1,4}"
    r"(?:[1-9]|1\d|2[0-3]) ?\??"
)
_WISH = re.compile(
    r"\b(?:bora|melhor|entao|pode ser|pode|prefiro|vamos|vamo|marca\w*|agenda\w*|quero|queria"
    r"|consigo|posso|podemos|conseguimos|da pra|da|tem(?= vaga| horario| como| lugar| *\?| *$)"
    r"|teria|seria|fica|vou(?= *$| sim| ai| la)|serve|ok|sim|que tal|livre|folga|sobra"
    r"|preferencia\w*|gostaria|fechado|combinado)\b"
)
# Somebody else's doings: "a van deixa ele 12h20", "ela acorda 9h".
_SOMEBODY = re.compile(
    r"(?:(?:e|que|mas|la) )?(?:el[ea]s?|(?:o|a|os|as|meus?|minhas?|nosso|nossa) (?!gente|melhor"
    r"|ideal|dia|horario|partir|visita|noite|tarde|manha|unic[oa]|certo|mais|primeir|ultim|de|do"
    r"|das?)[a-z]+)(?: d?[oae]l?[ea]?s? [a-z]+)? (?P<does>[a-z]+)\b"
)
_COMES = re.compile(
    r"(?:disse|falou|acha|avisou|leva|vai|vem|traz|pode|consegue|prefere|quer|gosta|acompanha|aparece|ira|poderia"
    r"|conseguiria|iria|queria|tem|ta|esta|fica|e|eh|na|no|de|da|do|as|ou|so|nao|n|mesmo|livre"
    r"|tambem|para|pra|pro|em|com|por|ate|se|que)m?|[a-z]*(?:o|ando|endo|indo|ar|er|ir)"
)
_SAYS_OF_DAY = re.compile(
    r"\b[WRNMJ]\d\S* (?:[a-z]+ )*[a-z]{3,}|\b(?:imprevisto|compromisso|reuniao|consulta|prova"
    r"|viagem"
    r"|passeio|festa|medico|dentista|feira)\b"
)


def excludes_a_day(clause: str, kept: str) -> bool:
    """Whether days said in `clause` are not in what is `kept` of it."""
    return len(_DAY.findall(kept)) < len(_DAY.findall(clause))


def is_open(clause: str) -> bool:
    """Whether it names a span or a list of days, of which some may be taken out again."""
    return _OPEN.search(clause) is not None


def goes_on(clause: str) -> bool:
    """Whether it holds an hour or a day that nobody read, and little else."""
    return TOKEN.search(clause) is None and _LONE_NUMBER.fullmatch(clause) is not None


def leaves_unread(clause: str) -> bool:
    """Whether a word beside its days and hours may change what they mean."""
    rest = TOKEN.sub(" ", clause)
    return _UNREAD.search(rest) is not None or not _HARMLESS.issuperset(_WORD.findall(rest))


def has_wish(clause: str) -> bool:
    return _WISH.search(clause) is not None


def tells_of_others(clause: str) -> bool:
    """Whether somebody else does something then, other than come here."""
    who = _SOMEBODY.match(clause)
    if who is None or who["does"] in FIRST_NAMES:
        return False
    return _COMES.fullmatch(who["does"]) is None and not has_wish(clause)


def without_descriptions(clauses: Sequence[str]) -> list[str]:
    """Of "amanhã vai chover, melhor quarta" the latter; DOUBT where it is not that clear."""
    named = [clause for clause in clauses if _DAY.search(clause)]
    if len({tuple(_DAY.findall(clause)) for clause in named}) < 2:
        return list(clauses)
    told = [clause for clause in named if not _wishes(clause)]
    if not told:
        return list(clauses)
    describe = all(_SAYS_OF_DAY.search(clause) for clause in told)
    if describe and has_wish(named[-1]):
        return [clause for clause in clauses if clause not in told]
    return [*clauses, DOUBT]


def _wishes(clause: str) -> bool:
    words = TOKEN.sub(" ", clause)
    plain = _HARMLESS.issuperset(_WORD.findall(words)) and "feriado" not in words
    return has_wish(words) or plain
