"""School grades, in the closed list `GRADES`."""

import re
from collections.abc import Callable

from .fold import fold

YEARS = tuple(f"{n}º ano" for n in range(1, 10))
HIGH_SCHOOL = tuple(f"{n}ª série EM" for n in range(1, 4))
# Infantil 4 and jardim 1 are "Pré 1"; infantil 5 and jardim 2 are "Pré 2". "Educação infantil" and
# "Ensino médio" stand where the year is not said; "Concluído": out of school.
GRADES = (
    *("Educação infantil", "Maternal", "Pré 1", "Pré 2"),
    *YEARS,
    *("Ensino médio", *HIGH_SCHOOL, "Ensino superior", "Concluído"),
)

_ORDINALS = {
    "primeir": 1,
    "primer": 1,
    "segund": 2,
    "terceir": 3,
    "quart": 4,
    "quint": 5,
    "sext": 6,
    "setim": 7,
    "oitav": 8,
    "non": 9,
}
_CARDINALS = {"um": 1, "dois": 2, "tres": 3, "quatro": 4, "cinco": 5}
_CARDINALS |= {"seis": 6, "sete": 7, "oito": 8, "nove": 9}
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5}

_WORD = rf"(?:{'|'.join(_ORDINALS)})[oa]"
_NTH = rf"(?:[1-9] ?[oa]\b\.?|{_WORD}\b)"
_NTH_OR_DIGIT = rf"(?:{_NTH}|[1-9]\b)"
_LEVEL = rf"(?P<n>[1-9]|i{{1,3}}v?|iv|v|{'|'.join(_CARDINALS)})"
# "1º EM", but "vai fazer 3 em novembro" and "tirou 2 em matemática".
_EM = (
    r"e\.? ?m\b\.?(?:(?:(?<=ano em)|(?<=serie em))(?! (?:escola|colegio|casa|uma?|outr[oa]|tempo"
    r"|periodo|turno|20\d\d|[a-z]+(?:eiro|bro|arco|aio|unho|ulho|bril)|curitiba|foz)\b)"
    r"|(?= ?(?:$|[,;:#)?./-]|(?:(?:de |a )?(?:manha|tarde|noite)|integral|tecnico|e|mas|ja|ainda"
    r"|agora|n[oa]|d[oa]|eu|acho|el[ea]|es[st]e|sim|aqui|viu|ne)\b)))"
)
_HIGH = (
    rf"(?: ?(?:ano|serie))?,? ?(?:(?:do|de|no|d) )?(?:ensino medio|ens\.? medio|ensino md|{_EM}|"
    r"medio|colegial|2o grau|segundo grau)"
)
_NOT_SCHOOL = re.compile(
    r"\b(?:fundamental (?:1|2|i|ii)\b|(?:tem|com|fez|faz|so) \d aninhos?"
    # "Entre o 4º e o 5º" is no year yet, "professor formado" no student.
    rf"|entre (?:o )?{_NTH_OR_DIGIT}(?: ano)? e (?:o )?{_NTH_OR_DIGIT}(?: ano)?"
    rf"|{_NTH_OR_DIGIT}(?: ano)? ou (?:(?:n?o|d?o) )?{_NTH_OR_DIGIT}(?: ano)?"
    r"|(?:professor\w*|prof\w*|orientador\w*|instrutor\w*|auxiliar\w*|equipe|voces|vcs|quem \w+)"
    r"(?: \w+){0,3} formad[oa]s?|escolinha d[eo] (?!bairro|perto|lado)\w+"
    r"|(?:mor\w+|bairro|vila) (?:n[oa] )?jardim [a-z]+"
    rf"|{_NTH} periodo|todos? os? anos?|ano (?:que|q) vem|ano passado|esse ano|este ano|por ano"
    rf"|d[eo] {_NTH}(?: ano)? (?:ao|ate o|a) {_NTH}(?: ano)?"
    rf"|{_NTH} (?:vez|aula|visita|filh[oa]|dia|andar|feira|mes|lugar|opcao|horario|semana|"
    rf"mensalidade|contato|criancas?|parte|unidade|(?:se|bi|tri)mestre)"
    r"|(?:tem|com|fez|faz|completou|idade(?: de)?) \d{1,2} ano(?! do| de escola)"
    r"|[oa] (?:primeir|segund|terceir|quart)[oa] (?:(?:so|quer|faz|faria|vai) )*"
    r"(?:de |em )?(?:matematica|portugues|ingles)"
    rf"|nao (?:(?:e|ta|esta) )?(?:n?[oa] |do )?{_NTH}(?: ano| serie)?)\b"
)
# "Vai pro 4º ano ano que vem, tá no 3º".
_NEXT_YEAR = re.compile(
    r"\b(?:vai|ira|passa|passou) (?:pr[oa]|para [oa]|ao?) [a-z0-9]+ (?:ano |serie )?"
    r"(?:(?:no )?ano que vem|em 20\d\d|agora em 20\d\d)"
)
_OF_ANOTHER = re.compile(r"# ?,? e (?:[oa]|outr[oa]) [a-z ]{3,}#")  # "no 8º e o pequeno no pré"
_Read = Callable[[re.Match[str]], str | None]


