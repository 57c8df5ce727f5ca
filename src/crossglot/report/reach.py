"""What each encoder reaches in each target: its own score, the mean from other languages, and the best floor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from crossglot.drawing.explorer import explored
from crossglot.drawing.matrix_exhibit import Grid, MatrixExhibit, is_zero_shot
from crossglot.drawing.wording import METRICS, TASKS, language_name, place
from crossglot.results.rows import ResultRow, Role
from crossglot.results.systems import LINEAR_PROBE, UNTRAINED, System

ENCODERS: tuple[Role, ...] = ("m-bert", "en-bert", "other")
TWINS = (UNTRAINED, LINEAR_PROBE)


@dataclass(frozen=True)
class Target:
    """One language's scores by one encoder's taggers, in per cent; None where there is none.

    Attributes:
        key: of the language.
        own: trained on itself.
        others: the mean over taggers trained on others.
        floor: the highest of such means of a floor, another encoder's aside.
        low: the lower bound of `others`, where it has an interval.
        high: the upper bound.
    """

    key: str
    own: float | None
    others: float
    floor: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Reach:
    """The targets of one encoder in one matrix, the best reached first, and how many pairs of languages it has."""

    exhibit: MatrixExhibit
    system: str
    role: str
    targets: tuple[Target, ...]
    pairs: int

    @property
    def mean(self) -> float:
        """Over the targets, each counting once."""
        return fmean(target.others for target in self.targets)


def reaches_of(matrices: Iterable[MatrixExhibit]) -> dict[tuple[str, str], list[Reach]]:
    """Task and metric → for each encoder the matrix that has most pairs of languages of it, the first of several."""
    found: dict[tuple[str, str], dict[str, Reach]] = {}
    for exhibit in matrices:
        grids = [grid for block in exhibit.blocks for grid in block.grids]
        encoders = {grid.system: grid.role for grid in grids if grid.role in ENCODERS}
        for system, role in encoders.items():
            mine = [grid for grid in grids if grid.system == system]
            targets = _targets(mine, floors_of(system, grids))
            best = found.setdefault((exhibit.task, exhibit.metric), {})
            pairs = sum(len(values) for grid in mine for values in _zero_shot(grid).values())
            if len(targets) > 1 and (system not in best or pairs > best[system].pairs):
                best[system] = Reach(exhibit, system, role, targets, pairs)
    return {key: list(best.values()) for key, best in found.items() if best}


def floors_of(system: str, grids: Sequence[Grid]) -> list[Grid]:
    """The floors among grids that an encoder stands above: its own twins, and those that are nobody's."""
    encoders = {grid.system: System(grid.system, role) for grid in grids for role in ENCODERS if role == grid.role}
    twins = {name: {each.make_twin(twin).name for twin in TWINS} for name, each in encoders.items()}
    foreign = set().union(*twins.values()) - twins.get(system, set())
    return [grid for grid in grids if grid.role == "floor" and grid.system not in foreign]


def reaches_in(rows: Sequence[ResultRow]) -> dict[tuple[str, str], list[Reach]]:
    """As `reaches_of`, of all matrices among a run's rows."""
    experiments: dict[str, list[ResultRow]] = {}
    for row in rows:
        experiments.setdefault(row.experiment, []).append(row)
    return reaches_of(found[0] for members in experiments.values() if (found := explored(members)))


def transfer_in_words(reaches: Mapping[tuple[str, str], Sequence[Reach]]) -> list[str]:
    """What each encoder reaches, in a sentence: zero-shot, with languages' own labels, and by the best floor."""
    said = []
    for (task, metric), members in reaches.items():
        for reach in members:
            own = [target.own for target in reach.targets if target.own is not None]
            floors = [target.floor for target in reach.targets if target.floor is not None]
            beside = (f", {fmean(own):.0f} % with its own" if own else "") + (
                f"; the best floor {fmean(floors):.0f} %" if floors else ""
            )
            said.append(
                f"{scored(task, metric)}: with labels of another language {reach.system} gets {reach.mean:.0f} %, on "
                f"average over {len(reach.targets)} languages ({place(reach.exhibit)}){beside}."
            )
    return said


def best_sources(reaches: Mapping[tuple[str, str], Sequence[Reach]]) -> list[str]:
    """For each task the language whose labels serve the others best, with the encoder that transfers best."""
    said = []
    for (task, metric), members in reaches.items():
        best = max(members, key=lambda reach: reach.mean)
        given: dict[str, list[float]] = {}
        for grid in (grid for block in best.exhibit.blocks for grid in block.grids if grid.system == best.system):
            for (source, target), cell in grid.cells.items():
                if cell.value is not None and is_zero_shot(source, target):
                    given.setdefault(source, []).append(cell.value)
        most = max(map(len, given.values()))
        served = {source: fmean(values) for source, values in given.items() if len(values) == most}
        if len(served) > 1:
            first, second = sorted(served, key=lambda source: -served[source])[:2]
            said.append(
                f"{scored(task, metric)}: of {len(served)} source languages {language_name(first)} serves the others "
                f"best ({served[first]:.1f} % with {best.system}), then {language_name(second)} "
                f"({served[second]:.1f} %)."
            )
    return said


def scored(task: str, metric: str) -> str:
    """`POS accuracy`."""
    return f"{TASKS.get(task, task)} {METRICS.get(metric, metric)}"


def _targets(grids: Sequence[Grid], floors: Sequence[Grid]) -> tuple[Target, ...]:
    """Targets that others were evaluated on, the best reached first."""
    beneath = [_means([grid]) for grid in floors]
    own = {
        target: cell.value
        for grid in grids
        for (source, target), cell in grid.cells.items()
        if source == target and cell.value is not None
    }
    targets = [
        Target(key, own.get(key), value, max((of[key] for of in beneath if key in of), default=None))
        for key, value in _means(grids).items()
    ]
    return tuple(sorted(targets, key=lambda target: -target.others))


def _means(grids: Iterable[Grid]) -> dict[str, float]:
    """Target → the mean of its zero-shot cells."""
    cells: dict[str, list[float]] = {}
    for grid in grids:
        for target, values in _zero_shot(grid).items():
            cells.setdefault(target, []).extend(values)
    return {target: fmean(values) for target, values in cells.items()}


def _zero_shot(grid: Grid) -> dict[str, list[float]]:
    """Target → its zero-shot cells."""
    cells: dict[str, list[float]] = {}
    for (source, target), cell in grid.cells.items():
        if cell.value is not None and is_zero_shot(source, target):
            cells.setdefault(target, []).append(cell.value)
    return cells
