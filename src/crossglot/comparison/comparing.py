"""Comparing two runs, or two systems of one, cell by cell from what they predicted: no encoder is loaded.

A cell's difference is tested on the sentences that both tagged. Its interval resamples sentences and seeds
(`paired_bootstrap`); its p-value is approximate randomisation's (`swap_test`), corrected by Holm's method for the
number of cells. A difference counts only if the interval leaves out zero and the corrected p-value is below 1 - level.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from crossglot.comparison.comparable import predictions_of, read_comparable
from crossglot.comparison.kept import KeptRow, KeptRun
from crossglot.comparison.partners import in_short, paired_rows
from crossglot.corpora.tasks import METRICS
from crossglot.csv_cells import inert_frame
from crossglot.errors import UsageError
from crossglot.files import check_file_place, whole_file
from crossglot.limits import CONFIDENCE
from crossglot.steps.rows import tags_of

if TYPE_CHECKING:
    import numpy as np
    import polars
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]

LEVEL = 0.95
FEWEST_PERMUTATIONS = 5000
REACH = 0.8
"""With Holm's factor, the smallest possible p-value is at most this share of 1 - level."""

FIRST, SECOND, NOISE, SKIPPED = "first better", "second better", "within noise", "not compared"


@dataclass(frozen=True, slots=True)
class ComparedCell:
    """One cell of both sides; values and differences in per cent, first minus second.

    Attributes:
        systems: of the first side and of the second.
        task: `pos`, `ner` or `labels`.
        source: what both were trained on.
        target: what both tagged.
        metric: `accuracy` or `f1`.
        types: the entity types that count (`ner`).
        values: the scores of both, means over their seeds; empty if the cell is not compared.
        difference: with its bounds `low` and `high`.
        interval: what the bounds are.
        p: of this cell alone.
        p_holm: corrected for the number of cells.
        seeds: how many of both; 0 where nothing is random.
        sentences: that both tagged.
        verdict: who is better, `within noise`, or `not compared`.
        why: why it is not compared: other sentences or gold tags, or nothing in gold to be found.
    """

    systems: tuple[str, str]
    task: str
    source: str
    target: str
    metric: str
    types: str = ""
    values: tuple[float, ...] = ()
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    interval: str | None = None
    p: float | None = None
    p_holm: float | None = None
    seeds: tuple[int, ...] = ()
    sentences: int | None = None
    verdict: str = SKIPPED
    why: str = ""


