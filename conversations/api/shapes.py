"""Rows as the JSON of interface.md."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from conversations.models import Conversation, Message
from leads.models import Lead, Student
from leads.qualification import missing
from scheduling.models import Visit


def lead(row: Lead, visit_ahead: Visit | None) -> dict[str, Any]:
    """`students` must be prefetched."""
    lacking = missing(row)
    return {
        "id": row.pk,
        "phone": row.phone,
        "parent_name": row.parent_name,
        "email": row.email,
        "schedule_preference": row.schedule_preference,
        "stage": row.stage,
        "qualified": not lacking,
        "missing": lacking,
        "students": [student(one) for one in row.students.all()],
        "visit": visit(visit_ahead) if visit_ahead else None,
    }


def student(row: Student) -> dict[str, Any]:
    return {
        "name": row.name,
        "age": row.age,
        "school_grade": row.school_grade,
        "subjects": row.subjects,
    }


def visit(row: Visit) -> dict[str, Any]:
    return {
        "id": row.pk,
        "lead": row.lead_id,
        "starts_at": _iso(row.starts_at),
        "ends_at": _iso(row.ends_at),
        "status": row.status,
        "version": row.version,
    }


def conversation(row: Conversation, messages_url: str) -> dict[str, Any]:
    return {
        "id": row.pk,
        "lead": row.lead_id,
        "mode": row.mode,
        "epoch": row.epoch,
        "rev": row.rev,
        "handoff_reason": row.handoff_reason,
        "waiting_since": _iso(row.waiting_since),
        "messages_url": messages_url,
    }


def message(row: Message) -> dict[str, Any]:
    return {
        "id": row.pk,
        "direction": row.direction,
        "author": row.author,
        "kind": row.kind,
        "text": "" if row.deleted_at else row.text,
        "status": row.status,
        "created_at": _iso(row.created_at),
        "rev": row.rev,
        "provider_id": row.provider_id,
    }


def _iso(at: datetime | None) -> str | None:
    return timezone.localtime(at).isoformat() if at else None
