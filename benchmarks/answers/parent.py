"""A scripted parent: reads the receptionist's reply and answers from what they know.

Deterministic by seed. They see what a parent sees, the text, and besides which text of the
receptionist's it was: a question must not be missed because somebody has worded it anew.
"""

import random
import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from benchmarks.answers.means import command
from benchmarks.answers.scenarios import Persona, Scenario, Step, Student
from benchmarks.answers.talk import Reply, Utterance
from benchmarks.answers.wording import written

_MOMENT = re.compile(r"(?P<day>[\w-]+), (?P<date>\d\d/\d\d), às (?P<hour>\d+h(?:\d\d)?)")
_SPAN = re.compile(r"\[([^\]]+)\]")


class ScriptedParent:
    def __init__(self, scenario: Scenario, seed: int, phrases: Path) -> None:
        self.scenario, self.persona = scenario, scenario.persona
        self.dice = random.Random(f"{scenario.name}/{seed}")
        self._left = list(scenario.script)
        self._phrases = _phrases(phrases)
        self._options: list[str] = []  # the times offered last
        self.told: set[tuple[str, int]] = set()  # (field, student) that were told, by their facts

    @property
    def has_more(self) -> bool:
        """Whether the scenario wants something said yet."""
        return bool(self._left)

    def opens(self) -> Utterance | None:
        return self._scripted(Reply(), opening=True) or self._greets()

    def answers(self, reply: Reply) -> Utterance | None:
        """The next burst; None when the parent has nothing more to say."""
        self._options = reply.options or self._options
        scripted = self._scripted(reply)
        if scripted is not None:
            return scripted
        if self.scenario.until == "script" and not self._left:
            return None
        answer = self._answer(reply)
        if answer is not None:
            return answer
        return self._next_of_script(reply)

    # what the scenario makes them say

    def _scripted(self, reply: Reply, *, opening: bool = False) -> Utterance | None:
        if not self._left or not self._fits(self._left[0], reply, opening):
            return None
        step = self._left.pop(0)
        said = self._of_step(step)
        if step.also and (answer := self._answer(reply)):
            return answer.beside(said)
        return said

    def _next_of_script(self, reply: Reply) -> Utterance | None:
        """Nothing is asked any more: what was to be said at the end, or has found no occasion."""
        for step in self._left:
            if step.on in ("end", "next", "any"):
                self._left.remove(step)
                return self._of_step(step)
        return None

    def _fits(self, step: Step, reply: Reply, opening: bool) -> bool:
        if opening or step.on == "start":
            return opening and step.on == "start"
        if step.on == "end":
            return False
        if step.on in ("next", "any"):
            return True
        if step.on == "offers":
            return bool(reply.options)
        return step.on in (reply.question, *reply.templates)

    def _of_step(self, step: Step) -> Utterance:
        if step.send or step.staff:
            return Utterance(step=step)
        said = self._line(self.dice.choice(step.say), step.means)
        self._note(step.means)
        return Utterance(said.lines, said.commands, step)

    def _note(self, means: Sequence[str]) -> None:
        """Facts told by the way count as told, if they are the persona's own ({age}, not 8)."""
        for short in means:
            if match := _TOLD.fullmatch(short):
                of_family = match["field"] not in _STUDENTS_FIELD
                number = 0 if of_family else int(match["student"] or 1)
                first = match["field"] == "parent_name" and match["value"] == "first"
                self.told.add(("first_name" if first else match["field"], number))

    def _greets(self) -> Utterance:
        return self._line("oi", ("smalltalk:greeting",))

    # what they answer by themselves

    def _answer(self, reply: Reply) -> Utterance | None:
        question = reply.question
        if question is None:
            return None
        if question in ("slot", "other_slot"):
            return self._slot(reply)
        if question in ("visit_invite", "reminder"):
            return self._yes_no(self.scenario.wants == "visit")
        if question in ("cancel", "move", "email_typo"):
            return self._yes_no(True)
        if question in self.persona.refuses or self._knows_nothing(question):
            return self._line(self._pick("refuse"), ("deny",))
        return self._field(question, reply)

    def _knows_nothing(self, question: str) -> bool:
        return question in _STUDENTS_FIELD and not self.persona.students

    def _yes_no(self, yes: bool) -> Utterance:
        return self._line(self._pick("yes" if yes else "no"), ("confirm" if yes else "deny",))

    def _slot(self, reply: Reply) -> Utterance:
        if self.scenario.wants == "info":
            return self._yes_no(False)
        options = self._options  # they are seen above, though the reply does not list them again
        if not options or reply.question == "other_slot":
            return self._line(self._pick("other_slot"), ("ask_slots",))
        number = min(self.scenario.option or self.dice.randint(1, len(options)), len(options))
        if self.scenario.pick == "words" and (match := _MOMENT.search(options[number - 1])):
            moment = f"{match['day'].removesuffix('-feira')} às {match['hour']}"
            return self._line(self._pick("pick_words"), ("pick_slot",), moment=f"[{moment}]")
        return self._line(self._pick("pick_number"), (f"pick_slot:{number}",), n=str(number))

    def _field(self, question: str, reply: Reply) -> Utterance | None:
        if question in _STUDENTS_FIELD:
            return self._of_students(question, reply)
        if question in ("schedule_preference", "preference_for_classes"):
            self.told.add(("schedule_preference", 0))
            return self._line(self._pick(question), ("schedule_preference={preference}",))
        if question == "parent_name":
            phrase = self._pick(question)
            name = "{first}" if "{first}" in phrase else "{parent}"
            self.told.add(("first_name" if name == "{first}" else question, 0))
            return self._line(phrase, (f"parent_name={name}",))
        value = {"email": self.persona.email, "phone": self.persona.phone}.get(question)
        if not value:
            return self._line(self._pick("refuse"), ("deny",))
        self.told.add((question, 0))
        return self._line(self._pick(question), (f"{question}={{{question}}}",))

    def _of_students(self, question: str, reply: Reply) -> Utterance:
        students = self.persona.students
        if question == "student_name":
            return self._names()
        if question == "subjects":
            for number in range(1, len(students) + 1):
                self.told.add((question, number))
            return self._line(self._pick(question), ("subjects={codes}",), **_of(students[0]))
        asked = self._students_asked(reply)
        for number in asked:
            self.told.add((question, number))
        key = "age" if question == "student_age" else "grade"
        if len(students) == 1 or len(asked) == 1:
            student = students[asked[0] - 1]
            place = f"[{asked[0]}]" if len(students) > 1 else ""
            return self._line(
                self._pick(question), (f"{question}{place}={{{key}}}",), **_of(student)
            )
        phrase = self._pick(f"{question}s")
        parts = [_filled(phrase, _of(students[number - 1])) for number in asked]
        values = [_of(students[number - 1])[key] for number in asked]
        means = [f"{question}[{n}]={value}" for n, value in zip(asked, values, strict=True)]
        return self._line(" e ".join([", ".join(parts[:-1]), parts[-1]]), tuple(means))

    def _names(self) -> Utterance:
        students = self.persona.students
        if students[0].itself:
            self.told.add(("itself", 1))
            return self._line(self._pick("student_itself"), ("student_name=the parent",))
        for number in range(1, len(students) + 1):
            self.told.add(("student_name", number))
        names = [student.name for student in students]
        if len(names) == 1:
            return self._line(self._pick("student_name"), (f"student_name={names[0]}",), s=names[0])
        all_names = " e ".join([", ".join(names[:-1]), names[-1]])
        means = [f"student_name[{number}]={name}" for number, name in enumerate(names, 1)]
        phrase = self._pick("student_names").replace("os dois", _BOTH.get(len(names), "todos"))
        return self._line(phrase, tuple(means), all=all_names, count=str(len(names)))

    def _students_asked(self, reply: Reply) -> list[int]:
        """Whose names stand in the question; everybody when it names nobody."""
        last = reply.text.rpartition("\n\n")[2]
        students = list(enumerate(self.persona.students, 1))
        named = [n for n, one in students if one.name and one.name.split()[0] in last]
        return named or [n for n, _ in students]

    # how it is written

    def _pick(self, key: str) -> str:
        return self.dice.choice(self._phrases[key])

    def _line(self, phrase: str, means: Sequence[str], **values: str) -> Utterance:
        known = _facts(self.persona) | values
        text, span = _filled(phrase, known), None
        if match := _SPAN.search(text):
            span, text = match[1], _SPAN.sub(r"\1", text)
        filled = [_filled(short, known) for short in means]
        kept = [span or "", *known.values(), *(short.partition("=")[2] for short in filled)]
        lines = tuple(
            written(line.strip(), self.scenario.does, kept, self.dice) for line in self._split(text)
        )
        evidence = "\n".join(lines)
        if span and span not in evidence:
            span = evidence
        return Utterance(lines, tuple(command(short, evidence, span) for short in filled))

    def _split(self, text: str) -> list[str]:
        if "bursts" in self.scenario.does and self.dice.random() < 0.6:
            text = re.sub(r"(?<=[.!?,]) (?=\w)", "|", text, count=1)
        return [part for part in text.split("|") if part.strip()]


_TOLD = re.compile(r"(?P<field>\w+)(?:\[(?P<student>\d)\])?=\{(?P<value>[a-z]+)\d?\}!?")
_STUDENTS_FIELD = ("student_name", "student_age", "school_grade", "subjects")
_BOTH = {2: "os dois", 3: "os três", 4: "os quatro"}


def _facts(persona: Persona) -> dict[str, str]:
    """Values for a line's placeholders; {s2}, {age2}, {grade2} are the second student's."""
    facts = {
        "parent": persona.name,
        "first": persona.name.split()[0],
        "email": persona.email,
        "phone": persona.phone,
        "preference": persona.preference,
    }
    for number, student in enumerate(persona.students, 1):
        of = _of(student)
        facts |= of if number == 1 else {f"{key}{number}": value for key, value in of.items()}
    return facts


def _of(student: Student) -> dict[str, str]:
    return {
        "s": student.name,
        "age": str(student.age or ""),
        "grade": student.grade,
        "subjects": student.says,
        "codes": ", ".join(student.subjects),
    }


def _filled(text: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], match[0]), text)


@cache
def _phrases(path: Path) -> dict[str, list[str]]:
    loaded: dict[str, list[str]] = tomllib.loads(path.read_text())
    return loaded
