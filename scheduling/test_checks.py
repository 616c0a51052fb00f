import json

import pytest

from scheduling import checks

KEY = json.dumps({"client_email": "a@b", "private_key": "x", "token_uri": "https://t"})
LOCAL = "http://127.0.0.1:8090"


@pytest.mark.parametrize(
    ("calendar", "key", "endpoint", "found"),
    [
        ("", "", "", []),
        ("unit", KEY, "", []),
        ("unit", "", LOCAL, []),
        ("unit", KEY, LOCAL, []),
        ("", KEY, "", ["kumon.E050"]),
        ("", "", LOCAL, ["kumon.E050"]),
        ("unit", "", "", ["kumon.E051"]),
        ("unit", "/no/such/file", "", ["kumon.E052"]),
        ("unit", '{"type": "authorized_user"}', "", ["kumon.E052"]),
        ("unit", "[1]", "", ["kumon.E052"]),
        ("unit", "anything", LOCAL, ["kumon.W052"]),
    ],
)
def test_what_is_missing_or_contradictory(settings, calendar, key, endpoint, found):
    settings.GOOGLE_CALENDAR_ID = calendar
    settings.GOOGLE_CALENDAR_CREDENTIALS = key
    settings.GOOGLE_CALENDAR_API_ENDPOINT = endpoint
    settings.DEBUG = True
    said = checks.google_calendar()
    assert [each.id for each in said] == found
    assert all(each.hint and "private_key" not in each.msg for each in said)


def test_a_key_in_a_file(settings, tmp_path):
    path = tmp_path / "key.json"
    path.write_text(KEY)
    settings.GOOGLE_CALENDAR_ID = "unit"
    settings.GOOGLE_CALENDAR_CREDENTIALS = str(path)
    assert list(checks.google_calendar()) == []


def test_another_server_in_production_is_told(settings):
    settings.DEBUG = False
    settings.GOOGLE_CALENDAR_ID, settings.GOOGLE_CALENDAR_API_ENDPOINT = "unit", LOCAL
    assert [each.id for each in checks.google_calendar()] == ["kumon.W053"]
