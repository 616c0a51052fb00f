"""A short storm. The long one is `make soak`."""

from tests.faults.run import Plan, storm


def test_nothing_is_lost_or_doubled_or_out_of_order(tmp_path):
    plan = Plan(seed=11, seconds=14, families=15, pace=5, kill_every=(1.5, 3), settle_seconds=120)
    report = storm(tmp_path / "data", plan)
    assert report.broken == {}, f"\n{report}"
    assert report.said >= 10
    assert report.killed.total() >= 4
