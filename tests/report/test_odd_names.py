"""Names of users' are names in every file of a report: no markup, no formula, no order to a renderer."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from made_up import JUDGED, matrix, write_made_up_run
from test_curves import made_up as curve_rows

from crossglot.characters import visible
from crossglot.csv_cells import restored
from crossglot.drawing.figures import write_figure
from crossglot.drawing.latex import escaped
from crossglot.drawing.scatter import Line, Point, Series, scatter
from crossglot.experiments.translation.drawing import curves
from crossglot.report import terminal_tables, write_report
from crossglot.report.folder import read_run_folder
from crossglot.results.rows import read_results, write_results
from crossglot.results.verdicts import write_claims
from crossglot.runs import read_run
from crossglot.terminal import PlainConsole
from odd_names import ODD_NAMES
from page_scripts import without_scripts

NAMES = list(ODD_NAMES.values())
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose encoders, languages, reasons, claims and settings have odd names."""
    folder = write_made_up_run(tmp_path_factory.mktemp("runs") / "[bold]run")
    rows = [row for name in NAMES for row in matrix("table1", name, "other", ("en",), (62, 30), "ner")]
    rows += matrix("table4", "constructor", "other", tuple(NAMES[:4]), (80, 40))
    write_results(rows, folder / "results.csv")
    odd = (dict.fromkeys(("id", "where", "sentence", "statistic", "interval", "why", "rule"), name) for name in NAMES)
    write_claims([JUDGED[1].model_copy(update=text) for text in odd], folder / "claims.csv")
    versions = json.loads((folder / "versions.json").read_text())
    versions["languages"] = {"en": NAMES[0], "de": NAMES[5]}
    versions["encoders"] |= {name: {"location": name, "revision": name, "role": name} for name in NAMES}
    versions["data"] |= {f"{name} train": {"checksum": name} for name in NAMES}
    versions["remarks"] += [{"kind": "collapsed", "system": name, "task": "ner", "text": name} for name in NAMES]
    (folder / "versions.json").write_text(json.dumps(versions))
    write_report(folder)
    return folder


class Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said = ""
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.said += " ".join(value or "" for _, value in attrs)

    def handle_data(self, data: str) -> None:
        self.said += data


def test_the_page_says_every_name_and_holds_nothing_that_they_ask_for(folder: Path) -> None:
    text = without_scripts((folder / "report.html").read_text(encoding="utf-8"))
    assert not UNSEEN.search(text)
    words = Words()
    words.feed(text)
    assert "script" not in words.tags
    for name in NAMES:
        assert visible(name) in words.said


def test_the_figures_are_whole_and_say_every_name(folder: Path) -> None:
    for svg in (folder / "figures").glob("*.svg"):
        text = svg.read_text(encoding="utf-8")
        assert not UNSEEN.search(text)
        said = "\n".join(ElementTree.fromstring(text).itertext())  # noqa: S314  # made here
        assert svg.with_suffix(".pdf").read_bytes().startswith(b"%PDF")
        if svg.stem == "table1":
            for name in NAMES:
                assert visible(name).strip().replace("\t", "") in said.replace("\t", ""), name


def test_the_terminal_shows_every_name_whole_and_is_not_steered(folder: Path) -> None:
    console = PlainConsole()
    console.file = io.StringIO()
    for table in terminal_tables(folder):
        console.print(table)
    said = console.file.getvalue()
    assert not UNSEEN.search(said)
    for name in NAMES:
        assert said.count(visible(name).partition("\t")[0]) >= 3, name


def test_each_name_can_be_drawn_in_curves_and_scatters(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    series = [
        Series(name, tuple(Point(name, f"{name}{n}", n, 2.0 * n) for n in range(4)), Line((1, 1), (1, 1), 1.0))
        for name in NAMES
    ]
    for name, chart in {
        "scatter": scatter(series, NAMES[0], NAMES[5]),
        "curves": curves(
            [row.model_copy(update={"source": f"{row.source}\x1b[", "condition": "\ufffe"}) for row in curve_rows()]
        ).chart,
    }.items():
        drawn = write_figure(chart, name, tmp_path)
        ElementTree.parse(drawn)  # noqa: S314  # made here
        assert "<path" in drawn.read_text(encoding="utf-8")
    assert "rror" not in capfd.readouterr().err


def test_a_system_called_like_a_gradient_keeps_its_name(folder: Path) -> None:
    text = (folder / "figures/table1.svg").read_text(encoding="utf-8")
    assert ">gradient_1<" in text
    assert 'id="table1-ramp"' in text
    assert "url(#table1-ramp)" in text


def test_latex_takes_no_name_for_an_order(folder: Path) -> None:
    for path in (folder / "tables").glob("*.tex"):
        text = path.read_text(encoding="utf-8")
        assert not UNSEEN.search(text)
        assert r"\input" not in text
        for line in text.splitlines():
            assert not line.lstrip().startswith(("[", "*")), "it would be an option of the line before"
    assert escaped("a--b") == "a-{}-b"
    assert escaped("en–de") == "en--de"
    assert escaped("[x]*") == "{[}x{]}{*}"


def test_no_cell_is_a_formula_and_results_are_read_back(folder: Path) -> None:
    for path in (*(folder / "tables").glob("*.csv"), folder / "results.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            cells = {cell for line in csv.reader(file) for cell in line}
        assert not any(re.match(r"[=@+\t\r]|-[^0-9.]|-$", cell) for cell in cells), path
        if path.stem != "table4":
            assert {restored(cell) for cell in cells} >= set(NAMES)
    assert set(read_results(folder / "results.csv")["system"]) >= set(NAMES)
    assert {claim.id for claim in read_run_folder(folder).claims} == set(NAMES)


def test_html_in_a_name_is_text(folder: Path) -> None:
    text = without_scripts((folder / "report.html").read_text(encoding="utf-8"))
    assert "<script" not in text
    assert html.escape(ODD_NAMES["HTML"], quote=False) in text


def test_frames_have_the_names_as_they_are_and_charts_what_the_renderer_takes(folder: Path, tmp_path: Path) -> None:
    run = read_run(folder)
    assert set(run.tables["table1"]["system"]) == set(NAMES)
    for name, chart in run.charts.items():
        chart.save(tmp_path / f"{name}.svg")
        assert not UNSEEN.search((tmp_path / f"{name}.svg").read_text(encoding="utf-8"))
