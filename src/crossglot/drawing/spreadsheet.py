"""An exhibit as a wide CSV table, as it would be printed: one row per system and source, one column per target."""

from __future__ import annotations

from crossglot.csv_cells import csv_text
from crossglot.drawing.matrix_exhibit import Cell, MatrixExhibit


def csv_table(exhibit: MatrixExhibit) -> str:
    """Columns system, role, source, then for each target `<t>`, `<t>_low`, `<t>_high`, `<t>_published`; full precision.

    Where trainings collapsed, `<t>_collapsed` counts those behind each value.
    Blocks follow one another under the same header; a cell that a block does not have is empty.
    """
    targets = list(dict.fromkeys(target for block in exhibit.blocks for target in block.targets))
    collapsed = exhibit.collapsed  # looks at every cell
    suffixes = ("", "_low", "_high", "_published", *(("_collapsed",) if collapsed else ()))
    columns = [f"{target}{suffix}" for target in targets for suffix in suffixes]
    lines: list[list[object]] = [["system", "role", "source", *columns]]
    for block in exhibit.blocks:
        for grid in block.grids:
            for source in block.sources:
                row: list[object] = [grid.system, grid.role, source]
                for target in targets:
                    cell = grid.cells.get((source, target), Cell())
                    row += [cell.value, cell.low, cell.high, cell.published]
                    row += [cell.collapsed or None] if collapsed else []
                if any(number is not None for number in row[3:]):
                    lines.append(row)
    return csv_text(lines)
