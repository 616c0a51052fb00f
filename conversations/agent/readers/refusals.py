"""What is kept back, kept or put off: a field, a visit, an answer."""

import re

from .answers import spelled_out
from .fold import fold

_TELL = (
    r"(?:dizer|falar|informar|passar|responder|dar|fornecer|compartilhar|divulgar|mandar|colocar"
    r"|por|botar|preencher)"
)
_LEAVE = r"(?:pula|deixa|salta|passa)"
_BLANK = r"(?:em branco|sem|vazio|quieto|(?:pra|para) (?:la|depois)|(?:pra|para) (?:a )?proxima)"
# To tell is what is refused; "não quero falar com robô" refuses somebody.
_REFUSES = re.compile(
    rf"\b(?:prefiro|preferia|melhor|acho melhor|(?:eu )?opto por) nao"
    rf"(?: {_TELL}\b(?! com\b)|\W*$)"
    rf"|\bnao (?:quero|qro|queria|gosto(?: muito)? de|vou|gostaria de|costumo|me sinto bem em)"
    rf" (?:te |lhe |estar )?{_TELL}\b(?! (?:com|vergonha|mal|por)\b)"
    r"|\b(?:isso|ess[ea](?: (?:dado|info\w*))?|meu (?:e-?mail|numero|telefone)) (?:eu )?"
    r"(?:nao|nem|prefiro nao) (?:passo|digo|falo|informo|dou|forneco|compartilho|tenho|uso)\b"
    r"|^(?:eu )?(?:nem|nao) (?:tenho|uso|possuo|passo)(?: (?:isso|esse negocio|e-?mail))?"
    r"(?: nao)?\W*$"
    rf"|\b(?:prefiro|quero|queria|pode|podemos|da para|da pra|vamos|bora|melhor|posso)"
    rf" (?:pular?|{_LEAVE}r?(?= ))(?: (?:essa|esse|isso|a pergunta|{_BLANK}))*\W*$"
    rf"|^(?:\W|ah |entao )*{_LEAVE} (?:(?:essa|esse|isso|a pergunta) ?|{_BLANK} ?)+\W*$"
)

_KEEPS = re.compile(
    r"\b(?:nao|nem|nunca|n)(?: \w+){0,2} (?:cancel|desmarc)|\b(?:cancel|desmarc)\w+ nao\W*$"
    r"|\b(?:deixa|deixe|deixar|fica|continua)(?: \w+)? (?:marcad|como (?:esta|ta)|do jeito)"
    r"|\b(?:mantem|mantenha|manter|mantem-se)\b"
)

_POSTPONES = re.compile(
    r"\b(?:vou|vamos|preciso|tenho que|deixa eu|quero) (?:primeiro |antes )?(?:ver|pensar|conversar"
    r"|falar|combinar|confirmar|analisar|olhar|checar)\b"
    r"|\b(?:depois|dps|mais tarde|amanha|outra hora) (?:eu )?(?:te |lhe |ja )?(?:falo|aviso|vejo"
    r"|decido|retorno|respondo|confirmo|mando|marco|chamo)\b"
    r"|\b(?:te |lhe )?(?:aviso|retorno|respondo|confirmo|falo) (?:depois|mais tarde|outra hora)\b"
)

_OFFERED = (
    r"(?:[nd]?es[st][ea]s?|todos|todas|os|as)(?: (?:horarios?|dias?|datas?|opc\w+|semana|mes))?"
)
_UNFIT = (
    r"(?:ruim|ruins|complicad\w*|dificil|dificeis|inviavel|inviaveis|apertad\w*|puxad\w*|horrivel"
    r"|pessim\w*|impossivel|fora de mao|contramao)"
)
_UNFIT_OFFERS = re.compile(
    rf"(?<!nao )\b(?:fica\w*|sao|e|eh|ta|tao|esta\w*|seria\w*|acho|achei)"
    r" (?:(?:tudo|todos|todas|meio|muito|bem|mto|um pouco|tao|mais|pra mim|pra nos|pra gente) )*"
    rf"{_UNFIT}\b(?! (?:em|n[ao]s?|com)\b)"
    rf"|^(?:(?:pra|para) (?:mim|nos|gente) )?(?:muito |meio |bem |mto )?{_UNFIT}"
    rf"(?: (?:{_OFFERED}|(?:pra|para) (?:mim|nos|gente|a gente)|ai|hein|ne))*\W*$"
    r"|\b(?:n?es[st]es?) (?:horarios?|dias?|datas?|ai)(?: \w+){0,2} (?:trabalh\w+|to (?:n[oa]"
    r" (?:trabalho|servico|escola)|\w+ndo)|estudo|viajo|(?:tenho|estou) (?!livre|sim|disp)\w+)"
)


def refuses(text: str) -> bool:
    """Tell whether what was asked is not to be told ("prefiro não falar", "pula essa")."""
    return _REFUSES.search(spelled_out(text)) is not None


def keeps_visit(text: str) -> bool:
    """Tell whether a visit is not to be cancelled ("não cancela não", "deixa marcado")."""
    return _KEEPS.search(fold(text)) is not None


def declines_offers(text: str) -> bool:
    """Tell whether what is offered does not suit ("ficam ruim pra mim", "nesses dias trabalho")."""
    return _UNFIT_OFFERS.search(spelled_out(text)) is not None


def postpones(text: str) -> bool:
    """Tell whether the answer is to come later ("vou ver com meu marido", "depois te falo")."""
    return _POSTPONES.search(fold(text)) is not None
