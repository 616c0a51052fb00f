"""LangSmith, when it is switched on: what a model made of a turn, without a word of the family's.

LangChain's own tracing would post whole prompts, and LangGraph's the family's rows; both stay off
(`untraced`). What is posted instead is written here: names of commands, counts, money.
"""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from typing import Any

from django.conf import settings

from conversations.models import ModelCall

OF_A_COMMAND = ("command", "topic", "name", "student", "correction", "option", "reason")


@contextmanager
def untraced() -> Iterator[None]:
    """Whatever the environment says, no library traces by itself in here."""
    from langsmith import tracing_context  # heavy: only who thinks pays for it

    with tracing_context(enabled=False):
        yield


def post(call: ModelCall, answer: Any = None) -> None:
    """In the background; a LangSmith that is away is nobody's trouble."""
    if not (settings.LANGSMITH_TRACING and settings.LANGSMITH_API_KEY):
        return
    ended_at = call.started_at + timedelta(milliseconds=call.latency_ms or 0)
    _client(settings.LANGSMITH_API_KEY, settings.LANGSMITH_ENDPOINT).create_run(
        call.purpose,
        {"prompt": call.prompt, "conversation": call.conversation_id},
        "llm",
        id=uuid.uuid4(),
        start_time=call.started_at,
        end_time=ended_at,
        outputs={"outcome": call.outcome, **_shape(answer)},
        extra={"metadata": _metadata(call)},
        project_name="reception",
    )


def _metadata(call: ModelCall) -> dict[str, Any]:
    return {
        "ls_provider": call.provider,
        "ls_model_name": call.model,
        "input_tokens": call.input_tokens,
        "cached_tokens": call.cached_tokens,
        "output_tokens": call.output_tokens,
        "brl": str(call.cost),
    }


def _shape(answer: Any) -> dict[str, Any]:
    """An answer without evidence, values and spans: those are the family's own words. Of what
    is left only what our schema could have meant is kept, for a model may write anything."""
    commands = answer.get("commands") if isinstance(answer, dict) else None
    if not isinstance(commands, list):
        return {}
    return {
        "commands": [
            {key: one[key] for key in OF_A_COMMAND if _harmless(one.get(key))}
            for one in commands
            if isinstance(one, dict)
        ]
    }


def _harmless(value: Any) -> bool:
    """A number of one digit, a flag, or one of the schema's own words."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return 0 <= value <= 9
    return isinstance(value, str) and value in CODES


CODES = frozenset(
    re.findall(
        r"\w+",
        """
        answer set_field want_visit ask_slots pick_slot reschedule cancel_visit my_visit confirm
        deny handoff smalltalk opt_out clarify unknown price enrolment_fee discount opening_hours
        address contact subjects availability greeting thanks bye how_are_you bot_question apology
        wait praise question parent_name student_name phone email student_age school_grade
        schedule_preference asked_person complaint billing cancel_enrolment enrolled_student
        bargaining aggression health_needs running_late
        """,
    )
)


@cache
def _client(key: str, url: str) -> Any:
    from langsmith import Client

    return Client(api_key=key, api_url=url or None)
