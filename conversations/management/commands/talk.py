"""Talk to the receptionist in the terminal: a simulated phone without its page."""

import sys
from argparse import ArgumentParser
from select import select
from time import monotonic, sleep
from typing import Any, TextIO

import httpx2
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from conversations.models import SimulatedParent
from conversations.simulator import phones
from conversations.simulator.forms import ParentForm

POLL = 0.2  # seconds


class Command(BaseCommand):
    help = (
        "Talk to the receptionist of the running site as a parent, one message a line; Ctrl-D "
        "ends. At a terminal several quick lines are one burst; from a pipe each line waits for "
        "the answer to the one before."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--phone", default="(45) 99999-0001", help="the parent's number")
        parser.add_argument("--name", default="Maria Souza", help="the parent's WhatsApp name")
        parser.add_argument("--wait", type=float, default=20, help="seconds for an answer (20)")

    def handle(self, *args: Any, **options: Any) -> None:
        check_site()
        form = ParentForm({"name": options["name"], "number": options["phone"]})
        if not form.is_valid():
            raise CommandError(
                "; ".join(str(error) for each in form.errors.values() for error in each)
            )
        parent = phones.add(form.cleaned_data["name"], form.cleaned_data["number"], by_lid=False)
        phones.read(parent)
        self._shown = phones.newest_answer(parent)
        for line in sys.stdin:
            self._show_answers(parent)
            if line.strip():
                phones.say(parent, {"conversation": line.strip()}, timezone.now())
                self._wait_for_answer(parent, sys.stdin, options["wait"])

    def _wait_for_answer(self, parent: SimulatedParent, stdin: TextIO, seconds: float) -> None:
        until = monotonic() + seconds
        while not self._show_answers(parent) and not typed(stdin):
            if monotonic() > until:
                self.stderr.write(f"No answer in {seconds:g} s.")
                return
            sleep(POLL)

    def _show_answers(self, parent: SimulatedParent) -> bool:
        """Prints what came since the last look; false when nothing did."""
        came = list(parent.bubbles.filter(pk__gt=self._shown).exclude(author=phones.Author.PARENT))
        for bubble in came:
            self.stdout.write(f"\n{bubble.text}\n\n")
            self._shown = bubble.pk
        phones.read(parent)
        return bool(came)


def check_site() -> None:
    """Raises CommandError where nobody would answer."""
    page = f"http://127.0.0.1:{settings.PORT}/simulator/"
    if "/simulator/" not in settings.EVOLUTION_API_URL:
        raise CommandError(
            "EVOLUTION_API_URL is set: answers go there, not to the simulated phone."
        )
    try:
        answer = httpx2.get(page, trust_env=False)
    except httpx2.HTTPError:
        raise CommandError(f"Nothing answers at {page}: start `make run` first.") from None
    if not answer.is_success:
        raise CommandError(f"{page} answers {answer.status_code}: is SIMULATOR=1 there?")


def typed(stdin: TextIO) -> bool:
    """Whether the next line stands ready at a terminal; a pipe's lines wait for their turn."""
    return stdin.isatty() and bool(select([stdin], [], [], 0)[0])
