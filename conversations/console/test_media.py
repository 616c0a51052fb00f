"""Files that parents sent: shown if they are what they say, saved otherwise, never run."""

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse
from django.utils import timezone

from conversations.models import GatewayState, RawEvent
from tests.stand_ins.evolution import EvolutionStandIn
from tests.talks import family, heard

pytestmark = pytest.mark.django_db

JPEG, OGG = b"\xff\xd8\xff\xe0" + b"j" * 200_000, b"OggS" + b"o" * 100
HTML = b"<html><script>alert(1)</script></html>"


@pytest.fixture
def evolution(settings):
    with EvolutionStandIn() as evolution:
        settings.EVOLUTION_API_URL, settings.EVOLUTION_API_KEY = evolution.url, evolution.apikey
        settings.EVOLUTION_INSTANCE = evolution.instance
        yield evolution


@pytest.fixture
def ana():
    return User.objects.create_user("ana", first_name="Ana", is_staff=True)


@pytest.fixture
def desk(client, ana):
    client.force_login(ana)
    return client


@pytest.fixture
def sent(evolution):
    """A file in a family's conversation, as the gateway would give it out."""

    def make(content, mimetype, kind="image", **media):
        talk = family("Marina", "+5545999112233")
        message = heard(talk, kind=kind, details={"media": media}, provider_id="AC01")
        RawEvent.objects.create(
            instance=talk.instance,
            event="messages.upsert",
            provider_key="AC01",
            body={"data": {"key": {"id": "AC01"}, "messageType": f"{kind}Message", "message": {}}},
            received_at=timezone.now(),
        )
        if content is not None:
            evolution.media["AC01"] = content, mimetype
        return reverse("console:media", args=[talk.pk, message.pk])

    return make


@pytest.mark.parametrize(
    ("content", "mimetype", "shown_as"),
    [
        (JPEG, "image/jpeg", "image/jpeg"),
        (OGG, "audio/ogg; codecs=opus", "audio/ogg"),
        (b"\x00\x00\x00\x18ftypmp42", "video/mp4", "video/mp4"),
        (HTML, "image/jpeg", None),
        (HTML, "text/html", None),
        (b"<svg onload='alert(1)'/>", "image/svg+xml", None),
        (b"%PDF-1.7", "application/pdf", None),
        (b"x", "", None),
    ],
)
def test_only_what_it_says_it_is_is_shown_in_place(desk, sent, content, mimetype, shown_as):
    response = desk.get(sent(content, mimetype))
    assert b"".join(response.streaming_content) == content
    assert response["Content-Type"] == (shown_as or "application/octet-stream")
    assert response["Content-Disposition"].startswith("inline" if shown_as else "attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in response["Cache-Control"]


def test_a_file_s_name_stays_a_name(desk, sent):
    url = sent(b"%PDF", "application/pdf", "document", file_name='../a"b\r\nX: 1/boletim.pdf')
    given = desk.get(url)["Content-Disposition"]
    assert "boletim.pdf" in given
    assert not {"\r", "\n", "/"} & set(given.replace("utf-8''", ""))


def test_what_is_gone_says_so(desk, sent):
    response = desk.get(sent(None, ""))
    assert response.status_code == 404
    assert "Não foi possível abrir este arquivo" in response.text


def test_a_gateway_that_is_away_says_so(desk, sent, settings):
    url = sent(JPEG, "image/jpeg")
    settings.EVOLUTION_API_URL = "http://127.0.0.1:9"
    assert "Não foi possível abrir este arquivo" in desk.get(url).text


def test_only_staff_and_only_in_its_own_conversation(client, desk, sent):
    url = sent(JPEG, "image/jpeg")
    other = family("Bruno", "+5545999445566")
    message = url.rstrip("/").rpartition("/")[2]
    assert desk.get(reverse("console:media", args=[other.pk, message])).status_code == 404
    text = heard(other, "Oi")
    assert desk.get(reverse("console:media", args=[other.pk, text.pk])).status_code == 404
    client.logout()
    assert client.get(url).url.startswith(reverse("console:login"))


def test_the_code_is_for_those_who_may_pair(desk, ana, settings):
    image = "data:image/png;base64,QUJD"
    GatewayState.objects.create(
        instance=settings.EVOLUTION_INSTANCE,
        state="close",
        code_image=image,
        pairing_code="ABCD-1234",
        code_at=timezone.now(),
    )
    page = desk.get(reverse("console:gateway"))
    assert "Desconectado" in page.text
    assert image not in page.text
    assert "ABCD-1234" not in page.text
    assert "coordenação" in page.text
    ana.user_permissions.add(Permission.objects.get(codename="pair_gateway"))
    page = desk.get(reverse("console:gateway"), headers={"HX-Request": "true"})
    assert image in page.text
    assert "ABCD-1234" in page.text
    assert "<html" not in page.text
