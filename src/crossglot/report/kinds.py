"""Which experiments are drawn as something other than a matrix, and by what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from crossglot.probes.results import ResultRow
from crossglot.report.codeswitch import switched
from crossglot.report.curves import curves
from crossglot.report.drawn import Drawn
from crossglot.report.effects import effects
from crossglot.report.groups import group_table
from crossglot.report.pairs import likeness_figure, overlap_figure

DRAWERS: Mapping[str, Callable[[Sequence[ResultRow]], Drawn]] = {
    "causes": effects,
    "figure1": overlap_figure,
    "figure2": likeness_figure,
    "figure3": curves,
    "table5": group_table,
    "table6": switched,
}
"""Experiment → what makes a chart and a table of its rows of results.csv."""


def drawn_exhibits(rows: Sequence[ResultRow]) -> list[Drawn]:
    """The charts of a run, in the order of the results."""
    groups: dict[str, list[ResultRow]] = {}
    for row in rows:
        if row.experiment in DRAWERS:
            groups.setdefault(row.experiment, []).append(row)
    return [DRAWERS[experiment](members) for experiment, members in groups.items()]


def matrix_rows(rows: Sequence[ResultRow]) -> list[ResultRow]:
    """The rows that are left: those of matrices."""
    return [row for row in rows if row.experiment not in DRAWERS]
