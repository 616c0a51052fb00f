"""Many families with long histories, made by PostgreSQL itself from one that the ORM made."""

from collections.abc import Mapping
from datetime import timedelta

MESSAGES = 200  # of each conversation


def grow(first: int, last: int) -> None:
    """Families number `first` to `last`, each with a conversation of MESSAGES and turns to them."""
    from django.db import connection, transaction
    from django.utils import timezone

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        templates = _templates(timezone.now() - timedelta(days=300))
        numbers = f"generate_series({first}, {last}) n"
        _multiply(cursor, "leads_lead", templates["lead"], numbers, {
            "id": "1000 + n", "phone": "'+55459' || lpad(n::text, 8, '0')",
            "parent_name": "'Ana ' || n",
            "created_at": "now() - n * interval '1 hour'",
        })  # fmt: skip
        _multiply(cursor, "conversations_conversation", templates["conversation"], numbers, {
            "id": "1000 + n", "lead_id": "1000 + n",
            "phone": "'+55459' || lpad(n::text, 8, '0')",
            "last_message_at": "now() - n * interval '1 hour'",
            "last_inbound_at": "now() - n * interval '1 hour'",
            "mode": "(ARRAY['bot','bot','bot','human','closed','bot','bot'])[1 + n % 7]",
        })  # fmt: skip
        each = f"generate_series({first}, {last}) n, generate_series(1, {MESSAGES}) k"
        at = "now() - n * interval '1 hour' - (200 - k) * interval '1 minute'"
        turn = "1000 + n * 100 + (k + 1) / 2"
        turns = f"generate_series({first}, {last}) n, generate_series(1, {MESSAGES // 2}) k"
        _multiply(cursor, "conversations_turn", templates["turn"], turns, {
            "id": "1000 + n * 100 + k", "conversation_id": "1000 + n",
            "started_at": "now() - n * interval '1 hour'",
            "finished_at": "now() - n * interval '1 hour'",
        })  # fmt: skip
        _multiply(cursor, "conversations_message", templates["message"], each, {
            "id": "10000 + n::bigint * 200 + k", "conversation_id": "1000 + n", "rev": "k",
            "provider_id": "'M' || n || '.' || k", "created_at": at, "sent_at": at,
            "stored_at": at,
            "direction": "CASE WHEN k % 2 = 1 THEN 'in' ELSE 'out' END",
            "author": "CASE WHEN k % 2 = 1 THEN 'parent' ELSE 'bot' END",
            "status": "CASE WHEN k % 2 = 1 THEN 'received' ELSE 'read' END",
            "text": "'A mensalidade e a visita, número ' || k",
            "answered_by_id": f"CASE WHEN k % 2 = 1 THEN {turn} END",
            "turn_id": f"CASE WHEN k % 2 = 0 THEN {turn} END",
            "accepted_at": f"CASE WHEN k % 2 = 0 THEN {at} END",
        })  # fmt: skip
        for row in templates.values():
            row.delete()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # as autovacuum would have done long since


def _templates(at: object) -> dict[str, object]:
    from conversations.models import Conversation, Message, Turn
    from leads.models import Lead

    lead = Lead.objects.create(email="ana@example.com")
    conversation = Conversation.objects.create(
        lead=lead, instance="vila-a", reply_to="x", last_text="Obrigada!", rev=MESSAGES
    )
    turn = Turn.objects.create(
        conversation=conversation, epoch=0, started_at=at, finished_at=at, tier="rules"
    )
    message = Message.objects.create(
        conversation=conversation, direction="in", author="parent", rev=1, status="received",
        sent_at=at,
    )  # fmt: skip
    return {"message": message, "turn": turn, "conversation": conversation, "lead": lead}


def _multiply(
    cursor: object, table: str, template: object, numbers: str, changed: Mapping[str, str]
) -> None:
    """A row like `template` for each of `numbers`, whatever columns there are."""
    columns = [field.column for field in template._meta.concrete_fields]  # type: ignore[attr-defined]
    values = [changed.get(column, f't."{column}"') for column in columns]
    cursor.execute(  # type: ignore[attr-defined]
        f"INSERT INTO {table} ({', '.join(map(_quoted, columns))}) "
        f"SELECT {', '.join(values)} FROM {table} t, {numbers} WHERE t.id = {template.pk}"  # type: ignore[attr-defined]
    )


def _quoted(name: str) -> str:
    return f'"{name}"'
