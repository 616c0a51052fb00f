"""Where a dialogue stands, kept as JSON in Conversation.dialogue; each session starts anew."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Self

# What a yes or no would answer, when it is what was asked.
YES_NO = frozenset({"visit_invite", "cancel", "move", "email_typo", "reminder"})


@dataclass
class Dialogue:
    """Plain JSON values only. `asked` is a lead field, or one of the questions of the policy:
    visit_invite, slot, cancel, move, email_typo, reminder."""

    asked: str | None = None
    yes_no: bool = False  # a thumb up counts as yes only while this holds
    about: int | None = None  # the visit that a reminder asks about
    lasting: bool = False  # we wrote first: the question outlives the session
    offers: list[str] = field(
        default_factory=list
    )  # ISO datetimes, in the order they were numbered
    wish: dict[str, Any] = field(default_factory=dict)  # the last When that filtered offers
    unwanted: list[int] = field(default_factory=list)  # weekdays on which they can't come
    pending: str | None = None  # ISO datetime or e-mail that a yes would accept
    moving: bool = False  # offers are for rescheduling
    declined_visit: bool = False
    focus: int = 1  # the student last talked about
    asks: dict[str, int] = field(default_factory=dict)
    streak: int = 0  # turns in a row that ended with what is asked now
    skipped: list[str] = field(default_factory=list)
    topics: dict[str, int] = field(default_factory=dict)
    wordings: dict[str, int] = field(default_factory=dict)
    greeted: bool = False
    score: float = 0.0
    misses: int = 0
    bargains: int = 0
    bot_turns: int = 0

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Unknown keys of other versions are dropped, missing ones take their first value."""
        known = {item.name for item in fields(cls)}
        return cls(**{key: value for key, value in stored.items() if key in known})

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def ask(self, question: str) -> None:
        self.streak = self.streak + 1 if self.asked == question else 1
        self.asked = question
        self.yes_no = question in YES_NO
        self.about, self.lasting = None, False
        self.asks[question] = self.asks.get(question, 0) + 1

    def close_question(self) -> None:
        self.asked, self.yes_no, self.about, self.lasting = None, False, None, False
        self.streak = 0

    def answers_to(self, visit: int | None) -> None:
        """A reminder of another visit than the one ahead asks nothing any more."""
        if self.asked == "reminder" and (visit is None or self.about != visit):
            self.close_question()

    def renewed(self) -> Self:
        """As a new session begins: the same words are not said twice, and a question that we
        came with is still open."""
        if not (self.lasting and self.asked):
            return type(self)(wordings=self.wordings)
        return replace(
            type(self)(wordings=self.wordings, greeted=True),
            asked=self.asked, yes_no=self.yes_no, about=self.about, lasting=True,
            offers=self.offers, pending=self.pending, asks=self.asks,
        )  # fmt: skip
