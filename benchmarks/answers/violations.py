"""What no reply may ever do, looked for in the text that left for the phone and in the rows.

Nothing here trusts what the product says of itself (its segments' arguments, its own alarms): texts
are read anew, and rows are asked what is true.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from benchmarks.answers.scenarios import TZ
from billing_rules.models import EnrolmentFee, MonthlyFee
from conversations.models import Conversation, KnowledgeEntry, Unit
from leads.models import Lead
from leads.phones import display
from leads.qualification import missing
from scheduling.booking import load_calendar
from scheduling.models import Visit
from scheduling.slots import Calendar

LONGEST = 700  # characters of a reply
WEEKDAYS = ("segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado",
            "domingo")  # fmt: skip
_MOMENT = re.compile(
    rf"(?P<weekday>{'|'.join(WEEKDAYS)}), (?P<day>\d\d)/(?P<month>\d\d), às "
    r"(?P<hour>\d{1,2})h(?P<minute>\d\d)?\b"
)
_NUMBERED = re.compile(r"^\d\) (.*)$", re.MULTILINE)
_AMOUNT = re.compile(r"R\$|\breais\b|\breal\b", re.IGNORECASE)
_MONEY = re.compile(r"R\$ (\d{1,3}(?:\.\d{3})*,\d\d)(?!\d|,\d)")
_HOUR = re.compile(r"\b\d{1,2}\s?h(?:\d\d)?\b|\b\d{1,2}:\d\d\b|\b\d{1,2} horas\b")
_DATE = re.compile(r"\b\d{1,2}/\d{1,2}\b|\bdia \d{1,2}\b")
_WEEKDAY = re.compile(rf"\b(?:{'|'.join(WEEKDAYS[:5])})\b")
_PHONE = re.compile(r"\(?\b\d{2}\)?\s?9?\d{4}[-\s]\d{4}\b|\+55\d{10,11}")
_PLACE = re.compile(r"\b(?:Av\.|Avenida|Rua|R\.) ")
_DENIES = re.compile(r"(?:não há|nenhuma|não têm) visita marcada", re.IGNORECASE)
_CONFIRMS = re.compile(
    r"visita (?:está |foi )?marcada|marcada para|esperamos vocês|remarcado|a visita mudou|"
    r"troquei: agora|visita confirmada|presença confirmada|continua marcada|mantive a visita",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"\{|\}|\bNone\b|\bnull\b|\bTrue\b|\[\]|\[[a-z_]+\]")
_URL = re.compile(r"https?:|www\.|\b[\w-]+\.(?:com|br|net|org|io|ly)\b(?!.*@)", re.IGNORECASE)
_EMAIL = re.compile(r"\S+@\S+")
_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")
_ONE_WORDING = {"slot_list", "answer_knowledge"}


@dataclass(frozen=True)
class Sent:
    """One message as the gateway was given it, with the texts it was made of."""

    text: str
    segments: tuple[Mapping[str, Any], ...]
    by_bot: bool


@dataclass(frozen=True)
class Violation:
    code: str
    detail: str

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}"


@dataclass
class Watch:
    """Looks at a conversation's replies, one burst after the other."""

    wordings: dict[str, int] = field(default_factory=dict)
    previous: str = ""

    def look(
        self, sent: Sequence[Sent], now: datetime, conversation: Conversation, *, replies: int
    ) -> list[Violation]:
        """`replies`: how many there must be. `conversation` as it is after the burst."""
        ours = [one for one in sent if one.by_bot]
        truth = Truth(conversation, now)
        found = list(_number(len(ours), replies, conversation))
        for one in ours:
            found += [*_facts(one.text, truth), *_form(one.text), *_asked(one, truth)]
            found += self._repeated(one)
        if truth.doubled:
            found.append(Violation("double", "two active visits at one time or of one family"))
        return found

    def _repeated(self, sent: Sent) -> Iterator[Violation]:
        if sent.text == self.previous:
            yield Violation("same", "the same reply twice in a row")
        self.previous = sent.text
        for segment in sent.segments:
            name, wording = str(segment["template"]), int(segment["wording"])
            if name not in _ONE_WORDING and self.wordings.get(name) == wording:
                yield Violation("same", f"wording {wording} of {name} again")
            self.wordings[name] = wording


class Truth:
    """What the rows say at a moment."""

    def __init__(self, conversation: Conversation, now: datetime) -> None:
        self.now = now
        self.lead = Lead.objects.prefetch_related("students").get(pk=conversation.lead_id)
        self.missing = missing(self.lead)
        self.visits = list(Visit.objects.filter(lead=self.lead))
        ahead = Visit.objects.filter(lead=self.lead).ahead(now)  # what is over binds nobody
        self.active = list(ahead.values_list("starts_at", flat=True))

    @property
    def doubled(self) -> bool:
        starts = list(Visit.objects.ahead(self.now).values_list("starts_at", flat=True))
        return len(starts) > len(set(starts)) or len(self.active) > 1

    @cached_property
    def unit(self) -> Unit:
        return Unit.objects.at(self.now).get()

    @cached_property
    def calendar(self) -> Calendar:
        return load_calendar(self.now)

    @cached_property
    def amounts(self) -> set[Decimal]:
        monthly = MonthlyFee.objects.at(self.now).get().amount
        once = EnrolmentFee.objects.at(self.now).get().amount
        students = list(self.lead.students.all())
        plans = [len(one.subjects) for one in students if one.subjects]
        return {monthly, once, monthly * sum(plans), once * len(plans)}

    @cached_property
    def clocks(self) -> set[str]:
        rows = self.calendar.hours
        return {f"{at.hour}h{at.minute or ''}" for row in rows for at in (row.opens, row.closes)}

    @cached_property
    def entries(self) -> list[str]:
        return list(KnowledgeEntry.objects.at(self.now).values_list("body", flat=True))

    def may_be_named(self, at: datetime) -> bool:
        """A visit of this family, a time somebody could have, or the next opening."""
        known = at in [visit.starts_at for visit in self.visits]
        return known or self.calendar.next_open(self.now) == at or self.in_grid(at)

    def in_grid(self, at: datetime) -> bool:
        return self.calendar.verdict(at).status in ("free", "taken", "too_soon")

    def resolved(self, match: re.Match[str]) -> datetime:
        """The date without a year that is nearest to now."""
        at = self.now.astimezone(TZ)
        day, month = int(match["day"]), int(match["month"])
        years = (at.year - 1, at.year, at.year + 1)
        days = [date(year, month, day) for year in years]
        near = min(days, key=lambda one: abs((one - at.date()).days))
        clock = datetime.min.time().replace(
            hour=int(match["hour"]), minute=int(match["minute"] or 0)
        )
        return datetime.combine(near, clock, TZ)


