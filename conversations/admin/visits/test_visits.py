"""The board, the list and the record of visits, as staff use them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import monotonic
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from conversations.agent.wording import moment
from conversations.models import Conversation
from leads.models import Lead
from scheduling import booking
from scheduling.models import Closure, ExtraOpening, Visit, VisitRules
from tests.families import begun, families, seed_rules

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def lead(now):
    seed_rules(now)
    return Lead.objects.create(phone="+5545999990000", parent_name="Ana")


@pytest.fixture
def visit(lead, now):
    return booking.book(lead, free(now)[0], now=now, by="parent")


def free(now):
    day = timezone.localtime(now).date()
    return booking.load_calendar(now).free(day, day + timedelta(days=20))


def step(client, visit, name, **given):
    url = reverse("admin:scheduling_visit_step", args=[visit.pk])
    return client.post(url, {"step": name, "version": visit.version, **given})


def book(client, at, **given):
    url = reverse("admin:scheduling_visit_book")
    return client.post(url, {"at": at.isoformat(), "client_key": str(uuid4()), **given})


def alone(step, *args, **given):
    """What a step in a thread of its own comes to."""
    try:
        return step(*args, **given)
    finally:
        connection.close()


def until_somebody_waits():
    """For a row that this transaction holds."""
    deadline = monotonic() + 20
    with connection.cursor() as cursor:
        while monotonic() < deadline:
            cursor.execute(
                "SELECT count(*) FROM pg_locks"
                " WHERE transactionid = pg_current_xact_id()::xid AND NOT granted"
            )
            if cursor.fetchone() != (0,):
                return
    raise AssertionError("nobody waits")


def board(client, **query):
    return client.get(reverse("admin:scheduling_visit_board"), query)


@pytest.mark.parametrize(
    ("name", "status"),
    [("confirm", "confirmed"), ("attended", "attended"), ("no_show", "no_show"),
     ("cancel", "cancelled")],
)  # fmt: skip
def test_a_step_is_taken_by_post(admin_client, visit, now, name, status):
    begun(visit, now)
    answer = step(admin_client, visit, name)
    assert answer.status_code == 303
    assert answer.url.startswith("/admin/scheduling/visit/board/?week=")
    visit.refresh_from_db()
    assert visit.status == status


def test_looking_changes_nothing(admin_client, visit):
    url = reverse("admin:scheduling_visit_step", args=[visit.pk])
    assert admin_client.get(url, {"step": "confirm", "version": 1}).status_code == 405
    assert board(admin_client, visit=visit.pk).status_code == 200
    visit.refresh_from_db()
    assert visit.status == "booked"


@pytest.mark.parametrize("name", ["attended", "no_show"])
def test_nobody_came_before_the_hour(admin_client, visit, name):
    answer = step(admin_client, visit, name)
    assert answer.status_code == 409
    assert "ainda não começou" in answer.content.decode()
    visit.refresh_from_db()
    assert visit.status == "booked"


def test_a_step_is_told_to_the_open_consoles(admin_client, visit):
    talk = Conversation.objects.create(
        lead=visit.lead, instance="vila-a", phone=visit.lead.phone, reply_to="x"
    )
    step(admin_client, visit, "confirm")
    talk.refresh_from_db()
    assert talk.rev == 1


def test_a_visit_moves_to_a_free_time(admin_client, visit, now):
    there = free(now)[5]
    step(admin_client, visit, "move", starts_at=there.isoformat())
    visit.refresh_from_db()
    assert visit.status == "rescheduled"
    assert visit.replaced_by.starts_at == there


@pytest.mark.parametrize("there", ["taken", "closed", "nonsense", ""])
def test_a_visit_that_cannot_move_stays(admin_client, visit, now, there):
    at = free(now)[5]
    if there == "taken":
        booking.book(Lead.objects.create(), at, now=now, by="parent")
    wanted = {"taken": at.isoformat(), "closed": at.replace(hour=3).isoformat()}.get(there, there)
    answer = step(admin_client, visit, "move", starts_at=wanted)
    assert answer.status_code in (409, 422)
    assert answer.context["stepping"].errors
    visit.refresh_from_db()
    assert visit.status == "booked"


def test_a_page_out_of_date_is_refused_with_what_is_now_and_what_was_typed(
    admin_client, visit, now
):
    new = booking.reschedule(visit, free(now)[5], now=now, by="parent")
    answer = step(admin_client, visit, "cancel", reason="a mãe ligou")
    assert answer.status_code == 409
    page = answer.content.decode()
    assert moment(new.starts_at) in page
    assert "a mãe ligou" in page
    assert answer.context["visit"] == new
    new.refresh_from_db()
    assert new.status == "booked"


def test_an_older_version_is_refused(admin_client, visit, now):
    seen = Visit.objects.get(pk=visit.pk)
    booking.confirm(visit, now=now, by="parent")
    assert step(admin_client, seen, "cancel", reason="x").status_code == 409
    visit.refresh_from_db()
    assert visit.status == "confirmed"


def test_staff_book_a_known_family(admin_client, lead, now):
    there = free(now)[3]
    assert book(admin_client, there, lead=lead.pk).status_code == 303
    visit = Visit.objects.get()
    assert (visit.lead, visit.starts_at, visit.created_by) == (lead, there, "staff")


def test_staff_book_a_new_family_once_however_often_it_is_sent(admin_client, lead, now):
    sent = {"name": "Bruno Lima", "phone": "45 98888-7777", "client_key": str(uuid4())}
    there = free(now)[3]
    assert book(admin_client, there, **sent).status_code == 303
    assert book(admin_client, there, **sent).status_code == 303
    visit = Visit.objects.get()
    assert (visit.lead.parent_name, visit.lead.phone) == ("Bruno Lima", "+5545988887777")
    evidence = visit.lead.evidence.get(field="parent_name")
    assert (evidence.value, evidence.status) == ("Bruno Lima", "staff")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("same_form", "status"), [(True, 303), (False, 409)])
def test_a_new_family_sent_twice_at_once(admin_client, lead, now, same_form, status):
    there, phone, key = free(now)[3], "45 98888-7777", str(uuid4())
    with ThreadPoolExecutor(1) as second, transaction.atomic():
        family = Lead.objects.create(phone="+5545988887777", parent_name="Bruno")
        first_key = key if same_form else None
        booking.book(family, there, now=now, by="staff", client_key=first_key)
        sent = second.submit(
            alone, book, admin_client, there, name="Bruno", phone=phone, client_key=key
        )
        until_somebody_waits()
    answer = sent.result()
    assert answer.status_code == status
    assert same_form or "Bruno" in answer.context["booking"].errors["phone"][0]
    assert Visit.objects.get().lead == family


def test_a_form_s_key_is_of_one_family(admin_client, lead, now):
    key, there = str(uuid4()), free(now)
    assert book(admin_client, there[3], lead=lead.pk, client_key=key).status_code == 303
    other = {"name": "Bruno", "phone": "45 98888-7777", "client_key": key}
    answer = book(admin_client, there[4], **other)
    assert answer.status_code == 409
    assert "outra família" in answer.content.decode()
    assert Visit.objects.get().lead == lead


def test_a_new_family_whose_time_is_lost_is_not_kept(admin_client, visit):
    answer = book(admin_client, visit.starts_at, name="Bruno", phone="45 98888-7777")
    assert answer.status_code == 409
    assert "Bruno" in answer.content.decode()
    assert Lead.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "wrong"),
    [({"name": "", "phone": "45 98888-7777"}, "name"), ({"name": "Bruno", "phone": "1"}, "phone"),
     ({"name": "Outra Ana", "phone": "(45) 99999-0000"}, "phone")],
)  # fmt: skip
def test_a_family_that_is_not_whole_is_asked_again(admin_client, lead, now, given, wrong):
    answer = book(admin_client, free(now)[3], **given)
    assert answer.status_code == 422
    assert wrong in answer.context["booking"].errors
    assert Visit.objects.count() == 0


def test_a_family_with_a_visit_ahead_books_no_second(admin_client, visit, now):
    answer = book(admin_client, free(now)[3], lead=visit.lead_id)
    assert answer.status_code == 409
    assert moment(visit.starts_at) in answer.content.decode()
    assert Visit.objects.count() == 1


def test_who_may_only_read_sees_the_board_and_changes_nothing(client, visit, now):
    reader = get_user_model().objects.create_user("lia", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_visit"))
    client.force_login(reader)
    page = board(client, visit=visit.pk)
    assert page.status_code == 200
    assert "<select" not in page.content.decode()
    assert step(client, visit, "confirm").status_code == 403
    assert book(client, free(now)[3], lead=visit.lead_id).status_code == 403


def test_the_board_asks_as_much_of_a_full_week_as_of_an_empty_one(
    admin_client, now, django_assert_num_queries
):
    seed_rules(now)
    board(admin_client)  # what is asked once in a process
    with CaptureQueriesContext(connection) as empty:
        board(admin_client)
    families(40, now)
    with CaptureQueriesContext(connection) as full:
        board(admin_client)
    # One prefetch of students more, and that only when there is a visit at all.
    assert len(empty) <= len(full) <= len(empty) + 1
    assert len(full) <= 19


def test_closures_openings_and_places_are_shown(admin_client, lead, now):
    VisitRules.objects.update(capacity=2)
    at = free(now)[-1]
    booking.book(lead, at, now=now, by="staff")
    Closure.objects.create(name="Reunião", starts_at=at.replace(hour=9, minute=0),
                           ends_at=at.replace(hour=10, minute=0))  # fmt: skip
    ExtraOpening.objects.create(name="Plantão", starts_at=at.replace(hour=18, minute=0),
                                ends_at=at.replace(hour=19, minute=0))  # fmt: skip
    (day,) = board(admin_client, day=at.date().isoformat()).context["board"].days
    cells = {cell.at: cell for cell in day.cells}
    assert cells[at].places == 1
    assert [visit.lead for visit in cells[at].visits] == [lead]
    assert cells[at.replace(hour=9, minute=0)].places == 0
    assert cells[at.replace(hour=18, minute=0)].places == 2
    assert [row.name for row in (*day.closures, *day.openings)] == ["Reunião", "Plantão"]


@pytest.mark.parametrize("query", [{"week": "x"}, {"day": "2026-13-40"}, {"visit": "9" * 30},
                                   {"at": "nonsense"}, {"q": "a"},
                                   {"at": "9999-12-31T23:59-12:00"}])  # fmt: skip
def test_nonsense_in_the_address_shows_this_week(admin_client, lead, query):
    assert board(admin_client, **query).status_code == 200


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_of_another_age_shows_the_nearest_that_the_board_has(admin_client, lead, day):
    assert board(admin_client, day=day).status_code == 200
    assert board(admin_client, week=day).status_code == 200
    paper = reverse("admin:scheduling_visit_day", args=[day])
    assert admin_client.get(paper).status_code == 200


def test_what_is_over_is_asked_about_until_it_is_marked(admin_client, visit, now):
    Visit.objects.update(starts_at=now - timedelta(hours=2), ends_at=now - timedelta(hours=1),
                         created_at=now - timedelta(days=1))  # fmt: skip
    assert board(admin_client).context["unmarked"] == [visit]
    step(admin_client, visit, "no_show", unmarked="1")
    assert board(admin_client).context["unmarked"] == []


def test_the_day_on_paper(admin_client, visit):
    day = timezone.localdate(visit.starts_at)
    page = admin_client.get(reverse("admin:scheduling_visit_day", args=[day])).content.decode()
    assert "(45) 99999-0000" in page
    assert "<style" not in page


def test_a_visit_changes_by_its_steps_only(admin_client, visit):
    url = reverse("admin:scheduling_visit_change", args=[visit.pk])
    admin_client.post(url, {"status": "attended", "reason": "x"})
    visit.refresh_from_db()
    assert (visit.status, visit.reason) == ("booked", "")
    delete = reverse("admin:scheduling_visit_delete", args=[visit.pk])
    assert admin_client.post(delete, {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("when", ["today", "tomorrow", "week", "coming", "unmarked", "nonsense"])
def test_a_period_lists_its_visits_from_the_earliest(admin_client, now, when):
    seed_rules(now)
    families(20, now)
    rows = list(
        admin_client.get(reverse("admin:scheduling_visit_changelist"), {"when": when})
        .context["cl"].result_list
    )  # fmt: skip
    starts = [row.starts_at for row in rows]
    assert starts == sorted(starts)
    today = timezone.localtime(now).date()
    if when == "today":
        assert {timezone.localtime(at).date() for at in starts} == {today}