def compare(
    first: str | PathLike[str],
    second: str | PathLike[str],
    *,
    systems: tuple[str, str] | None = None,
    level: float = LEVEL,
    out: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> polars.DataFrame:
    """What differs between two runs, by how much, and what is within noise.

    Systems of the same name are compared, and systems that are alone in their role in both runs. For cells that only
    one run has see `comparison.partners.lone_cells`, for the settings in which the runs differ
    `comparison.differing_settings.differing_settings`.

    Args:
        first: a run, or its folder.
        second: another one, or the same one's if `systems` are given.
        systems: one of the first run's and the one of the second run's to compare it with, and no others.
        level: of the intervals; 1 - level is the chance of even one false alarm among all cells.
        out: a CSV file to write the table to.
        progress: told how many cells are done, of how many.

    Returns:
        One row per cell: the largest differences first, then those within noise, then cells that cannot be compared.

    Raises:
        StorageError: if a folder is no run, if its predictions are missing or damaged or it has none of taggers, or if
            `out` cannot be written.
        UsageError: if there is nothing that could be compared: no system, source and target in common, or other
            sentences.
    """
    CONFIDENCE.check(level, "level")
    if out is not None:
        check_file_place(out)
    cells = compare_runs(read_comparable(Path(first)), read_comparable(Path(second)), systems, level, progress)
    frame = comparison_frame(cells)
    if out is not None:
        with whole_file(out) as half:
            inert_frame(frame).write_csv(half)
    return frame


def compare_runs(
    first: KeptRun,
    second: KeptRun,
    systems: tuple[str, str] | None = None,
    level: float = LEVEL,
    progress: Callable[[int, int], None] | None = None,
) -> list[ComparedCell]:
    """The cells of two runs, in the order of `compare`, which also says what is raised."""
    pairs = paired_rows(first, second, systems)
    shared = [[target for target in ours.targets if target in theirs.targets] for ours, theirs in pairs]
    total = sum(map(len, shared))
    if not total:
        raise UsageError(f"{first.folder} and {second.folder} have no cell in common: {_what(first)}; {_what(second)}")
    permutations = permutations_needed(total, level)
    cells: list[ComparedCell] = []
    for (ours, theirs), targets in zip(pairs, shared, strict=True):
        predicted = predictions_of(ours, targets), predictions_of(theirs, targets)
        for target in targets:
            sides = [kept[target] for kept in predicted]
            cells.append(_compare_cell(ours, theirs, target, sides, level=level, permutations=permutations))
            if progress is not None:
                progress(len(cells), total)
    if all(cell.verdict == SKIPPED for cell in cells):
        reasons = "; ".join(whys((cell.source, cell.target, cell.why) for cell in cells))
        raise UsageError(f"{first.folder} and {second.folder} cannot be compared: {reasons}")
    return _judged(cells, level)


def permutations_needed(cells: int, level: float) -> int:
    """How many permutations find the largest possible difference at this level, corrected for so many cells."""
    return max(FEWEST_PERMUTATIONS, math.ceil(cells / (REACH * (1 - level))))


def _compare_cell(
    ours: KeptRow,
    theirs: KeptRow,
    target: str,
    sides: Sequence[Sequence[polars.DataFrame]],
    *,
    level: float,
    permutations: int,
) -> ComparedCell:
    import numpy as np

    from crossglot.statistics.intervals import mean_score, paired_bootstrap
    from crossglot.statistics.randomisation import swap_test
    from crossglot.tagging.metrics import task_counts, task_statistic

    types = ours.common_types(theirs, target)
    cell = {
        "systems": (ours.system.name, theirs.system.name), "task": ours.task, "source": ours.source, "target": target,
        "metric": METRICS[ours.task], "types": " ".join(types or ()),
    }  # fmt: skip
    why = _unlike(sides[0][0], sides[1][0])
    if why:
        return ComparedCell(**cell, why=why)  # type: ignore[arg-type]
    if types == ():
        return ComparedCell(**cell, why="no entity type that both count")  # type: ignore[arg-type]
    counts = [np.stack([task_counts(ours.task, *tags_of(frame, target), types) for frame in side]) for side in sides]
    if ours.task == "ner" and not counts[0][..., -1].any():  # F1 would be 0 whatever is predicted
        return ComparedCell(**cell, why="no entity in gold")  # type: ignore[arg-type]
    statistic = task_statistic(ours.task)
    found = paired_bootstrap(counts[0], counts[1], statistic, level=level).in_per_cent()
    test = swap_test(counts[0], counts[1], statistic, permutations=permutations)
    return ComparedCell(
        **cell,  # type: ignore[arg-type]
        values=tuple(100 * mean_score(side, statistic) for side in counts),
        difference=found.value,
        low=found.interval.low,
        high=found.interval.high,
        interval=found.interval.kind,
        p=test.p,
        seeds=tuple(0 if row.seeds == (None,) else len(side) for row, side in zip((ours, theirs), counts, strict=True)),
        sentences=counts[0].shape[1],
        verdict=NOISE,
    )


def _unlike(one: polars.DataFrame, other: polars.DataFrame) -> str:
    """Why two predictions of one target cannot be compared; empty if they can."""
    ours, theirs = (frame.select("sentence", "word", "form", "gold") for frame in (one, other))
    if ours.equals(theirs):
        return ""
    numbers = [frame["sentence"].n_unique() for frame in (ours, theirs)]
    if numbers[0] != numbers[1]:
        return f"they predicted different sentences ({numbers[0]} and {numbers[1]})"
    if ours.drop("gold").equals(theirs.drop("gold")):
        return "their gold tags differ: another version of the corpus?"
    return f"they predicted different sentences ({numbers[0]} each)"


def _judged(cells: Sequence[ComparedCell], level: float) -> list[ComparedCell]:
    """The cells with corrected p-values and verdicts, in the order of `compare`."""
    from dataclasses import replace

    from crossglot.statistics.correction import holm

    tested = [cell for cell in cells if cell.p is not None]
    judged = []
    for cell, p in zip(tested, holm([cell.p or 0.0 for cell in tested]), strict=True):
        sure = p < 1 - level and ((cell.low or 0.0) > 0 or (cell.high or 0.0) < 0)
        verdict = NOISE if not sure else FIRST if (cell.difference or 0.0) > 0 else SECOND
        judged.append(replace(cell, p_holm=float(p), verdict=verdict))
    judged.sort(key=lambda cell: (cell.verdict == NOISE, -abs(cell.difference or 0.0)))
    return [*judged, *(cell for cell in cells if cell.p is None)]


def comparison_frame(cells: Sequence[ComparedCell]) -> polars.DataFrame:
    """The cells as a frame, one row each."""
    import polars as pl

    def halves(name: Literal["values", "seeds"], cell: ComparedCell) -> tuple[float | None, float | None]:
        return (*getattr(cell, name), None, None)[:2]

    schema: Mapping[str, pl.DataType] = {
        **dict.fromkeys(("first", "second", "task", "source", "target", "metric", "types"), pl.String()),
        **dict.fromkeys(("value_first", "value_second", "difference", "ci_low", "ci_high"), pl.Float64()),
        "interval": pl.String(),
        **dict.fromkeys(("p", "p_holm"), pl.Float64()),
        **dict.fromkeys(("seeds_first", "seeds_second", "sentences"), pl.Int64()),
        **dict.fromkeys(("verdict", "why"), pl.String()),
    }
    rows = [
        (
            *cell.systems, cell.task, cell.source, cell.target, cell.metric, cell.types, *halves("values", cell),
            cell.difference, cell.low, cell.high, cell.interval, cell.p, cell.p_holm, *halves("seeds", cell),
            cell.sentences, cell.verdict, cell.why,
        )
        for cell in cells
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def whys(cells: Iterable[tuple[str, str, str]]) -> list[str]:
    """Why cells are not compared, each reason once: (source, target, why) → `en → de, en → hi: no entity in gold`."""
    found: dict[str, list[str]] = {}
    for source, target, why in cells:
        found.setdefault(why, []).append(f"{source} → {target}")
    return [f"{in_short(named)}: {why}" for why, named in found.items()]


def _what(run: KeptRun) -> str:
    """The systems, tasks and languages of a run in a few words."""
    cells: dict[str, tuple[list[str], list[str]]] = {}
    for row in run.rows:
        sources, targets = cells.setdefault(row.task, ([], []))
        sources.append(row.source)
        targets.extend(row.targets)
    named = "; ".join(f"{task} from {in_short(ours)} to {in_short(those)}" for task, (ours, those) in cells.items())
    return f"{run.folder.name} has {', '.join(run.systems)} ({named})"
