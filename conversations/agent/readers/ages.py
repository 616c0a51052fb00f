"""Ages of students."""

import re
from collections.abc import Callable, Iterable
from datetime import date

from .births import ages_from_births
from .fold import fold
from .names.cues import FIRST_NAMES
from .numerals import NUMBER, value_of

# "9a", but not "uma" or "5 a outra 8".
_YEARS = (
    r"(?:aninhos?|ann?os*"
    r"|(?:(?<=\d)|(?<=\d ))a\b(?! (?:outra|mais|menina|menor|maior|pequena)))"
)
_MONTH_NAMES = (
    "janeiro|fevereiro|marco|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro"
)
_LATER = (
    r"(?:(?:[oa] |n[oa] )?(?:mes|ano|semana) (?:que|q) vem"
    rf"|(?:agora )?(?:em (?:{_MONTH_NAMES}|\d)|(?:no )?dia)|(?:n[oa]s? )?(?:proxim[oa]s?|final|fim)"
    r"|amanha|daqui|logo|jaja|ja ja)"
)
_THESE_DAYS = (
    r"(?:n?es[st][ea] (?:ano|mes|semana|semestre|fim)|(?:(?:agora|n[oa]) )?(?:(?:segunda|terca"
    r"|quarta|quinta|sexta)(?:-feira)?|sabado|domingo)|n[oa]s? (?:natal|pascoa|carnaval|ferias))"
)
# "Vai fazer 2 matérias" counts things.
_NO_COUNT = (
    r"(?! ?(?!(?:ano|aninho|[ao]|mai|ma|n[ao]|d[ao]|amb[ao]|ante|depoi|apo|me"
    r"|(?:in)?complet[ao]|completad[ao]|feit[ao])s\b)[a-z]+s\b)"
)
# "Faz um ano", but "faz uma prova" and "faz 1 aula".
_BIRTHDAY = (
    rf"(?!uma? (?!ano|aninho|mes)[a-z])(?P<n>{NUMBER})\b"
    rf"(?! (?:mes(?! (?:que|q) vem)|hora|aula|vez|materia|h)\b){_NO_COUNT}"
)
# Counts of years that are nobody's age.
_DURATION = re.compile(
    rf"\b(?:ha(?: (?:uns|mais de|quase))?|por|durante|nos ultimos|tinha|faz(?: uns)?(?= {NUMBER} "
    rf"(?:anos?|meses) (?:que|q)\b)|desde os|a partir d[eo]s?|partir de|ate|"
    rf"menores de|maiores de|menos de|mais de|acima de|abaixo de|minim[oa] de|cada) (?:os )?"
    rf"{NUMBER}\b(?: ?(?:{_YEARS}|meses|mes))?"
    rf"|(?:(?<=\bdaqui )|(?<=\bdaqui a )){NUMBER}\b(?: ?(?:{_YEARS}|meses|mes|semanas?|dias?))?"
    rf"|(?:(?<=\d )|(?<=anos )|(?<=\d, )|(?<=anos, ))(?:ja )?(?:faz|tem) (?:uns |umas )?{NUMBER}"
    r" (?:meses|mes|semanas?|dias)\b(?! (?:que|q) vem)"
    rf"|\b{NUMBER}(?: {_YEARS})? no ano (?:passado|retrasado)"
    rf"|\b{NUMBER} {_YEARS} (?:de (?!idade)[a-z]+|atras|depois|que (?:eu|a gente)\b)"
    rf"|\b(?:dura\w*|quanto tempo)\b[^#]{{0,12}}{NUMBER} {_YEARS}"
    rf"|\b(?:d[eo]s? |entre )?{NUMBER}(?: {_YEARS})?(?: (?:a|ate|aos|ou) | ?[-/] ?){NUMBER}"
    rf"(?: {_YEARS}|\b(?! ?/))"
    rf"|\bentre (?:os )?{NUMBER}(?: {_YEARS})? e (?:os )?{NUMBER}\b(?: {_YEARS})?"
    rf"|(?<!nao )(?<!nao, )\bnao,? (?:e|sao|tem|eh|era|fez|completou)? ?{NUMBER}\b(?: {_YEARS})?"
    rf"|, ?(?:e )?nao (?:e )?{NUMBER}\b"
)
# "10 em maio" may have been or be to come; a verb tells.
_MAYBE_TURNING = re.compile(
    rf"(?:^|(?<=[,.;(#])) ?{NUMBER}(?: {_YEARS})? (?:(?:agora )?em (?:{_MONTH_NAMES})|amanha)\b"
)
_LONG_NUMBER = re.compile(r"\d(?:[ ().\-]{0,2}\d){7,}")
_GRADE = re.compile(
    r"\b(?:no |do |pro |para o |o )?(?:\d{1,2} ?[oa] ?|(?:[2-9]) ?)(?:ano\b|serie)"
    r"|\b(?:no |do |pro |para o |o )1 ?ano\b|(?<=anos )1 ano\b|(?<=anos, )1 ano\b"
    r"|\b1 ano (?:d[eo] )?(?:(?:ensino )?(?:medio|fund\w*)|e\.?m\b|colegial|escola)"
    r"|\bserie:? ?(?:e )?\d\b"
    r"|\b(?:pre|infantil|maternal|jardim) ?\d\b|\b\d(?:o|a)\b"
)
_OLD_IN_MONTHS = r"(?:meses|(?:(?<=\bum )|(?<=\b1 ))mes(?! (?:passado|retrasado|que|q)\b))"
_MONTHS = re.compile(
    rf"\b(?:tem|com|de|fez|bebe|completou|so) (?:so |apenas )?(?P<n>{NUMBER})"
    rf" {_OLD_IN_MONTHS}\b"
)
_TURNS = re.compile(
    rf"\b(?:(?P<soon>{_LATER}(?: [a-z\d/#]+){{0,4}}? (?:faz|completa)"
    r"|(?:vai|ira|prestes a|pra|para|perto de|proximo de) (?:fazer|completar|virar)"
    r"|quase(?: fazendo)?|fara|completara|vira|beirando(?: os)?|perto dos|indo pr[ao]s"
    r"|vai pr[ao]s|falta\w*(?: [a-z\d]+){0,2} (?:pra|para|pr[ao]s)|(?:(?<=\d )|(?<=anos ))fazendo)"
    rf"|(?P<today>faz|completa|fazendo|completando))"
    rf" {_BIRTHDAY}(?: {_YEARS})?(?P<later> (?:{_LATER}|{_THESE_DAYS})\b)?"
)
_HALF_OR_NEXT = (
    rf"(?: e (?:meio|{NUMBER} mes(?:es)?)"
    rf"| ?(?:(?:indo |caminhando )?(?:pr[ao]s?|para|p/?)) {NUMBER})?"
)
_LIST = re.compile(
    rf"\b(?P<some>{NUMBER}(?: {_YEARS})?(?:, ?{NUMBER}(?: {_YEARS})?)*(?: e|,) {NUMBER})"
    rf" ?{_YEARS}\b"
)
_ONE = re.compile(
    rf"\b(?P<n>{NUMBER})(?: ?{_YEARS}\b| (?=(?:pra|para|p/?) {NUMBER} ?{_YEARS}))"
    rf"{_HALF_OR_NEXT}(?: {_YEARS})?"
)
_PAIR = re.compile(
    rf"\buma? (?:de|com|tem) (?P<n>{NUMBER})\b[^#]{{0,12}}"
    rf"\boutr[oa] (?:de |com |tem )?(?P<m>{NUMBER})\b"
)
_CHILD = re.compile(
    rf"\b(?:menin[oa]|filh[oa]|net[oa]|sobrinh[oa]|entead[oa]|afilhad[oa]|garot[oa]|guria?|pia"
    rf"|piazinho|irma[o]?) (?:de|com) (?P<n>{NUMBER})\b"
)
_HAS = re.compile(
    rf"\b(?:(?<!gente )tem|acabou de (?:fazer|completar)|idade:?|"
    rf"idade (?:e|dele e|dela e)|completou|fez|tenho(?= [1-9]\d)|ta com|esta com) (?:so |apenas )?"
    rf"(?P<n>{NUMBER}){_HALF_OR_NEXT}"
    rf"(?=$| ?[,.;)]| (?:e|mas|o|a|ja|so|agora|recem|mes|ontem|hoje|semana passada|es[st]e mes"
    rf"|dia|es[st]es dias|faz|ha|ainda|recentemente"
    rf"|(?:em|n[oa]) (?:{_MONTH_NAMES}|semana|mes|dia))\b)"
    rf"(?P<rest> ?e (?:o |a )?(?:outr[oa]|irma[o]?|meu filho|minha filha|[a-z]+) (?:tem )?"
    rf"(?P<m>{NUMBER})(?=$| ?[,.;]))?"
)
# After an age already read: "... e o menor 5".
_OTHER = re.compile(
    rf"(?<=#)(?: e|,)(?: e)? (?:el[ea] |[oa] (?:[a-z]+ ){{1,2}})(?P<n>{NUMBER})(?= ?$| ?[,.;])"
)
# "O João de 8 e a Ana de 6", "Davi 12, Samuel 9".
_NAMED = re.compile(
    rf"\b(?P<who>[a-z]+),? (?:de |com |tem )?(?P<open>\()?(?P<n>{NUMBER})"
    rf"(?(open)(?= ?[),])|(?=$| ?[,.;#]| (?:e|esta|ta)\b(?! meia)))"
)
_LONE = re.compile(
    rf"(?<![\d/:.,])(?<!\bas )(?<!das )(?<!\btenho )(?<!\bgente tem )(?<!\bdia )\b(?!uma? [a-z])"
    rf"(?!(?:(?<=\bos )|(?<=\be ))(?:dois|duas|tres)\b)(?P<n>{NUMBER})\b(?![/:\d]){_HALF_OR_NEXT}"
    rf"(?! ?(?:o\b|a\b|h\b|hs\b|hora|filh|vez|crianc|mes|dia|aula|alun|real|%)){_NO_COUNT}"
)
_SHORT = re.compile(
    r"(?:(?:el[ea] )?(?:tem|ta com) )?(?P<n>\d{1,2}) ?a(?: e \d{1,2} ?m)?"
)  # "6a": where an age was asked
# "7 um e 9 o outro": a child, and no age.
_ONE_AND_OTHER = re.compile(r"\buma?\b(?! (?:ano|mes)).*\boutr[oa]\b")
_WHICH = re.compile(r"\buma?\b(?! (?:ano|mes))|\b(?:[oa] )?outr[oa]\b")
_BARE_MONTHS = re.compile(rf"\b(?P<n>{NUMBER}) {_OLD_IN_MONTHS}\b")
_NUMBER = re.compile(NUMBER)

_Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], list[int]]]


def read_ages(text: str, asked: bool = False, *, today: date | None = None) -> list[int]:
    """Return the ages said in `text`, in whole years, in the order they are said.

    "faz 8 mês que vem" is 7 today; babies counted in months get their years ("8 meses" is 0).
    Durations, ranges, school grades and denied numbers ("não é 9, é 8") are left out.
    `asked`: the last question was the age, so a lone "9" or "nove" is one. With `today` a date of
    birth tells an age too.
    """
    folded = fold(text.replace("\n", " , "))
    if asked and (years := _SHORT.fullmatch(folded)):
        return [int(years["n"])]
    for nobodys in (_LONG_NUMBER, _GRADE, _DURATION, _MAYBE_TURNING):
        folded = _blank(nobodys, folded)
    said, left = _said(folded, _RULES)
    if asked and not said:
        pair = _ONE_AND_OTHER.search(left)
        said, _ = _said(_blank(_WHICH, left) if pair else left, _ASKED_RULES)
    turning, _ = _said(folded, _RULES[:1])
    others = [one for one in said if one not in turning]
    if len(turning) == 1 and turning[0][1] in [ages for _, ages in others]:
        said = others  # "tem 6, faz 7 mês que vem": one child
    if not said and today:
        return ages_from_births(text, today, asked=asked)
    return [age for _, ages in sorted(said) for age in ages]


