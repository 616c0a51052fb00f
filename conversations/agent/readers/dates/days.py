"""Days said in a text, rewritten to tokens that hold no date yet.

W3 Thursday (W3n "que vem", W3e "essa", W3p "as quintas", W3d12 maybe the 12th: see hours.py), R1
tomorrow, N5 the 5th (N5x of next month, N5t of this one), M12_3[_2026] a date, G0/G1 a week,
X0/X1 a month, Y3 a month by name, K a weekend (Ke this, Kn next); i, m, f at the end of G, X or Y:
its start, middle or end. W3+N12: one day said twice. J1_0~X1 the first Monday of next month, J-1_4
the last Friday of the month. Qa~ from, Qd~ after, Qu~ until, Qb~ before a day, Qw~ its week; Qp~A~B
from A to B.
"""

import re

from conversations.agent.readers.dates.weekdays import name_weekdays
from conversations.agent.readers.dates.wording import Rule, blot_counts, rewrite, rule

_MONTH_NAMES = ("jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez")
_MONTH_WORD = (
    r"(?:janeiro|fevereiro|marco|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro)"
)
_MONTH = rf"({_MONTH_WORD}|(?:{'|'.join(_MONTH_NAMES)})\b\.?)"
_DAY = r"(\d{1,2})o?"
_NO_HOUR = r"(?![\w:]| ?h(?:s|rs?|oras?)?\b| e meia| P[mtn])"
_LISTED = rf"\d{{1,2}}o?{_NO_HOUR}"
_THIS = r"(?:(?:n|d)?(?:est|ess)[ae]|dest[ae]|dess[ae])"
_DATE = r"(?:[WRNM]\d\w*(?:\+\w+)?)"
# "6a" after "de 2a a" and "segunda a sexta" stand for every day between.
_TO = r"(?: a | ate (?:a |o )?| ao | as |-| - )"


def _number(month: str) -> int:
    return _MONTH_NAMES.index(month[:3]) + 1


def _dated(m: re.Match[str]) -> str:
    year = f"_{m[3]}" if m.lastindex and m.lastindex >= 3 and m[3] else ""
    return f" M{int(m[1])}_{_number(m[2]) if m[2].isalpha() or '.' in m[2] else int(m[2])}{year} "


def _spanned(m: re.Match[str]) -> str:
    month = _number(m[3])
    return f" Qp~M{int(m[1])}_{month}~M{int(m[2])}_{month} "


def _several_dated(m: re.Match[str]) -> str:
    month = _number(m[2])
    return re.sub(r"(?:dia )?\b(\d{1,2})o?\b", lambda d: f"M{int(d[1])}_{month}", m[1])


def _listed(m: re.Match[str]) -> str:
    return re.sub(r"(?:dias? )?\b(\d{1,2})o?\b", lambda d: f"N{int(d[1])}", m[0])


def _two_days(m: re.Match[str]) -> str:
    """ "Dia 20 ou 21 de manhã", but not "dia 20 ou 9 da manhã"."""
    return f"N{m[1]} {m[2]} N{m[3]}" if int(m[3]) > int(m[1]) else m[0]


