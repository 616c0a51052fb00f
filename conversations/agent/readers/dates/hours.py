"""Hours said in a text, rewritten to tokens.

H15_30 an hour (H3_0t "3 da tarde": m, t, n the part said with it, e already exact), A after it, Z
before it, B14_0~16_0 between two; Pm, Pt, Pn a part of the day (Pms its start, Pme its end), Pl
lunch time; U15 a number beside a day that may be an hour.
"""

import re

from conversations.agent.readers.dates.wording import Rule, rewrite, rule

_OF = (
    r"(?:(?:(?:na|no|de|da|do|a|pela|pelo|para a|pra|d|em) )?(?:parte|periodo|turno|horario) "
    r"(?:da |de |na )?|(?:de|da|na|a|pela|d|as|no) )?"
)
_PARTS: tuple[Rule, ...] = (
    rule(r"\bmeia[ -]?noite\b", "H0_0e"),
    rule(r"\b(?:ess[ae]|est[ae]|ness[ae]|nest[ae]) (tarde|noite|manha)\b", r"hoje \1"),
    rule(
        r"\b(?:(?:no|ao|o|pelo|do|pro|mais (?:pro|no|pra)) )?(?:fim|final|finalzinho"
        r"|fimzinho) d[ae] (manha|tarde|noite)\b",
        lambda m: f" P{m[1][0]}e ",
    ),
    rule(r"\b(?:(?:no|pelo|a|na|de|da|pela) )?tard(?:e?z?inha)\b", " Pte "),
    rule(
        r"\b(?:(?:no|pelo|o|do|mais no) )?(?:inicio|comeco|comecinho|inicinho) d[ae] (manha"
        r"|tarde|noite)\b",
        lambda m: f" P{m[1][0]}s ",
    ),
    rule(
        r"\b(?:(?:de|pela) )?manha (?:bem )?(?:cedo|cedinho)\b|\b(?:bem )?cedo (?:de|da"
        r"|pela) manha\b"
        r"|\b(?:bem |logo )cedo\b|\b(?:de )?manhazinha\b|\b(?:bem )?cedinho\b|(?<=amanha )cedo\b",
        " Pms ",
    ),
    rule(r"\b(?<!mais )(?<!muito )(?<!tao )(?<!meio )cedo\b", " Pm "),
    rule(r"\b(?:depois|apos|dpois) (?:do |de |o |da hora do |do horario d[eo] )?almoc\w+", " Pt "),
    rule(r"\bantes (?:do |de )?almoc\w+", " Pm "),
    rule(r"\b(?:(?:na|no|em) )?(?:hora|horario) d[eo] almoco\b", " Pl "),
    rule(rf"\b{_OF}(manha|tarde|noite)s?\b(?: (?:toda|inteira))?", lambda m: f" P{m[1][0]} "),
    rule(r"\b(?:(?:de|a) )?noitinha\b", " Pn "),
    rule(r"(?<=\d) ?([ap])\.?m\b\.?", lambda m: " Pm " if m[1] == "a" else " Pt "),
    rule(r"  +", " "),
)
_MINUTES = {"meia": 30, None: 0, "": 0}
_GUARD = (
    r"(?![\d/%:]|[.,]\d|o\b)(?! (?!depois|antes|apos|apenas|voces|horas|nesses|desses|temos"
    r"|podemos|vamos|"
    r"mas|mais|pras|dias\b|as\b|nas|das|todos|todas|vcs|nos\b|\w+mos\b)[a-z]{2,}s\b)"
)
_MARK = (
    r"(?:as|pras|das|pelas|umas|tipo|horario d[aeo]s?|por volta d[aeo]s?|perto d[aeo]s"
    r"|ao redor d[aeo]s)"
)
_HOUR_WORD = r"(?:horas?|hras|hrs?|hs|h)"


def _clock(hour: str, minute: str | None) -> str:
    minutes = _MINUTES[minute] if minute in _MINUTES else int(str(minute))
    return f"H{int(hour)}_{minutes}" if int(hour) < 24 and minutes < 60 else "#"


def _said(m: re.Match[str]) -> str:
    return f"{_clock(m[1], m[2])} "


def _marked(m: re.Match[str]) -> str:
    minute = next((group for group in m.groups()[2:] if group), None)
    if m[4] and m[4].isdigit() and int(m[4]) in (int(m[2]) + 1, int(m[2]) + 2):
        return f"{m[1]} {_clock(m[2], None)} e {_clock(m[4], None)} "  # "às 14 e 15": two hours
    return f"{m[1]} {_clock(m[2], minute)} "


