"""Which of the said days and hours are wished for: "quinta não, sexta" wishes for Friday only."""

import re

from conversations.agent.readers.dates.doubt import (
    DOUBT,
    TOKEN,
    excludes_a_day,
    goes_on,
    has_wish,
    is_open,
    leaves_unread,
    tells_of_others,
    without_descriptions,
)

_LIST = re.compile(r"(W\d\w?) ?,(?= ?(?:W\d\w? ?, ?)*W\d\w? (?:e|ou|nem) )")
_SPLIT = re.compile(
    r"[.;,]|:(?= ?(?:[a-z]+ )?[A-Z]\d)|(?<=\?)|\b(?:mas|porem|so|somente|apenas|e sim"
    r"|ai(?! *(?:$|[?.,;]))|entao|porque|pq"
    r"|pois|dai|agora|ja)\b|\be (?=(?:depois|#) (?:eu )?(?:te |lhe |vos )?[a-z]{2,}o\b)"
    r"|(?<!nao )\b(?=(?:pode ser|poderia ser|pode marcar|prefiro|melhor|teria|tem como"
    r"|consegue|quero)\b)"
)
_IF_NOT = re.compile(
    r"\bse nao (?:der|puder|tiver|rolar|for possivel|tem|conseguir)(?: (?:na|no|em|pra|para))?\b"
    r"|\bsenao\b"
)
_NO = re.compile(
    r"\b(?:nao|nem|jamais|nunca|impossivel|dificil|complicad[oa]|ruim|pessim[oa]|corrid[oa]"
    r"|puxad[oa]|sem chance|nada (?=[A-Z])|evit\w+|nem pensar|fora de cogitacao"
    r"|complica|aperta|apertad[oa]|enrolad[oa]|sem condic\w+|inviavel|atrapalha|horrivel)\b"
)
_BOUND_DENIED = re.compile(r"(?:eu )?[AZ]\d\S* (?:eu )?nao (?:da|posso|consigo|rola)(?: pra mim)?")
_ASKS = re.compile(
    r"\bnao (?!\w+ mais\b)(?:tem|teria|pode|poderia|da|daria|rola|rolaria|seria|consegue"
    r"|conseguiria|vai|ha"
    r"|haveria|podemos|poderiamos|conseguimos|encaixa|encaixaria|abre|atende)\b"
)
_BUT = re.compile(
    r"\b(?:menos|exceto|sem ser|tirando|fora|a nao ser|salvo)\b.*"
    r"|\be nao (?=(?:a|o|as|na|no|pra) [A-Z]|[A-Z]).*"
)
_BUSY = re.compile(
    r"\b(?:estud[ao]m?|trabalh[oa]m?|trabalhamos|trabalhando|compromissos?|ocupad[oa]s?|viaj\w+|plantao|saio|largo|expediente"
    r"|(?:ele|ela|eles|elas|filh[oa]|menin[oa]) (?:ja |tambem )?(?:faz|fazem|tem|joga"
    r"|treina|sai|entra|almoca|dorme)"
    r" (?!disponib|livre|como|horario|tempo|interesse)[a-z#]+"
    r"|(?:marido|espos[oa]|mae|pai|el[ea]s?|filh[oa]) (?:so )?(?:chega|volta|sai|larga)"
    r"|(?:fica|ficam|esta|ta|to|estou|fico) (?:na|no) (?:escola|colegio|creche|aula|trabalho"
    r"|servico)"
    r"|(?:turno|aula|escola|trabalho|expediente|plantao)(?: del[ea]s?)? (?:acaba|termina|comeca"
    r"|inicia)"
    r"|el[ea]s? ficam? (?:n[oa]|em|com)|(?:a gente|eu) (?:almoc|jant|acord|dorm)\w+"
    r"|(?:saida|entrada|almoco|janta|recreio|intervalo|aula|escola|turno|expediente|treino)"
    r"(?: [a-z]+){0,3} (?:e|eh|fica)|(?:comec|inici|termin|volt)\w+ (?:as )?aulas"
    r"|(?:to|tou|estou|estarei|vou estar) (?:em|no|na|num|numa|fora|viajando)"
    r"|tenho (?:um |uma |a |o )?(?!horario|disponib|livre|como|que|vaga|tempo|folga|interesse|pref"
    r"|filh|apenas|somente|tarde|manha|noite|crianc|vontade|meia|visita|duvida|so\b)[a-z]{4,}"
    r"|(?:volt\w+|cheg\w+|retorn\w+) (?:de viagem|da viagem|do trabalho|das ferias|a estudar)"
    r"|(?:sai|sair|saindo) (?:da|do|as)|entro|entra (?:as|na|no)|busco|pego|buscar"
    r"|(?:tenho|tem|temos) (?:um |uma )?(?:aula|natacao|futebol|judo|bale|ballet|terapia"
    r"|fono|consulta"
    r"|medico|dentista|reuniao|provas?|treino|escolinha|danca|musica|ginastica|catequese|trabalho"
    r"|exame|escola|ingles)|aula del[ea]s?)\b"
)
_EVENT = (
    r"(?:aniversario|niver|entrevista|audiencia|cirurgia|academia|pilates|curso|palestra|culto"
    r"|missa|ensaio|campeonato|excursao|passeio|mudanca|consulta|medico|dentista|jogo|festa|formatura|apresentacao|reuniao|viagem"
    r"|casamento|prova|simulado|olimpiada|exame|terapia|natacao|futebol|treino|bale|feira de \w+)"
)
_EVENTS = re.compile(rf"\b{_EVENT}s?\b")
_SCHOOL = r"(?:as aulas|a aula del[ea]s?|a escola|o colegio|as ferias|o ano letivo|as provas)"
_DUE = re.compile(r"\b(?:vencimento|boleto|pagamento|pagar)\b[^.,;?]*")
_SUBJECT_ADVERB = re.compile(
    r"\b(el[ea]s?|marido|espos[oa]|mae|pai|filh[oa]s?|sogr[oa]|avo) (?:so|ja|agora|tambem) "
)
_OTHER_DAYS = re.compile(
    r"\b(?:nasc\w+|(?<!me )(?<!nos )receb[aeo]\w*|aniversario|venc\w+|pagamento|boleto|pagar|pago"
    r"|paguei|(?:te|lhe|vos) (?!encontro|espero)(?:[a-z]{2,}o|dou)|(?:vou|vo) (?:te )?"
    r"(?:falar|avisar|responder|retornar|mandar|enviar)"
    r"|dou (?:um |o )?retorno|retorno|aviso|respondo|entro em contato|mando|envio)\b"
    r"|\b[WR]\d\w? (?:eu |ja )?confirmo *$"
    r"|\b(?:e|eh|sera|vai ser|cai n[oa]) feriad\w+ *$"
    r"|\bR0 (?:el[ea]|eu|me[ui]s? filh[oa]s?|minhas? filh[oa]s?) (?:ja |so )?(?:esta|ta|tem|mor[ao]"
    r"|estuda|faz|e)\b"
    r"|\bquanto (?:sai|custa|fica|cobra\w*)\b"
    r"|\b(?:promoc\w+|descontos?|matriculas?|inscric\w+) (?:e |vai |fica |vale |valida )?(?:so )?Q"
    rf"|\b(?:e|eh|tera|vai ter|vou ter) (?:o |a |um |uma )?{_EVENT}\b"
    rf"|\b{_EVENT}s?(?: del[ea]s?| d[oa] [a-z]+)? (?:e|eh|sao|ta|esta|vai ser|sera|cai|ficou"
    rf"|ficaram|comeca|comecam|marcad[oa]s?)\b|\b{_SCHOOL}(?: del[ea]s?)? (?:ja |so |vao |vai )*"
    r"(?:comec|volt|retorn|inici|termin|acab|vao ate|vai ate|sao)\w*"
)
_PAST = re.compile(
    r"\b(?:ontem|anteontem|passad[ao]|retrasad[ao]|anterior|desde(?! que)|mandei|liguei|falei|fui"
    r"|passei|cheguei|perdi|vim|surgiu|apareceu|(?:pra|para) ca|ia(?= (?:n[oa] )?[A-Z])|comecei"
    r"|matriculei"
    r"|visitei|perguntei|respondi|esqueci|vi|soube"
    r"|estive|conversei|recebi|enviei|tentei"
    r"|(?<!ideal )(?<!melhor )(?<!mesmo )(?<!preferencia )era|foi|estava"
    r"|tava(?! vendo| pensando| olhando)"
    r"|disse(?! que)|fal(?:ou|aram)(?! que)|disseram(?! que)"
    r"|faltei|faltou"
    r"|(?:tinha|havia|tinhamos) (?:marcad|agendad|combinad)[oa])\b"
)
_CHANGE = re.compile(
    r"\b(?:mud\w+|troc\w+|remarc\w+|reagend\w+|reprogram\w+|alter\w+|adi(?:ar|a|amos)|antecip\w+|transfer\w+"
    r"|pass(?:ar|a|e|amos)(?= (?:a|o|minha|meu|de|da|do|das|d)\b.*\bp(?:ara|r[ao]s?)?\b))\b"
)
_TO = re.compile(r".*\b(?:para|pra|pro|pras|pros|p|pel[ao]s?|por)\b")
_OF_A_DAY = re.compile(r"\bd(?:e|a|o|as|os) [WRNMH]\d")
_INSTEAD = re.compile(
    r"\b(?:em vez|ao inves|no lugar|ao contrario) d\w+ (?:[a-z]+ )*(?:[A-Z]\S* ?(?:as )?)+"
)
_BOOKS_ANEW = re.compile(
    r"\b((?:cancel|desmarc)\w+\b.*?),? e (?=(?:ja )?(?:re)?(?:marc|agend|coloc|bot)\w+\b)"
)
_RETHOUGHT = re.compile(
    r"\b(?:digo|quer dizer|ops|opa|alias|na verdade|corrigindo|melhor dizendo|ou melhor"
    r"|pensando (?:bem|melhor)|(?:desculp\w+|perdao)(?=[ ,.:]*(?:(?:e|eh|dia|as|na|no"
    r"|pra) )*[A-Z]\d)"
    r"|errei|minto|me enganei|retificando)\b"
)
_LONE_NO = re.compile(
    r"[,.;] ?(?:ai |ah |ops |opa )?nao,? ?(?:pera\w*|espera|calma|desculp\w+|perdao|minto|errei"
    r"|nao)? ?(?=[,.;])"
)


