"""What a bug kept from being applied is not lost: it is applied again, once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from conversations import intake
from conversations.models import Message, RawEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def bug():
    """A column that the code does not expect; returns what mends it."""

    def run(statement):
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE conversations_message {statement}")

    run("ADD unexpected integer NOT NULL")
    return lambda: run("DROP unexpected")


def test_after_the_upgrade_it_is_applied_once(parent, bug):
    parent.says("Oi")
    now = timezone.now()
    assert intake.replay_failed(now) == 0
    assert RawEvent.objects.get().error != ""
    bug()
    assert intake.replay_failed(now) == 1
    row = RawEvent.objects.get()
    assert (row.error, row.processed_at) == ("", now)
    assert Message.objects.get().awaits_answer
    assert intake.replay_failed(now) == 0
    assert not intake.replay(row.pk, now)
    assert Message.objects.count() == 1


def test_what_is_old_by_then_is_kept_and_not_answered(parent, bug):
    parent.says("Oi")
    bug()
    assert intake.replay_failed(timezone.now() + timedelta(hours=3)) == 1
    assert not Message.objects.get().awaits_answer


def test_staff_apply_it_by_a_dialog(parent, bug, admin_client):
    parent.says("Oi")
    bug()
    row = RawEvent.objects.get()
    page = admin_client.get(f"/admin/conversations/rawevent/{row.pk}/change/")
    assert page.status_code == 200
    address = reverse("admin:conversations_rawevent_apply_again", args=[row.pk])
    assert admin_client.get(address).status_code == 200  # the dialog; nothing has happened yet
    assert not Message.objects.exists()
    answer = admin_client.post(address, {"_form_submitted": "on"}, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"].startswith("/admin/conversations/rawevent/")
    assert Message.objects.count() == 1
