import json
import sys
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from conversations.agent.dialogue import Dialogue
from conversations.agent.explain import explain
from conversations.knowledge import store
from conversations.knowledge.index import KnowledgeIndex
from conversations.knowledge.seed_files import read_entries


class Command(BaseCommand):
    help = (
        "Why a message is understood as it is: one message a line on standard input, as text or as "
        'JSON {"text","now","asked"}; one JSON line each. Nothing is stored.'
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--now", help="ISO date and time at which the message was written")
        parser.add_argument("--asked", help="the question that was open, for example student_age")

    def handle(self, *args: Any, **options: Any) -> None:
        knowledge = self._knowledge()
        for line in sys.stdin:
            if line.strip():
                answer = self._one(line.strip("\r\n"), options, knowledge)
                self.stdout.write(json.dumps(answer, ensure_ascii=False))
                self.stdout.flush()

    def _knowledge(self) -> KnowledgeIndex:
        try:
            return store.current(timezone.now())
        except DatabaseError:
            self.stderr.write("No database answers: the knowledge base is the seed's.")
            return KnowledgeIndex(read_entries())

    def _one(self, line: str, options: dict[str, Any], knowledge: KnowledgeIndex) -> dict[str, Any]:
        given = _as_object(line)
        return explain(
            str(given.get("text") or ""),
            _moment(given.get("now") or options["now"]),
            Dialogue(asked=given.get("asked") or options["asked"]),
            knowledge,
        )


def _as_object(line: str) -> dict[str, Any]:
    if line.lstrip().startswith("{"):
        try:
            given = json.loads(line)
        except json.JSONDecodeError:
            return {"text": line}
        if isinstance(given, dict) and "text" in given:
            return given
    return {"text": line}


def _moment(given: str | None) -> datetime:
    zone = ZoneInfo(settings.TIME_ZONE)
    if not given:
        return timezone.localtime()
    try:
        moment = datetime.fromisoformat(given)
    except (TypeError, ValueError) as error:
        raise CommandError(f"{given!r} is no ISO date and time such as 2026-03-10T14:00") from error
    return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)
