"""What the page's first picture and sentences say is what results.csv says, worked out another way."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from crossglot.drawing.explorer import explored
from crossglot.drawing.matrix_exhibit import MatrixExhibit, matrix_exhibits
from crossglot.languages import language
from crossglot.report.folder import read_run_folder
from crossglot.report.reach import best_sources, reaches_in, reaches_of, transfer_in_words

RESULTS = Path(__file__).parents[2] / "results"


def of_run(run: str, experiment: str) -> MatrixExhibit:
    rows = [row for row in read_run_folder(RESULTS / run).rows() if row.experiment == experiment]
    found = explored(rows)
    return found[0] if found else matrix_exhibits(rows)[0]


def zero_shot(run: str, experiment: str, system: str) -> pl.DataFrame:
    frame = pl.read_csv(RESULTS / run / "results.csv", infer_schema_length=None)
    return frame.filter(
        (pl.col("experiment") == experiment)
        & (pl.col("system") == system)
        & (pl.col("aggregate") == "mean")
        & pl.col("metric").is_in(["accuracy", "f1"])
        & (pl.col("source") != pl.col("target"))
        & pl.col("value").is_not_null()
        & pl.col("condition").is_null()
    )


@pytest.mark.parametrize(
    ("run", "experiment"), [("pos-tables", "table2"), ("ner-matrix", "figure1"), ("pos-matrix", "figure2")]
)
def test_a_targets_score_from_others_is_the_mean_of_its_column(run: str, experiment: str) -> None:
    (reaches,) = reaches_of([of_run(run, experiment)]).values()
    ours = next(reach for reach in reaches if reach.role == "m-bert")
    columns = zero_shot(run, experiment, ours.system).group_by("target").agg(pl.col("value").mean())
    assert {target.key: pytest.approx(target.others) for target in ours.targets} == dict(columns.iter_rows())
    assert [target.others for target in ours.targets] == sorted((t.others for t in ours.targets), reverse=True)


def test_a_floor_is_the_encoders_own_or_everybodys_never_another_encoders() -> None:
    (reaches,) = reaches_of([of_run("pos-matrix", "figure2")]).values()
    english = next(reach for reach in reaches if reach.role == "en-bert")
    highest: dict[str, float] = {}
    for floor in ("all-minilm-l6-v2 linear probe", "most frequent tag"):
        columns = zero_shot("pos-matrix", "figure2", floor).group_by("target").agg(pl.col("value").mean())
        for key, value in columns.iter_rows():
            highest[key] = max(value, highest.get(key, 0.0))
    assert {target.key: pytest.approx(target.floor) for target in english.targets} == {
        target.key: highest[target.key] for target in english.targets
    }


def test_the_best_source_has_the_highest_mean_over_the_other_languages() -> None:
    reaches = reaches_of([of_run("pos-matrix", "figure2")])
    rows = zero_shot("pos-matrix", "figure2", "multilingual-e5-small").group_by("source").agg(pl.col("value").mean())
    first, second = rows.sort("value", descending=True).head(2).iter_rows()
    (said,) = best_sources(reaches)
    assert f" {language(first[0]).name} serves the others best" in said
    assert said.index(f"({first[1]:.1f} %") < said.index(f"({second[1]:.1f} %")


def test_both_encoders_are_shown_on_the_same_languages() -> None:
    """Tables 2 and 8, of twelve pairs each, and not table 4 of eight pairs of five languages beside table 8."""
    (reaches,) = reaches_in(read_run_folder(RESULTS / "pos-tables").rows()).values()
    assert [reach.exhibit.experiment for reach in reaches] == ["table2", "table8"]
    assert [reach.pairs for reach in reaches] == [12, 12]


def test_of_one_language_there_is_nothing_to_say() -> None:
    diagonal = of_run("ner-tables", "table3")
    assert diagonal.same_language
    assert reaches_of([diagonal]) == {}
    assert transfer_in_words({}) == best_sources({}) == []
