"""The tier without a model: readers, intents and the knowledge search make commands.

It is the default on a fresh machine and the last fallback everywhere.
"""

import re
from collections.abc import Iterator

from conversations.agent import closed
from conversations.agent.commands import Command
from conversations.agent.corrections import wrong_field
from conversations.agent.hearing import Hearing
from conversations.agent.intents import SURE, Intent, classify
from conversations.agent.moves import moved_to
from conversations.agent.readers.answers import without_fillers
from conversations.agent.readers.courtesies import read_courtesy
from conversations.agent.readers.dates import When, read_unwanted, read_when
from conversations.agent.readers.fold import fold
from conversations.agent.readers.refusals import keeps_visit
from conversations.agent.situation import FIELDS
from conversations.llm.base import Provider, Reply

SURE_BESIDE_AN_ANSWER = 0.8  # ... when the message already answered what was asked
MOMENT_WORDS = 6
LEAST_WORDS = 4  # of a question that stands for a whole message
_BEFORE_A_QUESTION = re.compile(
    r", *| (?=(?:voces|vcs) (?:ajudam|preparam|dao|tem|fazem|aceitam|atendem|pegam)\b)"
)
# "Permitam-me uma pergunta: ...", "eu gostaria de saber ...": the question is what follows.
_LEADS_TO_A_QUESTION = re.compile(
    r".*\b(?:duvidas?|pergunt\w+|(?:saber|entender|esclare\w+|expli[cq]\w+|perguntar)"
    r"(?: (?:me|melhor|uma coisa))?)\b(?: (?:se|e|eh))?[:,]? (?=\S+ \S+ \S+)"
)
_BECAUSE = re.compile(r", (?:porque|pois|ja que)\b.*")
_CANNOT = re.compile(r"\bnao (?:vou|vamos|posso|podemos|consigo|conseguimos|poderei|vai dar)\b")
_OTHER_TIME = re.compile(
    r"\bmais (?:tarde|cedo)\b|\boutr[oa] (?:dia|hora|horario|data)\b|\bimprevisto\b"
    r"|\b(?:doente|adoeceu|febre)\b"
)
_LATER_WORD = re.compile(r"\b(?:confirm|respond|avis|retorn|fal)\w+")  # "confirmo mais tarde"
# "e se ele não gostar, posso cancelar?" asks about the course, not the visit.
_IF_IT_FAILS = re.compile(
    r"\bse (?:el[ea]s?|eu|a gente|nos|meu filho|minha filha|a crianca|nao)\b[^.!]*"
    r"\b(?:posso|podemos|pode|da pra|consigo|tem como) (?:cancelar|desistir|sair|parar)"
)
# Said beside a day or an hour these wish for a visit, however it is put.
_OF_A_VISIT = re.compile(
    r"\b(?:visit\w+|conhecer|agendar|marcar|ir ai|passar ai|(?:me|nos) receber|receber a gente"
    r"|(?:marc|agend|reserv)(?:a|e|ar|em) (?:pra|para) (?:eu|mim|a gente|nos|gente)(?: ir)?"
    r"|dar uma (?:passada|olhada)|um pulo|ir ver|ver a (?:escola|unidade)"
    r"|(?:consigo|conseguimos|posso|podemos|quero|queria|qria|gostaria de) (?:ir|passar))\b"
)
# "Agendar a visita quarta, dia 13, às 10h": a day goes on behind its commas.
_ITS_CLAUSE = re.compile(
    rf"{_OF_A_VISIT.pattern}[^,.;?!\n]*"
    r"(?:, ?(?=(?:dia|as|a partir|depois|antes|de manha|de tarde|a tarde|pela|\d{1,2})\b)"
    r"[^,.;?!\n]*)*"
)
# Names a day and says no more than that one would come: "domingo dá?", "semana que vem de tarde".
_ONLY_A_DAY = re.compile(
    r"(?:(?:e|mas|oi|ola|n[oa]s?|aos?|de|d[oa]|num|numa|pr[oa]|pra|para|em|as?|os?|ou|so|tambem|tbm"
    r"|tb|segunda|terca|quarta|quinta|sexta|sabados?|domingos?|feriados?|(?:fim|final|finais) de"
    r" semana|feira|hoje|amanha|manha|tarde|noite|cedo|da|daria|tem|teria|vaga|pode|rola|ir|vir|ser"
    r"|como|posso|consigo|passar|ai|voces|vcs|vc|atende[mn]?|alguem|gente|horario|hora"
    r"|semana|que|q|vem|proxim[ao]|n?ess[ae]|n?est[ae]|qualquer|dia|menos|comeco|inicio|fim|final"
    r"|entao|prefiro|melhor|seria)\b[ ,.]*)+(?P<asks>\?*)"
)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
FACTS = frozenset({"price", "enrolment_fee", "discount", "opening_hours", "address", "contact"})
VISIT_QUESTIONS = frozenset({"slot", "visit_invite", "schedule_preference", "move", "reminder"})


