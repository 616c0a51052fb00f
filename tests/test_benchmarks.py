"""The benchmarks still run: what they measure is for `make bench` on an idle machine to say."""

import json
from datetime import UTC, datetime

import pytest

from benchmarks import __main__ as command
from benchmarks import history
from benchmarks.history import Part, Run
from benchmarks.report import Row


@pytest.mark.parametrize("part", ["path", "screens"])
def test_a_part_runs_in_its_short_form(part):
    (done,) = command.measure([part], fast=True).parts
    assert done.error == ""
    assert {row.name for row in done.rows if row.goal}


def test_earlier_runs_are_read_and_files_beside_them_are_not(tmp_path, monkeypatch):
    monkeypatch.setattr(history, "RESULTS", tmp_path)
    part = Part("turn", 1.0, [Row.most("a turn", 9.0, "ms", 12)], "")
    kept = Run(datetime(2026, 11, 28, 6, 0, tzinfo=UTC), "2 cores", fast=False, parts=[part])
    (tmp_path / "2026-11-28T060000.json").write_text(json.dumps(kept.as_json()))
    (tmp_path / "answers.json").write_text("[]")
    assert history.runs() == [kept]
