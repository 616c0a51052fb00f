import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.agent import guard
from conversations.agent.text_model import TRAINING
from conversations.agent.training import train_handoff
from conversations.agent.training.fit import digest
from conversations.agent.triggers import (
    read_bargain,
    read_handoff,
    read_irritation,
    read_lateness,
)

PHRASES = Path(__file__).with_name("phrases")
REASONS = {
    "aggression",
    "complaint",
    "cancel_enrolment",
    "billing",
    "enrolled_student",
    "health_needs",
    "asked_person",
}


def golden(name):
    return rows_of(f"{name}_golden.tsv")


def rows_of(file_name):
    with (PHRASES / file_name).open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["text"], row["expected"]) for row in rows]


@pytest.mark.parametrize(("text", "reason"), golden("handoff"))
def test_hears_why_a_person_is_needed(text, reason):
    assert (read_handoff(text) or "-") == reason


@pytest.mark.parametrize(("text", "reason"), rows_of("alike.tsv"))
def test_a_reason_is_told_from_what_looks_alike(text, reason):
    """Not trained with: the phrases and near misses alone must hold these."""
    assert (read_handoff(text) or "-") == reason


@pytest.mark.parametrize(("text", "bargains"), golden("bargain"))
def test_hears_bargaining_but_not_a_question_about_discounts(text, bargains):
    assert read_bargain(text) == (bargains == "1")


@pytest.mark.parametrize(("text", "irritated"), golden("irritation"))
def test_hears_impatience(text, irritated):
    assert read_irritation(text) == (irritated == "1")


@pytest.mark.parametrize(("text", "late"), golden("lateness"))
def test_hears_who_will_be_late(text, late):
    assert read_lateness(text) == (late == "1")


@pytest.mark.parametrize(
    ("lines", "reasons"),
    [
        (["me passa", "para uma pessoa de verdade"], {"asked_person"}),
        (["quero falar", "com um atendente"], {"asked_person"}),
        (["quero cancelar", "a matrícula do meu filho"], {"cancel_enrolment"}),
        (["to presa", "no transito"], {"running_late"}),
        (["é para outra pessoa", "minha sobrinha"], set()),
        (["sem problema", "pode ser quinta"], set()),
    ],
)
def test_a_trigger_split_over_a_burst_is_heard(lines, reasons):
    assert {command.reason for command in guard.heard(lines)} == reasons


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Oi! Meu filho tem 8 anos. Ele adora ler. Paguei ontem e continua em aberto.", "billing"),
        ("bom dia\nquanto custa?\nquero falar com um humano", "asked_person"),
        ("Oi! Meu filho tem 8 anos. A escola dele é ruim. Quanto custa?", None),
        ("", None),
    ],
)
def test_one_sentence_of_a_long_message_is_enough(text, reason):
    assert read_handoff(text) == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("oi, q dia msm ficou a minha visita? perdi a conversa", None),
        ("nessa visita a gente conversa com quem, com uma professora? como q é?", None),
        ("Minha filha pegou recuperação, o Kumon prepara para a prova de recuperação?", None),
        ("meu sobrinho estuda aí, minha irmã q me passou o contato. qual o valor?", None),
        ("meu sobrinho estuda aí e perdeu a aula de ontem, tem como repor?", "enrolled_student"),
        ("nossa q atendimento bom, parabens", None),
        ("precisa levar comprovante de alguma coisa?", None),
        ("nem uns 50 pila a menos? vai, quebra essa", "bargaining"),
        ("quebra um galho aí no valor", "bargaining"),
        ("300 e fechamos?", "bargaining"),
        ("poxa, nem um desconto pequeno?", "bargaining"),
        ("poxa mas nem um descontinho pra fechar agora?", "bargaining"),
        ("não tem nem desconto para irmãos?", None),
        ("ah tá puxado, não rola baixar?", "bargaining"),
        ("me ajuda aí no precinho vai", "bargaining"),
        ("essa semana tá puxado pra mim", None),
        ("to atrasada com as coisas da escola dele, é normal?", None),
        ("muito caro e ainda fui mal atendida", "complaint"),
    ],
)
def test_a_plain_wish_or_a_bargain_needs_no_person_yet(text, reason):
    assert {command.reason for command in guard.heard([text])} == ({reason} if reason else set())


def test_the_weights_belong_to_the_phrases():
    with np.load(TRAINING / "handoff.npz") as data:
        assert str(data["phrases"]) == digest(train_handoff.sources())


@given(st.text() | st.text(alphabet="naoãe ?,.!Aq1 ", max_size=300))
def test_never_raises(text):
    assert read_handoff(text) in REASONS | {None}
    assert isinstance(read_bargain(text), bool)
    assert isinstance(read_irritation(text), bool)
