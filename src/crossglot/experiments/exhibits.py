"""The exhibits of a run: matrices of experiments that are matrices, charts with their tables of the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crossglot.drawing.chart_exhibit import ChartExhibit
from crossglot.drawing.matrix_exhibit import MatrixExhibit, matrix_exhibits
from crossglot.drawing.wording import papers_place
from crossglot.experiments.registry import EXHIBITED
from crossglot.results.rows import ResultRow


def exhibits_of(rows: Sequence[ResultRow]) -> tuple[list[MatrixExhibit], list[ChartExhibit]]:
    """The matrices and the charts of a run, both in the paper's order, then in that of the results.

    Unknown experiments count as matrices.
    """
    groups: dict[str, list[ResultRow]] = {}
    rows = sorted(rows, key=lambda row: papers_place(row.experiment))
    for row in rows:
        groups.setdefault(row.experiment, []).append(row)
    charts = [draw(members) for name, members in groups.items() if (draw := _drawer(name)) is not None]
    titles = {name: each.title for name, each in EXHIBITED.items()}
    return matrix_exhibits([row for row in rows if _drawer(row.experiment) is None], titles), charts


def _drawer(name: str) -> Callable[[Sequence[ResultRow]], ChartExhibit] | None:
    known = EXHIBITED.get(name)
    return None if known is None else known.draw
