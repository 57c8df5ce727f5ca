"""The matrix to explore, as the renderer draws it after a choice was made: what it orders by and what it subtracts."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import vl_convert

from crossglot.drawing.explorer import Pair, explored, explorer
from crossglot.drawing.figures import specification
from crossglot.drawing.matrix_exhibit import MatrixExhibit, matrix_exhibits
from crossglot.languages import language
from crossglot.report.folder import read_run_folder

RESULTS = Path(__file__).parents[2] / "results"


@pytest.fixture(scope="module")
def table2() -> MatrixExhibit:
    rows = read_run_folder(RESULTS / "pos-tables").rows()
    return next(each for each in matrix_exhibits(rows) if each.experiment == "table2")


@pytest.fixture(scope="module")
def figure2() -> tuple[MatrixExhibit, dict[str, dict[Pair, float]]]:
    rows = read_run_folder(RESULTS / "pos-matrix").rows()
    found = explored([row for row in rows if row.experiment == "figure2"])
    assert found is not None
    return found


def texts(chart: Any, **chosen: str) -> list[str]:
    """The texts of the drawing once these choices are made: of axes, legends and cells, in their order."""
    definition = specification(chart)
    for param in definition["params"]:
        param["value"] = chosen.get(param["name"], param["value"])
    drawn = vl_convert.vegalite_to_svg(definition)
    return re.findall(r"<text[^>]*>([^<]+)</text>", drawn)


def choices(chart: Any) -> dict[str, dict[str, str]]:
    """Choice → label of an option → the option."""
    return {
        param["name"]: dict(zip(param["bind"]["labels"], param["bind"]["options"], strict=True))
        for param in specification(chart)["params"]
    }


def test_a_difference_is_that_of_the_two_systems_cells(table2: MatrixExhibit) -> None:
    chart = explorer(table2, {})
    less = choices(chart)["less"]["multilingual-e5-small linear probe"]
    ours, probe = table2.blocks[0].grids[0], next(g for g in table2.blocks[0].grids if "probe" in g.system)
    assert ours.system == "multilingual-e5-small"
    shown = texts(chart, less=less)
    for pair, cell in ours.cells.items():
        other = probe.cells[pair].value
        assert cell.value is not None
        assert other is not None
        assert f"{cell.value - other:+.1f}".replace("-", "−") in shown, pair


def test_less_the_papers_where_the_paper_has_numbers(table2: MatrixExhibit) -> None:
    chart = explorer(table2, {})
    cell = table2.blocks[0].grids[0].cells["en", "de"]
    assert cell.value is not None
    assert cell.published is not None
    assert f"{cell.value - cell.published:+.1f}".replace("-", "−") in texts(chart, less="paper")
    assert "the paper's" in choices(chart)["less"]


def test_without_published_numbers_nothing_is_less_the_papers(
    figure2: tuple[MatrixExhibit, dict[str, dict[Pair, float]]],
) -> None:
    assert "the paper's" not in choices(explorer(*figure2))["less"]


def test_languages_of_a_family_stand_together(figure2: tuple[MatrixExhibit, dict[str, dict[Pair, float]]]) -> None:
    chart = explorer(*figure2)
    families = {language(key).name: language(key).family for key in figure2[0].blocks[0].sources}

    def runs(order: str) -> int:
        """How often the family changes down the rows."""
        rows = [families[text] for text in texts(chart, order=order) if text in families][-len(families) :]
        return sum(one != other for one, other in pairwise(rows))

    assert runs("family") == len(set(families.values())) - 1 < runs("as run")


def test_by_score_the_source_that_others_gain_most_from_comes_first(
    figure2: tuple[MatrixExhibit, dict[str, dict[Pair, float]]],
) -> None:
    exhibit, beside = figure2
    block = exhibit.blocks[0]
    cells = block.grids[0].cells
    means = {
        language(source).name: sum(cells[source, target].value or 0 for target in block.targets if target != source)
        for source in block.sources
    }
    shown = [text for text in texts(explorer(exhibit, beside), order="score") if text in means][-len(means) :]
    assert shown == sorted(means, key=lambda name: -means[name])


def test_what_stands_beside_a_pair_is_what_the_run_measured_of_it(
    figure2: tuple[MatrixExhibit, dict[str, dict[Pair, float]]],
) -> None:
    common = figure2[1]["common features"]
    same = sum(language("en").wals[each] == language("de").wals[each] for each in language("en").wals)
    assert common["en", "de"] == same


def test_what_stands_beside_a_pair_may_be_called_anything(table2: MatrixExhibit) -> None:
    """Names of systems have dots and brackets, which are paths to the renderer where a field has them."""
    chart = specification(explorer(table2, {"overlap, v1.5 [base]": {("en", "de"): 12.5}}))
    (shown,) = [
        each for each in chart["layer"][0]["encoding"]["tooltip"] if each.get("title") == "overlap, v1.5 [base]"
    ]
    records = next(iter(chart["datasets"].values())) if "datasets" in chart else chart["layer"][0]["data"]["values"]
    assert [each[shown["field"]] for each in records if each[shown["field"]] != "–"] == ["12.5"]


def test_two_languages_are_too_few_to_be_ordered() -> None:
    rows = [row for row in read_run_folder(RESULTS / "pos-tables").rows() if row.experiment == "table4"]
    few = [row for row in rows if {row.source, row.target} <= {"hi", "ur"}]
    assert explorer(matrix_exhibits(few)[0], {}) is None


def test_scores_by_layer_are_no_matrix() -> None:
    assert explored(read_run_folder(RESULTS / "figure3").rows()) is None
