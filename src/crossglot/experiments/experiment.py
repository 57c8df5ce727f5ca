"""A probe: one question of the paper put to systems. It says which steps it needs and makes rows of what they gave."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from crossglot.engine.step import Step
from crossglot.experiments.setting import Setting
from crossglot.experiments.tables import TransferTable
from crossglot.results.rows import ResultRow

if TYPE_CHECKING:
    from crossglot.drawing.chart_exhibit import Drawn


@dataclass(frozen=True)
class Evidence:
    """What a run gave a probe to make its rows of.

    Attributes:
        cells: rows of results.csv for the cells of the probe's transfer table, empty ones with their reason; none if it
            has no table.
        result: the folder of one of its finished steps; None if the step could not be run.
        failure: why a step could not be run, in one line; empty if it could.
    """

    cells: Sequence[ResultRow]
    result: Callable[[Step], Path | None]
    failure: Callable[[Step], str]


class Experiment(Protocol):
    """One experiment. Implementations are stateless; everything about a study comes with the setting.

    Attributes:
        key: `table1`, `figure3`, …: the experiment's name in commands, results.csv and files.
        title: what it shows.
        own: whether it is of the paper, with languages of its own, and so part of `reproduce all`.
    """

    @property
    def key(self) -> str:
        """See the class."""
        ...

    @property
    def title(self) -> str:
        """See the class."""
        ...

    @property
    def own(self) -> bool:
        """See the class."""
        ...

    def table(self, setting: Setting) -> TransferTable | None:
        """The matrix of taggers that it looks at, with the probe's key; None if it needs no taggers."""
        ...

    def steps(self, setting: Setting) -> Sequence[Step]:
        """What it needs besides that table's steps.

        Raises:
            CrossglotError: if something that the user named is missing or faulty.
        """
        ...

    def draw(self, rows: Sequence[ResultRow]) -> Drawn | None:
        """Its chart and table, made of its rows; None if it is drawn as the matrix that they are."""
        ...

    def rows(self, setting: Setting, evidence: Evidence) -> list[ResultRow]:
        """Its rows of results.csv."""
        ...