def wished(text: str) -> list[str]:
    """Clauses of a text of tokens that wish for what they hold, in order, denials taken out."""
    open_ended, doubts, day_lost = False, False, False
    found = dict[str, str]()
    for clause in _clauses(text):
        kept = _kept(clause)
        open_ended |= is_open(kept)
        denies = _NO.search(clause) or _BUT.search(clause)
        doubts |= open_ended and denies is not None and excludes_a_day(clause, kept)
        doubts |= goes_on(clause)
        day_lost |= not kept and not denies and excludes_a_day(clause, kept)
        if kept:
            found[kept] = kept if _CHANGE.search(clause) else clause
    clauses = without_descriptions(list(found))
    day_lost &= not any(is_open(kept) or excludes_a_day(kept, "") for kept in clauses)
    if doubts or day_lost or any(leaves_unread(found[kept]) for kept in clauses if kept in found):
        clauses.append(DOUBT)
    return clauses


def unwished(text: str) -> list[str]:
    """The whole days that a text of tokens denies, or tells of something else on."""
    days = list[str]()
    for clause in _clauses(text):
        denied = _NO.search(clause) or _BUT.search(clause) or _BUSY.search(clause)
        if denied and not clause.endswith("?") and not _OTHER_DAYS.search(clause):
            kept = TOKEN.findall(_kept(clause))
            left = [token for token in TOKEN.findall(clause) if token not in kept]
            if all(_kind(token) == "day" for token in left) and not _PAST.search(clause):
                days += left
    return days


