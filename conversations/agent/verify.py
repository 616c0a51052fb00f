"""The last look before a reply is kept: every amount, hour, date and phone comes from an argument.

By construction this never fires; if it does, a safe text is said, a person is called, and an alert
is raised.
"""

import re
from collections.abc import Iterator, Sequence

from conversations.texts import Segment

_CHECKED = {
    "amount": re.compile(r"R\$\s?\d[\d.]*(?:,\d{2})?|\b\d[\d.,]*\s?reais\b", re.IGNORECASE),
    "hour": re.compile(r"\b\d{1,2}\s?h(?:\d{2})?\b|\b\d{1,2}:\d{2}\b"),
    "date": re.compile(r"\b\d{1,2}/\d{1,2}(?:/\d{2,4})?\b"),
    "phone": re.compile(r"\(?\d{2}\)?\s?\d{4,5}[-\s]\d{4}\b"),
}


def alarms(segments: Sequence[Segment]) -> list[str]:
    """What was said without backing, as "kind in template"; empty when all is well."""
    return [alarm for segment in segments for alarm in _of(segment)]


def _of(segment: Segment) -> Iterator[str]:
    backed = [fact.value for fact in segment.args.values()]
    for kind, pattern in _CHECKED.items():
        for match in pattern.finditer(segment.text):
            if not any(match[0] in value for value in backed):
                yield f"{kind} in {segment.template}"
