"""/api/v1/ as other programs use it: over HTTP, with a token."""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.utils import timezone
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

import billing_rules.seed
import scheduling.seed
from conversations import handoff
from conversations.api import reading
from conversations.models import Conversation, Message
from leads.models import Lead
from scheduling.models import Visit

pytestmark = pytest.mark.django_db

PHONE = "+5545999990000"
UNIT = ZoneInfo("America/Sao_Paulo")
READ = ["leads", "conversations", "conversations/{id}/messages", "visits", "slots", "quote"]
READ += ["schema", "figures"]
ACT = ["conversations/{id}/take-over", "conversations/{id}/give-back", "conversations/{id}/reply"]


def client_of(user):
    token, _ = Token.objects.get_or_create(user=user)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token.key}")
    return client


def person(name, *, staff=True, answers=True):
    user = get_user_model().objects.create_user(name, is_staff=staff)
    if answers:
        user.user_permissions.add(Permission.objects.get(codename="change_conversation"))
    return user


@pytest.fixture
def ana():
    return person("ana")


@pytest.fixture
def api(ana):
    return client_of(ana)


@pytest.fixture
def family():
    lead = Lead.objects.create(
        phone=PHONE,
        parent_name="Marina Souza",
        email="marina@example.com",
        schedule_preference="de manhã",
        stage="qualified",
    )
    lead.students.create(name="Bia", age=9, school_grade="4º ano", subjects=["math"])
    return lead


@pytest.fixture
def conversation(family):
    row = Conversation.objects.create(
        lead=family, instance="vila-a", phone=PHONE, reply_to="5545999990000@s.whatsapp.net"
    )
    hear(row, "oi")
    return row


def hear(conversation, text):
    """A message of the family, as the inbox keeps it."""
    conversation.rev += 1
    conversation.last_message_at = timezone.now()
    conversation.save()
    return Message.objects.create(
        conversation=conversation,
        direction="in",
        author="parent",
        text=text,
        status="received",
        rev=conversation.rev,
        sent_at=timezone.now(),
        provider_id=f"ID{conversation.pk}-{conversation.rev}",
    )


def act(api, conversation, verb, **body):
    return api.post(f"/api/v1/conversations/{conversation.pk}/{verb}/", body, format="json")


def say(api, conversation, text="Olá, aqui é a Ana.", **more):
    body = {"client_uuid": str(uuid.uuid4()), "text": text} | more
    return act(api, conversation, "reply", **body)


# --- who may come in ------------------------------------------------------------------------------


@pytest.mark.parametrize("path", READ)
def test_reading_needs_a_token_of_staff(client, conversation, path):
    url = f"/api/v1/{path.format(id=conversation.pk)}/"
    assert client.get(url).status_code == 401
    assert client.get(url, HTTP_AUTHORIZATION="Token wrong").status_code == 401
    assert client_of(person("parent", staff=False)).get(url).status_code == 403
    assert client_of(person("reader", answers=False)).get(url).status_code in (200, 400)


@pytest.mark.parametrize("path", ACT)
def test_acting_needs_the_permission_too(client, conversation, path):
    url = f"/api/v1/{path.format(id=conversation.pk)}/"
    assert client.post(url).status_code == 401
    assert client_of(person("parent", staff=False)).post(url).status_code == 403
    assert client_of(person("reader", answers=False)).post(url).status_code == 403
    conversation.refresh_from_db()
    assert conversation.mode == "bot"


@pytest.mark.parametrize("path", READ)
def test_reading_changes_nothing(api, conversation, path):
    url = f"/api/v1/{path.format(id=conversation.pk)}/"
    posting = [] if path == "visits" else [api.post]  # which books (test_visiting.py)
    for method in (*posting, api.put, api.patch, api.delete):
        assert method(url).status_code == 405


def test_the_command_makes_a_token_that_opens(ana):
    out = StringIO()
    call_command("drf_create_token", "ana", stdout=out)
    key = out.getvalue().split()[2]
    client = APIClient()
    assert client.get("/api/v1/leads/", HTTP_AUTHORIZATION=f"Token {key}").status_code == 200


def test_the_schema_describes_every_path_without_a_warning(tmp_path):
    out = tmp_path / "schema.yaml"
    call_command("spectacular", "--fail-on-warn", "--validate", "--file", str(out))
    described = out.read_text()
    for path in [*READ, *ACT]:
        assert path == "schema" or f"/api/v1/{path}/:" in described


# --- families -------------------------------------------------------------------------------------


