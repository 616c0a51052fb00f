"""What a benchmark gives back: figures, each with the goal it is held against."""

from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True)
class Row:
    """`goal` is in words (">= 92 %"); `held` is None where there is no goal."""

    name: str
    value: float
    unit: str
    goal: str = ""
    held: bool | None = None
    detail: str = ""

    @classmethod
    def least(cls, name: str, value: float, unit: str, least: float, detail: str = "") -> Self:
        """A figure that must reach `least`."""
        return cls(name, value, unit, f">= {least:g} {unit}".strip(), value >= least, detail)

    @classmethod
    def most(cls, name: str, value: float, unit: str, most: float, detail: str = "") -> Self:
        """A figure that must stay below `most`, or at it."""
        return cls(name, value, unit, f"<= {most:g} {unit}".strip(), value <= most, detail)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def more_is_better(self) -> bool | None:
        """By the goal's own sign; None where there is no goal."""
        sign = self.goal[:1]
        return {">": True, "<": False, "≥": True, "≤": False}.get(sign)
