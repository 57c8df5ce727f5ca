"""Figures 1 and 2 and table 5 in the report: from rows to chart, tables and page, with reasons where nothing is."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from crossglot.drawing.scatter import Point, Series, extreme_pairs, scatter
from crossglot.experiments.overlap.drawing import overlap_figure
from crossglot.experiments.overlap.plan import MEASURES, SPELLING
from crossglot.experiments.registry import EXPERIMENTS
from crossglot.experiments.relations import kin_of, relation_rows, zero_shot_scores
from crossglot.experiments.typology.claims import BY_FEATURES
from crossglot.experiments.typology.drawing import likeness_figure
from crossglot.experiments.typology.word_order import likeness
from crossglot.languages import LANGUAGES
from crossglot.report.writing import write_report
from crossglot.results.rows import MEAN, ResultRow, Role, write_results
from crossglot.statistics.association import linear_trend
from made_up_cells import candidate, cells, evidence, setting
from page_scripts import without_scripts

SOME = ("en", "es", "ru", "hi", "ja", "gl")


def common(source: str, target: str) -> int:
    return likeness(LANGUAGES[source], LANGUAGES[target]).common


@pytest.fixture
def typology(tmp_path: Path) -> list[ResultRow]:
    chance = random.Random(1)
    rows = cells("figure2", "big", "m-bert", SOME, lambda s, t: 50 + 5 * common(s, t) + chance.random())
    rows += cells("figure2", "little", "en-bert", SOME, lambda s, t: 20 + common(s, t) + chance.random())
    return EXPERIMENTS["figure2"].lay_out(setting(tmp_path, candidate("big", "m-bert"))).rows(evidence(rows, tmp_path))


def overlap() -> list[ResultRow]:
    """An overlap of 20 % inside Latin script and 1 % across; figure 1's rows as its probe writes them."""
    found = []
    players: tuple[tuple[str, Role, float], ...] = (("big", "m-bert", 60.0), ("little", "en-bert", 10.0))
    for system, role, score in players:
        x = {(s, t): 20.0 if LANGUAGES[s].script == LANGUAGES[t].script else 1.0 for s in SOME for t in SOME}
        rows = cells("figure1", system, role, SOME, lambda s, t: score + x[s, t] + (s < t))  # noqa: B023
        pairs = [
            ResultRow(
                experiment="figure1", system=system, role=role, task="ner", source=source, target=target,
                aggregate=MEAN, metric=metric, value=value, n=10,
            )
            for (source, target), value in x.items() for metric in MEASURES
        ]  # fmt: skip
        found += [*rows, *pairs, *relation_rows(zero_shot_scores(rows)[system], x, "by entity overlap")]
    return found


def records(chart: dict[str, Any], mark: str) -> list[dict[str, Any]]:
    """The data of a chart's layer with this mark."""
    data = next(layer["data"] for layer in chart["layer"] if layer["mark"]["type"] == mark)
    found: list[dict[str, Any]] = data["values"] if "values" in data else chart["datasets"][data["name"]]
    return found


def test_figure_2_has_a_trend_and_points_a_system(typology: list[ResultRow]) -> None:
    drawn = likeness_figure(typology)
    chart = drawn.chart.to_dict()
    points = records(chart, "point")
    assert {point["system"] for point in points} == {"big", "little"}
    assert len(points) == 2 * sum(common(s, t) > 0 for s in SOME for t in SOME if s != t)
    line = records(chart, "line")
    assert all(record["low"] <= record["y"] <= record["high"] for record in line)
    assert any("no word-order feature of Galician" in note for note in drawn.notes)
    assert list(drawn.lines[0][:2]) == ["big", "common features"]


@pytest.mark.parametrize("related", [False, True])
def test_a_band_is_drawn_from_the_clusters_of_the_interval_that_is_printed(tmp_path: Path, related: bool) -> None:
    """With genera of two languages each, or with each language for itself."""
    names = ("en", "de", "es", "fr", "ru", "pl", "hi", "ur", "fi", "et")
    chance = random.Random(4)
    rows = cells("figure2", "big", "m-bert", names, lambda s, t: 50 + 3 * common(s, t) + 9 * chance.random())
    kin = kin_of(LANGUAGES) if related else {}
    x = {(s, t): float(common(s, t)) for s in names for t in names if s != t and common(s, t)}
    alike = EXPERIMENTS["figure2"].lay_out(setting(tmp_path)).rows(evidence(rows, tmp_path))
    drawn = likeness_figure(
        [row for row in alike if row.aggregate in (None, MEAN)]
        + relation_rows(zero_shot_scores(rows, kin)["big"], x, BY_FEATURES)
    )
    pairs = list(x)
    scores = zero_shot_scores(rows)["big"].values
    ends = [min(x.values()), 3.0, max(x.values())]
    oracle = linear_trend([x[p] for p in pairs], [scores[p] for p in pairs], pairs, kin=kin, at=ends)
    chart = records(drawn.chart.to_dict(), "area")
    for at, low, high in zip(oracle.at, oracle.low, oracle.high, strict=True):
        record = min(chart, key=lambda one: abs(one["x"] - at))
        assert record["x"] == pytest.approx(at, abs=0.11)
        assert (record["low"], record["high"]) == pytest.approx(
            (low, high), abs=0.02 if at in (ends[0], ends[2]) else 1
        )


