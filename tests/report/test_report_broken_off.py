"""Whenever the writing of a report ends, each of its files is whole: the old one or the new."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from made_up import write_made_up_run

from broken_off import bytes_of, every_death
from crossglot.errors import StorageError
from crossglot.files import sweep
from crossglot.report import write_report
from crossglot.results.rows import read_results, write_results


@pytest.mark.parametrize("step", [97, pytest.param(5, marks=pytest.mark.slow)])
def test_a_report_broken_off_anywhere_has_whole_files_only(tmp_path: Path, step: int) -> None:
    (tmp_path / "old").mkdir()
    old = write_made_up_run(tmp_path / "old/run")  # of one name everywhere: the page has it
    write_report(old)
    new = tmp_path / "new"
    shutil.copytree(old, new)
    rows = read_results(new / "results.csv")
    write_results(rows.with_columns(rows["value"] / 2, rows["ci_low"] / 2, rows["ci_high"] / 2), new / "results.csv")

    def prepare(at: int) -> Path:
        shutil.copytree(new, tmp_path / str(at) / "run")
        return tmp_path / str(at) / "run"

    left = {}
    for at, folder in every_death(prepare, write_report, step=step):
        left[at] = bytes_of(folder)
        for place in (folder, folder / "tables", folder / "figures"):
            sweep(place)
        assert not list(folder.rglob(".crossglot*")), f"left at {at}"
    before, after = bytes_of(old), left[0]
    assert before["report.html"] != after["report.html"]
    for at, files in left.items():
        for name, content in files.items():
            if ".crossglot" not in name and name not in ("results.csv", ".writing") and not name.endswith(".pdf"):
                assert content in (before[name], after[name]), f"{name} at {at}"


def test_a_report_that_cannot_be_written_says_why(tmp_path: Path) -> None:
    run = write_made_up_run(tmp_path / "run")
    (run / "tables").write_text("mine")
    with pytest.raises(
        StorageError, match=r"tables/\w+\.csv: cannot be written: a file stands where a folder is needed"
    ):
        write_report(run)
    assert (run / "tables").read_text() == "mine"
    assert not list(run.rglob(".*"))
