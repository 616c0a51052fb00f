import pytest

from conversations.knowledge.words import runs, same_words, stem, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Vcs têm Inglês?", ["voces", "tem", "ingles"]),
        ("pq não tá?", ["por", "que", "nao", "esta"]),
        ("oiiiii", ["oi"]),
        ("5º ano", ["5o", "ano"]),
        ("👍 !!", []),
    ],
)
def test_words_come_without_accents_and_chat_spellings(text, expected):
    assert words(text) == expected


def test_stems_join_the_forms_of_a_word():
    assert stem("estudando") == stem("estudar")


def test_runs_mark_both_ends():
    assert runs("sol", 3, 4) == ("_so", "sol", "ol_", "_sol", "sol_")


def test_synonyms_become_one_word():
    assert len(set(same_words(["filho", "menina", "crianca"]))) == 1
    assert same_words(["janela"]) == ["janela"]