class Rules(Provider[Hearing]):
    name = "rules"

    def understand(self, question: Hearing) -> Reply:
        commands = [command.as_json() for command in understand(question)]
        return Reply({"commands": commands, "mood": "neutral", "opener": None}, self.name)


def understand(hearing: Hearing) -> list[Command]:
    """Commands in no particular order; `unknown` when the text says nothing we can use."""
    fields = closed.fields(hearing)
    short = closed.answers(hearing)
    answered = bool(short) or any(one.name == hearing.dialogue.asked for one in fields)
    intents = _intents(hearing.text, SURE_BESIDE_AN_ANSWER if answered else SURE)
    if _names_a_day(hearing):
        intents = [one for one in intents if one.name != "answer" or one.topic]
    if _told_subjects(hearing, fields):  # "inglês pra começar" asks nothing about the course
        intents = [one for one in intents if one.name != "answer" or one.topic in FACTS]
    elif any(one.topic == "subjects" for one in intents):  # "vocês têm inglês?" is no wish yet
        fields = [one for one in fields if one.name != "subjects"]
    visit = list(_visit(hearing, intents, short))
    commands = [*short, *fields, *visit, *_answers(hearing, intents)]
    arranged = visit or any(one.command == "pick_slot" for one in short)
    if not arranged and _asks_more(hearing.text, intents):
        found = _from_knowledge(hearing, hearing.text)
        if not fields or (hearing.dialogue.asked not in FIELDS and found.command == "answer"):
            commands.append(found)
        elif key := hearing.search(_own_question(hearing.text)):
            commands.append(Command("answer", hearing.text, topic=key))
    if (wrong := _said_to_be_wrong(hearing, commands)) is not None:
        return [*(one for one in commands if one.command != "unknown"), wrong]
    unknown = all(one.command == "unknown" for one in commands)
    if unknown and (courtesy := read_courtesy(hearing.text)):
        return [Command("smalltalk", hearing.text, topic=courtesy)]
    return commands or [Command("unknown", hearing.text)]


def _said_to_be_wrong(hearing: Hearing, commands: list[Command]) -> Command | None:
    """ "Errei a série dela": what is known of it is asked again, unless the right value follows."""
    if (wrong := wrong_field(hearing.text, hearing.family)) is None:
        return None
    field, student = wrong
    told = any(one.name == field for one in commands if one.command == "set_field")
    return None if told else Command("clarify", hearing.text, name=field, student=student)


def _told_subjects(hearing: Hearing, fields: list[Command]) -> bool:
    told = any(one.name == "subjects" for one in fields)
    return told and hearing.dialogue.asked == "subjects" and "?" not in hearing.text


def _intents(text: str, sure: float) -> list[Intent]:
    """In the order of the text, so that answers follow the questions."""
    found = [one for one in classify(text) if one.score >= sure and one.name != "unknown"]
    return sorted(found, key=lambda one: text.find(one.clause))


def _visit(hearing: Hearing, intents: list[Intent], short: list[Command]) -> Iterator[Command]:
    """At most one command about the visit, with the words of day and time as its span."""
    if any(command.command == "pick_slot" for command in short):
        return
    names = {intent.name for intent in intents}
    if (standing := _of_standing_visit(hearing, names)) is not None:
        yield standing
        return
    if _about_classes(hearing):
        return
    asked_slot = _asked_about_visit(hearing)
    span = hearing.text
    when = read_when(span, hearing.now, asked=asked_slot)
    wished = names & {"want_visit", "ask_slots"} or _wishes(hearing, when, intents)
    if (when is None or when.ambiguous) and (clause := _clause_of_visit(hearing)):
        (span, when), wished = clause, True
    if when is not None and (asked_slot or wished):
        yield Command("pick_slot" if _full(when) else "ask_slots", hearing.text, span=span)
    elif names & {"want_visit", "ask_slots"}:
        yield Command("want_visit", hearing.text)
    elif "confirm" in names and not short:
        yield Command("confirm", hearing.text)
    elif "deny" in names and asked_slot and not short:
        yield Command("deny", hearing.text)


def _of_standing_visit(hearing: Hearing, names: set[str]) -> Command | None:
    """What is said of a visit that was booked: it is kept, moved, cancelled or asked for."""
    keeps = keeps_visit(hearing.text)
    if keeps and hearing.dialogue.asked == "cancel":
        return Command("deny", hearing.text)
    if hearing.family.visit is not None and (to := moved_to(hearing.text, hearing.now)):
        return Command("reschedule", hearing.text, span=to)
    if keeps or _IF_IT_FAILS.search(fold(hearing.text)):
        names = names - {"cancel_visit"}
    if _cannot_come(hearing):
        names = names | {"reschedule"}
    for name in ("cancel_visit", "reschedule", "my_visit"):
        if name in names:
            when = read_when(hearing.text, hearing.now, asked=_asked_about_visit(hearing))
            told = when or read_unwanted(hearing.text, hearing.now)
            return Command(name, hearing.text, span=hearing.text if told else None)
    return None


