"""Short answers: yes or no, a pick from a list, stop and start, and signs of a correction."""

import re
from collections.abc import Iterator
from typing import Literal

from .fold import fold
from .lexicon import lines_of, words_of
from .numerals import NUMBER, value_of

_LONGEST = 5  # words in a phrase

_YES_SIGNS = re.compile("[👍👌✅]")
_NO_SIGN = "👎"

_SPELLED = {"n": "nao", "nn": "nao", "naum": "nao", "num": "nao", "q": "que", "mto": "muito"}
_SHORT = re.compile(rf"\b(?:{'|'.join(_SPELLED)})\b")

_STOP = {"parar", "pare", "sair", "stop", "cancelar inscricao", "descadastrar"}
_START = {"voltar", "volta"}
_MESSAGES = r"(?:mensage\w+|msgs?|notificac\w+|lembretes?|avisos?|propaganda\w*)"
# The same wish in a sentence of its own: "não quero mais receber mensagens", "me tira da lista".
_STOP_WISH = re.compile(
    r"(?:(?:oi|ola|por favor|pf|pfv|gente|eu|ja disse que|quero que|pode[mn]?),? )*"
    rf"(?:nao (?:quero|desejo|gostaria de|queria)(?: mais)? receber(?: \w+){{0,3}}? {_MESSAGES}"
    rf"|(?:para|pare|parem|parar)(?: de)?(?: me)? (?:mand\w+|envi\w+)(?: \w+){{0,2}}? {_MESSAGES}"
    rf"|nao (?:me )?(?:mande[mn]?|envie[mn]?)(?: \w+){{0,2}}? {_MESSAGES}"
    r"|(?:me )?(?:tir|remov|exclu|retir)\w+(?: (?:o )?(?:meu )?(?:numero|contato|nome))?"
    r" d(?:a|essa) lista)"
    r"(?:,? (?:de voces|do kumon|daqui|por aqui|mais|nenhuma|por favor|pfv?|obrigad[oa]))*"
)

_PICK_LEAD = (
    r"(?:(?:eu |ess[ea] |pode ser|quero(?: ficar com)?|prefiro|escolho|escolhi|aceito|vai|"
    r"(?:fico|ficamos|vou ficar|pode ficar) (?:com|c|n[ao]|de)|"
    r"(?:vou|vamos|vamo|bora) (?:de|com|c)?|"
    r"fech[oa]|fechamos|fica|(?:pode |vamos )?fechar|(?:pode )?deixar?|"
    r"peg[oa]|pegamos|garant[eo]|crava|"
    r"(?:me )?ve|vai ser|(?:pode )?(?:marca|bota|coloca|poe|reserva|agenda|confirma)r?(?: ai)?|"
    r"(?:pode )?por|entao|seria|acho que|acho q|vou querer|gostaria d[ao]|blz|beleza|sim|s|ok|"
    r"melhor|isso) ?,? ?)*"
    r"(?:(?:na|no|a|o) )?(?:d[eo] )?"
)
_PICK_NOUN = r"(?:opcao|alternativa|numero|num|nro?|n|op|item|horario|data)"
_ORDINALS = ("primeir[oa]", "segund[oa]", "terceir[oa]", "quart[oa]", "quint[oa]")
_PICK_TAIL = (
    r"(?:,? (?:opcao|horario|data|mesm[oa]|msm|p(?:or)? f(?:avor|vr)|obrigad[oa]|pf(?:vr?)?|entao"
    r"|ai|sim|ne|viu|blz|beleza|(?:me |nos )?serve|da certo"
    r"|fica (?:bom|boa|bem|otim[oa]|melhor|perfeit[oa])"
    r"|(?:(?:ta|esta|e) )?(?:bom|otim[oa]|boa|perfeit[oa]|melhor|show|certinho|ideal)"
    r"|(?:pra|para) (?:mim|nos|gente|a gente)))*"
    r"(?:,? (?:blz|beleza|ok|pode|pode ser|certo|ta|ta bom|da|pode marcar) ?\?)?"
)
_PICK_NUMBER = re.compile(
    rf"{_PICK_LEAD}(?:{_PICK_NOUN} ?\.?:? ?)?\(?(?P<n>{NUMBER})(?: ?[).ao])?{_PICK_TAIL}"
)
_PICK_ORDINAL = re.compile(
    rf"{_PICK_LEAD}(?:{_PICK_NOUN} )?(?P<o>{'|'.join(_ORDINALS)}|ultim[oa]|(?:do|da) meio)"
    rf"{_PICK_TAIL}"
)

