"""Leads and their students. What staff enter goes through `set_field`, so that it is protected."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import ChoicesCheckboxFilter, RadioFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from billing_rules.models import Subject
from conversations.admin import calendar, links
from conversations.models import Conversation, Message
from leads import funnel
from leads.models import Field, FieldEvidence, Lead, LeadQuerySet, Student
from leads.phones import canonical
from leads.qualification import is_qualified, missing, set_field
from scheduling.models import Visit

STAGE_COLOURS = {
    "new": "", "talking": "info", "qualified": "primary", "booked": "warning",
    "confirmed": "success", "attended": "success", "enrolled": "success", "lost": "danger",
}  # fmt: skip

_LEAD_FIELDS = (Field.PARENT_NAME, Field.PHONE, Field.EMAIL, Field.SCHEDULE_PREFERENCE)
_STUDENT_FIELD = {
    "name": Field.STUDENT_NAME,
    "age": Field.STUDENT_AGE,
    "school_grade": Field.SCHOOL_GRADE,
    "subjects": Field.SUBJECTS,
}


class QualifiedFilter(RadioFilter):
    title = _("qualified")
    parameter_name = "qualified"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("all eight fields")), ("no", _("something is missing"))]

    def queryset(self, request: HttpRequest, queryset: LeadQuerySet) -> LeadQuerySet:
        if self.value() == "yes":
            return queryset.qualified()
        if self.value() == "no":
            return queryset.exclude(pk__in=Lead.objects.qualified().values("pk"))
        return queryset


class BookedFilter(RadioFilter):
    title = _("visit")
    parameter_name = "booked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("has booked one")), ("no", _("never booked one"))]

    def queryset(self, request: HttpRequest, queryset: LeadQuerySet) -> LeadQuerySet:
        booked = Exists(Visit.objects.filter(lead=OuterRef("pk")))
        if self.value() == "yes":
            return queryset.filter(booked)
        return queryset.filter(~booked) if self.value() == "no" else queryset


class SinceFilter(RadioFilter):
    title = _("first message")
    parameter_name = "since"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("today", _("today")), ("week", _("this week")), ("month", _("this month"))]

    def queryset(self, request: HttpRequest, queryset: LeadQuerySet) -> LeadQuerySet:
        now = timezone.now()
        first = {
            "today": calendar.today(now)[0],
            "week": calendar.this_week(now)[0],
            "month": calendar.today(now)[0].replace(day=1),
        }.get(str(self.value()))
        return queryset if first is None else queryset.filter(created_at__gte=first)


class LeadForm(forms.ModelForm):  # type: ignore[type-arg]
    phone = forms.CharField(
        label=capfirst(_("phone")),
        required=False,
        help_text=_("As you would dial it, with the area code."),
        widget=UnfoldAdminTextInputWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.phone:
            self.initial["phone"] = links.phone(self.instance.phone)

    def clean_phone(self) -> str | None:
        typed = self.cleaned_data["phone"].strip()
        number = canonical(typed) if typed else None
        if typed and number is None:
            raise forms.ValidationError(_("This is not a phone. Example: (45) 99999-0000."))
        return number


class StudentForm(forms.ModelForm):  # type: ignore[type-arg]
    subjects = forms.MultipleChoiceField(
        label=capfirst(_("subjects of interest")),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    class Meta:
        model = Student
        fields = ("name", "is_the_parent", "age", "school_grade", "subjects")


class StudentInline(TabularInline):
    model = Student
    form = StudentForm
    extra = 0
    max_num = Student.MOST
    ordering = ("position",)

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        choices = list(Subject.objects.values_list("code", "name"))
        formset.form.base_fields["subjects"].choices = choices
        formset.form.base_fields["subjects"].widget.choices = choices
        return formset


class EvidenceInline(TabularInline):
    model = FieldEvidence
    fields = readonly_fields = ("field", "value", "status", "where", "created_at")
    extra = 0
    per_page = 10
    tab = False
    collapsible = True
    can_delete = False

    @display(description=_("message"))
    def where(self, row: FieldEvidence) -> SafeString | str:
        if row.message_id is None:
            return "–"
        return links.to_row(Message(pk=row.message_id), f"#{row.message_id}")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Lead)
class LeadAdmin(ModelAdmin):
    form = LeadForm
    list_display = [
        "family", "phone_shown", "children", "stage_badge", "still_missing", "visit", "console",
        "since",
    ]  # fmt: skip
    list_display_links = ["family"]
    list_select_related = ["conversation"]
    list_filter = [SinceFilter, ("stage", ChoicesCheckboxFilter), QualifiedFilter, BookedFilter]
    list_filter_submit = True
    list_per_page = 50
    search_fields = ["parent_name", "phone", "email", "students__name"]
    search_help_text = _("Name of the parent or student, phone or e-mail")
    date_hierarchy = "created_at"
    fieldsets = [
        (None, {"fields": [("parent_name", "phone"), ("email", "schedule_preference")]}),
        (
            _("Situation"),
            {"fields": [("stage", "opted_out_at"), "still_missing", "rows_of_family"]},
        ),
    ]
    readonly_fields = ["still_missing", "rows_of_family", "opted_out_at"]
    inlines = [StudentInline, EvidenceInline]
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Lead]:
        leads: QuerySet[Lead] = super().get_queryset(request)
        return leads.prefetch_related("students", "visits")

    def has_delete_permission(self, request: HttpRequest, obj: Lead | None = None) -> bool:
        return False  # a family is erased with all that belongs to it, not from this form

    @display(description=_("family"), ordering="parent_name")
    def family(self, lead: Lead) -> str:
        talk = links.of_conversation(lead)
        return lead.parent_name or (talk and talk.push_name) or links.phone(lead.phone)

    @display(description=_("phone"), ordering="phone")
    def phone_shown(self, lead: Lead) -> SafeString:
        return links.whole(links.phone(lead.phone))

    @display(description=_("students"))
    def children(self, lead: Lead) -> str:
        return ", ".join(_student(one) for one in lead.students.all()) or "–"

    @display(description=_("stage"), ordering="stage", label=STAGE_COLOURS)
    def stage_badge(self, lead: Lead) -> tuple[str, str]:
        return lead.stage, lead.get_stage_display()

    @display(description=_("still missing"))
    def still_missing(self, lead: Lead) -> str:
        absent = missing(lead) if lead.pk else []
        names = [str(Field(field).label) for field in absent]
        if len(names) > 3:
            return gettext("%(count)d fields") % {"count": len(names)}
        return ", ".join(names) or gettext("nothing")

    @display(description=_("created at"), ordering="created_at")
    def since(self, lead: Lead) -> SafeString:
        return links.whole(links.moment(lead.created_at))

    @display(description=_("visit"))
    def visit(self, lead: Lead) -> SafeString | str:
        coming = [visit for visit in lead.visits.all() if visit.status in Visit.ACTIVE]
        return links.to_row(coming[-1], links.moment(coming[-1].starts_at)) if coming else "–"

    @display(description=_("conversation"))
    def console(self, lead: Lead) -> SafeString | str:
        talk = links.of_conversation(lead)
        return links.to_console(talk and talk.pk)

    @display(description=_("see also"))
    def rows_of_family(self, lead: Lead) -> SafeString:
        talk = links.of_conversation(lead)
        return links.together(
            links.to_console(talk.pk) if talk else "",
            links.to_row(talk, str(Conversation._meta.verbose_name).capitalize()) if talk else "",
            links.to_rows(Visit, f"lead__id__exact={lead.pk}", str(_("Visits"))),
        )

    def save_model(self, request: HttpRequest, obj: Lead, form: Any, change: bool) -> None:
        said = {field: getattr(obj, field) for field in _LEAD_FIELDS if field in form.changed_data}
        if not change:
            obj.save()
        elif "stage" in form.changed_data:
            obj.save(update_fields=["stage", "updated_at"])
        for field, value in said.items():
            set_field(obj, field, value, status="staff", message_id=None, now=timezone.now())

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.save(commit=False)  # fills new_objects, changed_objects and deleted_objects
        if formset.model is not Student:
            return
        for student in formset.deleted_objects:
            student.delete()
        for one in formset.forms:
            if one.has_changed() and one not in formset.deleted_forms:
                _keep_student(form.instance, one)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        lead = Lead.objects.get(pk=form.instance.pk)
        if "stage" not in form.changed_data and is_qualified(lead):
            funnel.advance(lead)


def _keep_student(lead: Lead, form: Any) -> None:
    student: Student = form.instance
    if student.pk is None:
        student = Student.objects.create(lead=lead, position=_free_position(lead.students.all()))
    if "is_the_parent" in form.changed_data:
        Student.objects.filter(pk=student.pk).update(
            is_the_parent=form.cleaned_data["is_the_parent"]
        )
    for column in _STUDENT_FIELD.keys() & set(form.changed_data):
        set_field(
            lead,
            _STUDENT_FIELD[column],
            form.cleaned_data[column],
            student=student.position,
            status="staff",
            message_id=None,
            now=timezone.now(),
        )


def _free_position(students: Iterable[Student]) -> int:
    taken = {student.position for student in students}
    return next(position for position in range(1, Student.MOST + 1) if position not in taken)


def _student(student: Student) -> str:
    name = student.name or (str(_("the parent")) if student.is_the_parent else "?")
    return f"{name} ({student.age})" if student.age is not None else name
