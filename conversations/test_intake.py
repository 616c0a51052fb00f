"""What the door kept is applied: in order, once, by one process at a time."""

import json
import threading

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from conversations import intake
from conversations.models import GatewayState, Message, RawEvent
from conversations.whatsapp.payloads import QrCode, read_events, strip_secrets
from tests import door, payloads

TOKEN = "a-token-for-the-webhook"
PATH = "/webhooks/evolution/vila-a/"


@pytest.fixture(autouse=True)
def token(settings):
    settings.EVOLUTION_WEBHOOK_TOKEN = TOKEN


def keep(name="baileys_text", **data):
    body = payloads.load(name)
    body["data"].update(data)
    content = json.dumps(body).encode()
    assert door.knock(PATH, content, {"X-Webhook-Token": TOKEN}).status_code == 200


def text(number):
    key = payloads.load("baileys_text")["data"]["key"] | {"id": f"MESSAGE{number}"}
    keep(key=key, message={"conversation": f"{number}"})


@pytest.mark.parametrize("name", payloads.NAMES)
def test_what_is_kept_says_the_same(name):
    body = payloads.load(name)
    events = read_events(body)
    if not any(isinstance(event, QrCode) for event in events):  # withheld, and shown at once
        assert read_events(strip_secrets(body)) == events


@pytest.mark.django_db
def test_events_are_applied_in_the_order_in_which_they_came():
    for number in range(5):
        text(number)
    assert not Message.objects.exists()
    applied = []
    while intake.apply_next(timezone.now()):
        applied.append(Message.objects.count())
    assert applied == [1, 2, 3, 4, 5]
    said = Message.objects.order_by("rev").values_list("text", flat=True)
    assert list(said) == ["0", "1", "2", "3", "4"]
    assert not RawEvent.objects.exclude(due_at=None, error="").exists()
    assert not RawEvent.objects.filter(processed_at=None).exists()


@pytest.mark.django_db
def test_a_message_is_as_old_as_its_arrival():
    text(1)
    row = RawEvent.objects.get()
    intake.apply_next(timezone.now())
    assert Message.objects.get().created_at == row.received_at


@pytest.mark.django_db
def test_one_with_a_bug_does_not_stop_those_behind_it():
    text(1)
    RawEvent.objects.update(body={"event": "messages.upsert", "data": {"key": {"id": "x"}}})
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE conversations_message ADD CHECK (text <> '2')")
    text(2)
    text(3)
    door.take_in()
    assert Message.objects.get().text == "3"
    assert RawEvent.objects.exclude(error="").get().due_at is None


@pytest.mark.django_db(transaction=True)
def test_while_another_process_applies_nobody_else_does():
    text(1)
    others, begun, done = [], threading.Event(), threading.Event()  # the first to look holds it

    def hold():
        with transaction.atomic():
            others.append(intake._OLDEST.first(now=timezone.now()) is not None)
            begun.set()
            done.wait(10)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    begun.wait(10)
    assert not intake.apply_next(timezone.now())
    done.set()
    thread.join()
    assert others == [True]
    assert intake.apply_next(timezone.now())
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_cut_off_in_the_middle_it_is_applied_again_and_once():
    text(1)

    def cut(execute, sql, params, many, context):
        if sql.startswith("UPDATE"):
            raise OperationalError("terminating connection")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(cut), pytest.raises(OperationalError):
        intake.apply_next(timezone.now())
    assert not Message.objects.exists()
    door.take_in()
    assert Message.objects.count() == 1


@pytest.mark.django_db
def test_a_code_is_shown_at_once_and_never_kept():
    keep("qr_code")
    assert GatewayState.objects.get().code_image
    assert "data:image" not in str(RawEvent.objects.get().body)
    door.take_in()
    assert GatewayState.objects.get().code_image


@pytest.mark.django_db
def test_a_familys_messages_cost_few_queries(django_assert_num_queries):
    text(1)
    with django_assert_num_queries(13):  # two of them are a savepoint of the test
        assert intake.apply_next(timezone.now())
    text(2)
    with django_assert_num_queries(10):
        assert intake.apply_next(timezone.now())
