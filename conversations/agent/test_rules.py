"""The tier without a model: what a message asks of the visit, from words that no phrase foresaw."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from conversations.agent import closed
from conversations.agent.dialogue import Dialogue
from conversations.agent.hearing import Hearing
from conversations.agent.readers.dates import read_when
from conversations.agent.rules import understand
from conversations.agent.situation import Family, VisitFacts

NOW = datetime(2026, 3, 10, 10, tzinfo=ZoneInfo("America/Sao_Paulo"))
VISIT = VisitFacts(7, NOW.replace(day=12, hour=15), "booked")


def understood(text, *, asked=None, visit=None):
    hearing = Hearing([text], NOW, Dialogue(asked=asked), Family(1, visit=visit), lambda _: None)
    return understand(hearing)


def commands(text, **told):
    return [command.command for command in understood(text, **told)]


@pytest.mark.parametrize("text", ["oi, tudo bem?", "é robô?", "com quem eu falo?"])
def test_small_talk_that_asks_is_no_unknown_question(text):
    assert set(commands(text)) == {"smalltalk"}


def test_a_day_that_is_asked_for_asks_nothing_of_the_knowledge_base():
    hearing = Hearing(["e semana que vem?"], NOW, Dialogue(asked="slot"), Family(1), lambda _: "k")
    assert [one.command for one in understand(hearing)] == ["ask_slots"]


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("tanto faz", 1),
        ("qualquer uma", 1),
        ("a primeira fica ruim, pode ser a segunda", 2),
        ("a 1 fica ruim, 3 então", 3),
    ],
)
def test_what_is_picked_of_the_offers(text, option):
    dialogue = Dialogue(asked="slot", offers=["", "", ""])
    hearing = Hearing([text], NOW, dialogue, Family(1), lambda _: None)
    assert [(one.command, one.option) for one in understand(hearing)] == [("pick_slot", option)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("dá pra visitar sexta-feira?", "ask_slots"),
        ("dá pra ir conhecer hoje de tarde?", "ask_slots"),
        ("tem visita na quinta-feira?", "ask_slots"),
        ("rola uma visitinha na sexta?", "ask_slots"),
        ("pode ser visita dia 17/03 às 10h?", "pick_slot"),
        ("oi, quanto custa? quinta às 15h dá pra conhecer?", "pick_slot"),
        ("consegue encaixar uma visita pra gente na semana que vem de manhã?", "ask_slots"),
    ],
)
def test_a_visit_beside_a_day_is_a_wish_for_it(text, wanted):
    heard = commands(text)
    assert wanted in heard
    assert "unknown" not in heard


@pytest.mark.parametrize(
    "text", ["ele sai da escola amanhã às 15h, aí vai pro inglês", "a visita de sexta é paga?"]
)
def test_a_day_beside_something_else_is_none(text):
    assert not {"ask_slots", "pick_slot"} & set(commands(text))


def test_who_has_a_visit_is_not_offered_another():
    assert "ask_slots" not in commands("o que levo na visita de quinta?", visit=VISIT)


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("me passa pra sexta às 10 da manha q no dia q marquei nao vou poder", 10),
        ("putz minha chefe mudou minha folga, troca pra sexta às 11h?", 11),
        ("ai desculpa, melhor sexta 11h, pode mudar?", 11),
        ("pera, quinta nao vai dar, poe sexta as 11 da manha", 11),
        ("muda minha visita pra sexta 10h porque quinta tenho médico", 10),
        ("joga pra sexta 9h por favor", 9),
        ("muda de quinta 15h pra sexta 10h", 10),
    ],
)
def test_a_move_to_a_time_in_full_takes_it(text, hour):
    found = [one for one in understood(text, visit=VISIT) if one.command == "reschedule"]
    read = read_when(found[0].span, NOW, asked=True)
    assert (read.dates, read.time, read.ambiguous) == ((date(2026, 3, 13),), time(hour), False)


@pytest.mark.parametrize("text", ["pode ser sexta às 10h?", "o nome é Pedro, quinta às 15h né"])
def test_a_time_alone_moves_nothing(text):
    assert "reschedule" not in commands(text, visit=VISIT)


@pytest.mark.parametrize("text", ["nao cancela nao, vou sim", "mantém por favor", "cancela não"])
def test_a_visit_that_is_to_be_kept_is_not_cancelled(text):
    heard = commands(text, asked="cancel", visit=VISIT)
    assert "deny" in heard
    assert "cancel_visit" not in heard


@pytest.mark.parametrize("text", ["nenhum serve", "nenhum desses horários dá pra mim"])
def test_none_of_the_offers(text):
    assert "deny" in commands(text, asked="slot")
    assert "deny" not in commands("nenhum serve pra ele, qual o método?", asked=None)


@pytest.mark.parametrize("text", ["vou ver com meu marido", "depois te falo", "aviso mais tarde"])
def test_an_answer_that_is_to_come_later_is_no_riddle(text):
    hearing = Hearing([text], NOW, Dialogue(asked="slot"), Family(1), lambda _: None)
    assert [(one.command, one.topic) for one in understand(hearing)] == [("deny", "later")]
    assert len(text.split()) > closed.MOST_WORDS or closed.consumed(hearing)  # no model is asked


def test_a_question_at_the_end_of_a_story_is_heard():
    story = "ele chega cansado, a gente tenta ajudar, e principalmente quanto custa a mensalidade"
    assert "answer" in commands(story)


@pytest.mark.parametrize("asked", ["slot", "visit_invite", "schedule_preference"])
@pytest.mark.parametrize("text", ["terça não posso", "quarta também não dá"])
def test_a_denied_day_asks_for_the_others(text, asked):
    assert commands(text, asked=asked) == ["ask_slots"]


def test_any_day_but_one_takes_no_offer():
    hearing = Hearing(
        ["qualquer dia menos sexta"],
        NOW,
        Dialogue(asked="slot", offers=["2026-03-11T09:00:00-03:00", "2026-03-12T09:00:00-03:00"]),
        Family(1),
        lambda _: None,
    )
    assert [one.command for one in closed.answers(hearing)] == ["ask_slots"]


@pytest.mark.parametrize(
    ("text", "asked", "wishes"),
    [
        ("semana que vem de tarde", "email", True),
        ("quarta à tarde", "parent_name", True),
        ("segunda", "school_grade", False),
        ("de tarde", "email", False),
    ],
)
def test_a_day_alone_wishes_for_a_visit_whatever_was_asked(text, asked, wishes):
    assert ("ask_slots" in commands(text, asked=asked)) is wishes
