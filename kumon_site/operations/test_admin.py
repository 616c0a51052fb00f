from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conversations.llm.openai import OpenAI
from conversations.models import Conversation, RawEvent
from kumon_site.operations import dashboard
from kumon_site.operations.models import Alert
from kumon_site.operations.roles import ATTENDANT, COORDINATOR, READER, seed_roles
from tests.families import families, own_text, seed_rules

pytestmark = pytest.mark.django_db

MODELS = sorted((model._meta.app_label, model._meta.model_name) for model in admin.site._registry)
OURS = {
    "Subject", "MonthlyFee", "EnrolmentFee", "DiscountRule", "Lead", "VisitRules", "OpeningHours",
    "Closure", "Visit", "Conversation", "Handoff", "Message", "Turn", "RawEvent", "KnowledgeEntry",
    "TextOverride", "Unit",
}  # fmt: skip
LISTS = [
    "leads_lead", "conversations_conversation", "conversations_message", "conversations_turn",
    "conversations_handoff", "conversations_rawevent", "scheduling_visit",
]  # fmt: skip


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def unit(now):
    seed_rules(now)
    own_text(now)


def role(name: str) -> Client:
    seed_roles()
    user = User.objects.create_user("someone", is_staff=True)
    user.groups.add(Group.objects.get(name=name))
    client = Client()
    client.force_login(user)
    return client


def test_every_model_of_ours_is_registered():
    registered = {model.__name__ for model in admin.site._registry}
    assert registered >= OURS


@pytest.mark.parametrize(("app", "model"), MODELS)
def test_every_list_and_form_opens(admin_client, unit, now, app, model):
    families(3, now)
    page = admin_client.get(reverse(f"admin:{app}_{model}_changelist"))
    assert page.status_code == 200
    add = admin_client.get(reverse(f"admin:{app}_{model}_add"))
    assert add.status_code in (200, 302, 403)  # visits are made on the board
    rows = page.context["cl"].result_list
    if rows:
        change = admin_client.get(reverse(f"admin:{app}_{model}_change", args=[rows[0].pk]))
        assert change.status_code == 200


@pytest.mark.parametrize("name", LISTS)
def test_a_list_takes_as_many_queries_with_thirty_rows_as_with_three(
    admin_client, unit, now, name, django_assert_num_queries, django_assert_max_num_queries
):
    url = reverse(f"admin:{name}_changelist")
    families(8, now)
    admin_client.get(url)
    with django_assert_max_num_queries(16) as few:
        admin_client.get(url)
    families(24, now, first=8)
    with django_assert_num_queries(len(few)):
        admin_client.get(url)


def test_home_takes_as_many_queries_however_much_there_is(
    admin_client, unit, now, django_assert_num_queries, django_assert_max_num_queries
):
    url = reverse("admin:index")
    families(3, now)
    admin_client.get(url)
    with django_assert_max_num_queries(27) as few:
        admin_client.get(url)
    families(30, now, first=3)
    with django_assert_num_queries(len(few)):
        admin_client.get(url)


def test_each_number_of_home_opens_the_list_that_has_as_many(admin_client, unit, now):
    families(32, now)
    Alert.objects.create(rule="error_rate", level="critical", since=now, seen_at=now, opened_at=now)
    Alert.objects.create(rule="work_late", level="warning", since=now, seen_at=now)
    figures = dashboard.needs(now) + dashboard.week(now)
    links = [(figure.url, figure.count) for figure in figures]
    links += [(step["url"], step["count"]) for step in dashboard.funnel()]
    counted = {url: admin_client.get(url).context["cl"].result_count for url, _ in links}
    assert counted == dict(links)
    assert [u for u, count in counted.items() if not count and "stage" not in u] == []


def test_home_shows_the_longest_waiting_first_with_its_console_link(admin_client, unit, now):
    families(8, now)
    oldest = Conversation.objects.filter(mode="waiting").order_by("waiting_since").first()
    page = admin_client.get(reverse("admin:index"))
    waiting = page.context["waiting"]
    assert len(waiting) == 2
    assert waiting[0]["url"] == f"/console/{oldest.pk}/"
    assert waiting[0]["url"] in page.content.decode()