_DATES: tuple[Rule, ...] = (
    rule(r"\b(\d{4})-(\d\d)-(\d\d)\b", lambda m: f" M{int(m[3])}_{int(m[2])}_{m[1]} "),
    rule(
        r"(?<![\d/])(\d{1,2}) ?/ ?(\d{1,2})(?: ?/ ?(\d{4}|\d\d))?(?![\d/]| ?h\b|hs| ?anos)", _dated
    ),
    rule(r"(?<![\d.-])(\d{1,2})[.-](\d{1,2})[.-](\d{4})(?!\d)", _dated),
    rule(r"\bdia (\d{1,2})[.-](\d{1,2})(?![\d.h-]| ?h)", _dated),
    rule(r"(?<![\w/:.,-])(\d{1,2})[.-](0[1-9])(?![\d.:h-]| ?h)", _dated),
    rule(r"(?<![\w/:.,-])(2[4-9]|3[01])[.-](1[0-2])(?![\d.:h-]| ?h)", _dated),
    rule(r"(?<![\w/:.,-])(\d{1,2})[.-](1[0-2])(?=,? (?:as|a partir|depois|\d{1,2} ?h))", _dated),
    rule(r"\bdia (?:1o?|primeiro)\b(?! ?h|:)", "dia 1"),
    rule(r"\bprimeiro (?=de [a-z]+)", "1 "),
    rule(
        rf"\b(?:de |do |entre |os |o |dias? )*{_DAY}(?: a | ao | ate (?:o )?|-)"
        rf"(?:dia )?{_DAY} (?:de |do )?{_MONTH}\b",
        _spanned,
    ),
    rule(rf"\bentre (?:os |o )?(?:dias? )?{_DAY} e (?:o )?(?:dia )?{_DAY} de {_MONTH}\b", _spanned),
    rule(
        rf"\b((?:dias? )?\d{{1,2}}o?(?:(?:, ?| e | ou )(?:dia )?\d{{1,2}}o?)+) de {_MONTH}",
        _several_dated,
    ),
    rule(rf"\b(?:dia )?{_DAY} (?:de |do )?{_MONTH}(?![a-z])(?:(?: de| do)? (\d{{4}})\b)?", _dated),
    rule(rf"\bdia {_DAY} (?:do|de|/) ?(\d{{1,2}})\b(?!h|:| ?h)", _dated),
    rule(
        rf"\b(?:entre )?(?:os |o |do |de )?dias? {_DAY}(?: a | ao | ate (?:o )?|-| e "
        rf"(?:o )?(?=dia))(?:dia )?{_DAY}{_NO_HOUR}\b",
        lambda m: (
            f" Qp~N{int(m[1])}~N{int(m[2])} "
            if m[0].startswith(("entre", "do", "de", "dias")) or " e " not in m[0]
            else f" N{int(m[1])} e N{int(m[2])} "
        ),
    ),
    rule(rf"\bentre (?:os )?dias {_DAY} e {_DAY}\b", r" Qp~N\1~N\2 "),
    rule(r"\bdias? (\d{1,2}) (e|ou) (\d{1,2})(?= P)", _two_days),
    rule(
        rf"\bdias? {_LISTED}(?:,? (?:e |ou )(?:dia |no dia |o dia )?{_LISTED}|, ?"
        rf"(?:dia )?{_LISTED}(?=,? (?:e|ou) ))*",
        _listed,
    ),
    rule(r"\bN(\d+) (e|ou) (\d{1,2})(?= P)", _two_days),
    rule(rf"(?<=\bdia ){_DAY}(?![\w:]| ?h\b)", r"N\1"),
    rule(r"\bdias? +(?=[NM]\d)", ""),
    rule(r" +", " "),
)
_RELATIVE: tuple[Rule, ...] = (
    rule(r"\bdepois (?:de |d )?(?:amanhaa?n?|amnh?a?|amanh|amn)\b", "R2"),
    rule(r"\b(?:amanhaa*n?|amnh?a?|amanh|amn)\b", "R1"),
    rule(r"\b(?:ainda )?(?:hoje+|hj|hje|oje|hoj)\b(?: mesmo| ainda)?", "R0"),
    rule(
        r"\b(?:daqui|daki|dentro de|em)(?: a| ha| uns)? (\d{1,2}) dias?\b(?! (?:por|na|da) )",
        r"R\1",
    ),
    rule(r"\b(?:daqui|daki|dentro de|em)(?: a| ha| umas)? (\d) semanas?\b", r"G\1"),
    rule(r"\b(?:daqui|daki|dentro de)(?: a| ha| uns)? (\d) mes(?:es)?\b", r"X\1"),
)
_COMING = r"(?:que vem|q vem|proxim[ao]|seguinte)"
_SPANS: tuple[Rule, ...] = (
    rule(r"\b(?:(?:ess|ness|est|nest|dess|dest)e )(?:fim|final|finde|fds)(?: de semana)?\b", "Ke"),
    rule(r"\b(?:proximo|prox\.?|outro) (?:(?:fim|final) de semana|fds|finde)\b", "Kn"),
    rule(rf"\b(?:(?:fim|final) de semana|fds|finde) {_COMING}\b", "Kn"),
    rule(r"\b(?:(?:fim|final|finais|fins) de semana|fds|finde)\b", "K"),
    rule(
        rf"\b(?:semana|smn|sem|semna) {_COMING}\b|\b(?:proxima|prox\.?|outra) (?:semana|smn|sem)\b",
        "G1",
    ),
    rule(rf"\b{_THIS} (?:mesma )?(?:semana|smn)\b|\bsemana atual\b", "G0"),
    rule(rf"\bmes {_COMING}\b|\b(?:proximo|prox\.?|outro) mes\b", "X1"),
    rule(rf"\b{_THIS} (?:mesmo )?mes\b", "X0"),
    rule(r"\b(N\d+) (?:do |de |deste |desse )?X1\b", r"\1x"),
    rule(r"\b(N\d+) (?:do |de |deste |desse )?X0\b|\b(N\d+) agora\b", lambda m: f"{m[1] or m[2]}t"),
    rule(r"\bX1,? (?:no |na |pro )?(N\d+)\b", r"\1x"),
    rule(r"\bX0,? (?:no |na |pro )?(N\d+)\b", r"\1t"),
    rule(r"\bsemana d[eo] (?:dia )?([NM]\d\w*)", r"Qw~\1"),
    rule(r"\bsemana (?:d[eo] +)?(?=Qp)", ""),
    rule(r"\b(W\d) ?\((?:dia )?(\d{1,2})\)", r"\1+N\2"),
    rule(
        rf"\b((?:mes|ferias|meados|inicio|comeco|fim|final|finalzinho|comecinho|meio|em|ate"
        rf"|a partir|ainda|so|la por)"
        rf" (?:de |em |do mes de )?){_MONTH_WORD}\b",
        lambda m: f"{m[1]} Y{_number(m[0].removeprefix(m[1]))} ",
    ),
    rule(r"\b(?:em|do|no|de|d[ea]ste|mes de) (?=Y\d)", ""),
    rule(r"\b(?:inicio|comeco|comecinho|inicinho) d[aeo] +mes\b", "X0i"),
    rule(r"\b(?:fim|final|finalzinho) d[aeo] +mes\b", "X0f"),
    rule(r"\bmeio d[aeo] +semana\b", "G0m"),
    rule(r"\b(?:inicio|comeco|comecinho) d[aeo] +semana\b", "Gi"),
    rule(r"\b(?:fim|final|finalzinho) d[ao] +semana\b", "G0f"),
    rule(r"\b(?:inicio|comeco|comecinho)(?: d[aeo])? +([GXY]\d+)\b", r"\1i"),
    rule(r"\b(?:meio|meados)(?: d[aeo])? +([GXY]\d+)\b", r"\1m"),
    rule(r"\b(?:fim|final|finalzinho)(?: d[aeo])? +([GXY]\d+)\b", r"\1f"),
    rule(r"\bX0([imf]) (?:de )?(Y\d+)\b", r"\2\1"),
    rule(r"\bG0m (?:da )?G1\b|\bmeio d[ao] G1\b", "G1m"),
)
_NTH = {"primeir": 1, "1": 1, "W0": 2, "2": 2, "terceir": 3, "3": 3, "W2": 4, "4": 4, "ultim": -1}


