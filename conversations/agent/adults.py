"""Whether who writes will study themselves."""

import re

from conversations.agent.readers.fold import fold

_FOR_ME = r"(?:pra|para|p) mim(?: mesm[oa]| msm)?"
# "Fica melhor pra mim" and "manda pra mim" are not about who studies.
_STUDIES_THEMSELVES = re.compile(
    rf"^(?:\W|(?:oi|ola|na verdade|na vdd|no caso|sim|so|tudo|e|eh|seria|vai ser|mas)\b)*{_FOR_ME}"
    r"(?:\W*$|\W*[,.!]| que\b| resolvi| quero| preciso| por favor)"
    r"|\b(?:seria|vai ser|curso|aulas?|kumon|vaga|matricula|matematica|portugues|ingles|estudar"
    rf"|aprender|fazer|(?:e|eh|queria|quero) (?:so )?) {_FOR_ME}\b"
    r"(?! (?:fica|ficaria|seria|e|eh|melhor|de|a|as|da|serve|tanto|qualquer|so|ta|pode|o|tem)\b)"
    r"|\beu (?:mesm[oa] )?(?:quero|gostaria de|vou) (?:estudar|fazer|aprender)\b"
    r"|\bquero (?:aprender|voltar a estudar)\b"
    r"|\b(?:o alun[oa]|quem vai estudar) (?:sou|e) eu\b|\bsou eu mesm[oa]\b"
)
# What says so only where it was asked who will study.
_ITSELF = re.compile(
    r"\b(?:sou|seria|vai ser) eu\b(?! [oa] (?:mae|pai|avo|tia|tio|responsavel))"
    r"|\beu (?:mesm[oa]|msm)\b|\beu (?:que|q) (?:quero|vou|gostaria)\b|^\W*eu\W*$"
)


def studies_themselves(text: str, *, asked: bool) -> bool:
    """Whether it says so ("é pra mim"); `asked`: who will study was the last question."""
    folded = fold(text)
    return bool(_STUDIES_THEMSELVES.search(folded) or (asked and _ITSELF.search(folded)))