# "Me põe na 2", "deu certo a primeira": an article and the pick, among words that mean no other
# day or hour, nor several of the list.
_PICKED_AMONG = re.compile(
    rf"(?P<before>.*?)\b(?:a|o|na|no|da|do|com a|com o|ess[ea]|est[ea]) (?:{_PICK_NOUN} )?"
    rf"(?P<pick>{NUMBER}|{'|'.join(_ORDINALS)}|ultim[oa]|d[oa] meio)(?P<after>(?: .*)?)"
)
_NOT_OF_A_PICK = re.compile(
    r"\b(?:nao|nem|nada|nunca|jamais|estud\w+|curs\w+|mor[ao]|nasc\w+|menos|exceto|tirando|fora|sem"
    r"|e|ou|entre|mas|se|dias?|as|h|hrs?|horas?|min\w*|anos?|mes|meses|semanas?|serie|aulas?|vez"
    r"|manha|tarde|noite|meia|feira|dois|duas|tres|outr[oa]s?|mudar|trocar|troca|cancel\w+"
    r"|desmarc\w+|filh[oa]s|alun[oa]s|meus|minhas)\b|\d"
)
_MOST_WORDS = 12  # of a message that picks so
_FEW_WORDS = 4  # of one that may hold a misspelled word: "me encaxia na 3"
_PLAIN_WORDS = words_of("visit_words.txt")

# "Vamos na segunda" goes on a Monday; "a segunda" is the second one.
_ON_A_WEEKDAY = re.compile(r"\b(?:na|vou|vamos|vamo|bora) (?:segunda|quarta|quinta)$")
_WORDLESS = re.compile(r"[^\w\s.,:()?/-]+")  # "3!", "a primeira 🙏"

_CORRECTION = re.compile(
    r"\b(?:na verdade|na vdd|na real|corrig\w+|correcao|retific\w+|errei|errado|errada|enganei|"
    r"quis dizer|quero dizer|quer dizer(?=,)|queria dizer"
    r"|alias|ou melhor|melhor dizendo|minto|me confundi|"
    r"confundi|digo|troquei (?:as bolas|[oa]s? \w+)|ops|opa errei|e sim)\b"
    r"|\b(?:corretor|celular|teclado) (?:(?:que|q|me|se|aqui|dele) )*(?:troc|mud|err|corrig|bot)\w+"
    r"|\bnao,? nao,? (?:e |sao |eh |tem |era )?\d"
    r"|\b(?:nome|idade|serie|e-?mail|numero|telefone) (?:cert|corret)[oa]\b"
    r"|\berrou (?:aqui|ai|o (?:nome|celular|corretor|teclado))\b"
    r"|^(?:\W|k+\b|nao\b|ah\b)*(?:e )?[^\W\d]+ nao, (?:e )?[^\W\d]+(?: com \w+)?\W*$"
    r"|\b(?:desculp\w*|perdao|sorry)[,.]? (?:e|sao|era|eh|foi)\b(?! que)"
    r"|\bnao (?:e|sao|era|eh|tem)\b [^,.;?]{1,30}"
    r"(?:[,.;]|\bmas\b)(?: mas)? ?(?:e|sao|eh|tem|sim)\b(?! ?(?:\?|que\b))"
    r"|\bnao[,.;] (?:e|sao|eh) (?!que\b)[^?]+$"
    r"|\b(?:troc|mud|alter|arrum)[a-z]+ (?:o |a )?(?:meu |minha )?"
    r"(?:nome|email|e-mail|telefone|numero|idade|serie)\b"
    r"|\b(?:e|sao|eh|tem) [^,.;?]{1,20}, ?(?:e )?nao (?:e )?(?:o |a )?[\d\w]+$"
)
_STARRED = re.compile(r"\s*(?:\*[^*\s][^*]*|[^*]*[^*\s]\*)\s*")


