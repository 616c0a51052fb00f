"""What a parent writes that only a person can settle, heard before any model is asked.

Phrases are data: `phrases/handoff.toml` (hard reasons) and `phrases/soft.toml`. For the hard
reasons a linear text model that has learnt from `training/handoff/` hears what no phrase foresaw:
a phrase adds PHRASE to the score of its reason, a near miss takes as much away, and the model may
overrule both.
"""

import re
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from conversations.agent.intents import classify
from conversations.agent.readers.fold import fold
from conversations.agent.text_model import load

NOTHING = "none"  # the model's label for ordinary talk
PHRASE = 3.0  # what a phrase adds to the log-odds of its reason
SURE = 0.45  # a person is called from this probability of any reason on
SURE_BESIDE_A_NEAR_MISS = 0.7  # ... where no phrase stands and a near miss does
SURE_OF_A_QUESTION = 0.8  # ... where no phrase stands and the words plainly ask for a fact
PLAIN = 0.85  # an intent's probability from which it does
WISHES = frozenset({"want_visit", "ask_slots", "my_visit"})

_PHRASES = Path(__file__).parent / "phrases"
_RUN = re.compile(r"([a-z])\1{2,}")
_SHOUT = re.compile(r"(?<!\w)[^\W\d_a-zà-ÿ]+(?:[ ,]+[^\W\d_a-zà-ÿ]+){2,}(?!\w)")
_SHOUTED = re.compile(r"!|\?\?|(?i:\b(?:n[aã]o respond|respo|agora|logo|nunca|ningu[eé]m))")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
_ONLY_MARKS = re.compile(r"\s*(?:[?!]\s*){2,}")


class Trigger(NamedTuple):
    """One section of a phrase file, compiled."""

    reason: str
    phrases: re.Pattern[str]
    near_misses: re.Pattern[str]

    def fires(self, plain: str) -> bool:
        """Whether a phrase stands in `plain` outside near misses and not denied."""
        rest = self.near_misses.sub(" | ", plain)
        return any(
            not _DENIAL.search(rest, 0, match.start()) for match in self.phrases.finditer(rest)
        )

    def looks_alike(self, plain: str) -> bool:
        """Whether `plain` has a near miss or a phrase, be it denied."""
        return bool(self.near_misses.search(plain) or self.phrases.search(plain))


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads((_PHRASES / name).read_text(encoding="utf-8"))


_SHARED = _load("shared.toml")
_WORDS: dict[str, str] = _SHARED["words"]
_SPELLING: dict[str, str] = _SHARED["spelling"]
_SPELLED = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, _SPELLING))})(?!\w)")


def _compile(phrases: list[str]) -> re.Pattern[str]:
    """Any of `phrases` as whole words; `<name>` stands for that entry of the shared words."""
    joined = "|".join(phrases)
    whole = re.sub(r"(?<!\?)<(\w+)>", lambda name: f"(?:{_WORDS[name[1]]})", joined)
    return re.compile(rf"(?<!\w)(?:{whole})(?!\w)")


def _triggers(name: str) -> list[Trigger]:
    return [
        Trigger(reason, _compile(section["phrases"]), _compile(section["not"]))
        for reason, section in _load(name).items()
    ]


_DENIAL = re.compile(rf"(?<!\w)(?:{_SHARED['denial']})$")
_GREETING = _compile(["<greeting>"])
_HANDOFF = _triggers("handoff.toml")
_BARGAINING, _IRRITATED, _LATE = _triggers("soft.toml")


def read_handoff(text: str) -> str | None:
    """The reason why `text` needs a person, or None; its surest sentence decides."""
    sentences = _sentences(text)
    whole = [text] if len(sentences) > 1 else []
    heard = [_weighed(part, text) for part in [*sentences, *whole]]
    surest = max(heard, key=lambda one: one[1], default=(NOTHING, 0.0))
    return surest[0] if surest[1] > 0 else None


def _sentences(text: str) -> list[str]:
    """The sentences of `text`; a greeting goes with what it greets for ("bom dia! alguém aí?")."""
    parts = [part for part in _SENTENCE.split(text) if part.strip()]
    while len(parts) > 1 and _GREETING.fullmatch(fold(parts[0]).strip(" ,.;?")):
        parts[:2] = [" ".join(parts[:2])]
    return parts


def phrase_reason(text: str) -> str:
    """The first reason of the file that a phrase stands for, or NOTHING."""
    plain = _plain(text)
    return next((trigger.reason for trigger in _HANDOFF if trigger.fires(plain)), NOTHING)


def phrase_bonus(text: str) -> dict[str, float]:
    """What the phrases add to the log-odds of each reason; near misses take as much away."""
    plain, bonus = _plain(text), dict[str, float]()
    for trigger in _HANDOFF:
        if not trigger.looks_alike(plain):
            continue
        fires = trigger.fires(plain)
        if not fires or PHRASE not in bonus.values():
            bonus[trigger.reason] = PHRASE if fires else -PHRASE
    return bonus


def _weighed(part: str, text: str) -> tuple[str, float]:
    """The likeliest reason, and how probable any is; 0 where that is too little. Where no phrase
    stands, a bargain is no reason, and one beside a plain wish in `text` must be sure."""
    bonus = phrase_bonus(part)
    shares = dict(load("handoff").probabilities(part, bonus))
    heard = 1 - shares.pop(NOTHING)
    reason = max(shares, key=lambda one: shares[one])
    if heard < SURE:
        return reason, 0.0
    unsure = PHRASE not in bonus.values() and (
        read_bargain(part)
        or len(part.split()) == 1  # "Cordialmente.": a word alone is a reason by its phrase only
        or (heard < SURE_BESIDE_A_NEAR_MISS and -PHRASE in bonus.values())
        or (heard < SURE_OF_A_QUESTION and _plainly_asks(text))
    )
    return reason, 0.0 if unsure else heard


def _plainly_asks(text: str) -> bool:
    """Whether it surely asks for one of the unit's facts, for a visit, or when theirs is."""
    return any(
        intent.score >= PLAIN and (intent.name in WISHES or intent.topic)
        for intent in classify(text)
        if intent.name == "answer" or intent.name in WISHES
    )


def read_bargain(text: str) -> bool:
    """Whether `text` asks for a lower price or finds it dear; "tem desconto?" only asks."""
    return _BARGAINING.fires(_plain(text))


def read_irritation(text: str) -> bool:
    """Whether `text` shows impatience: in words, in bare "???", or shouted in capitals."""
    if _ONLY_MARKS.fullmatch(text):
        return True
    shouted = _SHOUT.search(text) is not None and _SHOUTED.search(text) is not None
    return shouted or _IRRITATED.fires(_plain(text))


def read_lateness(text: str) -> bool:
    """Whether the writer will be late ("vou atrasar 10 minutos") and asks for no other time."""
    return _LATE.fires(_plain(text))


def _plain(text: str) -> str:
    """Folded, chat spellings written out, and "pésssimo" with one s."""
    folded = _RUN.sub(r"\1", fold(text))
    return _SPELLED.sub(lambda word: _SPELLING[word[0]], folded)
