"""Threads that are picked up again: questions that come back, offers that stand, noes that end."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from conversations.agent.commands import Command
from conversations.agent.dialogue import Dialogue
from conversations.agent.policy.test_decide import (
    AT_15,
    BOOKED,
    FAMILY,
    KNOWN,
    NOW,
    THURSDAY,
    TZ,
    asked,
    field,
    run,
    texts,
)
from conversations.agent.readers.dates import When
from conversations.agent.situation import StudentFacts, VisitFacts

OFFERS = [AT_15.isoformat(), (AT_15 + timedelta(days=1)).isoformat()]
UNKNOWN = Command("unknown", "hum")


def talked_around(question: str, turns: int, **more: object):
    dialogue = asked(question, **more)
    for _ in range(turns - 1):
        dialogue.ask(question)
    return dialogue


def test_another_field_is_asked_when_one_was_talked_around_twice() -> None:
    family = replace(FAMILY, parent_name="Carla", students=(StudentFacts(1, "Pedro"),))
    told = Command("answer", "e onde fica?", topic="address")
    once = run(told, dialogue=talked_around("student_age", 1), family=family)
    twice = run(told, dialogue=talked_around("student_age", 2), family=family)
    assert once.dialogue.asked == "student_age"
    assert twice.dialogue.asked == "schedule_preference"


def test_what_is_told_while_offers_stand_is_acknowledged() -> None:
    decision = run(field("student_name", "Pedro", student=1), dialogue=asked("slot", offers=OFFERS))
    assert texts(decision) == ["noted", "ask_slot_again"]


def test_offers_are_listed_again_below_the_first_answer_to_something_else() -> None:
    told = Command("answer", "onde fica?", topic="address")
    first = run(told, dialogue=talked_around("slot", 1, offers=OFFERS))
    assert texts(first) == ["answer_address", "slot_list", "ask_which_slot"]
    second = run(told, dialogue=talked_around("slot", 2, offers=OFFERS))
    assert texts(second) == ["answer_address", "ask_slot_again"]


def test_offers_are_listed_again_where_something_was_not_understood() -> None:
    unclear = run(UNKNOWN, dialogue=asked("slot", offers=OFFERS))
    assert texts(unclear) == ["not_understood", "slot_list", "ask_which_slot"]


def test_what_is_put_off_does_not_return_at_every_digression() -> None:
    told = Command("answer", "onde fica?", topic="address")
    family = replace(FAMILY, parent_name="Carla", students=(StudentFacts(1, "Pedro", 9),))
    dialogue, questions = asked("schedule_preference"), []
    for topic in ("address", "contact", "discount", "opening_hours"):
        decision = run(replace(told, topic=topic), dialogue=dialogue, family=family)
        dialogue = decision.dialogue
        questions.append(dialogue.asked)
    assert questions == ["schedule_preference", "visit_invite", "visit_invite", "school_grade"]


def test_a_visit_is_explained_once() -> None:
    dialogue = asked("schedule_preference", wordings={"ask_schedule_preference": 0})
    family = replace(FAMILY, parent_name="Carla", students=(StudentFacts(1, "Pedro", 9),))
    decision = run(Command("answer", "?", topic="address"), dialogue=dialogue, family=family)
    assert texts(decision) == ["answer_address", "ask_schedule_preference_example"]


def test_in_place_of_an_answer_only_what_asks_is_a_question() -> None:
    family = replace(FAMILY, parent_name="Carla", students=(StudentFacts(1, "Pedro"),))
    for told, said in (("é pequeno, sabe", False), ("tem estacionamento aí", True)):
        decision = run(
            Command("unknown", told, topic="question"),
            dialogue=asked("student_age"),
            family=family,
        )
        assert ("answer_unknown" in texts(decision)) is said


@pytest.mark.parametrize(
    ("visit", "said"),
    [
        (VisitFacts(7, NOW + timedelta(hours=4), "booked"), ["handoff_running_late", "staff_soon"]),
        (VisitFacts(7, AT_15, "booked"), ["my_visit"]),
        (None, ["no_visit", "offer_slots", "slot_list", "ask_slot"]),
    ],
)
def test_who_will_be_late_today_is_announced_to_the_team(visit, said) -> None:
    late = Command("handoff", "vou atrasar 10 minutos", reason="running_late")
    decision = run(late, UNKNOWN, family=replace(KNOWN, visit=visit))
    assert texts(decision) == said


def test_a_no_to_offers_asks_for_a_better_time_and_a_second_one_ends_it() -> None:
    first = run(Command("deny", "não"), dialogue=asked("slot", offers=OFFERS), family=KNOWN)
    assert texts(first) == ["ask_other_slot"]
    second = run(Command("deny", "não"), dialogue=first.dialogue, family=KNOWN)
    assert texts(second) == ["visit_declined"]
    assert second.dialogue.declined_visit


def test_who_answers_later_is_left_in_peace() -> None:
    later = Command("deny", "depois te falo", topic="later")
    decision = run(later, dialogue=asked("slot", offers=OFFERS), family=KNOWN)
    assert texts(decision) == ["visit_declined"]


def test_a_no_to_other_times_keeps_the_visit_that_stands() -> None:
    dialogue = asked("slot", offers=[], moving=True)
    decision = run(Command("deny", "não"), dialogue=dialogue, family=BOOKED)
    assert texts(decision) == ["visit_kept"]
    assert not decision.dialogue.moving
    assert decision.effects == ()


def test_a_visit_nobody_has_cannot_have_been_asked_for() -> None:
    when = When(dates=(THURSDAY,))
    decision = run(Command("my_visit", "dá pra visitar quinta?", when=when), family=KNOWN)
    assert texts(decision)[:2] == ["offer_slots", "slot_list"]
    assert {datetime.fromisoformat(at).date() for at in decision.dialogue.offers} == {THURSDAY}


def test_an_ambiguous_day_that_was_offered_once_is_that_offer() -> None:
    when = When(dates=(THURSDAY, THURSDAY + timedelta(days=7)), time=AT_15.time(), ambiguous=True)
    decision = run(
        Command("pick_slot", "quinta às 15h", when=when),
        dialogue=asked("slot", offers=OFFERS),
        family=KNOWN,
    )
    assert texts(decision)[0] == "visit_booked"


def test_no_sum_is_said_while_a_child_has_no_name_or_subject() -> None:
    nameless = (StudentFacts(1, subjects=("math", "portuguese")),)
    half = (StudentFacts(1, "Pedro", subjects=("math", "english")), StudentFacts(2, "Ana"))
    for students in (nameless, half):
        decision = run(
            Command("answer", "quanto?", topic="price"), family=replace(KNOWN, students=students)
        )
        assert "price_total" not in texts(decision)


@pytest.mark.parametrize(("evidence", "said"), [("pode anotar", False), ("e tem van?", True)])
def test_beside_an_answer_only_a_real_question_is_unknown(evidence: str, said: bool) -> None:
    decision = run(
        field("email", "ana@example.com"),
        Command("unknown", evidence, topic="question"),
        dialogue=asked("email"),
        family=replace(KNOWN, email=""),
    )
    assert ("answer_unknown" in texts(decision)) is said


def test_one_bargain_heard_twice_is_one() -> None:
    twice = [Command("handoff", "tá caro", reason="bargaining")] * 2
    assert "bargain_once" in texts(run(*twice))


def test_irritation_is_met_with_an_apology_and_no_reproach() -> None:
    decision = run(Command("handoff", "que saco", reason="irritated"), UNKNOWN, family=BOOKED)
    assert texts(decision) == ["sorry"]


def test_a_known_family_that_says_nothing_clear_is_told_so() -> None:
    dialogue = asked("x")
    dialogue.close_question()
    dialogue.greeted = False
    decision = run(UNKNOWN, dialogue=dialogue, family=BOOKED)
    assert texts(decision) == ["greeting_back", "not_understood"]


def test_what_lies_outside_hours_is_met_with_what_is_near() -> None:
    at = AT_15.replace(hour=12)
    decision = run(
        Command("pick_slot", "quinta 12h", when=When(dates=(THURSDAY,), time=at.time())),
        family=KNOWN,
    )
    near = [datetime.combine(THURSDAY, at.time(), TZ) + timedelta(hours=h) for h in (-1, -0.5, 2)]
    assert decision.dialogue.offers == [one.isoformat() for one in near]


def test_offers_keep_to_the_hours_a_family_prefers() -> None:
    decision = run(Command("want_visit", "quero visitar"), family=KNOWN)  # in the afternoon
    assert {datetime.fromisoformat(at).hour >= 14 for at in decision.dialogue.offers} == {True}


def test_a_first_name_alone_corrects_no_whole_name() -> None:
    decision = run(field("parent_name", "Carla"), family=KNOWN)
    assert "corrected" not in texts(decision)
    assert decision.family.parent_name == "Carla Dias"


@pytest.mark.parametrize(
    ("text", "handed"),
    [
        ("vai ser pro meu filho Pedro", False),
        ("é o Pedro, e quero falar com um atendente", True),
    ],
)
def test_beside_the_answer_to_a_question_only_a_phrase_calls_a_person(
    text: str, handed: bool
) -> None:
    reason = "asked_person" if handed else "enrolled_student"
    decision = run(
        field("student_name", "Pedro"),
        Command("handoff", text, reason=reason),
        dialogue=asked("student_name"),
    )
    assert (f"handoff_{reason}" in texts(decision)) is handed


def test_the_first_words_of_a_family_are_no_question_nobody_can_answer() -> None:
    told = "queria saber sobre o kumon pros meus filhos"
    decision = run(Command("unknown", told, topic="question"), dialogue=Dialogue())
    assert texts(decision) == ["greeting", "ask_parent_name"]


def test_a_known_value_said_to_be_wrong_is_asked_for_again() -> None:
    students = (*KNOWN.students, StudentFacts(2, "Ana", 7, "2º ano", ("math",)))
    wrong = Command("clarify", "errei a série da Ana", name="school_grade", student=2)
    decision = run(wrong, dialogue=asked("email"), family=replace(KNOWN, students=students))
    assert texts(decision) == ["apology", "ask_school_grade"]
    right = run(field("school_grade", "3º ano"), dialogue=decision.dialogue, family=decision.family)
    assert right.family.student(2).grade == "3º ano"


@pytest.mark.parametrize("topic", ["apology", "wait", "praise"])
def test_a_courtesy_is_met_with_a_kind_word_and_the_thread_goes_on(topic: str) -> None:
    courtesy = Command("smalltalk", "foi mal, sumi", topic=topic)
    decision = run(courtesy, dialogue=asked("email"), family=replace(KNOWN, email=""))
    assert texts(decision) == [topic, "ask_email"]
    assert decision.dialogue.asks["email"] == 1
