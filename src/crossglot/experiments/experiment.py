"""An experiment: one question of the paper put to systems. It lays itself out for a study, once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from crossglot.engine.step import Step
from crossglot.experiments.setting import Setting
from crossglot.experiments.tables import TransferTable
from crossglot.results.claims import Claim
from crossglot.results.rows import ResultRow

if TYPE_CHECKING:
    from crossglot.drawing.chart_exhibit import Drawn


@dataclass(frozen=True)
class Evidence:
    """What a run gave an experiment to make its rows of.

    Attributes:
        cells: rows of results.csv for the cells of the experiment's transfer table, empty ones with their reason; none
            if it has no table.
        result: the folder of one of its finished steps; None if the step could not be run.
        failure: why a step could not be run, in one line; empty if it could.
    """

    cells: Sequence[ResultRow]
    result: Callable[[Step], Path | None]
    failure: Callable[[Step], str]


class Layout(Protocol):
    """An experiment laid out for one study: what it needs, what it will not have, and its rows from what was run.

    Attributes:
        table: the matrix of taggers that it looks at, with the experiment's key; None if it needs no taggers.
        steps: what it needs besides that table's steps.
        missing: reasons why values besides its table's cells will be missing, whatever is run.
    """

    @property
    def table(self) -> TransferTable | None:
        """See the class."""
        ...

    @property
    def steps(self) -> Sequence[Step]:
        """See the class."""
        ...

    @property
    def missing(self) -> Sequence[str]:
        """See the class."""
        ...

    def rows(self, evidence: Evidence) -> list[ResultRow]:
        """Its rows of results.csv."""
        ...


class Exhibited(Protocol):
    """What rows of results.csv are shown as: an experiment, or what is made of a matrix of somebody's own.

    Attributes:
        key: the rows' `experiment`.
        title: what is shown.
    """

    @property
    def key(self) -> str:
        """See the class."""
        ...

    @property
    def title(self) -> str:
        """See the class."""
        ...

    def draw(self, rows: Sequence[ResultRow]) -> Drawn | None:
        """Its chart and table, made of its rows; None if these are a matrix, which is drawn as such."""
        ...


class Experiment(Exhibited, Protocol):
    """One experiment. Implementations have no state; everything about a study comes with the setting.

    Attributes:
        key: `table1`, `figure3`, …: the experiment's name in commands, results.csv and files.
        title: what it shows.
        own: whether it is the paper's and has its own languages, so that `reproduce all` runs it.
        self_sufficient: whether it makes its languages and encoders itself.
        claims: about it, by the paper, by others, by us; several experiments may share claims.
    """

    @property
    def own(self) -> bool:
        """See the class."""
        ...

    @property
    def self_sufficient(self) -> bool:
        """See the class."""
        ...

    @property
    def claims(self) -> Sequence[Claim]:
        """See the class."""
        ...

    def lay_out(self, setting: Setting) -> Layout:
        """The experiment laid out for a study.

        Raises:
            CrossglotError: if something that the user named is missing or faulty.
        """
        ...


@dataclass(frozen=True)
class TableLayout:
    """The layout of an experiment that needs nothing but its table.

    Attributes:
        table: the matrix of taggers.
        from_cells: makes the experiment's rows of the table's cells.
    """

    table: TransferTable
    from_cells: Callable[[Sequence[ResultRow]], list[ResultRow]]
    steps: tuple[Step, ...] = ()
    missing: tuple[str, ...] = ()

    def rows(self, evidence: Evidence) -> list[ResultRow]:
        """See `Layout`."""
        return self.from_cells(evidence.cells)
