"""The demo families are played by the receptionist herself, so only the ends are looked at."""

import tomllib
from collections import Counter
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from conversations.models import Conversation, Message, Turn
from kumon_site.operations import demo
from leads.models import Lead
from scheduling.models import Visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def some_families(tmp_path, monkeypatch):
    """One of each kind: enrolled, a complaint that staff closed, left waiting."""
    names = ("Fernanda Lima", "Sônia Batista", "Sandra Kuhn")
    blocks = ["[[family]]" + block for block in demo.FILE.read_text().split("[[family]]")[1:]]
    chosen = "\n".join(block for block in blocks if any(name in block for name in names))
    monkeypatch.setattr(demo, "FILE", tmp_path / "families.toml")
    demo.FILE.write_text(chosen)


def test_families_are_played_once(some_families, capsys):
    call_command("seed_unit")
    now = timezone.now()
    assert demo.seed(now) == 3
    assert demo.seed(now) == 0
    assert Counter(Lead.objects.values_list("stage", flat=True)) == {"enrolled": 1, "talking": 2}
    assert set(Conversation.objects.values_list("mode", flat=True)) == {"bot", "closed", "waiting"}
    assert Visit.objects.get().status == "attended"
    assert not Message.objects.filter(due_at__isnull=False).exists()
    assert set(Turn.objects.values_list("tier", flat=True)) <= {"rules", "closed"}
    first = Lead.objects.order_by("created_at").first()
    assert now - timedelta(days=32) < first.created_at < now - timedelta(days=28)


def test_every_family_can_be_played():
    """The file as it is shipped: every key known, every outcome one of those that are."""
    families = [demo.Family(**one) for one in tomllib.loads(demo.FILE.read_text())["family"]]
    assert len({one.name for one in families}) == len(families) >= 25
    assert {one.visit for one in families} <= {"", "confirmed", "attended", "no_show", "enrolled"}


def test_never_beside_a_real_gateway(settings):
    settings.SIMULATED_GATEWAY = False
    with pytest.raises(CommandError, match="EVOLUTION_API_URL is set"):
        call_command("seed_demo")
    assert not Conversation.objects.exists()
