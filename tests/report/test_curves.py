"""Curves over layers: one line per curve in the table, every layer in the chart, floors told apart, gaps explained."""

from __future__ import annotations

import json
from pathlib import Path

from crossglot.drawing.figures import write_figure
from crossglot.experiments.translation.drawing import COLUMNS, curves
from crossglot.results.rows import ResultRow

DEPTH = 4
PAIRS = (("en", "de"), ("hi", "ur"))


def row(source: str, target: str, value: float | None, **fields: object) -> ResultRow:
    named = {
        "experiment": "figure3", "system": "mine", "role": "m-bert", "task": "translation", "source": source,
        "target": target, "source_corpus": "toy", "target_corpus": "toy", "aggregate": "mean", "metric": "accuracy",
        "value": value, "n": 50,
    }  # fmt: skip
    bounds = (
        {} if value is None else {"ci_low": value - 2, "ci_high": value + 2, "interval": "95 % bootstrap over 50 pairs"}
    )
    return ResultRow.model_validate(named | bounds | fields)


def made_up() -> list[ResultRow]:
    """Curves that rise to the third layer, lower without the shift, lower still untrained."""
    rows = []
    for start, pair in enumerate(PAIRS):
        for source, target in (pair, pair[::-1]):
            for system, role, less in (("mine", "m-bert", 0), ("mine untrained", "floor", 25)):
                for condition in ("mean shift, l2", "no shift, l2"):
                    for layer, value in enumerate((30, 50, 70, 80, 60)):
                        value -= less + 8 * start + (10 if condition != "mean shift, l2" else 0) - (source > target)
                        rows.append(
                            row(source, target, value, system=system, role=role, condition=condition, layer=layer)
                        )
            rows.append(row(source, target, 12.0, system="mine shared pieces", role="floor"))
            rows.append(row(source, target, 2.0, system="chance", role="floor"))
            rows.append(row(source, target, 20.0, aggregate="two thirds minus last layer", condition="mean shift, l2"))
    return rows


def test_the_table_has_a_line_a_curve_with_its_ends_and_its_best_layer() -> None:
    drawn = curves(made_up())
    lines = {line[:4]: dict(zip(COLUMNS[4:], line[4:], strict=True)) for line in drawn.lines}
    assert len(lines) == len(drawn.lines) == 4 * (2 * 2 + 2)
    assert lines["mine", "en", "de", "mean shift, l2"] == {
        "embeddings": 31, "two thirds up": 81, "last": 61, "best": 81, "layer": 3, "pairs": 50, "of": "toy",
    }  # fmt: skip
    assert lines["mine shared pieces", "hi", "ur", None]["best"] == 12


def test_the_chart_shows_every_layer_of_both_directions_and_the_floors(tmp_path: Path) -> None:
    drawn = curves(made_up())
    text = json.dumps(drawn.chart.to_dict())
    for needed in ("first to second language", "second to first language", "no shift, l2", "EN-DE", "HI-UR"):
        assert needed in text
    svg = write_figure(drawn.chart, "figure3", tmp_path).read_text(encoding="utf-8")
    assert "EN-DE" in svg
    assert (tmp_path / "figure3.pdf").stat().st_size > 1000


def test_numbers_that_are_no_cells_stay_out_and_gaps_are_explained() -> None:
    drawn = curves([*made_up(), row("en", "ru", None, missing="no bitext of en and ru in parallel/")])
    assert not any("ru" in line for line in drawn.lines)
    assert "mine, en → ru: no bitext of en and ru in parallel/" in drawn.notes
    assert any("EN-DE among 50 of toy (chance 2 %); HI-UR among 50 of toy" in note for note in drawn.notes)


def test_each_pair_is_shown_with_its_own_text_and_number_of_sentences() -> None:
    rows = [
        row.model_copy(update={"n": 1000, "source_corpus": "UD_X-PUD", "target_corpus": "UD_Y-PUD"})
        if {row.source, row.target} == {"hi", "ur"}
        else row
        for row in made_up()
    ]
    drawn = curves(rows)
    assert {line[1:3] + line[-2:] for line in drawn.lines} == {
        ("en", "de", 50, "toy"), ("de", "en", 50, "toy"),
        ("hi", "ur", 1000, "PUD"), ("ur", "hi", 1000, "PUD"),
    }  # fmt: skip
    assert any(
        "EN-DE among 50 of toy (chance 2 %); HI-UR among 1,000 of UD_X-PUD and UD_Y-PUD" in note for note in drawn.notes
    )
    text = json.dumps(drawn.chart.to_dict())
    assert '"EN-DE, 50"' in text
    assert '"HI-UR, 1,000"' in text


def test_without_any_curve_there_is_a_table_and_no_chart() -> None:
    drawn = curves([row("en", "de", None, missing="no bitext")])
    assert drawn.chart is None
    assert drawn.lines == ()