def read_yes_no(text: str) -> bool | None:
    """Return True or False where the whole message is an agreement or a denial, else None.

    None for questions, for both at once, and as soon as anything else is said:
    see `starts_with_yes` and `starts_with_no` for those.
    """
    if "?" in text:
        return None
    kinds = set(_kinds(_plain(text)))
    if None in kinds:
        return None
    said = {kind in {"yes", "weak"} for kind in kinds if kind != "polite"}
    if said:
        return said.pop() if len(said) == 1 else None
    return _sign(text)


def starts_with_yes(text: str) -> bool:
    """Tell whether `text` opens with an agreement ("sim, mas quinta"), whatever follows."""
    return _opening(text) == "yes"


def starts_with_no(text: str) -> bool:
    """Tell whether `text` opens with a denial ("não, quero sexta"), whatever follows.

    "Não sei" and "não entendi" deny nothing.
    """
    return _opening(text) == "no"


def denies(text: str) -> bool:
    """Tell whether a denial stands anywhere in `text` ("eu não quero", "a 2 nem pensar").

    "Não tem problema" is none, "deixa" neither: it opens ordinary sentences.
    """
    words = [word for word in _plain(text).split() if word != ","]
    while words:
        size, kind = _longest(words)
        if kind == "no" and words[:size] != ["deixa"]:
            return True
        words = words[size:]
    return _NO_SIGN in text


def read_option(text: str, count: int) -> int | None:
    """Return the 1-based pick among `count` shown options, or None.

    Only where the whole message is the pick. "a segunda" is the second one; a bare "segunda"
    is a weekday and left to the reader of dates.
    """
    whole = _WORDLESS.sub("", fold(text)).strip(" .,")
    folded = without_fillers(whole)
    if number := _PICK_NUMBER.fullmatch(whole) or _PICK_NUMBER.fullmatch(folded):
        pick = value_of(number["n"])
    elif ordinal := _PICK_ORDINAL.fullmatch(whole) or _PICK_ORDINAL.fullmatch(folded):
        if _ON_A_WEEKDAY.search(folded):
            return None
        pick = _position(ordinal["o"], count)
    elif among := _among_others(whole):
        pick = value_of(among) if re.fullmatch(NUMBER, among) else _position(among, count)
    else:
        return None
    bare_weekday = folded in {"segunda", "terca", "quarta", "quinta", "sexta"}
    return pick if 1 <= pick <= count and not bare_weekday else None


def _among_others(whole: str) -> str | None:
    """The one pick of a message that says it in words of its own."""
    if "?" in whole or _ON_A_WEEKDAY.search(whole) or len(whole.split()) > _MOST_WORDS:
        return None
    found = _PICKED_AMONG.fullmatch(" ".join(re.sub(r"[.,:()-]+", " ", whole).split()))
    beside = f"{found['before']} {found['after']}" if found else ""
    unknown = set(re.findall(r"\w+", beside)) - _PLAIN_WORDS
    plain = not unknown or (len(unknown) == 1 and len(whole.split()) <= _FEW_WORDS)  # a slip
    return found["pick"] if found and plain and not _NOT_OF_A_PICK.search(beside) else None


def read_stop(text: str) -> Literal["stop", "start"] | None:
    """Return what a parent wants who sends only PARAR, SAIR, STOP or VOLTAR, or only says that no
    more messages are wished for; else None."""
    word = fold(text).strip(" .,-*_")
    if word in _STOP or _STOP_WISH.fullmatch(word):
        return "stop"
    return "start" if word in _START else None