def _short_of(m: re.Match[str]) -> str:
    hour = 12 if m[2].startswith("H12") else int(m[2])
    if not 1 <= hour <= 23:
        return "#"
    before = hour - 1 or 12
    return f"H{before}_{60 - int(m[1])}{'e' if m[2].startswith('H12') else ''} "


def _dated(m: re.Match[str]) -> str:
    """ "Terça 18 às 9": no hours from 18 to 9, so the 18th. "Quinta 12 às 15" may be either."""
    if int(m[2]) >= int(m[3]):
        return f"{m[1]}+N{m[2]} as {m[3]}"
    return f"{m[1]}d{m[2]} {m[2]} as {m[3]}" if len(m[1]) == len("W3") else m[0]


_CLOCKS: tuple[Rule, ...] = (
    rule(r"\b(W\d\w?),? (\d{1,2}) as (\d{1,2})(?!\d)", _dated),
    rule(r"\b(W\d\w?),? (2[4-9]|3[01])(?= *(?:$|[.,;?]))", r"\1+N\2"),
    rule(r"(?<=\w) a 1(?= *(?:$|[.,;?]))", " as 1"),
    rule(
        r"(\b[WRNM]\d\w*(?:\+\w+)?,? )(\d{1,2}) e (20|25|35|40|50|55)\b(?! (?:anos|reais|min))",
        lambda m: f"{m[1]}{_clock(m[2], m[3])} ",
    ),
    rule(r"\bmeio[ -]?dia e meia\b", "H12_30e"),
    rule(r"\bmeio[ -]?dia e ([1-5]?[05])\b(?! ?h)", r"H12_\1e"),
    rule(r"\bmeio[ -]?dia\b", "H12_0e"),
    rule(
        r"(?<!das )(?<!de )(?<!dia )(?<!entre )(?<![\d:/h])\b(5|10|15|20|25)(?: minutos| min)?"
        r" (?:pras?|para as?|pro|para o|para) (\d{1,2}\b|H12_0e)(?: ?(?:horas?|hrs?|hs"
        r"|h)\b)?(?! ?anos)",
        _short_of,
    ),
    rule(
        rf"(?<![\w/:.,])(\d{{1,2}}) ?(?:: ?|hr?s? ?)([0-5]\d)(?!\d)(?: ?(?:{_HOUR_WORD}"
        rf"|minutos?|min|m)\b)?",
        _said,
    ),
    rule(rf"(?<![\w/:.,])(\d{{1,2}})[.,]([0-5]\d) ?{_HOUR_WORD}\b", _said),
    rule(rf"(?<![\w/:.])(\d{{1,2}}) ?{_HOUR_WORD}\b(?: ?e (meia|30|45|15)\b(?! ?h))?", _said),
    rule(r"(?<![\w/:.,])(\d{1,2}) e (meia)\b(?=,)", _said),
    rule(
        rf"\b({_MARK}) (\d{{1,2}})(?:[.,]([0-5]\d)| e (meia|15|20|30|40|45|50)\b| (15|30|45"
        rf"|00)\b)?{_GUARD}",
        _marked,
    ),
    rule(rf"(?<![\w/:.,])(\d{{1,2}}) e (meia|30|45)\b{_GUARD}", _said),
    rule(r"(?<![\w/:.,])(1[0-2]|[89]) e (15)\b(?= *(?:$|[.,;?P]))", _said),
    rule(
        r"(?<![\w/:.,])(?<!entre )(?<!de )(?<!das )(1[0-2]|[1-9]) e ([1-5][05]|55)\b(?= P[mtn]\b)",
        _said,
    ),
    rule(r"(?<![\w/:.,])(\d{1,2})()(?= P[mtn]\b)", _said),
    rule(r"(?<![\w/:#])(\d{1,2})()(?=[ .,]* ou (?:as |umas )?H\d)", _said),
    rule(
        r"(H\d+_\d+\w?(?:[ ,]*ou (?:as )?|.*\b(?:digo|melhor|alias|nao|dizer)[ ,.]+))"
        r"(\d{1,2})(?= *(?:$|[.,;?]))",
        lambda m: f"{m[1]}{_clock(m[2], None)} ",
    ),
    rule(r" +", " "),
)
_H = r"H\d+_\d+\w?"
_ANY = rf"(?:{_H}|\d{{1,2}}(?![\dh:/]))"


