"""Phrases written with alternatives: `[quero|queria] falar com [a dona|alguém]`.

An empty alternative leaves its words out.
"""

import random
import re
from collections.abc import Iterator
from itertools import chain, zip_longest

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SPACES = re.compile(r"\s+")


def variants(pattern: str, most: int) -> list[str]:
    """At most `most` different phrases, the same each time, every alternative about as often."""
    chance = random.Random(pattern)  # noqa: S311 - no secret
    parts = _CHOICE.split(pattern)  # plain words and choices take turns
    plain, choices = parts[::2], [_dealt(choice.split("|"), chance) for choice in parts[1::2]]
    found: dict[str, None] = {}
    for _ in range(most * 3):
        chosen = [next(choice) for choice in choices]
        phrase = "".join(chain.from_iterable(zip_longest(plain, chosen, fillvalue="")))
        found.setdefault(_SPACES.sub(" ", phrase).strip())
        if len(found) == most:
            break
    return list(found)


def _dealt(choices: list[str], chance: random.Random) -> Iterator[str]:
    """Each choice once in a random order, over and over."""
    while True:
        yield from chance.sample(choices, len(choices))