def _asked_about_visit(hearing: Hearing) -> bool:
    return hearing.dialogue.asked in VISIT_QUESTIONS and not _about_classes(hearing)


def _about_classes(hearing: Hearing) -> bool:
    """With a visit booked, a preference that is asked is one for the classes."""
    return hearing.dialogue.asked == "schedule_preference" and hearing.family.visit is not None


def _cannot_come(hearing: Hearing) -> bool:
    """ "não vou conseguir ir": another day is offered before the visit is given up. So it is
    when a reminder is answered by "posso ir mais tarde?"."""
    text = fold(hearing.text)
    if hearing.family.visit is None:
        return False
    reminded = hearing.dialogue.asked == "reminder" and not _LATER_WORD.search(text)
    return bool(_CANNOT.search(text) or (reminded and _OTHER_TIME.search(text)))


def _wishes(hearing: Hearing, when: When | None, intents: list[Intent]) -> bool:
    """ "quinta às 15h?" and "dá pra conhecer na sexta?" ask for a visit; "ele sai da escola amanhã
    às 15h" and "a visita de sexta é paga?" do not."""
    if when is None:
        return False
    if _full(when) and len(hearing.text.split()) <= MOMENT_WORDS:
        return True
    if _names_a_day(hearing) and not any(one.name == "answer" for one in intents):
        return True
    answered = [  # whether the unit is open on a day is asked by who wishes to come
        one.clause for one in intents if one.name == "answer" and one.topic != "opening_hours"
    ]
    return hearing.family.visit is None and any(
        _OF_A_VISIT.search(fold(sentence))
        and read_when(sentence, hearing.now, asked=True)
        and not any(clause in sentence for clause in answered)
        for sentence in _SENTENCE.split(hearing.text)
    )


def _names_a_day(hearing: Hearing) -> bool:
    """ "Domingo dá?", "fim de semana vocês atendem?": whether one could come then. Without the
    question mark, whoever has no visit yet and was not asked for a grade means the same."""
    only = _ONLY_A_DAY.fullmatch(fold(hearing.text))
    if only is None or only["asks"]:
        return only is not None
    when = read_when(hearing.text, hearing.now, asked=True)
    return (
        hearing.family.visit is None
        and hearing.dialogue.asked != "school_grade"
        and when is not None
        and bool(when.dates or when.range)
    )


def _clause_of_visit(hearing: Hearing) -> tuple[str, When] | None:
    """The words from "visita" or "conhecer" on that name a day and no hour, and that day, where a
    long message says more of days and numbers: at worst other days than the wished are offered."""
    if hearing.family.visit is not None:
        return None
    for clause in _ITS_CLAUSE.finditer(fold(hearing.text)):
        read = read_when(clause[0], hearing.now, asked=True)
        if read is not None and not read.ambiguous and not read.time and (read.dates or read.range):
            return clause[0], read
    return None


def _full(when: When) -> bool:
    return bool(when.dates) and when.time is not None


def _answers(hearing: Hearing, intents: list[Intent]) -> Iterator[Command]:
    """Questions and small talk. What no fact answers is looked for in the knowledge base."""
    for intent in intents:
        if intent.name == "smalltalk":
            yield Command("smalltalk", intent.clause, topic=intent.topic)
        elif intent.name == "answer" and intent.topic:
            yield Command("answer", intent.clause, topic=intent.topic)
        elif intent.name == "answer":
            yield _from_knowledge(hearing, intent.clause)


def _asks_more(text: str, intents: list[Intent]) -> bool:
    """Whether a question stands in the text that no intent explains; "tudo bem?" is none, and
    neither is "oi, alguém aí?", which greets twice."""
    left = text
    for intent in intents:
        if intent.name != "smalltalk":
            return False
        left = left.replace(intent.clause, " ")
    if "?" not in left or left == text:
        return "?" in left
    return _asks_more(left, _intents(left, SURE))


def _last_clause(question: str) -> str:
    """Of "meu filho vai mal na escola, vocês ajudam na prova?" what is asked in the end."""
    asked = [part for part in _SENTENCE.split(question) if "?" in part] or [question]
    last = without_fillers(fold(asked[-1]))
    if lead := _LEADS_TO_A_QUESTION.match(last):
        return _BECAUSE.sub("", last[lead.end() :])
    clause = _BEFORE_A_QUESTION.split(_BECAUSE.sub("", last))[-1]
    return clause if len(clause.split()) >= LEAST_WORDS else question


def _own_question(text: str) -> str:
    """Of "7 anos. e quanto tempo ela fica aí?" the sentence that only asks, or nothing."""
    last = _SENTENCE.split(text.strip())[-1]
    asks = last.endswith("?") and last != text.strip() and not re.search(r"\d", last)
    return last if asks and len(last.split()) >= LEAST_WORDS else ""


def _from_knowledge(hearing: Hearing, question: str) -> Command:
    key = hearing.search(question) or hearing.search(_last_clause(question))
    if key is None:
        return Command("unknown", question, topic="question")
    return Command("answer", question, topic=key)
