"""What a rule is. Its text is staff's; what to do about it stands in docs/alerts.md."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from kumon_site.operations.models import Alert, Telling

# Says what was found, if the rule holds at that moment.
Holds = Callable[[datetime], str | None]


@dataclass(frozen=True)
class Rule:
    """`after`: how long it must hold before it is an alert. `calm`: how long it must not hold
    before it is over, so that what comes and goes is one alert. `broken`: what cannot tell."""

    name: str
    level: Alert.Level
    title: Any  # lazily translated
    holds: Holds
    after: timedelta = timedelta()
    calm: timedelta = timedelta(minutes=5)
    broken: frozenset[Telling.Means] = frozenset()
    rows: str = ""  # the admin's list that has what it found, as app_model
    query: Mapping[str, str] = field(default_factory=dict)

    def means(self) -> list[Telling.Means]:
        """E-mail for warnings, WhatsApp besides for what is critical; never what is broken."""
        told = {
            Alert.Level.CRITICAL: [Telling.Means.EMAIL, Telling.Means.WHATSAPP],
            Alert.Level.WARNING: [Telling.Means.EMAIL],
            Alert.Level.INFO: [],
        }[self.level]
        return [means for means in told if means not in self.broken]
