from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from scheduling.slots import spread

TZ = ZoneInfo("America/Sao_Paulo")


def local(text):
    return datetime.fromisoformat(text).replace(tzinfo=TZ)


@pytest.mark.parametrize(
    ("free", "offers"),
    [
        ([], []),
        (["10 09:00"], ["10 09:00"]),
        (["10 09:00", "10 09:30", "10 14:00"], ["10 09:00", "10 09:30", "10 14:00"]),
        (
            ["10 09:00", "10 14:00", "11 09:00", "11 14:00", "12 09:00", "12 15:00"],
            ["10 09:00", "11 14:00", "12 09:00"],
        ),
        (["10 09:00", "10 09:30", "10 16:00", "11 09:00"], ["10 09:00", "10 16:00", "11 09:00"]),
        (["10 09:00", "11 09:00", "12 09:00", "10 14:00"], ["10 09:00", "10 14:00", "11 09:00"]),
    ],
)
def test_offers_are_spread(free, offers):
    assert [
        f"{at:%d %H:%M}" for at in spread([local(f"2026-03-{text}") for text in free])
    ] == offers
