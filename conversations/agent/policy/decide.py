"""The order in which a turn is decided. Each step is a module beside this one."""

from collections.abc import Sequence
from datetime import datetime

from conversations.agent.commands import Command
from conversations.agent.dialogue import Dialogue
from conversations.agent.effects import OptIn, OptOut
from conversations.agent.policy import answers, concern, fields, questions, visit
from conversations.agent.policy.draft import Decision, Draft
from conversations.agent.situation import Family
from scheduling.slots import Calendar


def decide(
    dialogue: Dialogue,
    family: Family,
    commands: Sequence[Command],
    calendar: Calendar,
    now: datetime,
) -> Decision:
    """Fields, then a handoff (wins over all), at most two answers, the visit, one question."""
    draft = Draft(dialogue, family, calendar, now)
    if consent := [one for one in commands if one.command == "opt_out"]:
        _keep_silence(draft, back=consent[0].topic == "back")
        return draft.decision()
    for step in (
        fields.take,
        concern.weigh,
        answers.greet,
        answers.answer,
        visit.arrange,
        concern.admit,
        questions.ask_next,
    ):
        step(draft, commands)
        if draft.finished:
            break
    return draft.decision()


def _keep_silence(draft: Draft, *, back: bool) -> None:
    draft.do(OptIn() if back else OptOut())
    draft.say("opted_in" if back else "opted_out")
