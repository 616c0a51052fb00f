import pytest

from leads.funnel import advance, fall_back
from leads.models import Lead, Student

pytestmark = pytest.mark.django_db


def lead(stage, complete=False):
    if not complete:
        return Lead.objects.create(stage=stage)
    row = Lead.objects.create(
        stage=stage,
        phone="+5545999990000",
        parent_name="Ana",
        email="ana@example.com",
        schedule_preference="de manhã",
    )
    Student.objects.create(lead=row, name="Pedro", age=9, school_grade="4º ano", subjects=["math"])
    return row


@pytest.mark.parametrize(
    ("before", "reached", "complete", "after"),
    [
        ("new", "new", False, "new"),
        ("new", "talking", False, "talking"),
        ("new", "new", True, "qualified"),
        ("talking", "new", True, "qualified"),
        ("qualified", "talking", False, "qualified"),
        ("talking", "booked", False, "booked"),
        ("booked", "talking", True, "booked"),
        ("booked", "confirmed", True, "confirmed"),
        ("attended", "booked", True, "attended"),
        ("enrolled", "talking", True, "enrolled"),
        ("lost", "new", True, "lost"),
        ("lost", "talking", False, "talking"),
        ("lost", "talking", True, "qualified"),
    ],
)
def test_a_stage_only_rises(before, reached, complete, after):
    row = lead(before, complete)

    assert advance(row, Lead.Stage(reached)) == after
    row.refresh_from_db()
    assert row.stage == after


def test_an_old_copy_of_the_lead_decides_nothing():
    row = lead("booked")
    fall_back(Lead.objects.get(pk=row.pk))

    advance(row, Lead.Stage.BOOKED)

    assert Lead.objects.get(pk=row.pk).stage == "booked"


@pytest.mark.parametrize(
    ("before", "complete", "after"),
    [
        ("booked", True, "qualified"),
        ("confirmed", True, "qualified"),
        ("booked", False, "talking"),
        ("attended", True, "attended"),
        ("enrolled", False, "enrolled"),
        ("lost", True, "lost"),
        ("new", False, "new"),
    ],
)
def test_without_its_visit_a_family_is_what_its_fields_say(before, complete, after):
    assert fall_back(lead(before, complete)) == after
