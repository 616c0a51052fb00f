"""How the last minutes went: what failed, and how long families waited."""

from datetime import datetime, timedelta

from django.db import connection

from conversations.models import Message, Turn

MOST_ERRORS = 0.02
ERRORS_OVER = timedelta(minutes=15)
LEAST_ERRORS = 2  # a single failed send among few is no rate
LONGEST_REPLY = 5.0  # seconds
REPLIES_OVER = timedelta(minutes=10)
LEAST_REPLIES = 3

Status = Message.Status

FAILED = (Status.FAILED, Status.UNKNOWN)
UNDER_WAY = (Status.QUEUED, Status.SENDING, Status.DROPPED)


def error_share(now: datetime) -> float | None:
    """Of what should have left in the last 15 minutes; turns that could not be answered are among
    it. None while too little fails to say so."""
    begin = now - ERRORS_OVER
    said = Message.objects.filter(
        direction=Message.Direction.OUT, created_at__gte=begin, created_at__lt=now
    ).exclude(status__in=UNDER_WAY)
    unanswered = Turn.objects.filter(
        started_at__gte=begin, started_at__lt=now, tier="failed"
    ).count()
    failed = said.filter(status__in=FAILED).count() + unanswered
    return failed / (said.count() + unanswered) if failed >= LEAST_ERRORS else None


def reply_seconds(now: datetime) -> float | None:
    """Median of the last 10 minutes, from a burst's last message to the gateway taking the reply.
    None for fewer than three replies."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH answered AS (
                SELECT extract(epoch FROM said.sent_at - max(heard.created_at)) AS seconds
                FROM conversations_message said
                JOIN conversations_message heard ON heard.answered_by_id = said.turn_id
                WHERE said.created_at >= %(begin)s AND said.created_at < %(now)s
                  AND said.direction = 'out' AND said.provider_id IS NOT NULL
                GROUP BY said.id
            )
            SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FROM answered
            """,
            {"begin": now - REPLIES_OVER, "now": now},
        )
        count, median = cursor.fetchone()
    return float(median) if count >= LEAST_REPLIES else None
