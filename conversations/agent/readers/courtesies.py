"""Courtesies that ask and tell nothing: an apology, "um minutinho", a kind word."""

import re

from .answers import spelled_out, without_fillers
from .lexicon import lines_of

# Who says this lacks what was asked, however politely.
_LACKS = re.compile(r"\bnao (?:sei|lembro|entendi|sabemos|faco ideia)\b")
_CLAUSE = re.compile(r"[,.;:\n]+|(?<=\w) - ")
# "Um momento difícil": a wait ends its clause, or is followed by its reason.
_WAITS = r"(?= (?:que|q|so|ai|por favor|pfv|pf|aqui|pra|para|com|vou|to|ja|d[oa])\b|\W*$)"


def read_courtesy(text: str) -> str | None:
    """The topic of small talk that the text is, if it is one: apology, wait or praise.

    Meant for what says nothing else; who asks, or does not know what was asked, is not courteous.
    """
    said = spelled_out(re.sub(r"[!\n]", ",", text))
    if "?" in said or _LACKS.search(said):
        return None
    whole = [clause.strip() for clause in _CLAUSE.split(said)]
    clauses = [*whole, *map(without_fillers, whole)]
    for topic, phrase in _TOPICS:
        if any(phrase.search(clause) for clause in clauses):
            return topic
    return None


def _load() -> list[tuple[str, re.Pattern[str]]]:
    phrases: dict[str, list[str]] = {}
    for line in lines_of("courtesies.txt"):
        if line.startswith("["):
            here = phrases.setdefault(line.strip("[]"), [])
        else:
            here.append(re.escape(line))
    forms = {
        "apology": r"\b(?:{})\b",
        "wait": rf"^(?:so )?(?:{{}}){_WAITS}",
        "praise": r"^(?:{})\b",
    }
    return [
        (topic, re.compile(forms[topic].format("|".join(said)))) for topic, said in phrases.items()
    ]


_TOPICS = _load()
