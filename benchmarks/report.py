"""What a benchmark gives back: figures, each with the goal it is held against."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """`goal` is in words (">= 92 %"); `held` is None where there is no goal."""

    name: str
    value: float
    unit: str
    goal: str = ""
    held: bool | None = None
    detail: str = ""