def read_grades(text: str, asked: bool = False) -> list[str]:
    """Return the grades said in `text`, each one of `GRADES`, in the order they are said.

    The old naming is carried over ("4ª série" is "5º ano"). `asked`: the last question was the
    grade, so a lone "5" or "quinto" is one.
    """
    folded = fold(text.replace("\n", " ; "))
    return _said(_blank(_NEXT_YEAR, folded), asked=asked) or _said(folded, asked=asked)


def _said(folded: str, *, asked: bool) -> list[str]:
    folded = _blank(_NOT_SCHOOL, folded)
    said: list[tuple[int, str]] = []
    for pattern, read in (*_RULES, *(_ASKED_RULES if asked else ())):
        for match in pattern.finditer(folded):
            grade = read(match)
            if grade:
                said.append((match.start(), grade))
        folded = _blank(pattern, folded)
    grades = [grade for _, grade in sorted(said)]
    return grades if _OF_ANOTHER.search(folded) else _without_vague(grades)


def _without_vague(grades: list[str]) -> list[str]:
    """Drop "Ensino médio" and the like where the same message also says the year."""
    exact = [g for g in grades if g not in {"Educação infantil", "Ensino médio", "Concluído"}]
    return exact or grades[:1]


def _blank(pattern: re.Pattern[str], folded: str) -> str:
    return pattern.sub(lambda match: "#" * len(match[0]), folded)


def _number(said: str) -> int:
    if said[0].isdigit():
        return int(said[0])
    return _CARDINALS.get(said) or _ROMAN.get(said) or _ORDINALS[said[:-1]]


def _year(match: re.Match[str]) -> str | None:
    return YEARS[_number(match["n"]) - 1]


def _old_series(match: re.Match[str]) -> str | None:
    number = _number(match["n"])
    return YEARS[number] if number < len(YEARS) else None


def _high_school(match: re.Match[str]) -> str | None:
    number = _number(match["n"])
    return HIGH_SCHOOL[number - 1] if number <= len(HIGH_SCHOOL) else None


def _before_school(match: re.Match[str]) -> str | None:
    """Pré and jardim count from 1 at the age of four, infantil from 1 at one."""
    number = _number(match["n"])
    if match["kind"].startswith(("infantil", "grupo", "nivel")):
        number -= 3
    return "Maternal" if number < 1 else f"Pré {min(number, 2)}"


def _always(grade: str) -> _Read:
    return lambda match: grade


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})")


