"""Questions that no entry answered, collected so that staff may turn them into entries."""

import re
from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from conversations.agent.commands import Command
from conversations.agent.text_model import NAMES
from conversations.knowledge.words import same_words, stem, words
from conversations.models import UnansweredQuestion

UNKNOWN_QUESTION = ("unknown", "question")
LONGEST = 200
LEFT_OUT = "…"
_EMPTY = frozenset(
    map(
        stem,
        (
            *("a", "o", "as", "os", "um", "uma", "de", "da", "do", "das", "dos", "em", "no", "na"),
            *("nos", "nas", "por", "para", "com", "que", "e", "ou", "se", "eu", "me", "meu"),
            *("minha", "voce", "voces", "ele", "ela", "isso", "oi", "ola", "bom", "boa", "dia"),
            *("tarde", "noite", "tem", "ter", "ai", "aqui", "la", "so", "tambem", "ja", "mas"),
            *("como", "qual", "quais", "quero", "queria", "gostaria", "saber", "pode", "posso"),
        ),
    )
)
_NO_NAMES = frozenset({"kumon", "matemática", "português", "inglês", "enem"})
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_PERSONAL = re.compile(r"\S+@\S+|\S*\d\S*")


def collect(commands: Iterable[Command], now: datetime) -> None:
    """Count the questions among `commands` that had no answer, alike ones together."""
    asked = [one.evidence for one in commands if (one.command, one.topic) == UNKNOWN_QUESTION]
    for question in dict.fromkeys(asked):
        if gist := _gist(question):
            _count(gist, anonymous(question), now)


def anonymous(question: str) -> str:
    """Without names, numbers and addresses, and cut to what a list shows."""
    nameless = _WORD.sub(_left_out, _PERSONAL.sub(LEFT_OUT, question))
    return " ".join(nameless.split())[:LONGEST]


def _left_out(word: re.Match[str]) -> str:
    """A first name, or a capital within the sentence: most of those are names too."""
    before = word.string[: word.start()].rstrip()
    within = bool(before) and before[-1] not in ".!?…"
    capital = within and word[0].istitle() and word[0].casefold() not in _NO_NAMES
    return LEFT_OUT if capital or NAMES.intersection(words(word[0])) else word[0]


def _gist(question: str) -> str:
    """The stems that say what is asked, in one order: "tem piscina aí?" and "aí tem piscina"."""
    stems = {stem(word) for word in same_words(words(anonymous(question)))}
    return " ".join(sorted(stems - _EMPTY))[:300]


def _count(gist: str, wording: str, now: datetime) -> None:
    """One statement: two turns at once make one row. What was dismissed stays so."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO conversations_unansweredquestion
                (gist, wording, asked, first_asked_at, last_asked_at, state)
            VALUES (%s, %s, 1, %s, %s, %s)
            ON CONFLICT (gist) DO UPDATE SET
                asked = conversations_unansweredquestion.asked + 1, last_asked_at = %s
            """,
            [gist, wording, now, now, UnansweredQuestion.State.OPEN, now],
        )
