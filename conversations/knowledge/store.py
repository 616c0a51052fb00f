"""The knowledge base that holds now, as an index in this process, rebuilt when rows change."""

import threading
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Max

from conversations.knowledge.index import Entry, KnowledgeIndex
from conversations.models import KnowledgeEntry

_lock = threading.Lock()
_built: tuple[Any, KnowledgeIndex] | None = None


def current(now: datetime) -> KnowledgeIndex:
    """One query when nothing has changed."""
    global _built
    rows = KnowledgeEntry.objects.at(now)
    version = tuple(rows.aggregate(Count("pk"), Max("pk"), Max("updated_at")).values())
    with _lock:
        if _built is None or _built[0] != version:
            _built = version, KnowledgeIndex(_entries(now), settings.QDRANT_URL)
        return _built[1]


def _entries(now: datetime) -> list[Entry]:
    return [
        Entry(row.pk, row.key, row.title, row.body, tuple(row.questions))
        for row in KnowledgeEntry.objects.at(now)
    ]
