"""Who writes may be a program: another bot that answers ours, our own words coming back, or the
greeting that the WhatsApp Business app sends by itself."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

from conversations.models import Conversation, Message, Unit
from leads.statements import Query, Slot

RECENT = timedelta(minutes=10)
LOOK_BACK = 12  # messages of both sides
SAME_ANSWERS = 4  # to one text of ours after another
ECHOES = 2  # of our own texts
TOO_FAST = 4  # answers in a row
A_PERSON_READS = timedelta(seconds=1.5)  # a bubble of ours, and writes an answer of
MANY_CHARACTERS = 25  # shorter ones a parent may well repeat, or have under way already

Status = Message.Status

_NEWEST = Query(
    Message.objects.filter(
        conversation=Slot("conversation"), created_at__gte=Slot("since")
    ).order_by("-pk")[:LOOK_BACK]
)


def answers_itself(conversation: Conversation, message: Message) -> bool:
    """Whether what the conversation's parent writes, this message included, looks like a program's:
    the same long text again and again, our own texts, or long answers faster than anybody reads."""
    since = message.created_at - RECENT
    if conversation.dialogue_at is None or conversation.dialogue_at < since:
        return False  # the bot has said nothing that could be answered
    recent = [message, *_NEWEST.all(conversation=conversation.pk, since=since)]
    return _repeats(recent) or _echoes(recent) or _is_too_fast(recent)


def is_automatic(text: str, unit: Unit) -> bool:
    """A greeting or an away message of the app, by its first line."""
    known = {_folded(line) for line in unit.automatic_texts.splitlines() if line.strip()}
    return bool(text.strip()) and _folded(text.strip().splitlines()[0]) in known


def _repeats(recent: Sequence[Message]) -> bool:
    answers = [
        newer.text
        for newer, older in pairwise(recent)
        if newer.direction == Message.Direction.IN and older.author == Message.Author.BOT
    ][:SAME_ANSWERS]
    if len(answers) < SAME_ANSWERS or len(answers[0]) < MANY_CHARACTERS:
        return False
    return len({_folded(answer) for answer in answers}) == 1


def _echoes(recent: Sequence[Message]) -> bool:
    ours = {_folded(each.text) for each in recent if each.author == Message.Author.BOT}
    heard = [each for each in recent if each.direction == Message.Direction.IN]
    return sum(_folded(each.text) in ours for each in heard) >= ECHOES


def _is_too_fast(recent: Sequence[Message]) -> bool:
    """Newest first: an answer, what it answers, and so on back."""
    fast = 0
    for answer, said in zip(recent[::2], recent[1::2], strict=False):
        if answer.direction != Message.Direction.IN or said.author != Message.Author.BOT:
            break
        if said.accepted_at is None or len(answer.text) < MANY_CHARACTERS:
            break
        if answer.created_at - said.accepted_at > A_PERSON_READS:
            break
        fast += 1
    return fast >= TOO_FAST


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
