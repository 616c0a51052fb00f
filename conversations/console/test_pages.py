from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from conversations.models import Conversation, Message
from tests.talks import family, heard, said, tick, well_known

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    client.force_login(User.objects.create_user("ana", first_name="Ana", is_staff=True))
    return client


def to(name, *args):
    return reverse(f"console:{name}", args=args)


def changes(desk, talk, after, **query):
    return desk.get(to("changes", talk.pk), {"after": after, **query})


def test_strangers_log_in_and_parents_stay_out(client):
    talk = family("Marina", "+5545999112233")
    for page in (to("list"), to("conversation", talk.pk), to("changes", talk.pk)):
        assert client.get(page).url.startswith(to("login"))
        assert client.get(page, headers={"X-Requested-With": "fetch"}).status_code == 401
    client.force_login(User.objects.create_user("someone"))
    assert client.get(to("list")).status_code == 403


def test_pages_are_not_cached_and_run_only_our_scripts(desk):
    page = desk.get(to("list"))
    assert "no-store" in page["Cache-Control"]
    policy = page["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "style=" not in page.text


def test_the_list_takes_as_many_queries_for_many_rows(desk, django_assert_num_queries):
    for number in range(12):
        family(f"Família {number}", f"+55459990000{number:02d}", mode="waiting")
    with django_assert_num_queries(5):
        page = desk.get(to("list"))
    assert len(page.context["rows"]) == 12


def test_a_conversation_takes_as_many_queries_for_many_bubbles(desk, django_assert_max_num_queries):
    talk = well_known("Marina", "+5545999112233", timezone.now())
    for number in range(60):
        said(talk, f"linha {number}")
    with django_assert_max_num_queries(15):
        desk.get(to("conversation", talk.pk))


def test_who_waits_longest_comes_first(desk):
    now = timezone.now()
    for name, minutes in (("B", 5), ("A", 50), ("C", 1)):
        row = family(name, f"+55459990000{minutes:02d}", mode="waiting")
        Conversation.objects.filter(pk=row.pk).update(
            waiting_since=now - timedelta(minutes=minutes)
        )

    rows = desk.get(to("list")).context["rows"]

    assert [row.conversation.title for row in rows] == ["A", "B", "C"]
    assert [row.waited for row in rows] == ["50 min", "5 min", "1 min"]
    assert [row.late for row in rows] == [True, False, False]


@pytest.mark.parametrize("query", ["marina", "99911-2233", "(45) 99911"])
def test_search_by_name_or_phone(desk, query):
    family("Marina", "+5545999112233")
    family("Paulo", "+5545988000000")
    rows = desk.get(to("list-fragment"), {"tab": "bot", "q": query}).context["rows"]
    assert [row.conversation.title for row in rows] == ["Marina"]


def test_nonsense_in_the_address_is_no_error(desk):
    talk = family("Marina", "+5545999112233")
    odd = {"tab": "x", "q": "\x01'%", "show": "-1", "open": "٣"}
    assert desk.get(to("list-fragment"), odd).status_code == 200
    assert desk.get(to("conversation", talk.pk), {"message": "9" * 30}).status_code == 200
    assert changes(desk, talk, "x").status_code == 200
    assert changes(desk, talk, "9" * 30).status_code == 200
    assert desk.get(to("older", talk.pk), {"before": "9" * 30}).status_code == 200
    assert desk.get(to("conversation", 999_999)).status_code == 404


def test_what_parents_write_is_never_markup(desk):
    talk = family("<script>alert(1)</script>", "+5545999112233")
    heard(talk, "<img src=x onerror=alert(1)>", at=timezone.now())
    page = desk.get(to("conversation", talk.pk)).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_changes_hold_new_bubbles_and_changed_ones(desk):
    talk = family("Marina", "+5545999112233")
    first = said(talk, "Olá!", status="sent")
    seen = first.rev
    heard(talk, "quanto custa?")
    Message.objects.filter(pk=first.pk).update(status="read", rev=tick(talk))

    context = changes(desk, talk, seen, state="bot:").context

    assert {(b.message.text, b.message.status) for b in context["bubbles"]} == {
        ("quanto custa?", "received"),
        ("Olá!", "read"),
    }
    assert (context["rev"], context["turned"]) == (seen + 2, False)
    talk.refresh_from_db()
    assert changes(desk, talk, talk.rev).context["bubbles"] == []


def test_a_long_absence_is_fetched_in_portions(desk, monkeypatch):
    monkeypatch.setattr("conversations.console.bubbles.MOST_AT_ONCE", 2)
    talk = family("Marina", "+5545999112233")
    texts = [heard(talk, f"{number}").text for number in range(5)]
    got, rev, more = [], 1, True
    while more:
        context = changes(desk, talk, rev).context
        got += [bubble.message.text for bubble in context["bubbles"]]
        rev, more = context["rev"], context["more"]
    assert got == texts


def test_bar_and_composer_come_when_the_holder_changes(desk):
    talk = family("Marina", "+5545999112233")
    assert 'id="composer"' not in changes(desk, talk, 0, state="bot:").text
    assert 'id="composer"' in changes(desk, talk, 0, state="waiting:").text


def test_older_bubbles_page_by_page_without_gap(desk):
    talk = family("Marina", "+5545999112233")
    for number in range(120):
        heard(talk, f"n{number}")
    page = desk.get(to("conversation", talk.pk)).context
    shown = [bubble.message.pk for bubble in page["bubbles"]]
    while page["older"]:
        page = desk.get(to("older", talk.pk), {"before": page["older"]}).context
        shown = [bubble.message.pk for bubble in page["bubbles"]] + shown
    assert shown == sorted(talk.messages.values_list("pk", flat=True))


def test_each_day_begins_once(desk):
    now = timezone.now()
    talk = family("Marina", "+5545999112233")
    for days in (3, 3, 0, 0):
        heard(talk, "x", at=now - timedelta(days=days))
    Message.objects.filter(text__startswith="Oi").delete()
    starts = [b.starts_day for b in desk.get(to("conversation", talk.pk)).context["bubbles"]]
    assert starts == [True, False, True, False]


def test_a_link_to_an_old_message_shows_it(desk):
    talk = family("Marina", "+5545999112233")
    old = heard(talk, "bem antiga")
    for number in range(70):
        heard(talk, f"n{number}")
    assert "bem antiga" not in desk.get(to("conversation", talk.pk)).text
    assert "bem antiga" in desk.get(to("conversation", talk.pk), {"message": old.pk}).text


def test_seen_empties_the_count_of_unread(desk):
    talk = family("Marina", "+5545999112233")
    Conversation.objects.filter(pk=talk.pk).update(unread=3)
    assert desk.post(to("seen", talk.pk)).status_code == 204
    talk.refresh_from_db()
    assert talk.unread == 0


def test_why_shows_the_trace(desk):
    talk = well_known("Marina", "+5545999112233", timezone.now())
    priced = talk.messages.get(text__startswith="A mensalidade")
    answer = desk.get(to("why", talk.pk, priced.pk)).text
    for part in ("quanto custa?", "MonthlyFee #1", "R$ 375,00", "regras, sem modelo"):
        assert part in answer
    first = talk.messages.filter(direction="in").first()
    assert desk.get(to("why", talk.pk, first.pk)).status_code == 404


KINDS = [
    ("audio", {"media": {"seconds": 75}}, "1:15"),
    ("document", {"media": {"file_name": "boletim.pdf"}}, "boletim.pdf"),
    ("location", {"location": {"name": "Praça", "address": None}}, "Praça"),
    ("contact", {"contact_phone": "+5545999887766"}, "(45) 99988-7766"),
    ("image", {}, "#i-image"),
    ("sticker", {}, "#i-sticker"),
    ("unsupported", {}, "#i-help"),
    ("poll", {}, "#i-poll"),
]


@pytest.mark.parametrize(("kind", "details", "shown"), KINDS)
def test_media_are_shown_as_what_they_are(desk, kind, details, shown):
    talk = family("Marina", "+5545999112233")
    heard(talk, kind=kind, details=details)
    page = desk.get(to("conversation", talk.pk)).text
    assert f"kind-{kind}" in page
    assert shown in page


def test_an_address_that_tries_too_often_is_told_to_wait(client):
    url = to("login")
    answers = [client.post(url, {"username": "", "password": ""}) for _ in range(121)]
    assert {answer.status_code for answer in answers[:120]} == {200}
    assert answers[120].status_code == 429
    assert "Muitas tentativas" in answers[120].text
