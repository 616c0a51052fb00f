"""Greetings, small talk and at most two answers to questions."""

from collections.abc import Sequence

from conversations.agent.commands import Command
from conversations.agent.policy import concern
from conversations.agent.policy.draft import Act, Draft

MOST_ANSWERS = 2
SAME_QUESTION = 3
FACTS = frozenset(
    {"price", "enrolment_fee", "discount", "opening_hours", "address", "contact", "subjects"}
)
SMALLTALK = frozenset({"thanks", "bye", "how_are_you", "bot_question", "apology", "wait", "praise"})


def greet(draft: Draft, commands: Sequence[Command]) -> None:
    """The assistant says who she is once a dialogue, before anything else."""
    said_hello = any(
        one.command == "smalltalk" and one.topic in ("greeting", "how_are_you") for one in commands
    )
    if not draft.dialogue.greeted:
        known = bool(draft.family.parent_name) and "parent_name" not in draft.learned
        draft.acts.insert(0, _greeting(draft, known))
        draft.dialogue.greeted = True
    elif said_hello and not draft.acts:
        draft.say("hello_again")


def _greeting(draft: Draft, known: bool) -> Act:
    if known:
        return Act("greeting_back", {"parent_name": draft.family.parent_name})
    return Act("greeting")


def answer(draft: Draft, commands: Sequence[Command]) -> None:
    topics = list(dict.fromkeys(one.topic for one in commands if one.command == "answer"))
    said = [topic for topic in topics if topic and topic != "availability"][:MOST_ANSWERS]
    for topic in said:
        _answer_one(draft, topic)
        if draft.finished:
            return
    if not said:
        _small_talk(draft, commands)


def _answer_one(draft: Draft, topic: str) -> None:
    times = draft.dialogue.topics.get(topic, 0) + 1
    draft.dialogue.topics[topic] = times
    if times >= SAME_QUESTION:
        concern.repeated_question(draft)
        if draft.finished:
            return
    if topic not in FACTS:
        draft.say("answer_knowledge", entry=topic)
        return
    draft.say(f"answer_{topic}")
    if topic == "price" and (plans := _plans(draft)):
        draft.say("price_total", counts=plans)


def _plans(draft: Draft) -> list[tuple[str, ...]]:
    """What each student would do, if that is more than one subject and known of everybody: a sum
    over half of a family would be a wrong one."""
    family = draft.family
    if family.missing("student_name") or family.missing("subjects"):
        return []
    plans = [student.subjects for student in family.students]
    return plans if sum(map(len, plans)) > 1 else []


def _small_talk(draft: Draft, commands: Sequence[Command]) -> None:
    for one in commands:
        if one.command == "smalltalk" and one.topic in SMALLTALK:
            if one.topic == "how_are_you" and len(draft.acts) > 1:
                continue
            draft.say(str(one.topic))
            return
    media = next((one for one in commands if one.command == "clarify" and not one.name), None)
    if media is not None and not draft.learned:
        draft.say(f"media_{media.topic}")
