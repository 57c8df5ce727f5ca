"""Exhibits that are no matrices are in the page, the files and the terminal, and escaped everywhere."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import altair as alt
import pytest
from rich.console import Console

from crossglot.drawing.chart_exhibit import ChartExhibit, csv_of, latex_of, section_of
from crossglot.drawing.markup import Markup
from crossglot.experiments.registry import EXHIBITED, EXPERIMENTS
from crossglot.report import terminal_tables, write_report
from crossglot.results.rows import MEAN, ResultRow, write_results
from page_scripts import without_scripts


def scatter(rows: Sequence[ResultRow]) -> ChartExhibit:
    points = [{"x": row.n, "y": row.value} for row in rows]
    chart = alt.Chart(alt.InlineData(values=points)).mark_point().encode(x="x:Q", y="y:Q")
    lines = tuple((row.source, row.value, row.n) for row in rows)
    return ChartExhibit(
        "figure1", "F1 & overlap <b>", chart, ("source", "F1", "n"), lines, ("Notes are <i>plain</i>.",)
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(EXHIBITED, "figure1", replace(EXPERIMENTS["figure1"], draw=scatter))
    rows = [
        ResultRow(
            experiment=experiment, system="tiny", role="other", task="ner", source="en", target="de",
            aggregate=MEAN, metric="f1", value=12.345, n=7,
        )
        for experiment in ("figure1", "table1")
    ]  # fmt: skip
    write_results(rows, tmp_path / "results.csv")
    return tmp_path


def test_a_chart_stands_on_the_page_and_in_files(folder: Path) -> None:
    text = write_report(folder).read_text(encoding="utf-8")
    assert "F1 &amp; overlap &lt;b&gt;" in text
    assert "Notes are &lt;i&gt;plain&lt;/i&gt;." in text
    assert without_scripts(text).count("<svg") == 2
    assert {path.name for path in (folder / "figures").iterdir()} == {
        f"{name}.{kind}" for name in ("figure1", "table1") for kind in ("svg", "pdf")
    }
    rows = list(csv.reader((folder / "tables" / "figure1.csv").read_text(encoding="utf-8").splitlines()))
    assert rows == [["source", "F1", "n"], ["en", "12.345", "7"]]
    assert r"F1 \& overlap \textless{}b\textgreater{}" in (folder / "tables" / "figure1.tex").read_text()


def test_the_terminal_shows_the_table_and_counts_what_it_leaves_out(folder: Path) -> None:
    out = io.StringIO()
    console = Console(file=out, width=80)
    for table in terminal_tables(folder):
        console.print(table)
    assert "Figure 1 F1 & overlap <b>" in " ".join(out.getvalue().split())
    assert "12.3" in out.getvalue()


def test_numbers_keep_full_precision_in_files_and_get_dashes_where_they_lack() -> None:
    drawn = ChartExhibit("figure9", "t", None, ("a", "b"), (("x", 1 / 3), ("y", None)))
    assert csv_of(drawn).splitlines() == ["a,b", f"x,{1 / 3}", "y,"]
    assert r"y & -- \\" in latex_of(drawn)


def test_a_long_table_without_a_chart_begins_before_it_is_unfolded() -> None:
    lines = tuple((f"row {at}", float(at)) for at in range(60))
    exhibit = ChartExhibit("table5", "By groups", None, ("what", "F1"), lines)
    first, _, rest = section_of(exhibit, None).partition("<details>")
    assert "row 0" in first and "row 11" in first and "row 12" not in first
    assert "All 60 lines" in rest and "row 59" in rest
    drawn, _, rest = section_of(exhibit, Markup("<svg></svg>")).partition("<details>")
    assert "row 0" not in drawn and "row 0" in rest
