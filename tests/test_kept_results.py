"""The kept runs can be read and reported on, and the pages say what is in them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from benchmarks.kept_results import PAGES, ROOT, written

import crossglot as cg

RUNS = sorted(path.parent for path in (ROOT / "results").glob("*/results.csv"))


@pytest.mark.parametrize("page", PAGES)
def test_the_tables_of_a_page_are_those_of_the_kept_runs(page: str) -> None:
    shown = (ROOT / page).read_text(encoding="utf-8")
    assert "<!-- cells" in shown or "<!-- claims" in shown
    assert shown == written(shown), "write it anew: python -m benchmarks.kept_results"


@pytest.mark.parametrize("run", RUNS, ids=lambda path: path.name)
def test_a_kept_run_is_read_as_any_other(run: Path) -> None:
    left = cg.read_run(run)
    assert len(left.results) and len(left.claims)
    assert left.charts


@pytest.mark.parametrize("run", RUNS, ids=lambda path: path.name)
def test_a_kept_run_says_nothing_of_the_machine_it_lay_on(run: Path) -> None:
    encoders = json.loads((run / "versions.json").read_text(encoding="utf-8"))["encoders"]
    assert encoders
    assert not [facts["location"] for facts in encoders.values() if "/" in facts["location"]]