def test_a_lead_with_its_students_and_visit(api, family):
    begins = timezone.now() + timedelta(days=2)
    past = begins - timedelta(days=30)
    for starts_at, status in ((past, "attended"), (begins, "booked")):
        visit = Visit.objects.create(
            lead=family,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=30),
            status=status,
            created_by="parent",
            created_at=starts_at - timedelta(days=3),
        )
    [found] = api.get("/api/v1/leads/", {"phone": PHONE}).json()["results"]
    ahead = found.pop("visit")
    assert found == {
        "id": family.pk,
        "phone": PHONE,
        "parent_name": "Marina Souza",
        "email": "marina@example.com",
        "schedule_preference": "de manhã",
        "stage": "qualified",
        "qualified": True,
        "missing": [],
        "students": [{"name": "Bia", "age": 9, "school_grade": "4º ano", "subjects": ["math"]}],
    }
    assert set(ahead) == {"id", "lead", "starts_at", "ends_at", "status", "version"}
    assert (ahead["id"], ahead["lead"], ahead["status"]) == (visit.pk, family.pk, "booked")
    assert datetime.fromisoformat(ahead["starts_at"]) == begins
    assert ahead["starts_at"].endswith("-03:00")


def test_what_a_new_family_lacks(api):
    Lead.objects.create(phone=PHONE)
    [found] = api.get("/api/v1/leads/", {"phone": PHONE}).json()["results"]
    assert found["qualified"] is False
    assert found["visit"] is None
    assert found["students"] == []
    assert found["missing"] == [
        "parent_name",
        "student_name",
        "student_age",
        "school_grade",
        "subjects",
        "schedule_preference",
        "email",
    ]


@pytest.mark.parametrize("path", ["leads", "conversations"])
@pytest.mark.parametrize(
    "query",
    [
        "+5545999990000",
        quote("+5545999990000"),
        "5545999990000",
        "45999990000",
        quote("+55 (45) 99999-0000"),
        quote("+554599990000"),
        "+554599990000",
        "554599990000",
        "5545999990000@s.whatsapp.net",
    ],
)
def test_a_phone_in_any_spelling_finds_its_family_alone(api, conversation, path, query):
    Lead.objects.create(phone="+5545988887777")
    [found] = api.get(f"/api/v1/{path}/?phone={query}").json()["results"]
    assert found["id"] == (conversation.lead_id if path == "leads" else conversation.pk)


def test_a_number_of_whatsapp_s_that_no_plan_knows_is_found(api):
    Lead.objects.create(phone="+5500900000001")
    assert len(api.get("/api/v1/leads/?phone=%2B5500900000001").json()["results"]) == 1


@pytest.mark.parametrize("path", ["leads", "conversations"])
@pytest.mark.parametrize("query", ["", "abc", "12", "%00", "9" * 400, "1@lid"])
def test_what_is_no_phone_is_refused_and_lists_nobody(api, conversation, path, query):
    response = api.get(f"/api/v1/{path}/?phone={query}")
    assert response.status_code == 400
    assert list(response.json()) == ["phone"]


def test_an_unknown_phone_is_an_empty_list(api, conversation):
    for path in ("leads", "conversations"):
        body = api.get(f"/api/v1/{path}/", {"phone": "+5545911112222"}).json()
        assert body == {"results": []}


@pytest.mark.parametrize("path", ["leads", "conversations"])
def test_more_families_cost_no_more_queries(api, path, conversation, django_assert_num_queries):
    expected = {"leads": 4, "conversations": 2}[path]  # the token's is one of them
    for number in range(12):
        lead = Lead.objects.create(phone=f"+55459777700{number:02}")
        lead.students.create(name="Leo")
        Conversation.objects.create(lead=lead, instance="vila-a", reply_to=lead.phone)
    with django_assert_num_queries(expected):
        assert len(api.get(f"/api/v1/{path}/").json()["results"]) == 13


# --- conversations --------------------------------------------------------------------------------


def test_a_conversation_and_where_its_messages_are(api, conversation):
    [found] = api.get("/api/v1/conversations/").json()["results"]
    assert found == {
        "id": conversation.pk,
        "lead": conversation.lead_id,
        "mode": "bot",
        "epoch": 0,
        "rev": 1,
        "handoff_reason": "",
        "waiting_since": None,
        "messages_url": f"http://testserver/api/v1/conversations/{conversation.pk}/messages/",
    }
    [message] = api.get(found["messages_url"]).json()["results"]
    created = message.pop("created_at")
    assert datetime.fromisoformat(created).utcoffset() == timedelta(hours=-3)
    assert message == {
        "id": conversation.messages.get().pk,
        "direction": "in",
        "author": "parent",
        "kind": "text",
        "text": "oi",
        "status": "received",
        "rev": 1,
        "provider_id": f"ID{conversation.pk}-1",
    }


def test_messages_after_a_revision(api, conversation):
    hear(conversation, "tudo bem?")
    url = f"/api/v1/conversations/{conversation.pk}/messages/"

    def after(rev):
        body = api.get(url, {"after": rev}).json()
        return body["rev"], [row["text"] for row in body["results"]]

    assert after(0) == (2, ["oi", "tudo bem?"])
    assert after(1) == (2, ["tudo bem?"])
    assert after(2) == (2, [])


