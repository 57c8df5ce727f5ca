"""An experiment's numbers as a polars frame, laid out as the report prints them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossglot.drawing.chart_exhibit import ChartExhibit
from crossglot.drawing.matrix_exhibit import Grid, MatrixExhibit

if TYPE_CHECKING:
    import polars


def matrix_frame(exhibit: MatrixExhibit) -> polars.DataFrame:
    """One row per system and source and one column per target, in per cent; empty where there is no number.

    Where sources are evaluated only on themselves, rows are systems. Systems that the paper cites have the numbers that
    it prints.
    """
    import polars as pl

    targets = list(dict.fromkeys(target for block in exhibit.blocks for target in block.targets))
    index = ["system"] if exhibit.same_language else ["system", "source"]
    rows = [
        [*line, *(found.get(target) for target in targets)]
        for block in exhibit.blocks
        for grid in block.grids
        for line, found in _lines(grid, block.sources, same_language=exhibit.same_language)
    ]
    schema: dict[str, pl.DataType] = {
        **dict.fromkeys(index, pl.String()),
        **dict.fromkeys(targets, pl.Float64()),
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def lines_frame(exhibit: ChartExhibit) -> polars.DataFrame:
    """The table beside a chart; a column of words and numbers becomes one of words."""
    import polars as pl

    heads = list(exhibit.columns)
    return pl.DataFrame(list(exhibit.lines), schema=heads, orient="row", infer_schema_length=None, strict=False)


def _lines(
    grid: Grid, sources: tuple[str, ...], *, same_language: bool
) -> list[tuple[list[str], dict[str, float | None]]]:
    """A system's lines: their first columns, and their numbers by target."""
    numbers = {pair: cell.published if grid.role == "published" else cell.value for pair, cell in grid.cells.items()}
    if same_language:
        return [([grid.system], {target: value for (_, target), value in numbers.items()})]
    return [
        ([grid.system, source], {target: value for (one, target), value in numbers.items() if one == source})
        for source in sources
    ]
