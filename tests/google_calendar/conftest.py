import pytest


@pytest.fixture
def google(settings):
    from tests.stand_ins.google_calendar import GoogleCalendarStandIn

    with GoogleCalendarStandIn() as google:
        settings.GOOGLE_CALENDAR_ID = google.calendar_id
        settings.GOOGLE_CALENDAR_API_ENDPOINT = google.url
        settings.GOOGLE_CALENDAR_CREDENTIALS = ""
        yield google


@pytest.fixture
def unit(db, google):
    """Models are imported here: this file is read before Django is ready."""
    from django.core.cache import caches

    from scheduling.models import CalendarSync
    from scheduling.seed import seed
    from tests.google_calendar.unit import NOW, Unit

    caches["default"].clear()  # the breaker's state
    seed(NOW)
    yield Unit(google)
    assert not CalendarSync.objects.exclude(lease=None).exists()
