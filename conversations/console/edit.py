"""Staff correct what is known of a family; what they enter wins over later readings."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from billing_rules.models import Subject
from conversations import live
from conversations.models import Conversation
from leads import funnel, phones
from leads.models import Field, FieldEvidence, Lead, Student
from leads.qualification import set_field

STUDENT_FIELDS = {
    "name": Field.STUDENT_NAME,
    "age": Field.STUDENT_AGE,
    "school_grade": Field.SCHOOL_GRADE,
    "subjects": Field.SUBJECTS,
}


class ChangesOnly(forms.Form):
    """Knows what its user changed, even if the row has moved on since the form was opened."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False
            field.show_hidden_initial = True


class LeadForm(ChangesOnly):
    parent_name = forms.CharField(label=_("Parent's name"), max_length=120)
    phone = forms.CharField(
        label=_("Phone"), max_length=30, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    email = forms.EmailField(label=_("E-mail"))
    schedule_preference = forms.CharField(label=_("Schedule preference"), max_length=120)

    def __init__(self, lead: Lead, data: Any = None) -> None:
        self.lead = lead
        initial = {name: getattr(lead, name) or "" for name in self.base_fields}
        initial["phone"] = phones.display(lead.phone) if lead.phone else ""
        super().__init__(data, initial=initial, prefix="lead")

    def clean_phone(self) -> str | None:
        text = self.cleaned_data["phone"]
        if not text:
            return None
        phone = phones.canonical(text)
        if phone is None:
            raise forms.ValidationError(_("This is not a phone with its area code."))
        if Lead.objects.filter(phone=phone).exclude(pk=self.lead.pk).exists():
            raise forms.ValidationError(_("This phone belongs to another family."))
        return phone


class StudentForm(ChangesOnly):
    name = forms.CharField(label=_("Name"), max_length=120)
    age = forms.IntegerField(label=_("Age"), min_value=0, max_value=120)
    school_grade = forms.CharField(label=_("School grade"), max_length=60)
    subjects = forms.MultipleChoiceField(label=_("Subjects"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, student: Student, subjects: list[tuple[str, str]], data: Any = None) -> None:
        self.student = student
        initial = {name: getattr(student, name) for name in STUDENT_FIELDS}
        super().__init__(data, initial=initial, prefix=f"student-{student.position}")
        self.fields["subjects"].choices = subjects  # type: ignore[attr-defined]


def forms_of(lead: Lead, data: Any = None) -> tuple[LeadForm, list[StudentForm]]:
    """The family's form and one for each student (a first empty one if there is none)."""
    students = list(lead.students.all()) or [Student(lead=lead, position=1)]
    subjects = list(Subject.objects.values_list("code", "name"))
    return LeadForm(lead, data), [StudentForm(row, subjects, data) for row in students]


def save(
    conversation: Conversation, lead_form: LeadForm, students: list[StudentForm], now: datetime
) -> None:
    """Keeps the changed fields of valid forms as staff's, and tells the screens."""
    with transaction.atomic():
        locked = Conversation.objects.select_for_update().get(pk=conversation.pk)
        for field, value, position in _changes(lead_form, students):
            set_field(
                lead_form.lead,
                field,
                value,
                student=position,
                status=FieldEvidence.Status.STAFF,
                message_id=None,
                now=now,
            )
        lead_form.lead._prefetched_objects_cache = {}  # type: ignore[attr-defined]
        funnel.advance(lead_form.lead)
        locked.rev += 1
        locked.save(update_fields=["rev"])
        live.tell(locked.pk, locked.rev)


def _changes(
    lead_form: LeadForm, students: list[StudentForm]
) -> Iterator[tuple[str, Any, int | None]]:
    for name in lead_form.changed_data:
        yield name, lead_form.cleaned_data[name], None
    for form in students:
        for name in form.changed_data:
            yield STUDENT_FIELDS[name], form.cleaned_data[name], form.student.position
