"""One wording for the many: digits for number words, and a blot over what is no day and no hour.

A rule is a pattern and what stands in its place; rules apply in order. "#" is the blot: folded text
never holds one.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from conversations.agent.readers.fold import fold

Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]

BLOT = " # "


def rule(pattern: str, replacement: str | Callable[[re.Match[str]], str] = BLOT) -> Rule:
    return re.compile(pattern), replacement


def rewrite(text: str, rules: Iterable[Rule]) -> str:
    for pattern, replacement in rules:
        text = pattern.sub(replacement, text)
    return text


# fmt: off
_CARDINALS = {
    "dois": 2, "duas": 2, "tres": 3, "quatro": 4, "cinco": 5, "seis": 6, "sete": 7, "oito": 8,
    "nove": 9, "dez": 10, "onze": 11, "doze": 12, "treze": 13, "quatorze": 14, "catorze": 14,
    "quinze": 15, "dezesseis": 16, "dezessete": 17, "dezoito": 18, "dezenove": 19,
    "vinte": 20, "trinta": 30, "quarenta": 40, "cinquenta": 50,
}
# fmt: on
_UNITS = {"um": 1, "uma": 1, **{word: n for word, n in _CARDINALS.items() if n < 10}}
_WEEKDAY = r"(?:segunda|terca|quarta|quinta|sexta|sabado|domingo)"
_COUNTED = (
    r"(?:filh|menin|crianc|materi|disciplin|aula|vez|opc|coisa|pessoa|garot|irma|net[oa]|sobrinh|"
    r"gemeo|gemea|turma|unidade|visita|mensal|parcel|alun|professor|folha|exercicio|pagina|bloco|"
    r"caderno|estrela|mulher|homen|primeir|ultim|nivei|nivel|estagio|minut|segundos|dias? "
    r"(?:por|na|da)"
    r" semana|semanas|dias|mes(?:es)?\b|moc|rapaz|amig|prim[oa]s|enteado|x\b)"
)
_SPELLING = (
    rule(r"\b(?:q|qe|ke)(?= )", "que"),
    rule(r"\b(?:qvem|quevem|que ven|que bem|que vm)\b", "que vem"),
    rule(r"\b(?:dps|dpois|depos|dpos|depoiss)\b", "depois"),
    rule(r"\bp/ ?", "pra "),
    rule(r"\b(?:pra|para) (?=as\b)", "pras "),
    rule(r"\bpras as\b", "pras"),
    rule(r"\b(?:naum|nn|n)\b(?! ?\d)", "nao"),
    rule(r"\bnum(?= (?:posso|consigo|da|vou))", "nao"),
    rule(r"\b(\d{1,2}) (?:de )?dez\b", r"\1 de dezembro"),
    rule(r"\bhorario comercial\b"),
    rule(r"\b(levar|trazer|matricular|colocar) as (?:duas|tres)\b(?! (?:horas|da|e|em))", r"\1"),
    rule(r"\bproximo (?=dia \d)", ""),
    rule(r"\bdepois d[ae] uma\b(?! (?:semana|hora|visita|conversa))", "depois das 1"),
    rule(r"(?<= e )(?:mea|meea|meis|mei|neia|meiaa+|media)\b", "meia"),
    rule(
        rf"\bnao,? n?(?:essa|esta|ess[ae]) ({_WEEKDAY}|semana),? (?:mas |e |e sim )?n?a (?:que vem"
        r"|proxima|outra)\b",
        r"proxima \1",
    ),
    rule(r"\bnao (?:muito|tao) (?:cedo|tarde)\b", " "),
    rule(
        r"\bsemana\b(?! que vem)(?<!proxima semana)(.*?)\b(na|a) outra\b(?! semana)",
        r"semana\1\2 outra semana",
    ),
    rule(r"\bultima semana (?=d[eo] )", "final "),
    rule(r"\bprimeira semana (?=d[eo] )", "inicio "),
    rule(r"\b((?:proximo )?mes(?: que vem)?),? (?:n?a )?primeira semana\b", r"inicio do \1"),
    rule(r"\b(?:mais ou menos|pelo menos|ao menos|no minimo|por favor|pfv|pf)\b", " "),
)
_NUMBERS = (
    rule(
        rf"\b(vinte|trinta|quarenta|cinquenta) e ({'|'.join(_UNITS)})\b(?! vez)",
        lambda m: str(_CARDINALS[m[1]] + _UNITS[m[2]]),
    ),
    rule(rf"\b({'|'.join(_CARDINALS)})\b", lambda m: str(_CARDINALS[m[1]])),
    rule(
        r"\b(?:as?|pela|pelas) uma(?= horas?\b| da tarde| e (?:meia|\d)|\s*(?:$|[.,;?]))",
        "as 1",
    ),
    rule(r"\b(\d\d? (?:pra|para a)) uma\b", r"\1 1"),
    rule(r"\buma(?= (?:hora )?da tarde| e meia\b| e (?:15|30|45)\b)", "as 1"),
    rule(r"\b(?:um|uma)(?= (?:semana|mes|dia)\b)", "1"),
)
_NOT_A_TIME = (
    rule(rf"\b{_WEEKDAY}(?:[ -]feira)? (?:santa|de (?:carnaval|cinzas|pascoa|ramos))\b"),
    rule(r"\S+@\S+|\bhttps?:\S+|\bwww\.\S+"),
    rule(
        r"\b(?:bo[am]|otim[ao]|excelente|feliz|lind[ao]|abencoad[ao]|maravilhos[ao])"
        rf" (?:dia|tarde|noite|semana|(?:fim|final) de semana|fds|{_WEEKDAY})(?:[ -]feira)?\b"
    ),
    rule(r"(?<![\d/.-])\+?\(?\d(?!\d?[-.]\d\d?[-.]\d{4}|\d{3}-\d\d-\d\d)[\d ().-]{6,}\d"),
    rule(r"\d{5,}|\d{4,5}-\d{4}\b|\bcep \S+"),
    rule(r"r\$ ?[\d.,]*\d(?: mil)?|\b\d+(?:[.,]\d+)* ?(?:reais|real|contos?|pila|mil\b|%)|\d+ ?%"),
    rule(r"(?<!\bas )(?<!:)\b\d+,\d{2}(?!\d|h)"),
    rule(
        r"\b(?:rua|r\.|av\.?|avenida|travessa|praca|bairro|edificio|rodovia|vila"
        r"|loteamento|conjunto|parque) [^,.;?]*"
    ),
    rule(r"(?<!as )\b1 hora\b(?! (?:da|em ponto|e))"),
    rule(
        rf"\b{_WEEKDAY} (?!feira)(?:[a-z]{{2,}}(?:cao|sao|dade|agem|encia|ancia|gunta|ura|ida)"
        r"|materia|mae|avo|irma|casa|maior|melhor (?!d|p|as)|linha|lista|prova|nota|aluna)\b"
    ),
    rule(r"\b(?:escola|colegio|bairro) \d+ de [a-z]+"),
    rule(r"\b(?:na|da|pela) \d{1,2} de [a-z]+"),  # a street: days are masculine
    rule(rf"\bamanha (?:ja )?(?:e|eh) {_WEEKDAY}(?=,? ne\b)"),
    rule(rf"\bhoje (?:ja )?(?:e|eh|sao) (?:dia )?(?:\d|{_WEEKDAY})[^,.;?]*"),
    rule(r"\b(?:n?a )?primeira semana\b"),
    rule(
        r"\b(?:segunda|terceira|quarta|quinta|ultima|penultima|[1-5]a) (semana|quinzena)\b",
        r"\1",
    ),
    rule(
        r"\b(?:(?:segund|terceir|quart|quint|sext|setim|oitav|non|ultim|primeir)[oa]|\d{1,2}[oa]s?)"
        r" (?:ano|anos|serie|opcao|vez|aula|filh[oa]|etapa|fase|via|mao|pessoa|"
        r"lingua|periodo|pergunta|duvida|questao|coisa|semestre|alternativa|sugestao|turma|dessas?|desses?|mensagem|crianca|"
        r"unidade|parcela|mensalidade|visita|fund\w*|medio|do (?:ensino|medio|fund\w*)"
        r"|bimestre|parte(?! d)|nota)\b"
        r"(?: do (?:ensino )?(?:medio|fund\w*))?"
    ),
    rule(r"\b(?:opcao|numero|nota|apto|ap|casa|bloco|sala|nivel|km|lote) \d+o?\b(?![:/h])"),
    rule(r"(?<!dia )\b(?!1o de )\d{1,2}o\b"),
    rule(
        r"\b(?:faz|fara|fez|completa|completou|fazer|completar|fazendo) \d{1,2}(?: ?anos?| ?a\b)?"
        r"(?! ?(?:h|:|e meia))\b[^,.;?]*",
        " nasceu # ",
    ),
    rule(r"\b(?:nenhuma?|uma|um|qualquer|alguma?|todas|cada) (?:das|dos|as) \d{1,2}\b(?! ?[h:])"),
    rule(r"\bprimeir[ao] (?:ou|e) (?:[ao] )?segund[ao]\b"),
    rule(
        r"\b(?:(?:entre|de) )?(?:\d{1,2} ?(?:e|ou|a|,|/|ate) ?)*\d{1,2} ?(?:anos?|aninhos?)\b"
        r"(?: e (?:meio|\d+ meses))?"
    ),
    rule(r"\b\d+ ?(?:x|vezes)\b(?: (?:por|na|de|ao) [a-z]+| \d+)?"),
    rule(
        r"\b(?:dura,?|duracao(?: de)?|aulas? de|visitas? de|ha|faz|durante|menos de|mais de"
        r"|cerca de|"
        r"leva|demora|uns|daqui a|daqui|em|a cada|por)(?: umas?| uns)? (?:\d{1,2} ?h"
        r"(?:oras?|s|rs?)?"
        r"(?: ?\d\d| e meia)?|uma hora(?: e meia)?|meia hora)\b(?! da)"
    ),
    rule(
        r"\b(?:\d{1,2}|uma) ?h(?:oras?|s|rs?)?(?: ?\d\d)?"
        r" (?:por(?! gentileza| favor| enquanto)|ao|cada|de (?:aula|duracao|estudo)|semanais"
        r"|diarias|atras|(?:antes"
        r"|depois)(?! d))\b"
    ),
    rule(r"\b24 ?h(?:oras|s|rs)?\b|(?<!dia )\b24 ?/ ?7\b(?! ?/)(?!,? as \d)|\b(?:meia|1/2) hora\b"),
    rule(
        r"\b(?:e|eh|fica|acho) (?:muito |meio |um pouco |bem )?(?:cedo|tarde)\b"
        r"(?: demais| pra mim)?(?! da)(?= *(?:$|[.,;]| e | mas))",
        " nao da ",
    ),
    rule(r"\b(?:uma?|outr[oa]) (?:de|com) \d{1,2}\b(?! ?h)"),
    rule(
        r"\b(?:mais|muito|meio|e|ta|ja e|ficou|ficar|chegar|cheguei|tao|antes) (?:tarde|cedo)\b"
        r"(?! as| ou| a )|\btarde demais\b|\bhoje em dia\b"
    ),
    rule(
        r"\b(?:a|levo|leva|demoro|sao) (?:umas )?\d{1,2} ?(?:h|hs|horas?|hrs?)"
        r"(?= (?:dai|daqui|de (?:viagem|distancia|carro|onibus)|pra chegar|ate ai)\b)"
    ),
    rule(
        r"\bdepois d[aoe] (?:aula|escola|trabalho|servico|colegio|creche|trampo)s?"
        r"(?: del[ea]s?\b| d[oa] [a-z]+)?"
    ),
    rule(r"\b(?:nao tem|sem) problemas?\b|\b(?:por ?que|pq) nao\b|\bnao (?:e|eh)(?= *(?:\?|$))"),
)
_COUNTS = (rule(rf"(?<!h e )(?<!horas e )(?<!:)\b\d{{1,3}} {_COUNTED}\w*\b(?! (?:pras?|para a) )"),)
# A line that opens or ends with one star mends the one before it.
_STARRED = re.compile(r"(?m)(?<=\n)(?:\*([^*\n]+)|([^*\n]+)\*)$")
_ENDS = re.compile(r"[!\n\r…|]+")


@lru_cache(maxsize=64)  # several readers read the same message
def plain(text: str) -> str:
    """Folded `text` in the one wording; clauses still stand apart by marks."""
    folded = fold(_ENDS.sub(" . ", _STARRED.sub(r"\ndigo \1\2\n", text)))
    return rewrite(folded, (*_SPELLING, *_NUMBERS, *_NOT_A_TIME))


def blot_counts(text: str) -> str:
    """`text` without "2 filhos", "3 vezes", "30 minutos"; to be called when days are read."""
    return rewrite(text, _COUNTS)
