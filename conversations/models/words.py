"""The words of a message as PostgreSQL's full-text search keeps them: without case and accents.

No dictionary of stems: staff find names and half-written words too, by how they begin.
"""

import re
import unicodedata

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Func, TextField, Value
from django.db.models.functions import Lower

_CONFIG = "simple"
_ACCENTED, _BARE = "áàâãäéèêëíìîïóòôõöúùûüçñ", "aaaaaeeeeiiiiooooouuuucn"


def vector(field: str) -> SearchVector:
    """The words of a text field; the index and every query must say the same."""
    bare = Func(
        Lower(field), Value(_ACCENTED), Value(_BARE),
        function="translate", output_field=TextField(),
    )  # fmt: skip
    return SearchVector(bare, config=_CONFIG)


def beginning_with(text: str) -> SearchQuery | None:
    """Matches what has a word beginning with each word of `text`; None if it has no word."""
    bare = unicodedata.normalize("NFC", text.lower()).translate(str.maketrans(_ACCENTED, _BARE))
    found = re.findall(r"\w+", bare)
    if not found:
        return None
    return SearchQuery(" & ".join(f"{word}:*" for word in found), config=_CONFIG, search_type="raw")