def test_staff_see_that_no_model_answers_until_one_does(admin_client, settings):
    settings.OPENAI_API_KEY = "a-key"
    pages = [reverse("admin:index"), reverse("console:list")]
    sentence = "Nenhum modelo responde agora"
    assert [page for page in pages if sentence in admin_client.get(page).content.decode()] == []
    OpenAI.breaker.open_for(60)
    assert [page for page in pages if sentence in admin_client.get(page).content.decode()] == pages


def test_home_without_rows_says_that_nothing_waits(admin_client):
    page = admin_client.get(reverse("admin:index"))
    assert page.status_code == 200
    assert page.context["waiting"] == []


def test_the_admin_has_its_policy_and_other_pages_the_strict_one(admin_client):
    inside = admin_client.get(reverse("admin:index"))["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval'" in inside
    assert "'unsafe-inline'" not in inside.split("script-src")[1].split(";")[0]
    outside = admin_client.get("/")["Content-Security-Policy"]
    assert "unsafe" not in outside


def test_strangers_and_plain_users_stay_outside(client, django_user_model):
    assert client.get("/admin/").status_code == 302
    client.force_login(django_user_model.objects.create_user("parent"))
    assert client.get(reverse("admin:leads_lead_changelist")).status_code == 302


def test_readers_see_and_change_nothing(unit, now):
    client = role(READER)
    talk = families(1, now)[0]
    url = reverse("admin:leads_lead_change", args=[talk.lead_id])
    assert client.get(url).status_code == 200
    assert client.post(url, {"parent_name": "x"}).status_code == 403
    assert client.get(reverse("admin:auth_user_changelist")).status_code == 403
    assert client.get(reverse("admin:billing_rules_monthlyfee_add")).status_code == 403


def test_attendants_edit_families_and_no_prices(unit, now):
    client = role(ATTENDANT)
    assert client.get(reverse("admin:leads_lead_add")).status_code == 200
    assert client.get(reverse("admin:billing_rules_monthlyfee_add")).status_code == 403


def test_coordinators_edit_prices_and_no_people(unit, now):
    client = role(COORDINATOR)
    assert client.get(reverse("admin:billing_rules_discountrule_add")).status_code == 200
    assert client.get(reverse("admin:auth_user_add")).status_code == 403


def test_seeding_roles_again_changes_nothing():
    seed_roles()
    before = {group.name: group.permissions.count() for group in Group.objects.all()}
    seed_roles()
    assert {group.name: group.permissions.count() for group in Group.objects.all()} == before
    assert len(before) == 4


def test_an_administrator_cannot_make_superusers():
    client = role("Administração")
    user = User.objects.create_user("other", is_staff=True)
    url = reverse("admin:auth_user_change", args=[user.pk])
    client.post(url, {
        "username": "other", "is_superuser": "on", "is_staff": "on", "is_active": "on",
        "date_joined_0": "01/01/2026", "date_joined_1": "10:00", "first_name": "Lia",
    })  # fmt: skip
    user.refresh_from_db()
    assert (user.first_name, user.is_superuser) == ("Lia", False)


@pytest.mark.parametrize("name", ["rawevent", "turn", "message", "conversation", "handoff"])
def test_records_are_read_only(admin_client, unit, now, name):
    families(2, now)
    assert admin_client.get(reverse(f"admin:conversations_{name}_add")).status_code == 403
    page = admin_client.get(reverse(f"admin:conversations_{name}_changelist"))
    pk = page.context["cl"].result_list[0].pk
    change = reverse(f"admin:conversations_{name}_change", args=[pk])
    assert admin_client.post(change, {"text": "x"}).status_code == 403
    delete = reverse(f"admin:conversations_{name}_delete", args=[pk])
    assert admin_client.post(delete, {"post": "yes"}).status_code == 403


def test_raw_events_show_a_body_as_text(admin_client, now):
    RawEvent.objects.create(
        instance="vila-a", event="x", provider_key="k", body={"text": "<script>alert(1)</script>"},
        received_at=now - timedelta(hours=1),
    )  # fmt: skip
    row = RawEvent.objects.get()
    page = admin_client.get(reverse("admin:conversations_rawevent_change", args=[row.pk]))
    assert "&lt;script&gt;alert(1)" in page.content.decode()
