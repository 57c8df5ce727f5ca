"""A run as Python has it: frames, charts and the page of its folder."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import altair as alt
import polars as pl
import pytest
from made_up import write_made_up_run

import crossglot as cg
from crossglot.drawing.figures import INK
from crossglot.results.rows import read_results


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> cg.Run:
    return cg.read_run(write_made_up_run(tmp_path_factory.mktemp("runs") / "made-up"))


def test_its_frames_are_what_the_files_hold(run: cg.Run) -> None:
    assert run.results.equals(read_results(run.folder / "results.csv"))
    lines = list(csv.DictReader((run.folder / "claims.csv").read_text(encoding="utf-8").splitlines()))
    assert run.claims["id"].to_list() == [line["id"] for line in lines]
    assert run.claims.schema["value"] == pl.Float64()


def test_tables_and_charts_are_called_as_the_files_of_the_report(run: cg.Run) -> None:
    page = run.report()
    assert page == run.folder / "report.html"
    assert {path.stem for path in (run.folder / "tables").glob("*.csv")} == set(run.tables)
    assert {path.stem for path in (run.folder / "figures").glob("*.svg")} == set(run.charts)


def test_a_matrix_has_a_line_per_system_and_source_and_a_column_per_target(run: cg.Run) -> None:
    table = run.tables["table1"]
    assert table.columns == ["system", "source", "en", "de", "nl", "es"]
    cells = run.results.filter(experiment="table1", aggregate="mean", system="small-m-bert", source="nl")
    found = table.filter(system="small-m-bert", source="nl").row(0)[2:]
    assert found == tuple(cells.filter(target=target)["value"].item() for target in table.columns[2:])
    assert table.filter(source="de")["en"].null_count() == 3


def test_where_nothing_but_the_diagonal_was_run_systems_are_the_lines(run: cg.Run) -> None:
    table = run.tables["table3"]
    assert table.columns == ["system", "en", "de", "nl", "es"]
    assert table.filter(system="Lample et al. (2016)").row(0)[1:] == (90.94, 78.76, 81.74, 85.75)  # as printed


def test_charts_are_altairs_own_in_the_inks_of_the_report_and_drawn_once(run: cg.Run) -> None:
    chart = run.charts["table1"]
    assert isinstance(chart, alt.TopLevelMixin)
    config = chart.to_dict()["config"]
    assert (config["axis"]["labelColor"], config["background"]) == (INK, "white")
    assert "small-m-bert" in json.dumps(chart.to_dict())
    assert run.charts["table1"] is chart
    assert repr(run.charts) == "Charts(table1, table3, table4)"
    with pytest.raises(KeyError):
        run.charts["table9"]


def test_it_stands_for_its_folder(run: cg.Run) -> None:
    assert Path(run) == run.folder
    assert repr(run) == f"Run('{run.folder}')"
    assert cg.write_report(run) == run.folder / "report.html"
    with pytest.raises(cg.CrossglotError, match="predictions"):  # this one has kept none
        cg.compare(run, run)


def test_notebooks_show_its_averages(run: cg.Run) -> None:
    shown = run._repr_html_()
    assert "Averages over the cells" in shown
    assert str(run.folder) in shown


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(cg.CrossglotError, match="not a run folder"):
        cg.read_run(tmp_path)