def _said(folded: str, rules: Iterable[_Rule]) -> tuple[list[tuple[int, list[int]]], str]:
    """Each rule's ages with their place; a place read once is not read again."""
    said = []
    for pattern, ages in rules:
        for match in pattern.finditer(folded):
            if read := ages(match):
                said.append((match.start(), read))
                folded = folded[: match.start()] + "#" * len(match[0]) + folded[match.end() :]
    return said, folded


def _blank(pattern: re.Pattern[str], folded: str) -> str:
    return pattern.sub(lambda match: "#" * len(match[0]), folded)


def _years(match: re.Match[str]) -> list[int]:
    return [value_of(match["n"])]


def _months(match: re.Match[str]) -> list[int]:
    return [value_of(match["n"]) // 12]


def _turning(match: re.Match[str]) -> list[int]:
    turns = value_of(match["n"])
    return [max(turns - 1, 0) if match["soon"] or match["later"] else turns]


def _listed(match: re.Match[str]) -> list[int]:
    return [value_of(number) for number in _NUMBER.findall(match["some"])]


def _each(match: re.Match[str]) -> list[int]:
    return [value_of(number) for number in (match["n"], match["m"]) if number]


def _of_named(match: re.Match[str]) -> list[int]:
    return [value_of(match["n"])] if match["who"] in FIRST_NAMES else []


_RULES: tuple[_Rule, ...] = (
    (_TURNS, _turning),
    (_LIST, _listed),
    (_ONE, _years),
    (_MONTHS, _months),
    (_PAIR, _each),
    (_CHILD, _years),
    (_HAS, _each),
    (_OTHER, _years),
    (_NAMED, _of_named),
)
_ASKED_RULES: tuple[_Rule, ...] = ((_BARE_MONTHS, _months), (_LONE, _years))
