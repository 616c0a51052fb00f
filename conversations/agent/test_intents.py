"""The intents of phrases that no training has seen, and how phrases with several are cut."""

import subprocess
import sys
import time

import numpy as np
import pytest

from conversations.agent.intents import SURE, classify
from conversations.agent.text_model import TRAINING, words
from conversations.agent.training.fit import digest
from conversations.agent.training.train_intents import PHRASES_FILE, read_examples

WEIGHTS_FILE = TRAINING / "intents.npz"
BLIND = [(one.label, one.phrase) for one in read_examples(TRAINING / "intents_blind.tsv")]
SINGLE = [(label, phrase) for label, phrase in BLIND if "+" not in label]
SEVERAL = [(set(label.split("+")), phrase) for label, phrase in BLIND if "+" in label]


def label(intent):
    return f"{intent.name}/{intent.topic}" if intent.topic else intent.name


def plain(text):
    return " ".join(word for word in words(text) if word != "?")


def sure(text):
    return {label(intent) for intent in classify(text) if intent.score >= SURE}


def test_blind_phrases_with_one_intent():
    wrong = [(want, phrase) for want, phrase in SINGLE if label(classify(phrase)[0]) != want]
    assert 1 - len(wrong) / len(SINGLE) >= 0.95, wrong


def test_a_sure_reading_is_trustworthy():
    firsts = [(want, classify(phrase)[0], phrase) for want, phrase in SINGLE]
    certain = [(want, first, phrase) for want, first, phrase in firsts if first.score >= SURE]
    wrong = [(want, phrase) for want, first, phrase in certain if label(first) != want]
    assert len(certain) >= 0.9 * len(SINGLE)
    assert 1 - len(wrong) / len(certain) >= 0.95, wrong


def test_blind_phrases_with_several_intents():
    wrong = [(want, phrase, sure(phrase)) for want, phrase in SEVERAL if sure(phrase) != want]
    assert 1 - len(wrong) / len(SEVERAL) >= 0.95, wrong


def test_what_is_asked_about_the_clause_before_is_read_with_it():
    alone = "Vocês trabalham com isso?"
    assert sure(alone) == {"answer/subjects"}
    assert "answer/subjects" not in sure(f"Ele está muito atrasado nos conteúdos. {alone}")


def test_blind_phrases_stay_out_of_training():
    trained = {plain(one.phrase) for one in read_examples(PHRASES_FILE)} - {""}
    assert not [phrase for _, phrase in BLIND if plain(phrase) in trained]


def test_the_weights_belong_to_the_phrases():
    with np.load(WEIGHTS_FILE) as data:
        assert str(data["phrases"]) == digest([PHRASES_FILE])
    assert WEIGHTS_FILE.stat().st_size < 1_000_000


def test_fast_enough_to_run_on_every_message():
    classify("oi, qual o valor?")
    start = time.perf_counter()
    for _, phrase in BLIND:
        classify(phrase)
    assert (time.perf_counter() - start) / len(BLIND) < 0.003


def test_numpy_waits_for_the_first_text():
    code = "import sys, conversations.agent.intents; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("text", ["", "   ", "🙂", "?", "...", "\n\n"])
def test_nothing_to_read(text):
    assert sure(text) <= {"unknown"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("queria saber o preço pra 2 filhos, um faz mat e outro mat e portugues", "answer/price"),
        ("oi quero informações de preço do kumon de matemática", "answer/price"),
        ("queria ver o valor da matrícula pra dois", "answer/enrolment_fee"),
    ],
)
def test_a_price_asked_for_by_its_name_is_heard_in_a_long_clause(text, wanted):
    name, topic = wanted.split("/")
    assert (name, topic) in {(one.name, one.topic) for one in classify(text) if one.score >= 0.6}


def test_a_clause_stands_in_the_text():
    text = "Oi!! Qual o VALOR e onde fica? Obrigada 🙏"
    assert all(intent.clause in text for intent in classify(text))


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("o valor da mensalidade, bem como da taxa de matrícula", {"price", "enrolment_fee"}),
        ("me passa o endereço bem como o horário de funcionamento", {"address", "opening_hours"}),
        ("escrevo pela minha mãe q tá dirigindo ela qr saber qnto é p mes", {"price"}),
        ("buenas, vivo aqui en Foz, cuánto sale la mensualidad?", {"price"}),
    ],
)
def test_joined_reported_and_bordering_questions_are_heard(text, topics):
    sure = {one.topic for one in classify(text) if one.name == "answer" and one.score >= 0.6}
    assert topics <= sure
