from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

E164 = r"^\+[1-9][0-9]{7,14}$"


class Field(models.TextChoices):
    """The eight things the unit must know, in the order in which they are asked."""

    PARENT_NAME = "parent_name", _("parent's name")
    STUDENT_NAME = "student_name", _("student's name")
    STUDENT_AGE = "student_age", _("student's age")
    SCHOOL_GRADE = "school_grade", _("school grade")
    SUBJECTS = "subjects", _("subjects of interest")
    SCHEDULE_PREFERENCE = "schedule_preference", _("schedule preference")
    EMAIL = "email", _("e-mail")
    PHONE = "phone", _("phone")


class LeadQuerySet(models.QuerySet["Lead"]):
    def qualified(self) -> "LeadQuerySet":
        """Leads with all eight fields; the same rule as `qualification.is_qualified`."""
        students = Student.objects.filter(lead=OuterRef("pk"))
        return (
            self.exclude(
                Q(phone=None) | Q(parent_name="") | Q(email="") | Q(schedule_preference="")
            )
            .filter(Exists(students))
            .exclude(Exists(students.incomplete()))
        )


class Lead(models.Model):
    """A family that wrote to the unit."""

    class Stage(models.TextChoices):
        NEW = "new", _("new")
        TALKING = "talking", _("talking")
        QUALIFIED = "qualified", _("qualified")
        BOOKED = "booked", _("visit booked")
        CONFIRMED = "confirmed", _("visit confirmed")
        ATTENDED = "attended", _("came to the visit")
        ENROLLED = "enrolled", _("enrolled")
        LOST = "lost", _("lost")

    phone = models.CharField(
        _("phone"),
        max_length=16,
        unique=True,
        null=True,
        blank=True,
        validators=[RegexValidator(E164, _("Write the phone as +5545999990000."))],
    )
    parent_name = models.CharField(_("parent's name"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    schedule_preference = models.CharField(_("schedule preference"), max_length=120, blank=True)
    stage = models.CharField(_("stage"), max_length=20, choices=Stage, default=Stage.NEW)
    opted_out_at = models.DateTimeField(_("opted out at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = LeadQuerySet.as_manager()

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="lead_newest"),
            models.Index(fields=["stage", "-created_at"], name="lead_by_stage"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(phone=None) | Q(phone__regex=E164), name="lead_phone_is_e164"
            ),
        ]

    def __str__(self) -> str:
        return self.parent_name or self.phone or f"#{self.pk}"

    def save(self, *args: object, **kwargs: object) -> None:
        self.phone = self.phone or None  # forms give "", which would collide
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class StudentQuerySet(models.QuerySet["Student"]):
    def incomplete(self) -> "StudentQuerySet":
        """Students who lack something that is asked of them."""
        return self.filter(
            Q(age=None)
            | Q(subjects=[])
            | Q(is_the_parent=False, name="")
            | Q(is_the_parent=False, school_grade="")
        )


class Student(models.Model):
    """Who would study: a child, or the adult who writes."""

    MOST = 4

    lead = models.ForeignKey(
        Lead, verbose_name=_("lead"), on_delete=models.CASCADE, related_name="students"
    )
    position = models.PositiveSmallIntegerField(
        _("position"), default=1, validators=[MinValueValidator(1), MaxValueValidator(MOST)]
    )
    name = models.CharField(_("name"), max_length=120, blank=True)
    age = models.PositiveSmallIntegerField(
        _("age"), null=True, blank=True, validators=[MaxValueValidator(120)]
    )
    school_grade = models.CharField(_("school grade"), max_length=60, blank=True)
    subjects = ArrayField(
        models.CharField(max_length=30),
        verbose_name=_("subjects of interest"),
        default=list,
        blank=True,
        help_text=_("Codes of subjects, separated by commas."),
    )
    is_the_parent = models.BooleanField(
        _("is the parent"), default=False, help_text=_("An adult who wants to study.")
    )

    objects = StudentQuerySet.as_manager()

    class Meta:
        verbose_name = _("student")
        verbose_name_plural = _("students")
        ordering = ["lead_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["lead", "position"], name="one_student_per_position"),
            models.CheckConstraint(
                condition=Q(position__gte=1, position__lte=4), name="student_position_1_to_4"
            ),
            models.CheckConstraint(
                condition=Q(age=None) | Q(age__lte=120), name="student_age_is_human"
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"{_('student')} {self.position}"


class FieldEvidence(models.Model):
    """Where a field's value came from. Rows are only added, so corrections keep their history."""

    class Status(models.TextChoices):
        SAID = "said", _("said")
        CONFIRMED = "confirmed", _("confirmed by the family")
        CORRECTED = "corrected", _("corrected")
        STAFF = "staff", _("entered by staff")
        CANDIDATE = "candidate", _("candidate, not confirmed")

    lead = models.ForeignKey(
        Lead, verbose_name=_("lead"), on_delete=models.CASCADE, related_name="evidence"
    )
    student = models.ForeignKey(
        Student,
        verbose_name=_("student"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="evidence",
    )
    field = models.CharField(_("field"), max_length=20, choices=Field)
    value = models.TextField(_("value"), blank=True, help_text=_("As it is shown."))
    normal = models.JSONField(_("normal form"), null=True, blank=True)
    # A plain number: messages live in a package above this one.
    message_id = models.BigIntegerField(_("message"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("field evidence")
        verbose_name_plural = _("field evidence")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(
                fields=["lead", "field", "-created_at", "-id"], name="evidence_newest_of_field"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_field_display()}: {self.value}"