_RULES: tuple[tuple[re.Pattern[str], _Read], ...] = (
    (
        _compiled(
            r"(?:ja )?(?:me formei|se formou|formad[oa]|(?:ja )?(?:terminou|terminei|concluiu|"
            r"conclui|completou|completei|acabou|fez|fiz|tenho|tem) (?:o |a |os )?(?:ensino medio|"
            r"ensino superior|escola|estudos|colegio|segundo grau|2o grau|terceirao"
            r"|faculdade)(?: completo)?|"
            r"(?:ensino )?medio completo|superior completo|n(?:ao)? estud[ao] mais|fora da escola|"
            r"(?:pre[- ]?)?vestibular|cursinho|ja sai da escola|concluido)\b"
        ),
        _always("Concluído"),
    ),
    (
        _compiled(
            r"(?:faculdade|facul|universidade|universitari[oa]|ensino superior|graduacao|"
            r"pos[- ]graduacao|mestrado|superior incompleto)\b"
        ),
        _always("Ensino superior"),
    ),
    (_compiled(r"terceirao|3o?ao\b"), _always(HIGH_SCHOOL[2])),
    (_compiled(rf"(?P<n>[1-3] ?[oa]?|{_WORD}){_HIGH}"), _high_school),
    (
        _compiled(
            rf"(?:ensino medio|colegial),? (?:n[oa] |d[oa] )?"
            rf"(?P<n>[1-3] ?[oa]?|{_WORD}) (?:ano|serie)"
        ),
        _high_school,
    ),
    (_compiled(r"(?:ensino medio|colegial)\b"), _always("Ensino médio")),
    (
        _compiled(
            r"(?P<kind>pre(?:[- ]?escola)?|jardim|infantil|grupo|nivel|prezinho) ?-?(?:escolar )?"
            rf"{_LEVEL}\b(?! ?(?:anos|horas|h\b))"
        ),
        _before_school,
    ),
    (
        _compiled(rf"(?P<n>[1-3]|{_WORD}) ?[oa]? (?:periodo|etapa) d[oae] (?P<kind>pre|educacao)"),
        _before_school,
    ),
    (_compiled(r"maternal(?: ?\w\b)?|mini ?maternal"), _always("Maternal")),
    (
        _compiled(
            r"(?:educacao infantil|ed\.? infantil|ensino infantil|jardim(?: de infancia)?|prezinho|"
            r"pre(?:[- ]?escola)?|creche|cmei|bercario|escolinha)\b(?!-)"
        ),
        _always("Educação infantil"),
    ),
    (_compiled(rf"(?P<n>[1-9] ?[oa]?\.?|{_WORD}) ?serie\b(?! ?:)"), _old_series),
    (_compiled(r"(?P<n>[1-9]) ?[oa]?\.? ?(?:ano|aninho)\b(?:(?<!\b1 ano)|(?<=anos 1 ano))"), _year),
    (_compiled(rf"(?P<n>{_WORD}) (?:ano|aninho)\b"), _year),
    (_compiled(r"(?:n?[oa]|d[oa]|pr[oa]|para o) (?P<n>1) ano\b"), _year),
    (
        _compiled(rf"(?P<n>{_NTH})(?=(?:,| e| e o| e a| e n[oa]| e outr[oa] n[oa]) ?#)"),
        _year,
    ),
    (
        _compiled(
            rf"(?:(?:esta|ta|vai|estuda|foi|passou|cursa|cursando|fazendo|indo|faz|entrou"
            rf"|reprov\w+|repet\w+|parou|e|ja) "
            rf"(?:n|d|pr|para |ao |pel)?o?|outr[oa] n[oa]|no|do) (?P<n>{_NTH})"
            rf"(?! (?:de|da|do|[a-z]+eira|feira|horario|dia))(?=$| ?[,.;)]| e\b| [a-z])"
        ),
        _year,
    ),
)
# Years are masculine: a lone "quinta" is a weekday.
_LONE = (
    rf"(?<!\bde )(?<!\btem )(?<!\bcom )(?<!\bas )(?<!\bos )(?<!\bfazer )(?<!\bcompletar )"
    rf"(?P<n>[1-9] ?[oa]?\b|(?:{'|'.join(_ORDINALS)})o\b|"
    rf"(?:{'|'.join(set(_CARDINALS) - {'um'})})\b)(?!\.? ?(?:anos?\b|anin|filh|crianc|/|:|,\d|h\b))"
)
_ASKED_RULES: tuple[tuple[re.Pattern[str], _Read], ...] = (
    (re.compile(r"^(?P<n>1) ano\b"), _year),
    (re.compile(r"^(?:no )?infantil$"), _always("Educação infantil")),
    (_compiled(_LONE), _year),
)