def _nth(m: re.Match[str]) -> str:
    """ "Primeira segunda do mês", of the next such month where none is said."""
    month = "" if m[5] == "mes" else f"~{m[5]}" if m[5][0] in "XY" else f"~Y{_number(m[5])}"
    return f"J{_NTH[m[1] or m[2] or m[3]]}_{m[4][1]}{month}"


_MODIFIED: tuple[Rule, ...] = (
    rule(
        r"\b(?:(primeir|terceir|ultim)[ao]|([1-4])a|(W0|W2)p?) (W\d)p? (?:util )?"
        r"(?:d[oe] )*(mes\b|X\d|Y\d+|"
        rf"{_MONTH_WORD})",
        _nth,
    ),
    rule(r"\b(?:proxim[ao]s?|prox\.?) (W\d)p?\b", r"\1n"),
    rule(r"\b(W\d)p?,? (?:da |d )?(?:que vem|proxim[ao])\b", r"\1n"),
    rule(rf"\b{_THIS} (?:mesm[ao] )?(W\d)p?\b", r"\1e"),
    rule(r"\b(W\d)p? agora\b", r"\1e"),
    rule(r"\b(W\d\w?)/(?=\d)", r"\1 "),
    rule(
        rf"\b(W\d)\w?{_TO}(W\d)\w?(?! (?:H|\d))",
        lambda m: " ou ".join(f"W{n % 7}p" for n in _between(int(m[1][1]), int(m[2][1]))),
    ),
    rule(
        r"\bentre (?:a )?(W\d)\w? e (?:a )?(W\d)(\w?)",
        lambda m: " ou ".join(
            f"W{n % 7}{'n' if m[3] == 'n' else 'p'}" for n in _between(int(m[1][1]), int(m[2][1]))
        ),
    ),
    rule(
        r"\b(W\d\w?)[ ,(:-]*(?:no |do |que (?:e|eh|sera|cai) |agora )?"
        r"([NM]\d\w*|R\d+\b)(?!\w* ou R| ou [NM])",
        r"\1+\2",
    ),
    rule(
        r"(?<![+~\w])([NM]\d\w*)[ ,(:-]*(?:na |numa |que e |que cai n[ao] |cai n[ao] )?(W\d)\b",
        r"\2+\1",
    ),
    rule(r"\b(R\d+)[ ,(:-]*(?:que e |ja e )?(W\d)\b(?!,? (?:ou|e) )(?!, ?W)", r"\2+\1"),
    rule(rf"\bentre (?:o |a )?({_DATE}) e (?:o |a )?({_DATE})", r"Qp~\1~\2"),
    rule(rf"\b(?:depois|apos) (?:d?o feriad\w+ )?(?:de |do |da |d)?({_DATE})", r"Qd~\1"),
    rule(rf"\ba partir (?:de |do |da )?({_DATE}|Y\d+)", r"Qa~\1"),
    rule(rf"\bantes (?:de |do |da )?({_DATE})", r"Qb~\1"),
    rule(rf"(?:(?<=\w )|^)ate (?:o |a |no |na )?({_DATE})", r"Qu~\1"),
    rule(rf"\b({_DATE}) (?:em diante|pra frente)", r"Qa~\1"),
)
# "Até amanhã!" takes leave; "até hoje não recebi" looks back.
_LEAVE = rule(
    rf"(?:^|(?<=[.;,?] ))(?:(?:ok|obrigad[oa]|combinado|tchau|beleza|blz|entao|perfeito"
    rf"|certo|valeu|"
    rf"fechado|ta|otimo|bom|bjs|abraco|abracos|nos vemos|te vejo|ate mais"
    rf"|ate logo)[ ,]+)*ate (?:a |o |no |na )?{_DATE}"
    r"(?:,? (?:as )?\d{1,2}(?: ?[h:]\d\d|h\w*| e meia)?)?(?! P)(?! (?:eu )?(?:consigo|posso|da\b"
    r"|preciso|quero|tenho))"
)
_TILL_NOW = rule(r"\bate R0\b")


def _between(first: int, last: int) -> range:
    return range(first, last + 1 if last > first else last + 8)


def name_days(text: str) -> str:
    """`plain` text with its days as tokens."""
    text = name_weekdays(rewrite(text, _DATES))
    text = blot_counts(rewrite(text, _RELATIVE))
    return rewrite(text, (*_SPANS, _LEAVE, _TILL_NOW, *_MODIFIED))
