"""The exhibits of a run: matrices of experiments that are matrices, charts with their tables of the others."""

from __future__ import annotations

from collections.abc import Sequence

from crossglot.drawing.chart_exhibit import Drawn
from crossglot.drawing.matrix_exhibit import Exhibit, exhibits
from crossglot.experiments.registry import EXHIBITED
from crossglot.results.rows import ResultRow


def shown_by(rows: Sequence[ResultRow]) -> tuple[list[Exhibit], list[Drawn]]:
    """The matrices and the charts of a run, both in the order of the results; unknown experiments count as matrices."""
    groups: dict[str, list[ResultRow]] = {}
    for row in rows:
        groups.setdefault(row.experiment, []).append(row)
    drawn = [EXHIBITED[name].draw(members) for name, members in groups.items() if name in EXHIBITED]
    charts = [each for each in drawn if each is not None]
    in_charts = {each.experiment for each in charts}
    titles = {name: each.title for name, each in EXHIBITED.items()}
    return exhibits([row for row in rows if row.experiment not in in_charts], titles), charts
