"""Statements that are compiled once say what Django's own say."""

from datetime import timedelta

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from leads.models import FieldEvidence, Lead, Student
from leads.statements import Change, Query, Slot, insert, update

NOW = timezone.now()
STUDENTS = Query(Student.objects.filter(lead=Slot("lead")))
EVIDENCE = Query(FieldEvidence.objects.filter(lead=Slot("lead"), created_at__gte=Slot("since")))
LEAD = Query(Lead.objects.filter(phone=Slot("phone")))

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return Lead.objects.create(phone="+5545999990000", parent_name="Ana % 'Prado'")


def evidence(lead, **changed):
    values = {"field": "email", "status": "said", "created_at": NOW, "normal": {"a": [1, "é"]}}
    return FieldEvidence(lead=lead, **(values | changed))


def values(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_rows_are_those_of_the_queryset_in_its_order(lead):
    for position in (2, 1, 3):
        Student.objects.create(lead=lead, position=position, subjects=["math", "english"])
    Student.objects.create(lead=Lead.objects.create())
    found = STUDENTS.all(lead=lead.pk)
    assert list(map(values, found)) == list(map(values, lead.students.all()))
    assert [row.position for row in found] == [1, 2, 3]
    assert found[0].subjects == ["math", "english"]


def test_json_and_moments_come_back_as_they_went(lead):
    insert(evidence(lead))
    (found,) = EVIDENCE.all(lead=lead.pk, since=NOW)
    assert (found.normal, found.created_at) == ({"a": [1, "é"]}, NOW)
    assert EVIDENCE.all(lead=lead.pk, since=NOW + timedelta(seconds=1)) == []


def test_a_slot_takes_any_text_and_none_equals_nothing(lead):
    Lead.objects.create()  # without a phone
    assert LEAD.first(phone=None) is None
    assert LEAD.first(phone="' OR 1=1 --") is None
    assert LEAD.get(phone=lead.phone).parent_name == "Ana % 'Prado'"


def test_what_is_not_there(lead):
    with pytest.raises(Lead.DoesNotExist):
        LEAD.get(phone="+5545911111111")
    with pytest.raises(KeyError):
        LEAD.all()


def test_columns_and_expressions(lead):
    of_it = Student.objects.filter(lead=OuterRef("pk"), position=Slot("position"))
    names = Query(Lead.objects.filter(pk=Slot("pk")).values_list("parent_name", Exists(of_it)))
    Student.objects.create(lead=lead, position=2)
    assert names.get(pk=lead.pk, position=2) == ("Ana % 'Prado'", True)
    assert names.get(pk=lead.pk, position=1) == ("Ana % 'Prado'", False)


@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_within_a_transaction_only(lead):
    locked = Query(Lead.objects.select_for_update().filter(pk=Slot("pk")))
    with pytest.raises(TransactionManagementError):
        locked.all(pk=lead.pk)


def test_a_change_tells_how_many_rows_it_changed(lead):
    named = Change(Lead.objects.filter(phone=Slot("phone")), email=Slot("email"), stage="talking")
    assert named.make(phone=lead.phone, email="ana@gmail.com") == 1
    assert named.make(phone="+5545911111111", email="x@gmail.com") == 0
    lead.refresh_from_db()
    assert (lead.email, lead.stage) == ("ana@gmail.com", "talking")


def test_an_inserted_row_is_the_row_that_save_makes(lead):
    ours, djangos = evidence(lead), evidence(lead)
    insert(ours)
    djangos.save()
    assert not ours._state.adding
    assert values(FieldEvidence.objects.get(pk=ours.pk)) | {"id": 0} == values(djangos) | {"id": 0}


def test_one_that_is_there_is_told_or_refused(lead):
    twin = Lead(phone=lead.phone)
    assert not insert(twin, unless_there=True)
    assert twin.pk is None
    assert insert(Lead(phone="+5545999990001"), unless_there=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(twin)


def test_only_what_is_named_is_updated(lead):
    stale = Lead.objects.get(pk=lead.pk)
    Lead.objects.filter(pk=lead.pk).update(email="ana@gmail.com")
    stale.parent_name = "Ana"
    update(stale, "parent_name", "updated_at")
    fresh = Lead.objects.get(pk=lead.pk)
    assert (fresh.parent_name, fresh.email) == ("Ana", "ana@gmail.com")
    assert fresh.updated_at == stale.updated_at > lead.updated_at
    update(stale)
    assert values(Lead.objects.get(pk=lead.pk)) == values(stale)


def test_a_field_that_is_not_there_is_refused(lead):
    with pytest.raises(FieldDoesNotExist):
        update(lead, "parent_nmae")
