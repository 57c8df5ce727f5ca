"""An experiment: one question of the paper put to systems. It lays itself out for a study, once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crossglot.engine.step import Step
from crossglot.experiments.setting import Setting
from crossglot.experiments.tables import TransferTable
from crossglot.results.claims import Claim
from crossglot.results.rows import ResultRow

if TYPE_CHECKING:
    from crossglot.drawing.chart_exhibit import ChartExhibit


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


@dataclass(frozen=True)
class Layout:
    """An experiment laid out for one study: the steps it needs, and its rows from what they gave.

    Attributes:
        rows: makes its rows of results.csv from what the steps gave.
        table: its matrix of taggers, with the experiment's key; None if it needs no taggers.
        steps: what it needs besides that table's steps.
        missing: reasons why values besides its table's cells will be missing, whatever is run.
    """

    rows: Callable[[Evidence], list[ResultRow]]
    table: TransferTable | None = None
    steps: tuple[Step, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exhibited:
    """How rows of results.csv are shown: an experiment's, or those made of a user's own matrix.

    Attributes:
        key: the rows' `experiment`: `table1`, `figure3`, …
        title: what is shown.
        draw: makes its chart and table of its rows; None if these are a matrix, which is drawn as such.
    """

    key: str
    title: str
    draw: Callable[[Sequence[ResultRow]], ChartExhibit] | None


@dataclass(frozen=True)
class Experiment(Exhibited):
    """One experiment; everything about a study comes with the setting. Its key is also its name in commands.

    Attributes:
        claims: about it, by the paper, by others, by us; several experiments may share claims.
        lay_out: lays it out for a study; raises CrossglotError if something that the user named is missing or faulty.
        own: whether it has its own languages, so that a study need not name sources and targets.
        of_paper: whether it is the paper's, so that `reproduce all` runs it if it has its own languages.
        self_sufficient: whether it makes its languages and encoders itself.
        of_conditions: whether its taggers differ in more than system, task and source; `compare` leaves them out.
    """

    claims: tuple[Claim, ...]
    lay_out: Callable[[Setting], Layout]
    own: bool = True
    of_paper: bool = True
    self_sufficient: bool = False
    of_conditions: bool = False
