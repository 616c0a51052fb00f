"""The time that a visit is moved to, among the reasons that are told beside it."""

import re
from datetime import datetime

from conversations.agent.readers.dates import read_when
from conversations.agent.readers.fold import fold

# "Troca pra quinta às 11h", said by who has a visit; what follows the "pra" is the new time.
_MOVES = re.compile(
    r"\b(?:(?:troc|mud|remarc|reagend|transfer|transfir|adi|antecip|alter)(?:a|ar|e|em|amos|ir|o|ou)"
    r"|(?:me )?pass(?:a|ar|e)|poe|bota|coloca|joga|empurra)\b"
)
_NEW_TIME = re.compile(
    rf"{_MOVES.pattern}[^,.;?!\n]{{0,40}}?\b(?P<to>(?:pra|para|pro|p) [^,.;?!\n]+?)"
    r"(?= (?:que|q|porque|pq|pois|ja que) |[,.;?!\n]|$)"
)


def moved_to(text: str, now: datetime) -> str | None:
    """The folded words of "muda pra sexta às 10h" that name a day and an hour, the clearest first.

    Reasons ("quinta tenho médico") are left out where what follows "pra" is clear by itself.
    """
    folded = fold(text)
    if not _MOVES.search(folded):
        return None
    spans = [folded, *(new["to"] for new in _NEW_TIME.finditer(folded))]
    read = [(span, read_when(span, now, asked=True)) for span in spans]
    named = [(span, new) for span, new in read if new and new.dates and new.time]
    clear = [span for span, new in named if not new.ambiguous]
    return (clear or [named[-1][0]])[0] if named else None
