"""The frozen phrases of benchmarks/readers: their goals hold on every commit."""

import pytest

from benchmarks import readers

GOALS = [row for row in readers.run(fast=True) if row.goal and row.unit != "ms"]


@pytest.mark.parametrize("row", GOALS, ids=lambda row: row.name)
def test_a_goal_of_the_readers_holds(row):
    assert row.held, f"{row.value:.3g} {row.unit}, {row.goal}"