def test_figure_1_lists_pairs_with_almost_no_overlap() -> None:
    drawn = overlap_figure(overlap())
    near = [note for note in drawn.notes if note.startswith("Almost no overlap")]
    assert len(near) == 2
    assert "en→ru 62.0" in near[0]
    assert "and 12 more (the table of pairs is sorted by overlap)" in near[0]
    listed = [line for line in drawn.more[0].lines if line[0] == "big"]
    assert [line[3] for line in listed] == [1.0] * 24 + [20.0] * 6, "so all of them can be found there"
    assert [part.experiment for part in drawn.more] == ["figure1-pairs", "figure1-spelling"]
    assert len(drawn.chart.to_dict()["hconcat"]) == 2


def test_pairs_are_counted_where_the_correlation_alone_is_missing() -> None:
    rows = cells("figure1", "big", "m-bert", SOME, lambda _, __: 60.0)
    x = {(s, t): float(len(s + t) + (s < t)) for s in SOME for t in SOME}
    rows += relation_rows(zero_shot_scores(rows)["big"], x, "by entity overlap")
    line = overlap_figure(rows).lines[0]
    assert line[:4] == ("big", "entity overlap", 30, "–"), "every score is the same: a slope, no correlation"
    assert line[4] != "–"


def test_pairs_with_the_fewest_common_features_come_first(typology: list[ResultRow]) -> None:
    known = [int(str(line[2])) for line in likeness_figure(typology).more[0].lines if line[2] != "–"]
    assert known == sorted(known)
    assert len(set(known)) > 2


def test_a_language_of_several_scripts_has_them_in_one_line() -> None:
    fields = {"experiment": "figure1", "system": "big", "role": "m-bert", "task": "ner", "target": "ja"}
    numbers: list[tuple[str, str | None, float, int]]
    numbers = [(SPELLING[0], None, 1.603, 10), (SPELLING[1], None, 2.9, 10), (SPELLING[2], None, 98.0, 200)]
    numbers += [
        (SPELLING[3], name, float(pieces), n) for name, pieces, n in (("Hiragana", 259, 120), ("Cjk", 1503, 80))
    ]
    rows = cells("figure1", "big", "m-bert", ("en", "ja"), lambda _, __: 50.0)
    rows += [
        ResultRow.model_validate(fields | {"aggregate": MEAN, "metric": metric, "part": part, "value": value, "n": n})
        for metric, part, value, n in numbers
    ]
    (line,) = overlap_figure(rows).more[1].lines
    assert line == ("big", "Japanese", "1.60", 2.9, 98.0, "Hiragana 60.0 %, Cjk 40.0 %", "Hiragana 259, Cjk 1503")


def test_the_most_extreme_pairs_are_named() -> None:
    points = [Point("a", str(i), float(i), 10.0 * i) for i in range(8)]
    points[3] = Point("a", "high", 3.0, 95.0)
    points[5] = Point("a", "low", 5.0, 1.0)
    assert extreme_pairs(Series("big", tuple(points))) == {"a→high", "a→low", "a→7", "a→0"}


def test_few_points_draw_without_a_line() -> None:
    one = scatter([Series("big", (Point("en", "de", 12.0, 40.0),)), Series("none", ())], "x", "y").to_dict()
    assert len(records(one, "point")) == len(records(one, "text")) == 1
    assert not records(one, "line")


def test_a_report_with_these_figures_is_written_whole(typology: list[ResultRow], tmp_path: Path) -> None:
    layout = EXPERIMENTS["table5"].lay_out(setting(tmp_path, candidate("big", "m-bert")))
    groups = layout.rows(evidence(cells("table5", "big", "m-bert", SOME, lambda s, t: 50.0 + common(s, t)), tmp_path))
    write_results([*typology, *groups, *overlap()], tmp_path / "results.csv")
    page = without_scripts(write_report(tmp_path).read_text(encoding="utf-8"))
    for name in ("figure1", "figure2"):
        assert (tmp_path / "figures" / f"{name}.svg").read_text(encoding="utf-8").startswith("<svg")
        assert (tmp_path / "figures" / f"{name}.pdf").read_bytes().startswith(b"%PDF")
    for name in (
        "figure1",
        "figure1-pairs",
        "figure1-spelling",
        "figure2",
        "figure2-pairs",
        "table5",
        "table5-differences",
    ):
        assert (tmp_path / "tables" / f"{name}.csv").is_file()
        assert (tmp_path / "tables" / f"{name}.tex").is_file()
    assert 'id="figure1"' in page and 'id="table5"' in page
    assert "81.5" in page, "the paper's SVO → SVO stands beside ours"
    assert "NaN" not in page and "nan" not in (tmp_path / "tables" / "figure2-pairs.csv").read_text()


def test_a_run_without_any_overlap_has_tables_and_no_chart() -> None:
    rows = cells("figure1", "big", "m-bert", ("en", "de"), lambda _, __: None)
    drawn = overlap_figure(rows)
    assert drawn.chart is None
    assert any("no corpus" in note for note in drawn.notes)