def test_a_deleted_message_tells_no_text(api, conversation):
    conversation.messages.update(deleted_at=timezone.now())
    url = f"/api/v1/conversations/{conversation.pk}/messages/"
    [message] = api.get(url).json()["results"]
    assert message["text"] == ""


def test_a_page_ends_with_a_whole_revision(api, conversation, monkeypatch):
    monkeypatch.setattr(reading, "MOST_ROWS", 2)
    for rev in (3, 3, 4):
        conversation.rev = rev - 1
        hear(conversation, str(rev)).save()
        conversation.messages.update(provider_id=None)
    url = f"/api/v1/conversations/{conversation.pk}/messages/"
    revs, after = [], 0
    while rows := api.get(url, {"after": after}).json()["results"]:
        revs.append([row["rev"] for row in rows])
        after = revs[-1][-1]
    assert revs == [[1], [3, 3], [4]]


@pytest.mark.parametrize("pk", [0, 999_999_999, 10**25])
def test_an_unknown_conversation_is_404(api, pk):
    base = f"/api/v1/conversations/{pk}"
    assert api.get(f"{base}/messages/").status_code == 404
    for verb in ("take-over", "give-back", "reply"):
        assert api.post(f"{base}/{verb}/", {}, format="json").status_code == 404


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "٣", "9" * 30])
def test_a_bad_revision_is_a_sentence(api, conversation, after):
    response = api.get(f"/api/v1/conversations/{conversation.pk}/messages/", {"after": after})
    assert (response.status_code, list(response.json())) == (400, ["after"])


# --- taking over ----------------------------------------------------------------------------------


def test_one_takes_over_and_the_other_is_told(api, ana, conversation):
    other = client_of(person("bruno"))
    won = act(api, conversation, "take-over")
    lost = act(other, conversation, "take-over")
    assert (won.status_code, won.json()["mode"], won.json()["epoch"]) == (200, "human", 1)
    assert lost.status_code == 409
    assert lost.json()["detail"]
    conversation.refresh_from_db()
    assert conversation.assigned_to == ana


def test_who_has_it_answers_and_gives_it_back(api, conversation):
    act(api, conversation, "take-over")
    sent = say(api, conversation)
    assert sent.status_code == 201
    assert (sent.json()["author"], sent.json()["direction"]) == ("staff", "out")
    assert (sent.json()["status"], sent.json()["text"]) == ("queued", "Olá, aqui é a Ana.")
    assert conversation.messages.get(author="staff").due_at

    given = act(api, conversation, "give-back")
    assert (given.status_code, given.json()["mode"]) == (200, "bot")
    conversation.refresh_from_db()
    assert conversation.due_at is None
    assert act(api, conversation, "give-back").status_code == 409
    assert say(api, conversation).status_code == 409


def test_given_back_to_answer_the_last_message(api, conversation):
    act(api, conversation, "take-over")
    hear(Conversation.objects.get(pk=conversation.pk), "e o preço?")
    act(api, conversation, "give-back", answer_last=True)
    conversation.refresh_from_db()
    assert conversation.due_at is not None


def test_a_waiting_family_tells_why_and_since_when(api, conversation):
    conversation = Conversation.objects.get(pk=conversation.pk)
    handoff.start(conversation, "asked_for_person", "pediu uma pessoa", timezone.now())
    conversation.save()
    [found] = api.get("/api/v1/conversations/").json()["results"]
    assert (found["mode"], found["handoff_reason"]) == ("waiting", "asked_for_person")
    assert datetime.fromisoformat(found["waiting_since"]) <= timezone.now()


def test_a_resent_reply_is_the_same_message(api, conversation):
    act(api, conversation, "take-over")
    key = str(uuid.uuid4())
    first, again = (say(api, conversation, client_uuid=key) for _ in range(2))
    assert first.json()["id"] == again.json()["id"]
    assert conversation.messages.filter(author="staff").count() == 1


def test_a_reply_to_what_was_not_seen_is_held(api, conversation):
    act(api, conversation, "take-over")
    seen = Conversation.objects.get(pk=conversation.pk)
    hear(Conversation.objects.get(pk=conversation.pk), "esqueci: são dois filhos")
    held = say(api, conversation, seen_rev=seen.rev)
    assert (held.status_code, held.json()["rev"]) == (409, seen.rev + 1)
    assert say(api, conversation, seen_rev=held.json()["rev"]).status_code == 201


