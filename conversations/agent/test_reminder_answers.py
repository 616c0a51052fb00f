"""What a parent answers to a reminder, and what the visit becomes: no model is asked."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from conversations.agent import closed, rules
from conversations.agent.dialogue import Dialogue
from conversations.agent.effects import ConfirmVisit
from conversations.agent.ground import ground
from conversations.agent.hearing import Hearing
from conversations.agent.policy import decide
from conversations.agent.situation import Family, StudentFacts, VisitFacts
from scheduling.slots import Calendar, Hours, Rules

TZ = ZoneInfo("America/Sao_Paulo")
NOW = datetime(2026, 12, 2, 15, 5, tzinfo=TZ)
VISIT = VisitFacts(7, datetime(2026, 12, 3, 15, tzinfo=TZ), "booked")
FAMILY = Family(
    lead=1,
    parent_name="Ana Lima",
    phone="+5545999990000",
    email="ana@example.com",
    schedule_preference="à tarde",
    students=(StudentFacts(1, "Pedro", 9, "4º ano", ("math",)),),
    visit=VISIT,
)
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
STRETCHES = ((time(9), time(12)), (time(14), time(17)))
CALENDAR = Calendar(
    rules=Rules(1),
    hours=tuple(Hours(1, day, *stretch, SINCE) for day in range(5) for stretch in STRETCHES),
    closures=(),
    taken=((VISIT.starts_at, VISIT.starts_at + timedelta(minutes=30)),),
    now=NOW,
    tz=TZ,
)
CONFIRMED, MOVING = "visit_still_on", "move_visit"


def answer(text, dialogue):
    hearing = Hearing([text], NOW, dialogue, FAMILY, lambda question: None)
    commands = closed.consumed(hearing) or rules.understand(hearing)
    held = ground(commands, [(1, text)], now=NOW, knowledge=())
    return decide(dialogue, FAMILY, held, CALENDAR, NOW)


def reminded():
    dialogue = Dialogue(greeted=True)
    dialogue.ask("reminder")
    dialogue.about = VISIT.pk
    return dialogue


@pytest.mark.parametrize(
    "text",
    ["1", "1)", "opção 1", "1 - confirmo", "confirmo", "Confirmado!", "sim", "sim, confirmo", "ok",
     "👍", "estaremos lá", "vamos sim!", "pode confirmar", "com certeza", "tudo certo",
     "podem contar com a gente", "confirmo, obrigada!"],
)  # fmt: skip
def test_a_yes_confirms_the_visit(text):
    decision = answer(text, reminded())
    assert decision.effects == (ConfirmVisit(VISIT.pk),)
    assert decision.acts[0].text == CONFIRMED
    assert decision.dialogue.asked is None


@pytest.mark.parametrize(
    "text",
    ["2", "dois", "2 - preciso remarcar", "não vou conseguir", "nao vou poder ir", "não",
     "não consigo ir amanhã", "preciso remarcar", "infelizmente não", "posso ir mais tarde?",
     "tem como ser mais cedo?", "tem outro horário?", "surgiu um imprevisto",
     "meu filho está doente"],
)  # fmt: skip
def test_another_time_is_offered_before_the_visit_is_given_up(text):
    decision = answer(text, reminded())
    assert decision.effects == ()
    assert MOVING in [act.text for act in decision.acts]
    assert decision.dialogue.asked == "slot"
    assert decision.dialogue.moving


@pytest.mark.parametrize(
    ("text", "asked"),
    [("quero cancelar", "cancel"), ("pode ser sexta às 10h?", "move"), ("onde fica?", None)],
)
def test_something_else_is_answered_as_what_it_is(text, asked):
    decision = answer(text, reminded())
    assert decision.effects == ()
    assert decision.dialogue.asked == asked


@pytest.mark.parametrize("text", ["1", "ok", "👍", "sim"])
def test_the_same_words_confirm_nothing_once_the_question_is_closed(text):
    later = answer("onde fica?", reminded()).dialogue
    assert later.about is None
    assert answer(text, later).effects == ()


@pytest.mark.parametrize("ahead", [8, None])
def test_a_reminder_of_another_visit_asks_nothing(ahead):
    dialogue = reminded()
    dialogue.answers_to(ahead)
    assert (dialogue.asked, dialogue.yes_no) == (None, False)
    assert answer("1", dialogue).effects == ()


def test_what_we_came_with_is_still_open_in_the_next_session():
    dialogue = reminded()
    assert dialogue.renewed().asked is None
    dialogue.lasting = True
    assert answer("1", dialogue.renewed()).effects == (ConfirmVisit(VISIT.pk),)
