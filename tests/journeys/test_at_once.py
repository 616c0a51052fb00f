"""Many at once: threads with connections of their own, and real commits."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.utils import timezone

from conversations import handoff, live, sender, turn
from conversations.models import Conversation, Message
from leads.models import Lead
from tests import door
from tests.journeys.actors import Parent
from tests.journeys.conftest import PATH, TOKEN
from tests.site import served

PAGES_FOR_5000 = 60_000  # a pass over the indexes; comparing all with all would take millions

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(job, arguments):
    """Runs a job in as many threads as arguments, begun together."""
    together = threading.Barrier(len(arguments))

    def run(argument):
        together.wait(timeout=10)
        try:
            return job(argument)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(run, arguments))


@pytest.fixture
def families():
    """Makes conversations that wait for a turn, each with a message to send."""

    def make(number):
        now = timezone.now()
        leads = Lead.objects.bulk_create(Lead() for _ in range(number))
        conversations = Conversation.objects.bulk_create(
            Conversation(lead=lead, instance="vila-a", reply_to="x", due_at=now) for lead in leads
        )
        Message.objects.bulk_create(
            Message(
                conversation=conversation,
                direction="out",
                author="bot",
                text="Oi",
                rev=1,
                status="queued",
                sent_at=now,
                due_at=now,
            )
            for conversation in conversations
            for _ in range(2)
        )
        return conversations

    return make


def test_first_messages_at_once_make_one_family(post):
    """Twelve connections to the real server, then four processes that would all apply."""
    parent = Parent(post)
    bodies = [parent.body(str(number)) for number in range(8)] + [parent.body("igual")] * 4

    with served() as port:

        def send(body):
            url, content = f"http://127.0.0.1:{port}{PATH}", json.dumps(body).encode()
            request = Request(url, content, {"X-Webhook-Token": TOKEN})
            with urlopen(request, timeout=10) as answer:
                return json.load(answer)["status"]

        statuses = at_once(send, bodies)
    assert sorted(statuses) == ["accepted"] * 9 + ["duplicate"] * 3
    at_once(lambda _: door.take_in(), range(4))
    conversation = Conversation.objects.get()
    assert Lead.objects.count() == 1
    messages = conversation.messages.all()
    assert len(messages) == 9
    assert sorted(message.rev for message in messages) == list(range(1, 10))
    assert conversation.rev == 9


def test_of_twenty_who_take_over_one_wins(families):
    (conversation,) = families(1)
    users = [get_user_model().objects.create(username=f"staff-{n}") for n in range(20)]
    won = at_once(lambda user: handoff.take_over(conversation.pk, user, timezone.now()), users)
    assert sum(won) == 1
    conversation.refresh_from_db()
    assert conversation.assigned_to == users[won.index(True)]
    assert sender.claim_due(timezone.now(), 10) == []


@pytest.mark.parametrize("claim_due", [turn.claim_due, sender.claim_due])
def test_nothing_is_claimed_twice(families, claim_due):
    families(60)
    now = timezone.now()
    claims = at_once(lambda _: claim_due(now, 10), range(8))
    claimed = [claim.conversation_id for some in claims for claim in some]
    assert len(claimed) == len(set(claimed))
    claimed += [claim.conversation_id for claim in claim_due(now, 100)]
    assert len(set(claimed)) == len(claimed) == 60
    assert claim_due(now, 100) == []


@pytest.mark.parametrize("claim_due", [turn.claim_due, sender.claim_due])
def test_claims_read_few_pages_with_many_waiting_and_stale_statistics(families, claim_due):
    """The cost that the planner can't hide: the pages that a claim of 100 among 5,000 touches."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # of empty tables: the planner expects nothing
    families(5000)
    before = pages_read()
    assert len(claim_due(timezone.now() + timedelta(seconds=1), 100)) == 100
    touched = pages_read() - before
    assert touched < PAGES_FOR_5000


def pages_read():
    """Blocks of tables and indexes that this database has touched so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT sum(heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit)"
            " FROM pg_statio_user_tables"
        )
        return int(cursor.fetchone()[0])


def test_an_open_console_hears_of_a_change(families):
    (conversation,) = families(1)

    async def hear(change):
        layer = get_channel_layer()
        channel = await layer.new_channel()
        await layer.group_add(live.GROUP, channel)
        threading.Thread(target=change).start()
        return await layer.receive(channel)

    def change():
        with transaction.atomic():
            live.tell(conversation.pk, 118)
        connection.close()

    heard = async_to_sync(hear)(change)
    assert heard == {
        "type": "conversation.changed",
        "conversation": conversation.pk,
        "rev": 118,
    }


def test_work_answers_and_ends_when_told_to(unit, post, gateway, settings, tmp_path):
    """The real process, woken by NOTIFY, told to stop by SIGTERM."""
    settings.QUIET_SECONDS = 0
    name = connection.settings_dict["NAME"]
    database = urlsplit(django_settings.DATABASE_URL)._replace(path=f"/{name}").geturl()
    environment = os.environ | {
        "DATABASE_URL": database,
        "REDIS_URL": django_settings.REDIS_URL,
        "EVOLUTION_API_URL": gateway.url,
        "EVOLUTION_API_KEY": gateway.apikey,
        "EVOLUTION_INSTANCE": gateway.instance,
        "WORK_THREADS": "4",
    }
    process = subprocess.Popen([sys.executable, "manage.py", "work"], env=environment)
    try:
        parent = Parent(post)
        parent.says("Quanto custa?")
        latest = time.monotonic() + 30
        while not gateway.sent and process.poll() is None and time.monotonic() < latest:
            threading.Event().wait(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
    (text,) = gateway.texts()
    assert "R$ 375,00" in text
    assert [message.status for message in parent.replies] == ["sent"]
