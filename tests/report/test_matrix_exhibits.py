"""What the report shows is what results.csv says, arranged."""

from __future__ import annotations

from made_up import NER_TARGETS, PUBLISHED_NER, made_up_rows

from crossglot.drawing.matrix_exhibit import MatrixExhibit, is_zero_shot, matrix_exhibits
from crossglot.report.overview import published_mean
from crossglot.results.rows import MEAN, ResultRow


def found(name: str) -> MatrixExhibit:
    return next(exhibit for exhibit in matrix_exhibits(made_up_rows()) if exhibit.name == name)


def test_every_mean_row_is_shown_once_with_its_value_and_published_number() -> None:
    rows = [row for row in made_up_rows() if row.aggregate == MEAN]
    shown = {
        (exhibit.experiment, grid.system, source, target): (cell.value, cell.published)
        for exhibit in matrix_exhibits(made_up_rows())
        for block in exhibit.blocks
        for grid in block.grids
        for (source, target), cell in grid.cells.items()
    }
    assert len(shown) == len(rows)
    for row in rows:
        assert shown[row.experiment, row.system, row.source or "", row.target or ""] == (row.value, row.published)


def test_languages_that_share_no_cell_stand_in_blocks_of_their_own() -> None:
    assert [block.targets for block in found("table4").blocks] == [("hi", "ur"), ("en", "bg", "ja")]
    assert [block.targets for block in found("table1").blocks] == [NER_TARGETS]


def test_a_joined_source_belongs_to_the_block_of_its_languages() -> None:
    cell = ResultRow(
        experiment="x", system="s", role="other", task="pos", source="hi+en", target="ur", aggregate=MEAN,
        metric="accuracy", value=50.0,
    )  # fmt: skip
    rows = [cell, cell.model_copy(update={"source": "hi"}), cell.model_copy(update={"source": "en", "target": "de"})]
    (exhibit,) = matrix_exhibits(rows)
    assert len(exhibit.blocks) == 1


def test_cited_systems_come_first_and_floors_last() -> None:
    roles = [grid.role for grid in found("table3").blocks[0].grids]
    assert roles == ["published", "en-bert", "floor"]


def test_a_cell_without_a_value_says_why() -> None:
    grid = found("table1").blocks[0].grids[0]
    assert grid.cells["de", "en"].why_empty == "no German NER corpus with a train split in the data root"
    assert grid.cells["en", "de"].why_empty == ""


def test_only_an_exhibit_of_nothing_but_the_diagonal_is_same_language() -> None:
    assert [exhibit.name for exhibit in matrix_exhibits(made_up_rows()) if exhibit.same_language] == ["table3"]


def test_variants_are_exhibits_of_their_own() -> None:
    cell = ResultRow(
        experiment="table6", system="s", role="m-bert", task="pos", source="hi+en", target="hi", aggregate=MEAN,
        metric="accuracy", value=50.0, condition="corrected",
    )  # fmt: skip
    names = [
        exhibit.name for exhibit in matrix_exhibits([cell, cell.model_copy(update={"condition": "transliterated"})])
    ]
    assert names == ["table6-corrected", "table6-transliterated"]


def test_rows_by_layer_are_left_to_figures_of_their_own() -> None:
    row = ResultRow(
        experiment="figure3",
        system="s",
        role="m-bert",
        task="pos",
        aggregate=MEAN,
        metric="accuracy",
        value=1.0,
        layer=3,
    )
    assert matrix_exhibits([row]) == []


def test_the_scored_entity_types_are_kept_with_their_cells() -> None:
    types = found("table1").types
    assert list(types) == ["LOC ORG PER"]
    assert ("en", "de") in types["LOC ORG PER"]
    assert ("de", "en") not in types["LOC ORG PER"], "a cell that was not run scores nothing"


def test_the_papers_mean_is_over_the_cells_we_have() -> None:
    ran = [
        PUBLISHED_NER[source][column]
        for source in ("en", "nl", "es")
        for column, target in enumerate(NER_TARGETS)
        if target != source
    ]
    assert published_mean(found("table1"), "small-m-bert", "zero-shot mean") == sum(ran) / len(ran)
    assert published_mean(found("table1"), "most frequent tag", "zero-shot mean") is None


def test_a_target_among_joined_sources_is_not_zero_shot() -> None:
    assert is_zero_shot("hi+en", "ur")
    assert not is_zero_shot("hi+en", "en")
    assert is_zero_shot("pt", "pt-BR")
