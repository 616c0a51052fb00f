import asyncio
import json

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from conversations import live
from conversations.console import consumer
from kumon_site.asgi import application

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]

HERE = "http://console.test:8000"


def _cookie(user):
    client = Client()
    client.force_login(user)
    return f"sessionid={client.cookies['sessionid'].value}"


async def connected(user=None, origin=HERE):
    """A browser's socket, and the first thing the application answers."""
    headers = [(b"host", b"console.test:8000"), (b"origin", origin.encode())]
    if user:
        headers.append((b"cookie", (await sync_to_async(_cookie)(user)).encode()))
    scope = {"type": "websocket", "path": "/ws/console/", "headers": headers, "query_string": b""}
    line = ApplicationCommunicator(application, scope)
    await line.send_input({"type": "websocket.connect"})
    return line, await line.receive_output(5)


async def hint(line):
    return json.loads((await line.receive_output(5))["text"])


async def closed(line):
    async with asyncio.timeout(5):
        while (said := await line.receive_output(5))["type"] != "websocket.close":
            pass
    return said["code"]


@pytest.fixture
def ana(transactional_db):
    return User.objects.create_user("ana", is_staff=True)


async def test_staff_get_hints_and_nothing_else(ana):
    line, answer = await connected(ana)
    assert answer["type"] == "websocket.accept"
    assert await hint(line) == {"beat": True}

    await sync_to_async(live.tell)(12, 118)

    assert await hint(line) == {"conversation": 12, "rev": 118}
    await left(line)


async def left(line):
    await line.send_input({"type": "websocket.disconnect", "code": 1000})
    await line.wait()


async def test_all_of_a_process_hear_it_and_one_who_leaves_takes_nobody_along(ana):
    lines = [(await connected(ana))[0] for _ in range(3)]
    assert [await hint(line) for line in lines] == [{"beat": True}] * 3
    await left(lines.pop())

    await sync_to_async(live.tell)(12, 118)
    await sync_to_async(live.tell)(13, 119)

    for line in lines:
        assert [(await hint(line))["conversation"] for _ in range(2)] == [12, 13]
        await left(line)


async def test_strangers_and_parents_are_closed_out(transactional_db):
    parent = await User.objects.acreate(username="parent")
    for user, code in ((None, 4401), (parent, 4403)):
        line, _ = await connected(user)
        assert await closed(line) == code


@pytest.mark.parametrize(
    "origin", ["http://evil.test", "https://console.test:8000", "http://console.test:9000"]
)
async def test_another_origin_opens_nothing(ana, origin):
    _, answer = await connected(ana, origin)
    assert answer["type"] == "websocket.close"


def _loses_rights(user):
    User.objects.filter(pk=user.pk).update(is_staff=False)


def _is_switched_off(user):
    User.objects.filter(pk=user.pk).update(is_active=False)


def _logs_out(user):
    Session.objects.all().delete()


@pytest.mark.parametrize(
    ("event", "code"), [(_loses_rights, 4403), (_is_switched_off, 4401), (_logs_out, 4401)]
)
async def test_permission_is_checked_again(ana, monkeypatch, event, code):
    monkeypatch.setattr(consumer, "CHECK_SECONDS", 0.05)
    line, _ = await connected(ana)
    await sync_to_async(event)(ana)
    assert await closed(line) == code


def _rename(before, after):
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {before} RENAME TO {after}")


async def test_nobody_listens_unchecked_when_the_database_fails(ana, monkeypatch):
    monkeypatch.setattr(consumer, "CHECK_SECONDS", 0.05)
    line, _ = await connected(ana)
    assert await hint(line) == {"beat": True}
    await sync_to_async(_rename)("auth_user", "auth_user_away")
    try:
        assert await closed(line) == 1013
    finally:
        await sync_to_async(_rename)("auth_user_away", "auth_user")
