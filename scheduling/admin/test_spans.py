from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from scheduling.admin import spans

TZ = ZoneInfo("America/Sao_Paulo")


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2026-12-25 00:00", "2026-12-26 00:00", "25/12/2026 (sex), o dia todo"),
        ("2026-12-21 00:00", "2027-01-02 00:00", "21/12/2026 (seg) a 01/01/2027 (sex)"),
        ("2026-12-10 09:00", "2026-12-10 12:30", "10/12/2026 (qui), das 09:00 às 12:30"),
        (
            "2026-12-10 14:00",
            "2026-12-11 09:00",
            "10/12/2026 (qui), 14:00, a 11/12/2026 (sex), 09:00",
        ),
    ],
)
def test_a_stretch_of_time_in_words(start, end, said):
    at = (datetime.fromisoformat(text).replace(tzinfo=TZ) for text in (start, end))
    assert spans.words(*at) == said
