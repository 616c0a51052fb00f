"""Short answers to what was asked: understood without any model, whichever tier is on."""

from conversations.agent.commands import Command
from conversations.agent.hearing import Hearing
from conversations.agent.intents import classify
from conversations.agent.people import field_commands
from conversations.agent.readers.answers import (
    read_option,
    read_yes_no,
    starts_with_no,
    starts_with_yes,
)
from conversations.agent.readers.dates import read_unwanted, read_when
from conversations.agent.readers.preference import ANY_TIME, read_preference
from conversations.agent.readers.refusals import declines_offers, postpones, refuses
from conversations.agent.situation import FIELDS

MOST_WORDS = 4
MORE = frozenset({"answer", "handoff", "reschedule", "cancel_visit"})
PARTING = frozenset({"thanks", "bye"})  # "ok obrigada" tells no name
VISIT_ASKED = ("slot", "visit_invite")
SURELY_MORE = 0.5  # an intent this likely says that the message is more than an answer


def consumed(hearing: Hearing) -> list[Command]:
    """Commands if the whole message is an answer to what was asked, else nothing."""
    text, asked = hearing.text, hearing.dialogue.asked
    if asked is None or "?" in text or len(text.split()) > MOST_WORDS:
        return []
    commands = [*answers(hearing), *fields(hearing)]
    told = any(command.name == asked for command in commands)
    to_the_point = told or any(
        command.command in ("confirm", "deny", "pick_slot", "ask_slots") for command in commands
    )
    more = any(
        intent.name in MORE or (intent.topic in PARTING and asked in FIELDS and not told)
        for intent in classify(text)
        if intent.score >= SURELY_MORE
    )
    return commands if to_the_point and not more and asked != "schedule_preference" else []


def fields(hearing: Hearing) -> list[Command]:
    """set_field commands, each with the message that it was said in as evidence."""
    return [
        command
        for line in hearing.lines
        for command in field_commands(line, hearing.dialogue, hearing.family, hearing.now)
    ]


def answers(hearing: Hearing) -> list[Command]:
    """Yes, no, not yet, or a number of the list, where that is what was asked."""
    text, dialogue = hearing.text, hearing.dialogue
    if dialogue.asked == "reminder":
        for line in hearing.lines:  # "1 – confirmo, 2 – preciso remarcar"
            if (option := read_option(line, 2)) is not None:
                return [Command("confirm" if option == 1 else "deny", line)]
    if dialogue.asked == "slot" and (picked := _picked(hearing)):
        return [picked]
    if dialogue.asked in VISIT_ASKED and "?" not in text and postpones(text):
        return [Command("deny", text, topic="later")]
    if _asked_when_to_come(hearing) and _only_denies_days(hearing):
        return [Command("ask_slots", text, span=text)]
    if dialogue.asked == "slot" and "?" not in text and declines_offers(text):
        return [Command("deny", text)]
    if dialogue.asked in FIELDS and refuses(text):
        return [Command("deny", text)]
    answer = read_yes_no(text)
    if answer is None and (dialogue.yes_no or dialogue.asked in FIELDS):
        answer = True if starts_with_yes(text) else False if starts_with_no(text) else None
    if answer is None:
        return []
    return [Command("confirm" if answer else "deny", text)]


def _asked_when_to_come(hearing: Hearing) -> bool:
    """A preference is asked for the visit first; for the classes once there is one, or none."""
    dialogue = hearing.dialogue
    if dialogue.asked == "schedule_preference":
        return hearing.family.visit is None and not dialogue.declined_visit
    return dialogue.asked in VISIT_ASKED


def _only_denies_days(hearing: Hearing) -> bool:
    """ "Terça não posso": the other days are still open."""
    text, now = hearing.text, hearing.now
    return bool(read_unwanted(text, now)) and read_when(text, now, asked=True) is None


def _picked(hearing: Hearing) -> Command | None:
    """The offer that is taken: by its number, or the first where "tanto faz" leaves it to us."""
    offers = len(hearing.dialogue.offers)
    for line in hearing.lines:  # "2", then the next answer in the same burst
        pick = line.rpartition(",")[2] if declines_offers(line) else line
        if (option := read_option(pick, offers)) is not None:
            return Command("pick_slot", line, option=option)
    short = "?" not in hearing.text and len(hearing.text.split()) <= MOST_WORDS
    if offers and short and read_preference(hearing.text, asked=True) == ANY_TIME:
        return Command("pick_slot", hearing.text, option=1)
    return None