def _pair(m: re.Match[str]) -> str:
    first, last = (x[1:] if x.startswith("H") else f"{int(x)}_0" for x in (m[1], m[2]))
    part = next((group for group in m.groups()[2:] if group), "")
    ends = [end if end[-1].isalpha() else end + part for end in (first, last)]
    return f"B{ends[0]}~{ends[1]} "


_WITH_PART = r"(?:,? ?P([mtn])\b)?"
_BOUNDS: tuple[Rule, ...] = (
    rule(
        rf"\bentre (?:as |das |umas )?({_ANY}) (?:e|as|a|ou|ate) (?:as |o )?({_ANY}){_WITH_PART}",
        _pair,
    ),
    rule(
        rf"\b(?:das|de|da|do) ({_H}) (?:as|a|ao|ate|e|-)(?: as| a| o| ao)? ({_ANY}){_WITH_PART}",
        _pair,
    ),
    rule(rf"\b(?:das|de) ({_ANY}) (?:as|a|ao|ate)(?: as| o| ao)? ({_H}){_WITH_PART}", _pair),
    rule(rf"(?<!as )({_H}) ?(?:as|a|ate|ate as|-|ao|ate o) ?({_H}){_WITH_PART}", _pair),
    rule(rf"(?<!as )\b(\d{{1,2}}) ?(?:as|a|-|ate|ate as) ?({_H}){_WITH_PART}", _pair),
    rule(rf"({_H}) P([mtn])\b", lambda m: m[1] if m[1][-1].isalpha() else m[1] + m[2]),
    rule(
        r"\b(?:depois|apos|a partir|passando|passadas?)(?: (?:das?|de|as|do|d|umas))* "
        r"(?:H(\d+_\d+\w?)|(\d{1,2})(?= *(?:$|[.,;?P]| e Z)))",
        lambda m: f"A{m[1] or m[2] + '_0'}",
    ),
    rule(
        r"\bH(\d+_\d+\w?),? (?:em diante|pra frente|para frente|adiante|ou mais tarde"
        r"|ou depois|pra cima)",
        r"A\1",
    ),
    rule(
        r"\b(?:antes|ate|no maximo)(?: (?:das?|de|as|do|d|o|no maximo|umas|a|ate|ao))* H"
        r"(\d+_\d+\w?)",
        r"Z\1",
    ),
    rule(r"\bH(\d+_\d+\w?),? ou (?:antes|mais cedo)\b", r"Z\1"),
    rule(r"\b(W\d\w?),? (\d{1,2})(?=,? (?:[a-z]+ )*[HAZB]\d)", r"\1+N\2"),
    rule(r"\b((?:[WR]\d\w*)(?:\+\w+)?,?) (\d{1,2})(?= *(?:$|[.,;?]))", r"\1 U\2"),
)
_LONE = re.compile(
    r"(?![ao] [1-6]\b)(?:(?:pode ser|poderia ser|prefiro|quero|entao|ok|sim|ta|eu|melhor"
    r"|acho que|seria|a|o"
    r"|as|de|das"
    r"|vou de|fico com|fica|marca|pode|marcar|ai)[ ,]+)*(\d{1,2})(?:(?: e |[ .,:h])(meia"
    r"|[0-5][05])|([0-5][05]))?"
    r"(?:,? (?:ta bom|esta bom|ok|pode confirmar|confirmado|com certeza|pode ser|seria|mesmo"
    r"|fica bom|e bom|melhor|entao))?[ .?]*"
)
_LONE_PAIR = re.compile(r"(\d{1,2}) (ou|e) (\d{1,2})[ .?]*")


def name_parts(text: str) -> str:
    return rewrite(text, _PARTS)


def name_hours(text: str) -> str:
    """Text with its days as tokens gets its hours as tokens."""
    return rewrite(rewrite(text, _CLOCKS), _BOUNDS)


def name_lone_hours(text: str) -> str:
    """The same where an hour was asked for: "15", "15 ou 16", "quinta 15" are hours too."""
    if lone := _LONE.fullmatch(text):
        return _clock(lone[1], lone[2] or lone[3])
    if pair := _LONE_PAIR.fullmatch(text):
        return f"{_clock(pair[1], None)} ou {_clock(pair[3], None)}"
    return text
