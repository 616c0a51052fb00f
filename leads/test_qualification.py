from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from leads.models import FieldEvidence, Lead, Student
from leads.qualification import (
    FIELDS,
    candidate,
    evidence_of,
    is_qualified,
    missing,
    set_field,
    studies_themselves,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
ANSWERS = {
    "parent_name": "Ana Paula",
    "student_name": "Pedro",
    "student_age": 9,
    "school_grade": "4º ano",
    "subjects": ["math", "english"],
    "schedule_preference": "à tarde",
    "email": "ana@example.com",
    "phone": "+5545999990000",
}
OF_STUDENTS = ["student_name", "student_age", "school_grade", "subjects"]


@pytest.fixture
def lead(db):
    return Lead.objects.create()


def keep(lead, field, value, status="said", student=1, message_id=None, minutes=0):
    now = NOW + timedelta(minutes=minutes)
    return set_field(
        lead, field, value, student=student, status=status, message_id=message_id, now=now
    )


def fill(lead, *without):
    for field, value in ANSWERS.items():
        if field not in without:
            keep(lead, field, value)


def test_everything_is_missing_at_first_in_asking_order(lead):
    assert missing(lead) == list(FIELDS) == list(ANSWERS)


@pytest.mark.parametrize("left", list(ANSWERS))
def test_what_is_missing_is_what_was_not_said(lead, left):
    fill(lead, left)

    assert missing(lead) == [left]
    assert not is_qualified(lead)
    assert not Lead.objects.qualified().exists()


def test_eight_fields_make_a_qualified_lead(lead):
    fill(lead)

    assert missing(lead) == []
    assert is_qualified(lead)
    assert list(Lead.objects.qualified()) == [lead]
    student = lead.students.get()
    assert (student.name, student.age, student.subjects) == ("Pedro", 9, ["math", "english"])


def test_a_sibling_is_asked_for_too(lead):
    fill(lead)
    keep(lead, "student_name", "Júlia", student=2)

    assert missing(lead) == ["student_age", "school_grade", "subjects"]
    assert not Lead.objects.qualified().exists()


def test_an_adult_who_studies_needs_no_grade_and_no_second_name(lead):
    fill(lead, "student_name", "school_grade")
    studies_themselves(lead)

    assert missing(lead) == []
    assert Lead.objects.qualified().exists()


def test_a_newborn_has_an_age(lead):
    fill(lead, "student_age")
    keep(lead, "student_age", 0)

    assert is_qualified(lead)
    assert Lead.objects.qualified().exists()


def test_a_field_is_kept_with_where_it_came_from(lead):
    assert keep(lead, "student_age", 9, message_id=7) is True

    row = FieldEvidence.objects.get()
    assert (row.field, row.value, row.normal, row.message_id, row.status, row.created_at) == (
        ("student_age", "9", 9, 7, "said", NOW)
    )
    assert row.student == lead.students.get()


def test_a_correction_replaces_and_keeps_history(lead):
    keep(lead, "student_age", 9, message_id=7)

    assert keep(lead, "student_age", 8, "corrected", message_id=9, minutes=1) is True

    assert lead.students.get().age == 8
    assert list(lead.evidence.values_list("normal", "status", "message_id")) == [
        (8, "corrected", 9),
        (9, "said", 7),
    ]


def test_saying_the_same_again_is_no_change_and_no_row(lead):
    keep(lead, "email", "ana@example.com", message_id=1)

    assert keep(lead, "email", "ana@example.com", message_id=2, minutes=1) is False
    assert lead.evidence.count() == 1


def test_an_old_copy_of_the_lead_decides_nothing(lead):
    keep(Lead.objects.get(pk=lead.pk), "email", "anna@example.com")

    assert keep(lead, "email", "", "corrected", minutes=1) is True
    assert Lead.objects.get(pk=lead.pk).email == ""


def test_a_confirmation_is_evidence_of_its_own(lead):
    keep(lead, "parent_name", "Ana")

    assert keep(lead, "parent_name", "Ana", "confirmed", minutes=1) is False
    assert evidence_of(lead, "parent_name").status == "confirmed"


def test_staffs_value_stays(lead):
    keep(lead, "parent_name", "Anna")
    keep(lead, "parent_name", "Ana", "staff", minutes=1)

    for minute, (name, status) in enumerate(
        [("Ana", "said"), ("Anna", "said"), ("Anita", "corrected")], start=2
    ):
        assert keep(lead, "parent_name", name, status, minutes=minute) is False
    assert lead.parent_name == "Ana"
    assert evidence_of(lead, "parent_name").status == "staff"
    assert candidate(lead, "parent_name") == "Anita"
    assert keep(lead, "parent_name", "Ana Lúcia", "staff", minutes=9) is True


def test_staff_win_for_one_student_only(lead):
    keep(lead, "student_age", 9, "staff", student=1)

    assert keep(lead, "student_age", 7, student=2) is True


def test_whatsapps_display_name_is_a_candidate_only(lead):
    assert keep(lead, "parent_name", "~Aninha~", "candidate") is False

    assert lead.parent_name == ""
    assert "parent_name" in missing(lead)
    assert candidate(lead, "parent_name") == "~Aninha~"
    assert evidence_of(lead, "parent_name") is None


def test_another_familys_phone_is_not_taken(lead):
    Lead.objects.create(phone="+5545999990000")

    assert keep(lead, "phone", "+5545999990000") is False
    assert lead.phone is None
    assert candidate(lead, "phone") == "+5545999990000"


def test_staff_may_empty_a_field(lead):
    fill(lead)
    for field in ("email", "student_age", "subjects", "phone"):
        assert keep(lead, field, None, "staff", minutes=1) is True

    assert missing(lead) == ["student_age", "subjects", "email", "phone"]


def test_text_is_one_line_that_fits(lead):
    keep(lead, "parent_name", "  Ana \n  Paula " + "x" * 200)
    keep(lead, "subjects", ["math", "math"])

    assert lead.parent_name.startswith("Ana Paula x")
    assert len(lead.parent_name) == 120
    assert lead.students.get().subjects == ["math"]


@pytest.mark.parametrize(
    ("field", "value", "student"),
    [
        ("student_age", "nove", 1),
        ("student_age", 121, 1),
        ("student_age", -1, 1),
        ("subjects", "math", 1),
        ("email", 3, 1),
        ("student_name", "Pedro", 0),
        ("student_name", "Pedro", 5),
    ],
)
def test_what_a_field_cannot_hold_is_refused(lead, field, value, student):
    with pytest.raises(ValueError, match=r"."):
        keep(lead, field, value, student=student)
    assert not lead.evidence.exists()


def test_one_query_says_what_is_missing(lead, django_assert_num_queries):
    fill(lead)
    with django_assert_num_queries(1):
        missing(lead)


@pytest.mark.parametrize("phone", ["45999990000", "+0123456789", "+55 45 9999-000", "+55"])
def test_the_database_keeps_phones_as_e164(phone):
    with pytest.raises(IntegrityError, match="lead_phone_is_e164"):
        Lead.objects.create(phone=phone)


def test_forms_leave_a_phone_empty_more_than_once(lead):
    for _ in range(2):
        assert Lead.objects.create(phone="").phone is None


@pytest.mark.parametrize("wrong", [{"position": 5}, {"position": 1}, {"position": 2, "age": 121}])
def test_the_database_refuses_a_fifth_and_a_second_first_student(lead, wrong):
    Student.objects.create(lead=lead, position=1)

    with pytest.raises(IntegrityError, match="student"), transaction.atomic():
        Student.objects.create(lead=lead, **wrong)