def test_nobody_answers_what_is_not_theirs(api, conversation):
    assert say(api, conversation).status_code == 409
    act(client_of(person("bruno")), conversation, "take-over")
    assert say(api, conversation).status_code == 409
    assert not conversation.messages.filter(direction="out").exists()


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        "oi",
        {"text": "oi"},
        {"client_uuid": "no", "text": "oi"},
        {"client_uuid": str(uuid.uuid4())},
        {"client_uuid": str(uuid.uuid4()), "text": ""},
        {"client_uuid": str(uuid.uuid4()), "text": "  \n "},
        {"client_uuid": str(uuid.uuid4()), "text": "a\x00b"},
        {"client_uuid": str(uuid.uuid4()), "text": "x" * 4097},
        {"client_uuid": str(uuid.uuid4()), "text": {"a": 1}},
        {"client_uuid": str(uuid.uuid4()), "text": "oi", "seen_rev": -1},
        {"client_uuid": str(uuid.uuid4()), "text": "oi", "seen_rev": 10**30},
    ],
)
def test_a_bad_reply_is_400(api, conversation, body):
    act(api, conversation, "take-over")
    url = f"/api/v1/conversations/{conversation.pk}/reply/"
    response = api.post(url, body, format="json")
    assert response.status_code == 400
    assert response.json()
    assert not conversation.messages.filter(direction="out").exists()


@pytest.mark.parametrize(
    ("raw", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"text":"\\ud800","client_uuid":"' + b"0" * 32 + b'"}', "application/json", 400),
        (b"text=oi", "application/x-www-form-urlencoded", 415),
    ],
)
def test_a_body_that_is_no_json_is_refused(api, conversation, raw, kind, status):
    act(api, conversation, "take-over")
    url = f"/api/v1/conversations/{conversation.pk}/reply/"
    assert api.post(url, raw, content_type=kind).status_code == status


# --- visits, slots, prices ------------------------------------------------------------------------


def test_the_visits_of_a_day(api, family):
    for day, hour in ((11, 23), (12, 9), (12, 15), (13, 0)):
        starts_at = datetime(2026, 3, day, hour, tzinfo=UNIT)
        Visit.objects.create(
            lead=family,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=30),
            status="attended",
            created_by="staff",
        )
    results = api.get("/api/v1/visits/", {"date": "2026-03-12"}).json()["results"]
    assert [row["starts_at"] for row in results] == [
        "2026-03-12T09:00:00-03:00",
        "2026-03-12T15:00:00-03:00",
    ]
    assert {row["lead"] for row in results} == {family.pk}
    assert api.get("/api/v1/visits/").json() == {"results": []}


def test_free_starts_are_ahead_and_not_taken(api, family):
    scheduling.seed.seed(timezone.now() - timedelta(days=1))
    url = "/api/v1/slots/"
    body = api.get(url, _days(1, 14)).json()
    assert body["time_zone"] == "America/Sao_Paulo"
    starts = [datetime.fromisoformat(at) for at in body["results"]]
    assert starts
    assert starts == sorted(starts)
    assert starts[0] > timezone.now()
    Visit.objects.create(
        lead=family,
        starts_at=starts[0],
        ends_at=starts[0] + timedelta(minutes=30),
        created_by="staff",
    )
    assert body["results"][0] not in api.get(url, _days(1, 14)).json()["results"]


def _days(first, last):
    today = timezone.localdate()
    return {"from": str(today + timedelta(first)), "to": str(today + timedelta(last))}


def test_a_quote_names_its_rows(api):
    billing_rules.seed.seed(timezone.now() - timedelta(days=1))
    one = api.get("/api/v1/quote/").json()
    two = api.get("/api/v1/quote/?students=1&subjects=2").json()
    assert Decimal(two["total"]) > Decimal(one["total"]) > 0
    assert sum(Decimal(line["total"]) for line in two["lines"]) == Decimal(two["total"])
    assert all(line["rule"] for line in two["lines"])


@pytest.mark.parametrize("path", ["quote", "slots"])
def test_without_rules_it_says_so(api, path):
    response = api.get(f"/api/v1/{path}/")
    assert response.status_code == 400
    assert response.json()["detail"]


@pytest.mark.parametrize(
    "path",
    [
        "visits/?date=hoje",
        "visits/?date=2026-02-30",
        "visits/?date=0001-01-01",
        "visits/?date=9999-12-31",
        "slots/?from=12/03/2026",
        "slots/?from=2026-03-12&to=2026-03-11",
        "slots/?from=2026-03-12&to=2026-12-12",
        "slots/?from=9999-12-31",
        "quote/?students=0",
        "quote/?students=5",
        "quote/?subjects=4",
        "quote/?subjects=-1",
        "quote/?subjects=duas",
    ],
)
def test_bad_input_is_a_sentence(api, path):
    response = api.get(f"/api/v1/{path}")
    assert response.status_code == 400
    [sentence] = response.json().values()
    assert len(str(sentence)) > 10