def is_correction(text: str) -> bool:
    """Tell whether `text` takes back something said ("na verdade são 8", "*Pedro")."""
    return bool(_STARRED.fullmatch(text) or _CORRECTION.search(fold(text.replace("!", ","))))


def spelled_out(text: str) -> str:
    """Folded, with "n" and "q" written out."""
    return _SHORT.sub(lambda short: _SPELLED[short[0]], fold(text))


def without_fillers(folded: str) -> str:
    """ "quero a 2, visse" without what says nothing at either end; all of it if nothing is left."""
    return _AFTER.sub("", _BEFORE.sub("", folded)) or folded


def _position(ordinal: str, count: int) -> int:
    if ordinal.startswith("ultim"):
        return count
    if "meio" in ordinal:
        return (count + 1) // 2 if count % 2 else 0
    return next(i for i, form in enumerate(_ORDINALS, 1) if re.fullmatch(form, ordinal))


def _sign(text: str) -> bool | None:
    yes, no = bool(_YES_SIGNS.search(text)), _NO_SIGN in text
    folded = _plain(text)
    return yes if yes != no and set(_kinds(folded)) <= {"polite"} else None


def _plain(text: str) -> str:
    """Fold for the lexicon: letters once in a row, clause ends as commas."""
    folded = fold(re.sub(r"[!\n]", ",", text))
    spelled = re.sub(r"[,.;:\-]+", " , ", _SHORT.sub(lambda short: _SPELLED[short[0]], folded))
    return re.sub(r"([a-z])\1+", r"\1", spelled)


def _kinds(plain: str) -> Iterator[str | None]:
    """What each phrase of the message is, longest phrases first; None for an unknown word."""
    words = [word for word in plain.split() if word != ","]
    while words:
        size, kind = _longest(words)
        yield kind
        words = words[size:]


def _longest(words: list[str]) -> tuple[int, str | None]:
    for size in range(min(_LONGEST, len(words)), 0, -1):
        if kind := _PHRASES.get(" ".join(words[:size])):
            return size, kind
    return 1, None


def _opening(text: str) -> str | None:
    """Kind of the first phrase that answers; a weak one only where its clause ends."""
    words = _plain(text).split()
    while words:
        size, kind = (1, "polite") if words[0] == "," else _longest(words)
        rest = words[size:]
        if kind != "polite":
            break
        words = rest
    else:
        return None
    ended = not rest or rest[0] == ","
    if kind == "weak":
        return "yes" if ended else None
    if kind == "no" and not ended and rest[0] in _NOT_DENIED:
        return None
    if kind in {"yes", "no"} and words[0] in _ONLY_ALONE and not ended:
        return None
    return kind


# After "não" these say what the parent lacks, not that the answer is no.
_NOT_DENIED = {
    *("sei", "entendi", "entendo", "compreendi", "lembro", "recebi", "conheco", "vi", "achei"),
    *("sabia", "sabemos", "entendemos", "consegui", "apareceu", "chegou", "tenho", "tem", "gosta"),
}
# Words that begin ordinary sentences as well.
_ONLY_ALONE = {
    "nem",
    "nada",
    "nenhum",
    "nenhuma",
    "nunca",
    "deixa",
    "legal",
    "top",
    "tudo",
    "marca",
}


def _load() -> dict[str, str]:
    phrases: dict[str, str] = {}
    section = ""
    for line in lines_of("answers.txt"):
        if line.startswith("["):
            section = line.strip("[]")
        else:
            phrases.setdefault(_plain(line), section)
    return phrases


_PHRASES = _load()
_FILLER = rf"(?:{'|'.join(sorted(lines_of('fillers.txt'), key=len, reverse=True))})"
_BEFORE = re.compile(rf"^(?:{_FILLER}(?:[ ,.!?]+|$))+")
_AFTER = re.compile(rf"(?:[ ,.!?]+{_FILLER})+[ ,.!?]*$")
