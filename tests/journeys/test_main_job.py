"""The main job: a parent writes, is answered, qualified and booked; staff take over, give back."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone
from rest_framework.authtoken.models import Token

from conversations.models import Conversation, Message
from scheduling.models import Visit
from tests.journeys.actors import Parent
from tests.stand_ins.evolution import EvolutionStandIn


@pytest.fixture
def talk(parent: Parent, gateway: EvolutionStandIn, run_due: Any) -> Any:
    """Says a line and returns what the gateway was given to say back."""

    def line(*texts: str) -> str:
        before = len(gateway.texts())
        parent.says(*texts)
        run_due()
        return "\n\n".join(gateway.texts()[before:])

    return line


@pytest.fixture
def staff(db: None) -> Any:
    user = get_user_model().objects.create_superuser("chefe", password="uma-senha-longa")
    return {"Authorization": f"Token {Token.objects.create(user=user).key}"}


def moments_of(reply: str) -> list[str]:
    return [line for line in reply.splitlines() if line[:2] in ("1)", "2)", "3)")]


def test_a_dozen_messages_make_a_complete_lead_with_a_visit(
    talk: Any, staff: Any, client: Client
) -> None:
    first = talk("oi, quanto custa?")
    assert "R$ 375,00" in first
    assert "R$ 100,00" in first
    assert "Cecília" in first
    assert "Ana" in talk("Ana Prado")
    talk("meu filho Pedro, ele tem 9 anos")
    assert "Av. Paraná" in talk("onde fica a unidade?")
    assert "8 anos" in talk("na verdade são 8 anos")
    offered = moments_of(talk("de tarde"))
    assert len(offered) == 3
    booked = talk("2")
    assert offered[1].removeprefix("2) ") in booked
    talk("3º ano")
    talk("matemática e português")
    assert "R$ 750,00" in talk("quanto fica?")
    talk("ana.prado@gmail.com")

    lead = client.get("/api/v1/leads/?phone=%2B5545999990000", headers=staff).json()["results"][0]
    assert lead["qualified"]
    assert lead["missing"] == []
    assert lead["parent_name"] == "Ana Prado"
    assert lead["email"] == "ana.prado@gmail.com"
    assert lead["students"] == [
        {
            "name": "Pedro",
            "age": 8,
            "school_grade": "3º ano",
            "subjects": ["math", "portuguese"],
        }
    ]
    assert lead["visit"]["status"] == "booked"


def test_the_confirmation_names_the_row_it_confirms(talk: Any, parent: Parent) -> None:
    offered = moments_of(talk("quero marcar uma visita"))
    talk("1")
    visit = Visit.objects.get()
    confirmation = next(
        segment for segment in parent.replies[-1].segments if segment["template"] == "visit_booked"
    )
    assert confirmation["args"]["moment"]["rows"] == [["Visit", visit.pk]]
    assert confirmation["args"]["moment"]["value"] in offered[0]


def test_a_burst_is_one_turn(talk: Any, parent: Parent) -> None:
    reply = talk("oi", "sou a Ana", "quanto custa?", "e onde fica?", "tem inglês?")
    assert len(parent.replies) == 1
    assert "R$ 375,00" in reply
    assert "Av. Paraná" in reply


def test_a_handoff_always_has_its_text_and_its_ticket(talk: Any, parent: Parent) -> None:
    talk("oi, sou a Ana")
    reply = talk("quero falar com um atendente")
    assert "(51) 99692-1999" in reply
    chat = parent.conversation
    assert chat.mode == Conversation.Mode.WAITING
    assert chat.handoff_reason == "asked_person"
    assert chat.handoffs.get().summary
    assert talk("alguém aí?") == ""
    assert parent.conversation.unread >= 1


def test_staff_take_over_answer_and_give_back(
    talk: Any, parent: Parent, staff: Any, client: Client, run_due: Any, gateway: EvolutionStandIn
) -> None:
    talk("oi")
    chat = f"/api/v1/conversations/{parent.conversation.pk}"
    assert client.post(f"{chat}/take-over/", headers=staff).json()["mode"] == "human"
    assert talk("quanto custa?") == ""
    sent = {"text": "Oi, aqui é a Bia!", "client_uuid": "8b0b1c8e-8a4c-4a4e-9d3c-0a0a0a0a0a0a"}
    for _ in range(2):
        client.post(f"{chat}/reply/", sent, "application/json", headers=staff)
    run_due()
    assert gateway.texts()[-1] == "Oi, aqui é a Bia!"
    assert gateway.texts().count("Oi, aqui é a Bia!") == 1
    back = client.post(
        f"{chat}/give-back/", {"answer_last": False}, "application/json", headers=staff
    )
    assert back.json()["mode"] == "bot"
    assert "R$ 375,00" in talk("e quanto custa?")


def test_parar_ends_what_we_start_and_voltar_brings_it_back(talk: Any, parent: Parent) -> None:
    assert "VOLTAR" in talk("PARAR")
    assert parent.conversation.lead.opted_out_at is not None
    talk("VOLTAR")
    assert parent.conversation.lead.opted_out_at is None


def test_after_two_hours_the_dialogue_starts_anew_knowing_the_family(
    talk: Any, parent: Parent
) -> None:
    talk("oi, sou a Ana")
    silent_since = timezone.now() - timedelta(hours=3)
    Conversation.objects.update(dialogue_at=silent_since)
    assert "Ana" in talk("oi, voltei")


def test_two_families_want_one_place(
    parent: Parent, other_parent: Parent, gateway: EvolutionStandIn, run_due: Any
) -> None:
    for family in (parent, other_parent):
        family.says("quero marcar uma visita")
    run_due()
    for family in (parent, other_parent):
        family.says("1")
    run_due()
    assert Visit.objects.count() == 1
    refused = next(
        one for one in (parent, other_parent) if not one.conversation.lead.visits.exists()
    )
    assert "ocupado" in refused.replies[-1].text
    assert refused.replies[-1].status == Message.Status.SENT


@pytest.mark.parametrize(
    "text",
    [
        "x" * 5000,
        "🤷‍♀️🤷‍♀️",
        "\u200b\u200b",
        "{contact} {{ 7*7 }} <script>alert(1)</script>",
        "'; DROP TABLE",
    ],
)
def test_strange_texts_are_answered_politely(text: str, talk: Any) -> None:
    reply = talk(text)
    assert reply
    assert "<script>" not in reply
    assert "{" not in reply


def test_an_adult_who_studies_is_asked_as_one(talk: Any, parent: Parent) -> None:
    talk("boa tarde, é pra mim mesmo, quero aprender inglês")
    talk("João Victor")
    talk("34 anos")
    talk("tanto faz o horário")
    assert "Visita" in talk("1") or "marcad" in parent.replies[-1].text
    talk("joao@gmail.com")
    student = parent.conversation.lead.students.get()
    assert (student.is_the_parent, student.age, student.subjects) == (True, 34, ["english"])
    assert parent.conversation.lead.stage == "booked"


def test_a_preference_after_booking_is_for_the_classes(talk: Any, parent: Parent) -> None:
    for line in ("oi, quero marcar uma visita", "1", "Ana", "Pedro, 9 anos"):
        reply = talk(line)
    assert "aulas" in reply
    assert moments_of(talk("à tarde")) == []
    assert parent.conversation.lead.schedule_preference == "à tarde"


def test_a_question_in_between_brings_the_offers_back(talk: Any) -> None:
    offered = moments_of(talk("quero agendar uma visita"))
    again = talk("quanto custa?")
    assert "R$ 375,00" in again
    assert moments_of(again) == offered


def test_a_renamed_student_is_the_same_student(talk: Any, parent: Parent) -> None:
    talk("oi, meu filho João tem 9 anos")
    talk("na verdade é João Pedro o nome dele")
    assert [one.name for one in parent.conversation.lead.students.all()] == ["João Pedro"]
