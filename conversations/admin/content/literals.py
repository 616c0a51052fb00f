"""Facts have no place in prose: a price written into a text would outlive its row."""

from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from conversations.agent.verify import alarms
from conversations.texts import Fact, Segment, placeholders

_WORDS = {
    "amount": _("an amount"),
    "hour": _("an hour"),
    "date": _("a date"),
    "phone": _("a phone"),
}


def literal_facts(text: str) -> list[str]:
    """Which kinds of fact stand in `text` as letters: amount, hour, date, phone.

    The same look that every reply gets before it is kept.
    """
    filled = {name: Fact("…") for name in placeholders(text)}
    found = alarms([Segment("text", 0, text, filled)])
    return list(dict.fromkeys(alarm.split(" in ")[0] for alarm in found))


def refuse_literal_facts(text: str) -> None:
    """Raises ValidationError naming what must come from the unit's rules instead."""
    if kinds := literal_facts(text):
        raise ValidationError(
            format_lazy(
                _("There is {what} in this text. These come from the unit's rules."),
                what=", ".join(str(_WORDS[kind]) for kind in kinds),
            )
        )
