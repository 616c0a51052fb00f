import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from leads.models import Lead
from leads.qualification import set_field
from tests.talks import family, heard, well_known

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    client.force_login(User.objects.create_user("ana", is_staff=True))
    return client


@pytest.fixture
def talk():
    return well_known("Marina", "+5545999112233", timezone.now())


def page(talk):
    return reverse("console:lead-edit", args=[talk.pk])


def form(desk, talk, **changed):
    """The edit form as a browser would send it, with `changed` filled in."""
    context = desk.get(page(talk), headers={"HX-Request": "true"}).context
    sent = {}
    for one in [context["lead_form"], *context["student_forms"]]:
        for bound in one:
            initial = one.get_initial_for_field(bound.field, bound.name)
            value = "" if initial is None else initial
            sent |= {bound.html_name: value, bound.html_initial_name: value}
    return sent | changed


def save(desk, talk, sent):
    return desk.post(page(talk), sent, headers={"HX-Request": "true"})


def test_the_card_shows_what_is_known_and_what_is_missing(desk, talk):
    context = desk.get(reverse("console:lead", args=[talk.pk])).context
    lines = {line.label: line.value for line in context["lines"]}
    student = {line.label: line.value for line in context["students"][0][1]}
    assert list(lines.values()) == ["Marina", "(45) 99911-2233", "", "tarde"]
    assert list(student.values()) == ["Pedro", "9", "4º ano", "Matemática"]
    assert (context["known"], context["fields"]) == (7, 8)
    assert context["visit"].lead == talk.lead


def test_each_field_leads_to_its_message(desk, talk):
    said = talk.messages.get(text__contains="Pedro, ele tem")
    card = desk.get(reverse("console:lead", args=[talk.pk])).text
    assert f"#m{said.pk}" in card


def test_a_family_without_students_shows_what_would_be_asked(desk):
    talk = family("Paulo", "+5545999000001")
    students = desk.get(reverse("console:lead", args=[talk.pk])).context["students"]
    assert [line.value for line in students[0][1]] == ["", "", "", ""]


def test_what_staff_enter_wins_over_later_readings(desk, talk):
    sent = form(desk, talk, **{"lead-email": "m@example.com", "student-1-age": "8"})

    assert save(desk, talk, sent).status_code == 200

    talk.lead.refresh_from_db()
    assert talk.lead.email == "m@example.com"
    assert talk.lead.students.get().age == 8
    later = heard(talk, "9 anos")
    now = timezone.now()
    set_field(talk.lead, "student_age", 9, status="said", message_id=later.pk, now=now)
    assert talk.lead.students.get().age == 8
    assert set(talk.lead.evidence.filter(status="staff").values_list("field", flat=True)) == {
        "email",
        "student_age",
    }


def test_only_what_was_changed_is_saved(desk, talk):
    sent = form(desk, talk, **{"lead-parent_name": "Marina Prado"})
    said = heard(talk, "na verdade 8")
    now = timezone.now()
    set_field(talk.lead, "student_age", 8, status="corrected", message_id=said.pk, now=now)

    save(desk, talk, sent)

    assert talk.lead.students.get().age == 8
    talk.lead.refresh_from_db()
    assert talk.lead.parent_name == "Marina Prado"


def test_saving_moves_the_rev(desk, talk):
    before = talk.rev
    save(desk, talk, form(desk, talk, **{"lead-email": "m@example.com"}))
    talk.refresh_from_db()
    assert talk.rev == before + 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"lead-email": "m@"},
        {"lead-phone": "123"},
        {"lead-phone": "(45) 98800-0000"},
        {"student-1-age": "121"},
        {"student-1-age": "nove"},
        {"student-1-subjects": ["chess"]},
    ],
)
def test_what_a_field_cannot_hold_is_shown_and_not_saved(desk, talk, wrong):
    Lead.objects.create(phone="+5545988000000")
    answer = save(desk, talk, form(desk, talk, **{"lead-parent_name": "Outra"}, **wrong))
    assert answer.status_code == 422
    assert 'class="error"' in answer.text
    talk.lead.refresh_from_db()
    assert talk.lead.parent_name == "Marina"


def test_without_a_script_the_form_is_a_page(desk, talk):
    assert 'class="card-form"' in desk.get(page(talk)).text
    answer = desk.post(page(talk), form(desk, talk, **{"lead-email": "m@example.com"}))
    assert answer.status_code == 302
