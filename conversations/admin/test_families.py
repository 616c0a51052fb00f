import pytest
from django.urls import reverse
from django.utils import timezone

from leads.models import FieldEvidence, Lead
from leads.qualification import set_field
from tests.families import families, seed_rules

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def lead(now):
    seed_rules(now)
    return families(1, now)[0].lead


def form_of(lead, **changes):
    """What the browser posts for this lead and its one student, with `changes`."""
    student = lead.students.get()
    return {
        "parent_name": lead.parent_name,
        "phone": "(45) 99000-0000",
        "email": lead.email,
        "schedule_preference": lead.schedule_preference,
        "stage": lead.stage,
        "students-TOTAL_FORMS": "1",
        "students-INITIAL_FORMS": "1",
        "students-0-id": student.pk,
        "students-0-lead": lead.pk,
        "students-0-name": student.name,
        "students-0-age": student.age,
        "students-0-school_grade": student.school_grade,
        "students-0-subjects": student.subjects,
        "evidence-TOTAL_FORMS": "0",
        "evidence-INITIAL_FORMS": "0",
        **changes,
    }


def change(client, lead, **changes):
    url = reverse("admin:leads_lead_change", args=[lead.pk])
    return client.post(url, form_of(lead, **changes))


def test_what_staff_enter_is_protected_from_later_sayings(admin_client, lead, now):
    assert change(admin_client, lead, parent_name="Mariana de Souza").status_code == 302
    assert set_field(
        lead, "parent_name", "Mari", status="said", message_id=None, now=now
    ) is False  # fmt: skip
    lead.refresh_from_db()
    assert lead.parent_name == "Mariana de Souza"
    newest = FieldEvidence.objects.filter(field="parent_name", status="staff").get()
    assert newest.value == "Mariana de Souza"


def test_fields_that_staff_leave_alone_gain_no_evidence(admin_client, lead):
    before = FieldEvidence.objects.count()
    assert change(admin_client, lead).status_code == 302
    assert FieldEvidence.objects.count() == before


def test_a_students_field_is_kept_with_staffs_evidence(admin_client, lead):
    changes = {"students-0-age": "10", "students-0-subjects": ["math", "english"]}
    assert change(admin_client, lead, **changes).status_code == 302
    student = lead.students.get()
    assert (student.age, student.subjects) == (10, ["math", "english"])
    kept = FieldEvidence.objects.filter(student=student, status="staff")
    assert set(kept.values_list("field", flat=True)) == {"student_age", "subjects"}


def test_a_sibling_takes_the_next_position(admin_client, lead):
    added = {
        "students-TOTAL_FORMS": "2",
        "students-1-id": "",
        "students-1-lead": lead.pk,
        "students-1-name": "Davi",
        "students-1-age": "6",
    }
    assert change(admin_client, lead, **added).status_code == 302
    assert list(lead.students.values_list("position", "name")) == [(1, "Júlia"), (2, "Davi")]


def test_a_student_entered_by_mistake_can_be_taken_away(admin_client, lead):
    assert change(admin_client, lead, **{"students-0-DELETE": "on"}).status_code == 302
    assert not lead.students.exists()


def test_a_phone_is_typed_as_it_is_dialled(admin_client, lead):
    assert change(admin_client, lead, phone="45 98888-7777").status_code == 302
    lead.refresh_from_db()
    assert lead.phone == "+5545988887777"


@pytest.mark.parametrize("phone", ["123", "(45) 99000-1373"])
def test_a_wrong_or_foreign_familys_phone_is_refused(admin_client, lead, now, phone):
    families(1, now, first=1)
    answer = change(admin_client, lead, phone=phone)
    assert "phone" in answer.context["adminform"].form.errors


def test_a_new_lead_is_entered_with_its_evidence(admin_client, lead):
    answer = admin_client.post(reverse("admin:leads_lead_add"), {
        "parent_name": "Paula", "phone": "45 97777-6666", "stage": "new",
        "students-TOTAL_FORMS": "0", "students-INITIAL_FORMS": "0",
        "evidence-TOTAL_FORMS": "0", "evidence-INITIAL_FORMS": "0",
    })  # fmt: skip
    assert answer.status_code == 302
    new = Lead.objects.get(phone="+5545977776666")
    assert set(new.evidence.values_list("field", "status")) == {
        ("parent_name", "staff"),
        ("phone", "staff"),
    }


def test_staff_move_a_family_along_the_funnel(admin_client, lead):
    change(admin_client, lead, stage="enrolled")
    lead.refresh_from_db()
    assert lead.stage == "enrolled"


def test_a_family_is_not_deleted_here(admin_client, lead):
    url = reverse("admin:leads_lead_delete", args=[lead.pk])
    assert admin_client.post(url, {"post": "yes"}).status_code == 403