def _number(count: int, expected: int, conversation: Conversation) -> Iterator[Violation]:
    if count > max(expected, 1):
        yield Violation("two_replies", f"{count} replies to one burst")
    elif count > expected:
        yield Violation("over_staff", f"a reply in mode {conversation.mode}")
    elif count < expected:
        yield Violation("no_reply", f"in mode {conversation.mode}")


def _facts(text: str, truth: Truth) -> Iterator[Violation]:
    yield from _money(text, truth)
    yield from _moments(text, truth)
    rest = _MOMENT.sub(" ", text)
    if any(entry in rest for entry in truth.entries) if _HOUR.search(rest) else False:
        rest = ""  # an entry of the knowledge base may speak of hours
    yield from (
        Violation("hour", found[0])
        for found in _HOUR.finditer(rest)
        if found[0] not in truth.clocks
    )
    yield from (Violation("date", found[0]) for found in _DATE.finditer(rest))
    yield from _addresses(text, truth)
    if _confirms(text) and not truth.active:
        yield Violation("unbacked", "a confirmation without a visit")


def _confirms(text: str) -> bool:
    return _CONFIRMS.search(_DENIES.sub(" ", text)) is not None


def _money(text: str, truth: Truth) -> Iterator[Violation]:
    amounts = _MONEY.findall(text)
    if len(amounts) != len(_AMOUNT.findall(text)):
        yield Violation("form", "an amount that is not R$ 1.234,56")
    for amount in amounts:
        if Decimal(amount.replace(".", "").replace(",", ".")) not in truth.amounts:
            yield Violation("price", f"R$ {amount}")


def _moments(text: str, truth: Truth) -> Iterator[Violation]:
    offered = set(_NUMBERED.findall(text))
    for match in _MOMENT.finditer(text):
        at = truth.resolved(match)
        if WEEKDAYS[at.weekday()] != match["weekday"]:
            yield Violation("weekday", match[0])
        if not truth.may_be_named(at):
            yield Violation("date", match[0])
        elif match[0] in offered and not truth.calendar.verdict(at).free:
            yield Violation("offer", f"{match[0]} is not free")
        elif _confirms(text) and match[0] not in offered and at not in truth.active:
            yield Violation("unbacked", f"{match[0]} is no visit")
    if _WEEKDAY.search(_MOMENT.sub(" ", text)):
        yield Violation("form", "a weekday without date and hour")


def _addresses(text: str, truth: Truth) -> Iterator[Violation]:
    allowed = {display(truth.unit.contact_phone)}
    if truth.lead.phone:
        allowed |= {display(truth.lead.phone), truth.lead.phone}
    yield from (
        Violation("phone", found[0]) for found in _PHONE.finditer(text) if found[0] not in allowed
    )
    if _PLACE.search(text) and truth.unit.address not in text:
        yield Violation("address", "not the unit's")


def _form(text: str) -> Iterator[Violation]:
    if _PLACEHOLDER.search(text):
        yield Violation("placeholder", _PLACEHOLDER.search(text)[0])  # type: ignore[index]
    if len(text) > LONGEST:
        yield Violation("long", f"{len(text)} characters")
    if text.count("?") > 1:
        yield Violation("questions", f"{text.count('?')} in one reply")
    if url := _URL.search(_EMAIL.sub(" ", text)):
        yield Violation("url", url[0])
    if any(len(_EMOJI.findall(paragraph)) > 1 for paragraph in text.split("\n\n")) or "!!" in text:
        yield Violation("form", "emoji or exclamation marks")


def _asked(sent: Sent, truth: Truth) -> Iterator[Violation]:
    """Nothing is asked that is known."""
    for segment in sent.segments:
        name = str(segment["template"]).removeprefix("ask_").removesuffix("_example")
        name = {
            "student_age_self": "student_age",
            "preference_for_classes": "schedule_preference",
        }.get(name, name)
        if segment["template"].startswith("ask_") and name in _FIELDS and name not in truth.missing:
            yield Violation("known", f"asked for {name}")
        if name == "visit_invite" and truth.active:
            yield Violation("known", "invited to a second visit")


_FIELDS = {
    "parent_name",
    "student_name",
    "student_age",
    "school_grade",
    "subjects",
    "email",
    "phone",
    "schedule_preference",
}
