"""Acts become paragraphs: a template each, its placeholders filled from rows."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from billing_rules.pricing import quote
from conversations.agent.dialogue import Dialogue
from conversations.agent.facts import Facts, total, visit_moment
from conversations.agent.policy import Act
from conversations.agent.situation import Family
from conversations.agent.wording import first_name, joined, options
from conversations.knowledge.index import Entry
from conversations.texts import Fact, RowRef, Segment, Texts

NEW_VISIT: tuple[RowRef, ...] = (("Visit", None),)  # the turn fills in the row it has made
_FIELD_LABELS = {
    "parent_name": "seu nome",
    "student_name": "o nome do aluno",
    "student_age": "a idade",
    "school_grade": "a série",
    "subjects": "as matérias",
    "email": "o e-mail",
    "phone": "o telefone",
}


class Speaker:
    """Speaks of one family with one moment's facts and texts; remembers wordings in `dialogue`."""

    def __init__(
        self,
        *,
        facts: Facts,
        family: Family,
        texts: Texts,
        dialogue: Dialogue,
        entries: Mapping[str, Entry],
    ) -> None:
        self._facts, self._family, self._texts = facts, family, texts
        self._dialogue, self._entries = dialogue, entries
        self._common = facts.common()

    def speak(self, acts: Sequence[Act]) -> list[Segment]:
        return [self._segment(act) for act in acts]

    def _segment(self, act: Act) -> Segment:
        name = self._template(act)
        before = self._dialogue.wordings.get(name)
        facts = {**self._common, **self._people(act), **self._of_act(act)}
        segment = self._texts.segment(name, facts, said_before=before)
        self._dialogue.wordings[name] = segment.wording
        return segment

    def _template(self, act: Act) -> str:
        if act.text == "answer_discount":
            return "answer_discount" if self._facts.discounts else "answer_discount_none"
        return act.text

    def _people(self, act: Act) -> dict[str, Fact]:
        lead: tuple[RowRef, ...] = (("Lead", self._family.lead),)
        names = self._student_names(act.args.get("students"))
        return {
            "parent": Fact(first_name(self._family.parent_name), lead),
            "student": Fact(joined(names) or "a criança", lead),
            "of_student": Fact(f"de {joined(names)}" if names else "da criança", lead),
        }

    def _student_names(self, positions: Sequence[int] | None) -> list[str]:
        students = [
            student
            for student in self._family.students
            if (positions is None or student.position in positions) and not student.is_parent
        ]
        return [first_name(student.name) for student in students if student.name]

    def _of_act(self, act: Act) -> dict[str, Fact]:
        facts: dict[str, Fact] = {}
        for key, value in act.args.items():
            if make := _ARGUMENTS.get(key):
                facts.update(make(self, act, value))
        return facts

    def moment(self, act: Act, at: datetime) -> dict[str, Fact]:
        return {"moment": visit_moment(at, self._visit_rows(act))}

    def _visit_rows(self, act: Act) -> tuple[RowRef, ...]:
        if "visit" in act.args:
            return NEW_VISIT
        visit = self._family.visit
        return (("Visit", visit.pk),) if visit and visit.pk else ()

    def label(self, act: Act, field: str) -> dict[str, Fact]:
        names = self._student_names(act.args["whose"]) if act.args["whose"] else []
        label = _FIELD_LABELS[field]
        return {"label": Fact(f"{label} de {joined(names)}" if names else label)}

    def correction(self, act: Act, value: Any) -> dict[str, Fact]:
        return {"value": self._shown(act.args["field"], value)}

    def _shown(self, field: str, value: Any) -> Fact:
        lead: tuple[RowRef, ...] = (("Lead", self._family.lead),)
        if field == "subjects":
            return self._facts.subject_names(value)
        if field == "student_age":
            return Fact("1 ano" if value == 1 else f"{value} anos", lead)
        return Fact(str(value), lead)

    def knowledge(self, act: Act, key: str) -> dict[str, Fact]:
        entry = self._entries[key]
        return {"body": Fact(entry.body, (("KnowledgeEntry", entry.id),))}

    def total(self, act: Act, counts: Sequence[Sequence[str]]) -> Mapping[str, Fact]:
        subjects = sum(len(codes) for codes in counts)
        lead: tuple[RowRef, ...] = (("Lead", self._family.lead),)
        students = "1 aluno" if len(counts) == 1 else f"{len(counts)} alunos"
        plan = f"{students}, {subjects} matéria{'s' if subjects > 1 else ''} no total"
        return {
            **total(quote(counts, self._facts.calendar.now)),
            "plan": Fact(plan if len(counts) > 1 else f"{students}, {subjects} matérias", lead),
        }


def _plain(name: str) -> Callable[[Speaker, Act, Any], Mapping[str, Fact]]:
    return lambda speaker, act, value: {name: Fact(str(value))}


_ARGUMENTS: dict[str, Callable[[Speaker, Act, Any], Mapping[str, Fact]]] = {
    "moment": Speaker.moment,
    "wanted": lambda speaker, act, at: {"wanted": visit_moment(at)},
    "options": lambda speaker, act, moments: {"options": Fact(options(moments))},
    "closure": _plain("closure"),
    "email": _plain("email"),
    "invitation": _plain("invitation"),
    "field": Speaker.label,
    "value": Speaker.correction,
    "entry": Speaker.knowledge,
    "counts": Speaker.total,
}
