"""Several runs' encoders on the cells that all of them have: what one may compare, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from crossglot.drawing.explorer import Pair, explored
from crossglot.drawing.matrix_exhibit import Grid, MatrixExhibit, is_zero_shot
from crossglot.report.folder import RunFolder
from crossglot.report.reach import ENCODERS, floors_of
from crossglot.results.rows import ZERO_SHOT_MEAN, ResultRow


@dataclass(frozen=True)
class NamedRun:
    """A run and what it is called beside the others."""

    name: str
    folder: RunFolder


@dataclass(frozen=True)
class Line:
    """One encoder of one run, or a baseline that people would use.

    Attributes:
        run: its name.
        system: as in results.csv.
        role: likewise.
        cells: pair → score in per cent, of all that the run has.
        own: the mean over the diagonal cells that all lines have; None without any.
        others: the mean over the zero-shot cells that all lines have.
        floor: the highest of the run's floors on these cells; None without any.
        low: the lower bound of `others`, where the run's interval is of these very cells.
        high: the upper bound.
    """

    run: str
    system: str
    role: str
    cells: Mapping[Pair, float]
    own: float | None
    others: float
    floor: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Lined:
    """One experiment's lines, run by run; `pairs` are the zero-shot cells that all of them have."""

    exhibit: MatrixExhibit
    pairs: tuple[Pair, ...]
    lines: tuple[Line, ...]


def named_runs(folders: Sequence[RunFolder]) -> list[NamedRun]:
    """Runs by the names of their folders; of several of one name, by as much of their paths as tells them apart."""
    paths = [folder.path.resolve() for folder in folders]
    found, given = [], Counter[Path]()
    for path, folder in zip(paths, folders, strict=True):
        given[path] += 1
        again = f" ({given[path]})" if given[path] > 1 else ""  # one folder given twice
        found.append(NamedRun(_called(path, set(paths) - {path}) + again, folder))
    return found


def _called(path: Path, others: Iterable[Path]) -> str:
    """The shortest end of a path that none of the others has."""
    ends = (path.parts[-depth:] for depth in range(1, len(path.parts)))
    alone = (end for end in ends if all(other.parts[-len(end) :] != end for other in others))
    return "/".join(next(alone, path.parts[1:])) or str(path)


def lined(runs: Sequence[NamedRun]) -> list[Lined]:
    """Each experiment that two runs or more have cells of in common, in the order in which the runs have them."""
    found: dict[str, list[tuple[NamedRun, MatrixExhibit, list[ResultRow]]]] = {}
    for run in runs:
        by_experiment: dict[str, list[ResultRow]] = {}
        for row in run.folder.rows():
            by_experiment.setdefault(row.experiment, []).append(row)
        for experiment, rows in by_experiment.items():
            if matrix := explored(rows):
                found.setdefault(experiment, []).append((run, matrix[0], rows))
    several = (members for members in found.values() if len(members) > 1)
    return [each for members in several if (each := _lined(members)) is not None]


def not_lined(runs: Sequence[NamedRun], found: Iterable[Lined]) -> dict[str, list[str]]:
    """Experiments that are not among those lined up → the names of the runs that have them."""
    there = {each.exhibit.experiment for each in found}
    having: dict[str, list[str]] = {}
    for run in runs:
        for experiment in run.folder.results["experiment"].unique(maintain_order=True):
            if experiment not in there:
                having.setdefault(experiment, []).append(run.name)
    return having


def held_against(line: Line, lines: Sequence[Line]) -> Line:
    """The line that one is compared with: in the first run that has its role that of its system, else the first."""
    same = [other for other in lines if other.role == line.role]
    of_first = [other for other in same if other.run == same[0].run]
    return next((other for other in of_first if other.system == line.system), same[0])


class _Scored(NamedTuple):
    """One system's cells in a run, and what else the run has of the experiment."""

    run: str
    rows: Sequence[ResultRow]
    grids: Sequence[Grid]
    system: str
    role: str
    cells: Mapping[Pair, float]


def _lined(members: Sequence[tuple[NamedRun, MatrixExhibit, Sequence[ResultRow]]]) -> Lined | None:
    scored = []
    for run, exhibit, rows in members:
        grids = [grid for block in exhibit.blocks for grid in block.grids]
        scored += [_Scored(run.name, rows, grids, *of_system) for of_system in _scores(grids)]
    common = set.intersection(*(set(each.cells) for each in scored)) if scored else set()
    pairs = tuple(sorted(pair for pair in common if is_zero_shot(*pair)))
    diagonal = sorted(common - set(pairs))
    return Lined(members[0][1], pairs, tuple(_line(each, pairs, diagonal) for each in scored)) if pairs else None


def _line(scored: _Scored, pairs: Sequence[Pair], diagonal: Sequence[Pair]) -> Line:
    beneath = _by_system(floors_of(scored.system, scored.grids)).values()
    floors = [mean for cells in beneath if (mean := _mean(cells, pairs)) is not None]
    others = fmean(scored.cells[pair] for pair in pairs)
    bounds = _bounds(scored.rows, scored.system, len(pairs))
    own = _mean(scored.cells, diagonal)
    return Line(scored.run, scored.system, scored.role, scored.cells, own, others, max(floors, default=None), *bounds)


def _scores(grids: Sequence[Grid]) -> Iterator[tuple[str, str, dict[Pair, float]]]:
    """Encoders and baselines that have any cells: name, role, cells."""
    roles = {grid.system: grid.role for grid in grids if grid.role in (*ENCODERS, "baseline")}
    for system, cells in _by_system(grid for grid in grids if grid.system in roles).items():
        if cells:
            yield system, roles[system], cells


def _by_system(grids: Iterable[Grid]) -> dict[str, dict[Pair, float]]:
    """System → its cells in all blocks of a table."""
    found: dict[str, dict[Pair, float]] = {}
    for grid in grids:
        values = {pair: cell.value for pair, cell in grid.cells.items() if cell.value is not None}
        found.setdefault(grid.system, {}).update(values)
    return found


def _mean(cells: Mapping[Pair, float], pairs: Sequence[Pair]) -> float | None:
    """None where a pair is missing, or there are none."""
    return fmean(cells[pair] for pair in pairs) if pairs and cells.keys() >= set(pairs) else None


def _bounds(rows: Iterable[ResultRow], system: str, pairs: int) -> tuple[float | None, float | None]:
    """Those of the run's own mean, if it is over as many cells."""
    for row in rows:
        if (row.system, row.aggregate, row.n) == (system, ZERO_SHOT_MEAN, pairs):
            return row.ci_low, row.ci_high
    return None, None
