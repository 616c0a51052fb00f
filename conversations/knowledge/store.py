"""The knowledge base that holds now, as an index in this process, rebuilt when rows change."""

import logging
import threading
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Max

from conversations.knowledge.index import Entry, KnowledgeIndex, KnowledgeUnavailable
from conversations.models import KnowledgeEntry

log = logging.getLogger(__name__)
_lock = threading.Lock()
_built: tuple[Any, KnowledgeIndex] | None = None


def current(now: datetime) -> KnowledgeIndex:
    """One query when nothing has changed."""
    global _built
    rows = KnowledgeEntry.objects.at(now)
    version = tuple(rows.aggregate(Count("pk"), Max("pk"), Max("updated_at")).values())
    with _lock:
        if _built is None or _built[0] != version:
            _built = version, _index(_entries(now))
        return _built[1]


def _index(entries: list[Entry]) -> KnowledgeIndex:
    """On the server if there is one and it works, else in this process: both answer alike."""
    try:
        return KnowledgeIndex(entries, settings.QDRANT_URL)
    except KnowledgeUnavailable:
        log.warning("Qdrant cannot be used; the knowledge base is kept in this process")
        return KnowledgeIndex(entries)


def _entries(now: datetime) -> list[Entry]:
    return [
        Entry(row.pk, row.key, row.title, row.body, tuple(row.questions))
        for row in KnowledgeEntry.objects.at(now)
    ]
