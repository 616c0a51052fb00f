"""The policy as a table: what was understood, where the dialogue stood, what is said and done."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from conversations.agent.commands import Command
from conversations.agent.dialogue import Dialogue
from conversations.agent.effects import (
    BookVisit,
    CancelVisit,
    ConfirmVisit,
    MoveVisit,
    OptIn,
    OptOut,
    SetField,
    StartHandoff,
    StudentIsParent,
)
from conversations.agent.policy import Decision, decide
from conversations.agent.policy.fields import THE_PARENT
from conversations.agent.readers.dates import When
from conversations.agent.situation import Family, StudentFacts, VisitFacts
from scheduling.slots import Calendar, Closed, Hours, Rules

TZ = ZoneInfo("America/Sao_Paulo")
NOW = datetime(2026, 3, 10, 10, tzinfo=TZ)  # a Tuesday
THURSDAY = date(2026, 3, 12)
AT_15 = datetime(2026, 3, 12, 15, tzinfo=TZ)
SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def calendar(taken: tuple[datetime, ...] = (), closed: tuple[date, ...] = ()) -> Calendar:
    stretches = [(time(9), time(12)), (time(14), time(17))]
    hours = [(day, *stretch) for day in range(5) for stretch in stretches]
    return Calendar(
        rules=Rules(1),
        hours=tuple(Hours(pk, *row, SINCE) for pk, row in enumerate(hours, 1)),
        closures=tuple(
            Closed(pk, midnight(day), midnight(day + timedelta(days=1)), "Feriado")
            for pk, day in enumerate(closed, 1)
        ),
        taken=tuple((at, at + timedelta(minutes=30)) for at in taken),
        now=NOW,
        tz=TZ,
    )


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), TZ)


FAMILY = Family(lead=1, phone="+5545999990000")
KNOWN = replace(
    FAMILY,
    parent_name="Carla Dias",
    email="carla@example.com",
    schedule_preference="à tarde",
    students=(StudentFacts(1, "Pedro", 9, "4º ano", ("math",)),),
)
BOOKED = replace(KNOWN, visit=VisitFacts(7, AT_15, "booked"))


def run(
    *commands: Command,
    dialogue: Dialogue | None = None,
    family: Family = FAMILY,
    on: Calendar | None = None,
) -> Decision:
    return decide(dialogue or Dialogue(greeted=True), family, commands, on or calendar(), NOW)


def texts(decision: Decision) -> list[str]:
    return [act.text for act in decision.acts]


def field(name: str, normal: object, **more: object) -> Command:
    return Command("set_field", "…", name=name, value=str(normal), normal=normal, **more)


def asked(question: str, **more: object) -> Dialogue:
    dialogue = Dialogue(greeted=True, **more)
    dialogue.ask(question)
    return dialogue


def test_first_contact_greets_and_asks_one_question() -> None:
    decision = run(Command("smalltalk", "oi", topic="greeting"), dialogue=Dialogue())
    assert texts(decision) == ["greeting", "ask_parent_name"]
    assert decision.dialogue.asked == "parent_name"


def test_a_known_family_is_greeted_by_name() -> None:
    decision = run(Command("answer", "?", topic="price"), dialogue=Dialogue(), family=BOOKED)
    assert texts(decision) == ["greeting_back", "answer_price"]


def test_answers_at_most_two_questions_and_resumes_the_thread() -> None:
    topics = ("price", "address", "contact")
    decision = run(*(Command("answer", "?", topic=topic) for topic in topics))
    assert texts(decision) == ["answer_price", "answer_address", "ask_parent_name"]


def test_price_for_siblings_is_added_up() -> None:
    students = (
        StudentFacts(1, "Pedro", subjects=("math",)),
        StudentFacts(2, "Ana", subjects=("math", "english")),
    )
    decision = run(Command("answer", "?", topic="price"), family=replace(KNOWN, students=students))
    total = next(act for act in decision.acts if act.text == "price_total")
    assert total.args["counts"] == [("math",), ("math", "english")]


def test_fields_in_one_message_are_all_taken() -> None:
    decision = run(
        field("parent_name", "Carla"), field("student_name", "Pedro"), field("student_age", 9)
    )
    assert [effect.field for effect in decision.effects if isinstance(effect, SetField)] == [
        "parent_name",
        "student_name",
        "student_age",
    ]
    assert texts(decision) == ["nice_to_meet", "ask_schedule_preference"]


def test_a_correction_replaces_and_says_the_new_value() -> None:
    decision = run(field("student_age", 8, correction=True), family=BOOKED)
    assert decision.effects == (SetField("student_age", 8, 1, "corrected", None),)
    assert decision.acts[0].text == "corrected"
    assert decision.acts[0].args == {"field": "student_age", "value": 8, "whose": None}


def test_saying_a_known_value_again_changes_nothing() -> None:
    assert run(field("student_age", 9), family=BOOKED).effects == ()


def test_subjects_are_asked_once_for_siblings() -> None:
    students = (StudentFacts(1, "Pedro", 9, "4º ano"), StudentFacts(2, "Ana", 7, "2º ano"))
    decision = run(field("subjects", ["math"]), family=replace(BOOKED, students=students))
    assert [effect.student for effect in decision.effects] == [1, 2]


def test_an_adult_is_not_asked_for_a_school_grade() -> None:
    decision = run(
        field("student_name", THE_PARENT),
        dialogue=asked("student_name"),
        family=replace(FAMILY, parent_name="Carla"),
    )
    assert StudentIsParent() in decision.effects
    assert decision.acts[-1].text == "ask_student_age_self"


@pytest.mark.parametrize("asks", [1, 2])
def test_an_answer_that_cannot_be_read_is_asked_again_with_an_example(asks: int) -> None:
    dialogue = asked("parent_name")
    dialogue.asks["parent_name"] = asks
    decision = run(Command("unknown", "hmm"), dialogue=dialogue)
    assert texts(decision) == ["ask_parent_name_example"]


def test_after_three_asks_a_field_is_skipped() -> None:
    dialogue = asked("parent_name")
    dialogue.asks["parent_name"] = 3
    decision = run(Command("unknown", "hmm"), dialogue=dialogue)
    assert "parent_name" in decision.dialogue.skipped
    assert decision.acts[-1].text == "ask_student_name"


def test_a_digression_does_not_count_as_a_failed_answer() -> None:
    decision = run(Command("answer", "?", topic="price"), dialogue=asked("parent_name"))
    assert decision.acts[-1].text == "ask_parent_name"


def test_a_refused_field_is_not_asked_again() -> None:
    family = replace(BOOKED, email="")
    decision = run(Command("deny", "não"), dialogue=asked("email"), family=family)
    assert "email" in decision.dialogue.skipped
    assert decision.dialogue.asked is None


def test_offers_three_over_two_days_and_both_halves() -> None:
    decision = run(Command("want_visit", "quero visitar"))
    offered = next(act for act in decision.acts if act.text == "slot_list").args["options"]
    assert len(offered) == 3
    assert len({at.date() for at in offered}) >= 2
    assert {at.hour < 12 for at in offered} == {True, False}
    assert decision.dialogue.asked == "slot"


def test_a_pick_by_number_books() -> None:
    offers = [AT_15.isoformat(), (AT_15 + timedelta(days=1)).isoformat()]
    dialogue = asked("slot", offers=offers)
    decision = run(Command("pick_slot", "2", option=2), dialogue=dialogue)
    assert decision.effects == (BookVisit(AT_15 + timedelta(days=1)),)
    assert decision.acts[0].text == "visit_booked"
    assert decision.dialogue.asked == "parent_name"


def test_an_exact_free_moment_books_at_once() -> None:
    when = When(dates=(THURSDAY,), time=time(15))
    decision = run(Command("pick_slot", "quinta 15h", span="quinta 15h", when=when))
    assert decision.effects == (BookVisit(AT_15),)


def test_a_taken_moment_offers_two_of_that_day_and_one_of_another() -> None:
    when = When(dates=(THURSDAY,), time=time(15))
    decision = run(Command("pick_slot", "…", when=when), on=calendar(taken=(AT_15,)))
    assert not decision.effects
    assert texts(decision)[0] == "slot_taken"
    offered = next(act for act in decision.acts if act.text == "slot_list").args["options"]
    assert sum(at.date() == THURSDAY for at in offered) == 2
    assert len(offered) == 3


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (When(dates=(date(2026, 3, 14),), time=time(10)), "slot_weekend"),
        (When(dates=(THURSDAY,), time=time(12)), "slot_outside_hours"),
        (When(dates=(THURSDAY,), time=time(17)), "slot_outside_hours"),
        (When(dates=(THURSDAY,), time=time(15, 10)), "slot_off_grid"),
        (When(dates=(date(2026, 3, 10),), time=time(10, 30)), "slot_too_soon"),
        (When(dates=(date(2026, 3, 10),), time=time(9)), "slot_past"),
        (When(dates=(date(2026, 6, 10),), time=time(10)), "slot_too_far"),
        (When(dates=(date(2026, 3, 11),), time=time(10)), "slot_closed_day"),
        (When(dates=(date(2026, 3, 11),)), "slot_closed_day"),
        (When(dates=(date(2026, 3, 14),)), "slot_weekend"),
        (When(dates=(THURSDAY,), part="evening"), "slot_none_matching"),
        (When(after=time(18)), "slot_none_matching"),
    ],
)
def test_what_cannot_be_is_explained_with_the_nearest(when: When, text: str) -> None:
    decision = run(Command("ask_slots", "…", when=when), on=calendar(closed=(date(2026, 3, 11),)))
    assert not decision.effects
    assert texts(decision)[0] == text
    assert decision.dialogue.asked == "slot"
    assert len(decision.dialogue.offers) == 3


def test_an_ambiguous_moment_is_asked() -> None:
    when = When(dates=(date(2026, 3, 11), date(2026, 3, 18)), time=time(15), ambiguous=True)
    decision = run(Command("pick_slot", "próxima quarta às 15h", when=when))
    assert not decision.effects
    assert texts(decision) == ["ambiguous_moment", "slot_list", "ask_which_slot"]
    again = run(Command("pick_slot", "quarta às 15h", when=when), dialogue=decision.dialogue)
    nearest = datetime.combine(date(2026, 3, 11), time(15), NOW.tzinfo)
    assert again.effects == (BookVisit(nearest),)


def test_wishes_of_two_messages_are_joined() -> None:
    first = run(Command("ask_slots", "quinta", when=When(dates=(THURSDAY,))))
    second = run(
        Command("ask_slots", "de tarde", when=When(part="afternoon")), dialogue=first.dialogue
    )
    offered = [datetime.fromisoformat(at) for at in second.dialogue.offers]
    assert offered
    assert all(at.date() == THURSDAY and at.hour >= 14 for at in offered)


def test_a_denied_weekday_is_offered_no_more_until_it_is_wished_for() -> None:
    first = run(Command("ask_slots", "…", unwanted=(2,)), family=KNOWN)
    assert {at.weekday() for at in offered(first)}.isdisjoint({2})
    again = run(Command("ask_slots", "…", unwanted=(3,)), dialogue=first.dialogue, family=KNOWN)
    assert {at.weekday() for at in offered(again)}.isdisjoint({2, 3})
    thursday = Command("ask_slots", "…", when=When(dates=(THURSDAY,)))
    wished = run(thursday, dialogue=again.dialogue, family=KNOWN)
    assert {at.date() for at in offered(wished)} == {THURSDAY}
    denied = run(Command("ask_slots", "…", unwanted=(3,)), dialogue=wished.dialogue, family=KNOWN)
    assert THURSDAY not in {at.date() for at in offered(denied)}


def test_days_are_offered_all_the_same_when_every_one_is_denied() -> None:
    decision = run(Command("ask_slots", "…", unwanted=(0, 1, 2, 3, 4)), family=KNOWN)
    assert len(offered(decision)) == 3


def offered(decision: Decision) -> list[datetime]:
    return [datetime.fromisoformat(one) for one in decision.dialogue.offers]


@pytest.mark.parametrize("question", ["visit_invite", "schedule_preference"])
def test_a_yes_to_coming_gets_offers(question: str) -> None:
    asked = Dialogue(greeted=True, asked=question)
    agreed = run(Command("confirm", "pode ser"), dialogue=asked, family=KNOWN)
    assert len(offered(agreed)) == 3
    declined = Dialogue(greeted=True, asked="schedule_preference", declined_visit=True)
    assert not offered(run(Command("confirm", "sim"), dialogue=declined, family=KNOWN))


def test_an_hour_that_fits_one_offer_picks_it() -> None:
    dialogue = asked("slot", offers=[AT_15.isoformat(), (AT_15 + timedelta(hours=1)).isoformat()])
    decision = run(Command("ask_slots", "às 15", when=When(time=time(15))), dialogue=dialogue)
    assert decision.effects == (BookVisit(AT_15),)


def test_a_second_visit_is_a_move_only_after_a_yes() -> None:
    when = When(dates=(date(2026, 3, 13),), time=time(9))
    first = run(Command("pick_slot", "sexta 9h", when=when), family=BOOKED)
    assert not first.effects
    assert texts(first) == ["ask_move"]
    second = run(Command("confirm", "sim"), family=BOOKED, dialogue=first.dialogue)
    assert second.effects == (MoveVisit(7, datetime(2026, 3, 13, 9, tzinfo=TZ)),)


def test_reschedule_keeps_the_visit_until_another_is_picked() -> None:
    first = run(Command("reschedule", "quero remarcar"), family=BOOKED)
    assert not first.effects
    assert first.dialogue.moving
    second = run(Command("pick_slot", "1", option=1), family=BOOKED, dialogue=first.dialogue)
    assert isinstance(second.effects[0], MoveVisit)


def test_cancelling_is_asked_back_first() -> None:
    first = run(Command("cancel_visit", "cancelar"), family=BOOKED)
    assert texts(first) == ["ask_cancel"]
    assert not first.effects
    second = run(Command("confirm", "sim"), family=BOOKED, dialogue=first.dialogue)
    assert second.effects == (CancelVisit(7, "parent"),)


def test_confirmo_confirms_the_visit() -> None:
    decision = run(Command("confirm", "confirmo"), family=BOOKED)
    assert decision.effects == (ConfirmVisit(7),)


def test_handoff_wins_but_keeps_fields_and_says_when_staff_are_in() -> None:
    decision = run(field("parent_name", "Carla"), Command("handoff", "…", reason="asked_person"))
    assert texts(decision) == ["handoff_asked_person", "staff_soon"]
    assert isinstance(decision.effects[0], SetField)
    assert isinstance(decision.effects[1], StartHandoff)


def test_out_of_hours_handoff_says_when_staff_are_back() -> None:
    sunday = replace(calendar(), now=datetime(2026, 3, 15, 20, tzinfo=TZ))
    decision = decide(
        Dialogue(greeted=True),
        FAMILY,
        [Command("handoff", "…", reason="billing")],
        sunday,
        sunday.now,
    )
    assert decision.acts[-1].text == "staff_back"
    assert decision.acts[-1].args["moment"] == datetime(2026, 3, 16, 9, tzinfo=TZ)


def test_bargaining_hands_over_the_second_time() -> None:
    bargain = Command("handoff", "faz por menos?", reason="bargaining")
    first = run(bargain)
    assert texts(first)[0] == "bargain_once"
    second = run(bargain, dialogue=first.dialogue)
    assert texts(second)[0] == "handoff_bargaining"


def test_not_understood_twice_hands_over() -> None:
    first = run(Command("unknown", "asdf"), family=BOOKED)
    assert texts(first) == ["not_understood"]
    second = run(Command("unknown", "qwer"), family=BOOKED, dialogue=first.dialogue)
    assert texts(second)[0] == "handoff_misunderstood"


def test_small_signs_add_up_and_fade() -> None:
    unknown = Command("unknown", "…?", topic="question")
    first = run(unknown, family=BOOKED)
    assert texts(first) == ["answer_unknown"]
    faded = run(Command("answer", "?", topic="price"), family=BOOKED, dialogue=first.dialogue)
    assert faded.dialogue.score < first.dialogue.score
    second = run(unknown, family=BOOKED, dialogue=first.dialogue)
    assert texts(second)[0] == "handoff_misunderstood"


def test_too_many_bot_turns_call_a_person() -> None:
    decision = run(
        Command("answer", "?", topic="price"), dialogue=Dialogue(greeted=True, bot_turns=25)
    )
    assert texts(decision)[0] == "handoff_too_long"


def test_no_free_slot_at_all_calls_a_person() -> None:
    full = replace(calendar(), hours=())
    assert texts(run(Command("want_visit", "visita"), on=full))[0] == "handoff_no_slot"


@pytest.mark.parametrize(("topic", "effect"), [(None, OptOut()), ("back", OptIn())])
def test_parar_and_voltar(topic: str | None, effect: object) -> None:
    decision = run(Command("opt_out", "PARAR", topic=topic))
    assert decision.effects == (effect,)
    assert len(decision.acts) == 1


def test_all_set_is_said_when_the_last_field_arrives() -> None:
    family = replace(BOOKED, email="")
    decision = run(field("email", "carla@example.com"), dialogue=asked("email"), family=family)
    assert decision.acts[-1].text == "all_set"


def test_a_mistyped_email_is_asked_back_and_taken_on_yes() -> None:
    family = replace(BOOKED, email="")
    first = run(
        field("email", "carla@gmail.con"),
        Command("clarify", "…", topic="email_typo", value="carla@gmail.com"),
        dialogue=asked("email"),
        family=family,
    )
    assert first.dialogue.asked == "email_typo"
    second = run(Command("confirm", "sim"), dialogue=first.dialogue, family=first.family)
    assert SetField("email", "carla@gmail.com", None, "confirmed", None) in second.effects


def test_a_no_that_corrects_refuses_nothing() -> None:
    decision = run(
        Command("deny", "não é matemática, é português"),
        field("subjects", ["portuguese"]),
        dialogue=asked("email"),
        family=replace(KNOWN, email=""),
    )
    assert texts(decision) == ["corrected", "ask_email"]
    assert not decision.dialogue.skipped


@pytest.mark.parametrize("question", ["schedule_preference", "visit_invite", "slot", "parent_name"])
def test_days_without_visits_are_answered_whenever_they_are_preferred(question: str) -> None:
    saturday = When(dates=(date(2026, 3, 14),), part="morning")
    preferred = field("schedule_preference", "sábados de manhã", when=saturday)
    decision = run(preferred, dialogue=asked(question))
    assert texts(decision) == ["slot_weekend", "slot_list", "ask_slot"]
