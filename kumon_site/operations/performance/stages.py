"""The stages of a message, from the columns that each leaves behind (docs/architecture.md)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

# In the order of a message's way. The middle ones are the steps of the agent's own trace.
LABELS: dict[str, Any] = {
    "stored": _("received → stored"),
    "picked_up": _("burst over → picked up"),
    "gathered": _("rows read"),
    "guarded": _("cleaned"),
    "closed_answers": _("closed answers"),
    "understood": _("understood"),
    "decided": _("decided"),
    "spoken": _("worded"),
    "verified": _("verified"),
    "written": _("picked up → written"),
    "accepted": _("written → taken by the gateway"),
    "replied": _("burst over → taken by the gateway"),
    "delivered": _("taken → delivered"),
    "read": _("delivered → read"),
}
# What we can do something about; how long phones and families take is only shown.
OURS = [name for name in LABELS if name not in ("delivered", "read")]


@dataclass(frozen=True)
class Stage:
    """Percentiles of a window, in milliseconds."""

    name: str
    count: int
    p50: float
    p95: float
    p99: float

    @property
    def label(self) -> Any:
        return LABELS[self.name]


SQL = """
WITH spent AS (
    SELECT 'stored' AS stage, stored_at - created_at AS took FROM conversations_message
    WHERE direction = 'in' AND created_at >= %(begin)s AND created_at < %(end)s
  UNION ALL
    SELECT step.stage, step.took FROM conversations_message said
    LEFT JOIN conversations_turn turn ON turn.id = said.turn_id
    CROSS JOIN LATERAL (VALUES
        ('accepted', said.accepted_at - said.created_at),
        ('replied', said.accepted_at - turn.due_at),
        ('delivered', said.delivered_at - said.accepted_at),
        ('read', said.read_at - said.delivered_at)
    ) AS step(stage, took)
    WHERE said.direction = 'out' AND said.created_at >= %(begin)s AND said.created_at < %(end)s
  UNION ALL
    SELECT step.stage, step.took FROM conversations_turn turn
    CROSS JOIN LATERAL (
        SELECT 'picked_up', turn.started_at - turn.due_at
        UNION ALL SELECT 'written', turn.finished_at - turn.started_at
        UNION ALL SELECT key, value::float * interval '1 millisecond'
        FROM jsonb_each_text(turn.trace -> 'timings_ms')
    ) AS step(stage, took)
    WHERE turn.started_at >= %(begin)s AND turn.started_at < %(end)s
)
SELECT stage, count(*),
    percentile_cont(ARRAY[0.5, 0.95, 0.99])
        WITHIN GROUP (ORDER BY extract(epoch FROM took)::float * 1000)
FROM spent WHERE took >= interval '0' GROUP BY stage
"""


def measured(begin: datetime, end: datetime) -> list[Stage]:
    """The stages of [begin, end) in which something happened."""
    with connection.cursor() as cursor:
        cursor.execute(SQL, {"begin": begin, "end": end})
        found = {
            name: Stage(name, count, *(round(float(value), 2) for value in values))
            for name, count, values in cursor.fetchall()
        }
    return [found[name] for name in LABELS if name in found]
