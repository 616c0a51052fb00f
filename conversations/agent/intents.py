"""What a message asks for, without a model of language: phrase rules and a small linear model."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from conversations.agent.readers.fold import fold
from conversations.agent.text_model import load, words

SURE = 0.6  # an intent below this is not acted on
QUIET = 0.25  # below this a reading says nothing and is left out

# Whole clauses that need no model. Data: words as `words` writes them, a clause a line.
_PHRASES = {
    "smalltalk/greeting": "oi|oie|ola|opa|alo|hey|ei|bom dia|boa tarde|boa noite|bdia|e ai|eai"
    "|alguem ai|tem alguem ai|alguem por ai|alguem on|tem gente ai",
    "smalltalk/thanks": (
        "obrigada|obrigado|muito obrigada|muito obrigado|brigada|brigado|brigadao|obgd|obgda"
        "|valeu|valeuu|vlw|agradeco|agradecida|agradecido|grata|grato|gratidao|obrigadao|obrigadinha"
        "|brigadinha|brigadinho|brigadin|tmj|muito grata|muito grato|muito agradecida"
        "|muito agradecido|ok obrigada|ok obrigado"
    ),
    "smalltalk/bye": "tchau|xau|tchau tchau|ate mais|ate logo|ate breve|flw|falou|abs|bjs|abracos",
    "smalltalk/how_are_you": "tudo bem|tudo bom|tudo bem com voce|tudo bem com voces|como vai",
    "deny": "nao obrigada|nao obrigado|nao|nao quero",
    "unknown": "ok|okay|blz|beleza|entendi|certo entendi|hum|hm|ah|aham|esta|ata",
}
_LABELS = {phrase: label for label, line in _PHRASES.items() for phrase in line.split("|")}

# Asked for by its name, in however long a clause; the enrolment fee has an intent of its own.
_PRICE = re.compile(
    r"\b(?:(?:sab\w+|qual(?: (?:e|eh|seria|fica))?|me (?:passa|fala|diz|manda|informa)|ver)"
    r" (?:(?:d?a|das?|as) )?mensalidades?"
    r"(?=\W*$|,|[.!]| (?:por favor|pfv?|pq|porque|pra|para|d[oaei]s?|ai|hoje)\b)"
    r"|(?:e|so|era|eh) o (?:preco|valor)(?: mesm[oa]| msm| por favor)?\W*$)"
    r"|\b(?:saber|qual|quais|quanto|informac\w+|info|me (?:passa|fala|diz|manda|informa)"
    r"|gostaria d[eo]s?|quero|queria|ver)\b[^.?!]{0,25}\b(?:precos?|valor(?:es)?)\b"
    r"(?! (?:d[ae] |pra )?(?:matricula|taxa|inscricao))"
    r"|\bcuanto (?:sale|cuesta|vale|es|seria)\b"  # Paraguay is across the bridge
    r"|\b(?:quanto|qto|qnto) (?:que |q )?(?:\w+ ){0,2}(?:pag|cust|cobr|gast|sai|fica)\w*"
    r" (?:\w+ )?(?:todo|por|ao|no) mes\b"
    r"|\b(?:quanto|qto|qnto|qnt) (?:que |q )?(?:custa\w*|e|eh|fica|sai|ta|cobram?|seria)"
    r" (?:o |a |os |as |um |uma |pra |por |cada |fazer )*(?:kumon|curso|mensalidades?|mes"
    r"|matematica|portugues|ingles|materias?|disciplinas?|alun[oa]"
    r"|aulas?(?! (?:experimental|teste|gratis)))\b"
)
_ADDRESS = re.compile(
    r"\b(?:me (?:diz|passa|manda|fala|da|informa|envia)|qual|saber|manda|passa|pegar|anotar"
    r"|quero|queria)"
    r" (?:\w+ ){0,3}(?:endereco|localizacao)\b(?! (?:de|do meu) e-?mail)"
)
NAMED = 0.9
_GREETING = r"(?:oi+e?|ol[aá]+|opa|bom dia+|boa tarde|boa noite)"
_IN_WHICH_STREET = r"em (?:q|que|qual) (?:rua|bairro|avenida)"
_CUE = (
    rf"(?:{_IN_WHICH_STREET}|onde|aonde|quanto|qto|qnto|quantos|quantas|qual|quais|como|quando|"
    r"que horas|que dias?|qnt|"
    r"o que|oq|quero|queria|gostaria|tem|t[eê]m|posso|preciso|me (?:manda|passa|fala|explica|diz)|"
    r"at[eé] (?:que|q) horas?|"
    r"se (?:posso|consigo|tem|t[eê]m|d[aá]|pode|aceita|precisa|fazem|voc[eê]s?|vcs)|"
    r"manda|voc[eê]s?|vcs?|a partir|aceitam?|precisa|abrem?|cobram?|fica|saber|quem|"
    r"(?:(?:o|a|os|as|d[oa]s?) )?(?:pre[cç]os?|valor(?:es)?|mensalidade|endere[cç]o|telefone|"
    r"hor[aá]rios?|matr[ií]cula|taxa|localiza[cç][aã]o|m[eé]todo|descontos?))\b"
)
_ADVERB = (
    r"(?:(?:(?:principalmente|sobretudo|tamb[eé]m|tbm?|ainda|ent[aã]o|antes de (?:tudo|mais nada))"
    r",?\s+)+)"
)
# "me passa preço endereço e horário": what is asked for stands side by side.
_FACTS = (
    *("pre[cç]o", "valor", "valores", "mensalidade", "endere[cç]o", "telefone", "hor[aá]rio"),
    "matr[ií]cula",
)
_FACT = f"(?:{'|'.join(_FACTS)}|pre[cç]os|hor[aá]rios)"
_AFTER_A_FACT = f"(?:{'|'.join(f'(?<={fact})' for fact in _FACTS)})"
_THANKS = (
    r"(?:(?:(?:muito|mto|mt) )?(?:o?brigad\w+|obg\w*|agradecid[oa]|grat[oa])|gratid[aã]o"
    r"|agrade[cç]o|valeu+|vlw+|tchau)\b"
)
_BREAK = re.compile(
    r"(?<=[.!?;])\s+|\n+|\s[+&]\s|\s+e\s+tamb[eé]m\s+|\s(?=\d\)\s)"
    rf"|{_AFTER_A_FACT}\s+(?={_FACT}\b)"
    rf"|(?:,\s*(?:e\s+)?|\s+e\s+|\s+mas\s+){_ADVERB}?(?={_CUE})"
    rf"|,?\s+(?:bem|assim)\s+como\s+(?=(?:d?[oa]s?\s+)?{_FACT}\b|d?[oa]s?\s+taxas?\b)"
    r"|(?:,|,?\s+e)\s+(?=(?:j[aá]\s+)?(?:(?:pode|vamos|queria|quero)\s+)?"
    r"(?:marc|agend|reserv|desmarc)(?:a|e|ar|em)\b)"
    rf"|,\s*(?={_THANKS}|tudo (?:bem|bom)\b|td b)"
    rf"|(?<=[a-zá-ú])\s+(?={_THANKS}[\s.!]*$|{_IN_WHICH_STREET}\b)",
    re.IGNORECASE,
)
# Who dictates says no commas: a long clause also ends where a question begins.
LONGEST = 25
_BREATH = re.compile(
    r"\s+(?=(?:(?:e |a[ií] )?(?:(?:eu|el[ea]) )?(?:queria|qria|quero|quer|qr|gostaria)(?: de)?"
    r" (?:saber|entender|que me)"
    r"|me (?:manda|passa)|como (?:que |q )?(?:[eé] (?:que )?)?(?:funciona|a aula|o m[eé]todo)"
    r"|(?:quanto|qto|qnto) (?:que |q )?(?:fica|custa|[eé]|sai|t[aá])|qual (?:[eé] )?[oa] "
    r"|onde (?:que |q )?(?:fica|[eé]))\b)",
    re.IGNORECASE,
)
# "Muito atrasado nos conteúdos. Vocês trabalham com isso?" asks about what was said before.
_REFERS_BACK = re.compile(
    r"^(?:(?:e|mas|sera que|ser[aá]|o kumon|voc[eê]s?|vcs?) )*"
    r"(?:trabalham?|ajudam?|lidam?|pegam?|resolvem?|d[aã]o jeito|atendem?|mexem?"
    r"|(?:conseguem?|podem?) (?:ajudar|resolver|melhorar)) ?"
    r"(?:com |n)?(?:isso|iss|esse tipo|ess[ea]s? casos?|casos? assim|esse problema)\b",
    re.IGNORECASE,
)
_OPENING = re.compile(rf"^\s*({_GREETING})\b[\s,.!]+(?=\S)", re.IGNORECASE)


@dataclass(frozen=True)
class Intent:
    """`score` is a probability; from 0.6 on it may be acted on. `clause` stands in the text."""

    name: str
    topic: str | None
    score: float
    clause: str


def classify(text: str) -> list[Intent]:
    """What a message asks for, the likeliest first, each name and topic once.

    Names: answer (topic of a fact, or None for the knowledge base), want_visit, ask_slots,
    reschedule, cancel_visit, my_visit, confirm, deny, smalltalk (with topic), unknown.
    `unknown` stands alone: a statement beside a sure intent is not reported.
    """
    clauses = [text] if _phrase(text) else list(_clauses(text))
    found = [_read(clause) for clause in clauses]
    if not any(_means(intent) and intent.name != "smalltalk" for intent in found):
        found += [_read(part) for clause in clauses for part in _BREATH.split(clause)[1:]]
    if len(clauses) > 1 and not any(_means(intent) for intent in found):
        found.append(_read(text))
    best = _best(found)
    sure = any(_means(intent) for intent in best)
    return [intent for intent in best if not sure or intent.name != "unknown"]


def _means(intent: Intent) -> bool:
    return intent.name != "unknown" and intent.score >= SURE


def _best(found: Iterable[Intent]) -> list[Intent]:
    kept: dict[tuple[str, str | None], Intent] = {}
    for intent in sorted(found, key=lambda one: -one.score):
        if intent.score >= QUIET:
            kept.setdefault((intent.name, intent.topic), intent)
    return list(kept.values())


def _clauses(text: str) -> Iterator[str]:
    rest = text
    while opening := _OPENING.match(rest):
        yield opening[1]
        rest = rest[opening.end() :]
    for clause in _with_what_they_refer_to(rest):
        dictated = len(clause.split()) > LONGEST
        for part in _BREATH.split(clause) if dictated else [clause]:
            if words(part):
                yield part.strip()


def _with_what_they_refer_to(text: str) -> Iterator[str]:
    """The clauses of `text`; one that asks about the clause before it begins with that."""
    before = ""
    for clause in _BREAK.split(text):
        refers = before and _REFERS_BACK.match(clause)
        yield text[text.find(before) : text.find(clause) + len(clause)] if refers else clause
        before = clause


def _read(clause: str) -> Intent:
    label = _phrase(clause)
    if label is not None:
        return _intent(label, 1.0, clause)
    label, score = load("intents").probabilities(clause)[0]
    if score < NAMED and label != "answer/enrolment_fee" and _PRICE.search(fold(clause)):
        return _intent("answer/price", NAMED, clause)
    if score < NAMED and _ADDRESS.search(fold(clause)):
        return _intent("answer/address", NAMED, clause)
    return _intent(label, score, clause)


def _phrase(clause: str) -> str | None:
    return _LABELS.get(" ".join(word for word in words(clause) if word != "?"))


def _intent(label: str, score: float, clause: str) -> Intent:
    name, _, topic = label.partition("/")
    return Intent(name, topic or None, score, clause)
