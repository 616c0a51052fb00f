"""Many at once: threads with connections of their own, and real commits."""

import json
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.request import Request, urlopen

import pytest
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.utils import timezone

from conversations import contacts, handoff, live, sender, turn
from conversations.llm import ledger, prices
from conversations.models import Conversation, Message, ModelCall, Turn
from conversations.whatsapp.payloads import Identity
from leads.models import Lead
from tests import door
from tests.journeys.actors import Parent
from tests.journeys.conftest import PATH, TOKEN
from tests.running import wait_until
from tests.site import served
from tests.stand_ins.brains import answer, command
from tests.stand_ins.fixtures import brain, closed_breakers, openai
from tests.stand_ins.models import ModelFault

__all__ = ["brain", "closed_breakers", "openai"]

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


@pytest.mark.parametrize(
    "identity",
    [Identity("+5545999990000", None, "5545999990000"), Identity(None, "1827@lid", "1827@lid")],
)
def test_one_who_is_met_by_several_at_once_has_one_conversation_and_one_lead(identity):
    def meet(number):
        with transaction.atomic():
            return contacts.locked(identity, "vila-a", f"Ana {number}", timezone.now()).pk

    assert len(set(at_once(meet, range(8)))) == 1
    assert Conversation.objects.get().lead == Lead.objects.get()


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


def test_work_answers_and_ends_when_told_to(unit, post, gateway, start_work, settings):
    """The real process, woken by NOTIFY, told to stop by SIGTERM."""
    settings.QUIET_SECONDS = 0
    process = start_work()
    parent = Parent(post)
    parent.says("Quanto custa?")
    wait_until(lambda: gateway.sent or process.poll() is not None)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0
    (text,) = gateway.texts()
    assert "R$ 375,00" in text
    assert [message.status for message in parent.replies] == ["sent"]


def test_a_call_of_a_model_dies_with_its_process_and_the_family_is_answered(
    unit, post, gateway, start_work, openai, brain, settings
):
    """kill -9 while the model thinks: what it may have cost is kept, and the next one answers."""
    settings.QUIET_SECONDS = 0
    prices.seed(timezone.now())
    brain.answers["Quanto custa?"] = answer(command("answer", "Quanto custa?", topic="price"))
    openai.faults.append(ModelFault.of("slow:7"))
    keys = {"OPENAI_API_KEY": settings.OPENAI_API_KEY, "OPENAI_BASE_URL": openai.url}
    process = start_work(**keys)
    parent = Parent(post)
    parent.says("Quanto custa?")
    wait_until(lambda: ModelCall.objects.exists() and openai.requests)
    process.kill()
    process.wait()
    killed = ModelCall.objects.get()
    assert (killed.outcome, killed.cost, killed.turn) == ("running", killed.reserved, None)
    assert gateway.texts() == []

    expired = timezone.now() - timedelta(seconds=1)  # what half a minute does by itself
    Conversation.objects.update(claimed_until=expired)
    later = start_work(**keys)
    wait_until(lambda: gateway.sent or later.poll() is not None)
    (text,) = gateway.texts()
    assert "R$ 375,00" in text
    assert ledger.unsettled(timezone.now() + timedelta(minutes=2)) == 1
    first, second = ModelCall.objects.order_by("pk")
    assert (first.outcome, first.cost) == ("dropped", first.reserved)
    assert (second.outcome, second.turn) == ("answered", Turn.objects.get())
    assert ledger.spent_today(timezone.now()) == first.cost + second.cost
