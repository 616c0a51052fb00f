from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from billing_rules.models import DiscountRule, EnrolmentFee, MonthlyFee
from billing_rules.seed import seed

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def fee(now):
    seed(now)
    return MonthlyFee.objects.get()


def page(model, name, *args):
    return reverse(f"admin:billing_rules_{model}_{name}", args=args)


def moment(at):
    local = timezone.localtime(at)
    return {"starting_0": f"{local:%d/%m/%Y}", "starting_1": f"{local:%H:%M:%S}"}


def later(at):
    local = timezone.localtime(at)
    return {"valid_from_0": f"{local:%d/%m/%Y}", "valid_from_1": f"{local:%H:%M}"}


def test_replacing_closes_the_fee_and_begins_the_next(admin_client, fee, now):
    url = page("monthlyfee", "replace_from", fee.pk)
    starts = (now + timedelta(days=30)).replace(microsecond=0)
    answer = admin_client.post(url, {**moment(starts), "amount": "390,00", "subject": ""})
    new = MonthlyFee.objects.latest("valid_from")
    assert answer.url == page("monthlyfee", "change", new.pk)
    fee.refresh_from_db()
    assert (fee.amount, fee.valid_until) == (Decimal("375.00"), starts)
    assert (new.amount, new.valid_from, new.valid_until) == (Decimal("390.00"), starts, None)


def test_a_replacement_dated_back_holds_from_now(admin_client, fee, now):
    url = page("monthlyfee", "replace_from", fee.pk)
    admin_client.post(url, {**moment(now - timedelta(days=3)), "amount": "390,00"})
    fee.refresh_from_db()
    assert fee.valid_until >= now


def test_looking_at_the_replacement_page_changes_nothing(admin_client, fee):
    assert admin_client.get(page("monthlyfee", "replace_from", fee.pk)).status_code == 200
    fee.refresh_from_db()
    assert fee.valid_until is None
    assert MonthlyFee.objects.count() == 1


def test_an_impossible_replacement_says_so_and_keeps_the_fee(admin_client, fee, now):
    url = page("monthlyfee", "replace_from", fee.pk)
    answer = admin_client.post(url, {**moment(now), "amount": "-1"})
    assert answer.status_code == 200
    assert "amount" in answer.context["form"].errors
    assert MonthlyFee.objects.get().valid_until is None


def test_what_has_an_end_is_not_replaced(admin_client, fee, now):
    MonthlyFee.objects.update(valid_until=now + timedelta(days=1))
    url = page("monthlyfee", "replace_from", fee.pk)
    admin_client.post(url, {**moment(now), "amount": "1,00"})
    assert MonthlyFee.objects.count() == 1


def test_a_fee_in_force_cannot_be_rewritten(admin_client, fee):
    admin_client.post(page("monthlyfee", "change", fee.pk), {"amount": "1,00", "valid_until_0": ""})
    fee.refresh_from_db()
    assert fee.amount == Decimal("375.00")


def test_a_fee_in_force_can_be_ended_but_not_in_the_past(admin_client, fee, now):
    url = page("monthlyfee", "change", fee.pk)
    past = timezone.localtime(now - timedelta(days=2))
    ended = {"valid_until_0": f"{past:%d/%m/%Y}", "valid_until_1": "10:00"}
    assert "valid_until" in admin_client.post(url, ended).context["adminform"].form.errors
    coming = timezone.localtime(now + timedelta(days=2))
    admin_client.post(url, {"valid_until_0": f"{coming:%d/%m/%Y}", "valid_until_1": "10:00"})
    fee.refresh_from_db()
    assert fee.valid_until is not None


def test_deleting_what_has_been_in_force_is_refused_with_a_sentence(admin_client, fee):
    answer = admin_client.post(page("monthlyfee", "delete", fee.pk), {"post": "yes"}, follow=True)
    assert MonthlyFee.objects.filter(pk=fee.pk).exists()
    assert len(answer.context["messages"]) == 1


def test_what_has_not_begun_may_go(admin_client, now):
    rule = DiscountRule.objects.create(
        kind="sibling", percent=10, valid_from=now + timedelta(days=5)
    )
    admin_client.post(page("discountrule", "delete", rule.pk), {"post": "yes"})
    assert not DiscountRule.objects.exists()


def test_many_at_once_are_not_deleted(admin_client, fee):
    admin_client.post(
        page("monthlyfee", "changelist"),
        {"action": "delete_selected", "_selected_action": [fee.pk], "post": "yes"},
    )
    assert MonthlyFee.objects.filter(pk=fee.pk).exists()


def test_a_new_rule_never_holds_in_the_past(admin_client, now):
    answer = admin_client.post(
        page("discountrule", "add"),
        {"kind": "sibling", "percent": "10", **later(now - timedelta(days=400))},
    )
    assert answer.status_code == 302
    assert DiscountRule.objects.get().valid_from >= now


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("390", "390"), ("390,5", "390.50"), ("R$ 1.390,00", "1390"), ("390.00", "390"), ("x", None)],
)
def test_amounts_are_typed_as_people_write_them(admin_client, fee, now, typed, kept):
    admin_client.post(page("monthlyfee", "replace_from", fee.pk), {**moment(now), "amount": typed})
    newest = MonthlyFee.objects.get(valid_until=None)
    assert newest.amount == (fee.amount if kept is None else Decimal(kept))


def test_a_second_fee_for_the_same_subject_is_refused(admin_client, fee, now):
    answer = admin_client.post(page("monthlyfee", "add"), {"amount": "400,00", **later(now)})
    assert list(answer.context["adminform"].form.errors) == ["__all__"]
    assert MonthlyFee.objects.count() == 1


def test_the_one_enrolment_fee_is_replaced_and_not_added(admin_client, fee):
    assert EnrolmentFee.objects.count() == 1
    assert admin_client.get(page("enrolmentfee", "add")).status_code == 403


@pytest.mark.parametrize(("state", "found"), [("holds", 1), ("ended", 1), ("begins", 1), ("", 3)])
def test_the_list_tells_what_holds_what_ended_and_what_begins(admin_client, now, state, found):
    day = timedelta(days=1)
    for start, end in [(-3, -2), (-2, 2), (2, None)]:
        EnrolmentFee.objects.create(
            amount=100, valid_from=now + start * day, valid_until=end and now + end * day
        )
    listed = admin_client.get(page("enrolmentfee", "changelist"), {"state": state} if state else {})
    assert listed.context["cl"].result_count == found


def test_the_simulator_shows_each_line_with_its_row(admin_client, fee, now):
    rule = DiscountRule.objects.create(kind="sibling", percent=10, valid_from=now)
    url = reverse("admin:billing_rules_quote_simulator")
    shown = admin_client.get(url, {"student1": ["math", "english"], "student2": ["math"]})
    text = shown.content.decode()
    assert "R$ 1.087,50" in text
    assert page("monthlyfee", "change", fee.pk) in text
    assert page("discountrule", "change", rule.pk) in text


@pytest.mark.parametrize("query", [{"student1": "nonsense"}, {"student9": "math"}])
def test_the_simulator_without_subjects_asks_for_one(admin_client, fee, query):
    shown = admin_client.get(reverse("admin:billing_rules_quote_simulator"), query)
    assert shown.status_code == 200
    assert shown.context["problem"]


def test_the_simulator_without_prices_says_so(admin_client, fee):
    EnrolmentFee.objects.all().delete()
    shown = admin_client.get(reverse("admin:billing_rules_quote_simulator"))
    assert shown.context["problem"]
