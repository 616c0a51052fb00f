import subprocess
import sys
from pathlib import Path

import pytest

from conversations.knowledge.index import ACCEPT, Entry, KnowledgeIndex
from conversations.knowledge.qdrant import BREAKER
from conversations.knowledge.seed_files import read_entries

GOLDEN = Path(__file__).with_name("golden")


@pytest.fixture(scope="module")
def index():
    return KnowledgeIndex(read_entries())


def _questions(name):
    lines = (GOLDEN / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines]


@pytest.mark.parametrize(
    ("name", "first", "three", "accepted"),
    [("questions.tsv", 0.97, 0.99, 0.89), ("blind.tsv", 0.70, 0.88, 0.38)],
)
def test_finds_the_entry_that_answers(index, name, first, three, accepted):
    found = [(key, index.search(question)) for key, question in _questions(name)]
    right = [hits for key, hits in found if hits[0].key == key]
    assert len(right) / len(found) >= first
    assert sum(key in [hit.key for hit in hits] for key, hits in found) / len(found) >= three
    assert sum(hits[0].score >= ACCEPT for hits in right) / len(found) >= accepted


@pytest.mark.parametrize(
    ("names", "most"),
    [(("off_topic.txt", "off_topic_blind.txt"), 0.05), (("off_topic_near.txt",), 0.12)],
)
def test_refuses_what_no_entry_answers(index, names, most):
    asked = [line for name in names for line in (GOLDEN / name).read_text().splitlines()]
    accepted = [one for one in asked if any(hit.score >= ACCEPT for hit in index.search(one))]
    assert len(accepted) / len(asked) <= most, accepted


def test_every_way_of_asking_finds_its_entry(index):
    lost = [
        question
        for entry in read_entries()
        for question in entry.questions
        if entry.key not in [hit.key for hit in index.search(question)]
    ]
    assert lost == []


def test_scores_run_from_best_to_worst_within_zero_and_one(index):
    scores = [hit.score for hit in index.search("como funciona o teste?", limit=5)]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == 5
    assert all(0 <= score <= 1 for score in scores)


@pytest.mark.parametrize("text", ["", "   ", "???", "👍", "xyzwq"])
def test_says_nothing_sure_about_what_has_no_known_words(index, text):
    assert all(hit.score < ACCEPT for hit in index.search(text))


def test_an_entry_without_ways_of_asking_is_found_by_its_answer():
    entries = [
        *read_entries(),
        Entry(7, "biblioteca", "Livros", "Emprestamos gibis e revistas", ()),
    ]
    hit = KnowledgeIndex(entries).search("vocês emprestam gibis?")[0]
    assert (hit.key, hit.entry.id) == ("biblioteca", 7)


def test_without_entries_nothing_is_found():
    assert KnowledgeIndex([]).search("como funciona?") == []


def test_while_the_server_is_away_every_entry_is_compared(index):
    away = KnowledgeIndex(read_entries(), "http://127.0.0.1:9")
    for question in ("como funciona o teste?", "tem van escolar?", "de que jeito eu pago?") * 2:
        assert away.search(question)[0] == index.search(question)[0]
    assert BREAKER.state().state == "open"
    assert away.search("tem van escolar?")[0].key == "transporte"


def test_importing_it_does_not_import_qdrant():
    code = "import sys, conversations.knowledge.index; print('qdrant_client' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
