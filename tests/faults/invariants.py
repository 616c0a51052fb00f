"""What must hold whatever was killed: read from the rows, and from what the gateway saw."""

from collections import Counter
from typing import Any

import psycopg
from psycopg.rows import dict_row

from kumon_site import embedded
from tests.faults.gateway import UnrulyEvolution
from tests.faults.people import Families, Held
from tests.running import Copy

GRACE = 1.0  # seconds a call to the gateway may be under way when staff take over

MESSAGES = """
    SELECT m.id, m.conversation_id, c.reply_to, m.direction, m.author, m.status, m.provider_id,
           m.text, m.answered_by_id, m.awaits_answer, m.due_at, m.rev
    FROM conversations_message m JOIN conversations_conversation c ON c.id = m.conversation_id
    ORDER BY m.id
"""
SENT = ("sent", "delivered", "read")
STUCK = {
    "turns that are due or claimed": """
        SELECT count(*) FROM conversations_conversation
        WHERE due_at IS NOT NULL OR claimed_until > now() OR unattended""",
    "replies that wait or are unconfirmed": """
        SELECT count(*) FROM conversations_message
        WHERE due_at IS NOT NULL OR status IN ('queued', 'sending', 'unknown')""",
    "messages that wait for an answer": """
        SELECT count(*) FROM conversations_message WHERE awaits_answer""",
    "events with an error": """
        SELECT count(*) FROM conversations_rawevent WHERE error <> ''""",
}


def rows(copy: Copy, query: str) -> list[dict[str, Any]]:
    url = embedded.urls(copy.folder)[0]
    with psycopg.connect(url, row_factory=dict_row, connect_timeout=5) as connection:
        return connection.execute(query).fetchall()


def stuck(copy: Copy) -> dict[str, int]:
    """How many rows still wait for something, by what they wait for."""
    return {what: rows(copy, query)[0]["count"] for what, query in STUCK.items()}


def violations(
    copy: Copy, gateway: UnrulyEvolution, families: Families, held: list[Held]
) -> dict[str, list[str]]:
    """By invariant; all empty when everything held."""
    messages = rows(copy, MESSAGES)
    return {
        "lost on the way in": _lost(messages, families, gateway),
        "answered by nobody": _unanswered(copy, messages),
        "answered twice": _answered_twice(copy),
        "said twice": _said_twice(messages, gateway),
        "out of order": _out_of_order(messages, gateway),
        "sent under a stale epoch": _stale(messages, gateway, held),
        "two changes with one rev": _same_rev(messages),
        "never left": [f"{m['id']}: {m['status']}" for m in messages if m["status"] == "failed"],
        "stuck": [f"{count} {what}" for what, count in stuck(copy).items() if count],
    }


def _lost(
    messages: list[dict[str, Any]], families: Families, gateway: UnrulyEvolution
) -> list[str]:
    stored = Counter(m["provider_id"] for m in messages if m["direction"] == "in")
    said = [provider_id for ids in families.said.values() for provider_id in ids]
    return [f"{each}: {stored[each]} rows" for each in said if stored[each] != 1] + gateway.refused


def _unanswered(copy: Copy, messages: list[dict[str, Any]]) -> list[str]:
    """Where no person was ever involved, the bot has answered everything."""
    people = rows(
        copy,
        "SELECT DISTINCT conversation_id AS id FROM conversations_handoff UNION"
        " SELECT conversation_id FROM conversations_message WHERE author = 'staff' UNION"
        " SELECT id FROM conversations_conversation WHERE mode <> 'bot' OR epoch > 1000",
    )
    with_people = {row["id"] for row in people}
    return [
        str(m["id"])
        for m in messages
        if m["direction"] == "in"
        and m["answered_by_id"] is None
        and m["conversation_id"] not in with_people
    ]


def _answered_twice(copy: Copy) -> list[str]:
    """A turn was kept, and another one answered all the same messages again."""
    empty = rows(
        copy,
        "SELECT t.id FROM conversations_turn t WHERE NOT EXISTS"
        " (SELECT 1 FROM conversations_message m WHERE m.answered_by_id = t.id)",
    )
    return [f"turn {row['id']}" for row in empty]


def _said_twice(messages: list[dict[str, Any]], gateway: UnrulyEvolution) -> list[str]:
    """What reached a phone without being the one send of a row."""
    ours = {m["provider_id"] for m in messages if m["direction"] == "out"}
    return [
        f"{each['key']['id']} to {each['key']['remoteJid'][:6]}…"
        for each in gateway.sent
        if each["key"]["id"] not in ours
    ]


def _out_of_order(messages: list[dict[str, Any]], gateway: UnrulyEvolution) -> list[str]:
    place = {each["key"]["id"]: number for number, each in enumerate(gateway.sent)}
    newest: dict[int, int] = {}
    wrong = []
    for message in messages:
        if message["status"] not in SENT or message["direction"] == "in":
            continue
        arrived = place.get(message["provider_id"], -1)
        if arrived < newest.get(message["conversation_id"], -1):
            wrong.append(f"message {message['id']}")
        newest[message["conversation_id"]] = arrived
    return wrong


def _stale(messages: list[dict[str, Any]], gateway: UnrulyEvolution, held: list[Held]) -> list[str]:
    by_bot = [m for m in messages if m["author"] == "bot" and m["provider_id"]]
    return [
        f"message {m['id']}, {at - period.since:.1f} s after the take-over"
        for m in by_bot
        for period in held
        if period.conversation == m["conversation_id"]
        and (at := gateway.accepted_at.get(m["provider_id"]))
        and period.since + GRACE < at < period.until
    ]


def _same_rev(messages: list[dict[str, Any]]) -> list[str]:
    """Several rows of one change may share a rev; a rev never comes back later."""
    seen = Counter((m["conversation_id"], m["rev"]) for m in messages if m["direction"] == "in")
    return [f"conversation {pk} at {rev}" for (pk, rev), count in seen.items() if count > 1]