def _clauses(text: str) -> list[str]:
    text = _IF_NOT.sub(" ou ", _LIST.sub(r"\1 ou ", text))
    text = _SUBJECT_ADVERB.sub(r"\1 ", _DUE.sub(" # ", text))
    return [clause.strip() for clause in _SPLIT.split(_latest(text))]


def _latest(text: str) -> str:
    """Where the writer thinks again, what is said anew replaces what was said before."""
    text = _LONE_NO.sub(" . digo ", text)
    text = _BOOKS_ANEW.sub(r"\1 . digo . ", _CHANGE.sub(r" digo \g<0>", text))
    said, *anew = _RETHOUGHT.split(text)
    for part in anew:
        kinds = {_kind(token) for token in TOKEN.findall(part)}
        said = TOKEN.sub(lambda m: "" if _kind(m[0]) in kinds else m[0], said)  # noqa: B023
        said = f"{said} . {part}"
    return said


def _kind(token: str) -> str:
    return "day" if token[0] in "WRNMJGXYKQ" else "hour"


def _kept(clause: str) -> str:
    if not TOKEN.search(clause):
        return ""
    asks = clause.endswith("?")
    clause = _INSTEAD.sub("", _BUT.sub("", clause))
    if _PAST.search(clause) or _OTHER_DAYS.search(clause):
        return ""
    if not asks and _EVENTS.search(clause) and not has_wish(clause):
        return ""
    if not asks and (_BUSY.search(clause) or tells_of_others(clause)):
        return ""
    if _CHANGE.search(clause):
        return _after_change(clause)
    no = _NO.search(clause)
    if no is None or (asks and _ASKS.search(clause)):
        return clause
    if _BOUND_DENIED.fullmatch(clause):
        return _turned(clause, 0)
    return _turned(clause, no.end())


def _after_change(clause: str) -> str:
    """Of "mudar de quinta para sexta" the Friday."""
    if to := _TO.match(clause):
        return clause[to.start() : to.end()].rsplit(" ", 1)[-1] + clause[to.end() :]
    return "" if _OF_A_DAY.search(clause) or not re.search(r"\bH\d", clause) else clause


def _turned(clause: str, start: int) -> str:
    """ "Não posso antes das 10" is a wish for after 10; any other denial is none."""
    denied = clause[start:]
    if not re.search(r"\b[AZ]\d", denied):
        return ""
    return clause[:start] + re.sub(r"\b([AZ])(?=\d)", lambda m: "Z" if m[1] == "A" else "A", denied)
