"""The rows of results.csv made anew: cells from the predictions that a run has kept, averages from its cells."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from crossglot.comparison.comparable import check_columns, damage_named
from crossglot.corpora.tasks import METRICS
from crossglot.experiments.cells import SENTENCES
from crossglot.experiments.few_seeds import with_pooled_seeds
from crossglot.experiments.registry import SELF_SUFFICIENT
from crossglot.experiments.relations import LANGUAGES_DRAWN
from crossglot.experiments.translation.plan import TASK as TRANSLATION
from crossglot.results.claims import in_sentences
from crossglot.results.predictions import whose
from crossglot.results.rows import DIAGONAL_MEAN, MEAN, PART_MEAN, ZERO_SHOT_MEAN, ResultRow, entity_types
from crossglot.steps.rows import LANGUAGE, languages_of, read_predictions, tags_of

if TYPE_CHECKING:
    import numpy as np
    import polars
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]
    Predicted = Mapping[int | None, Sequence[Mapping[str, polars.DataFrame]]]
    """Seed → target → predictions, in the order of the files."""

VECTORS = "sentence vectors are not kept: needs the encoder"
OF_CAUSES = "the causal study leaves out words that predictions do not mark"
COUNTED = "counted in corpora or by a tokenizer: needs the data root or the encoder"
STATISTIC = "a statistic over many cells: needs a run"
ON_THE_WAY = "predicted in the middle of a training: kept in steps/ alone"
NOT_KEPT = "no predictions are kept"
NOT_MADE = "a row without a score"
"""Why a row cannot be made anew."""

Of = tuple[str, str, str, int | None]
"""System, task, source, and how many sentences of it were trained on, in an experiment that has several numbers."""
Condition = tuple[str, str, str, str]
"""System, task, source, and the condition of rows."""
Key = tuple[str | None, ...]


def kept_files(folder: Path) -> dict[Of, dict[int | None, list[Path]]]:
    """Whose predictions lie in a run's `predictions/`, by seed; several files where targets were added later.

    Raises:
        StorageError: if a file does not say whose it is, or is damaged.
    """
    paths = sorted((folder / "predictions").glob("*.parquet"), key=lambda path: (len(path.name), path.name))
    found: dict[Of, dict[int | None, list[Path]]] = {}
    for path in paths:
        said = whose(path)
        if not said.condition:
            of = (said.system.name, said.task, said.source, said.sentences)
            found.setdefault(of, {}).setdefault(said.seed, []).append(path)
    check_columns(paths)
    return found


def made_anew(
    rows: Sequence[ResultRow], folder: Path, progress: Callable[[int, int], None] | None = None
) -> list[ResultRow | str]:
    """For each row the same row with value, bounds and count made anew, or why that cannot be done.

    Of averages over cells value and count are made anew, of the cells as results.csv has them.

    Args:
        rows: all of a results.csv.
        folder: the run's.
        progress: told how many taggers are scored, of how many.

    Raises:
        StorageError: if predictions are damaged.
    """
    files = kept_files(folder)
    sized = {row.experiment for row in rows if row.metric == SENTENCES}
    sizes = _sizes(rows, files)
    found: list[ResultRow | str] = list(_averages(rows))
    groups: dict[Of, dict[Key, list[int]]] = {}
    for at, row in enumerate(rows):
        if row.value is None or not isinstance(found[at], str):
            continue
        try:
            groups.setdefault(_whose(row, files, sized, sizes), {}).setdefault(cell_of(row), []).append(at)
        except _NotScoredError as why:
            found[at] = str(why)
    for done, (of, cells) in enumerate(groups.items()):
        predicted = _read(files[of], {rows[members[0]].target or "" for members in cells.values()})
        for members in cells.values():
            for at, one in zip(members, _cell([rows[at] for at in members], predicted), strict=True):
                found[at] = one
        if progress is not None:
            progress(done + 1, len(groups))
    return _with_pooled_seeds(rows, found, sized)


def cell_of(row: ResultRow) -> Key:
    """What a cell's mean and its seeds have in common."""
    return (row.experiment, row.system, row.source, row.target, row.condition, row.part, row.metric)


def _sizes(rows: Sequence[ResultRow], files: Collection[Of]) -> dict[Condition, Of]:
    """Of experiments with several numbers of sentences: system, task, source and condition → whose files these are.

    Trainings with all sentences may be another experiment's, too, whose files say no number.
    """
    found = {(*of[:3], in_sentences(of[3])): of for of in files if of[3] is not None}
    most: dict[tuple[str, str, str], int] = {}
    for row in rows:
        if row.metric == SENTENCES and row.value is not None:
            key = (row.system, row.task, row.source or "")
            most[key] = max(most.get(key, 0), int(row.value))
    for key, size in most.items():
        if (*key, None) in files:
            found.setdefault((*key, in_sentences(size)), (*key, None))
    return found


class _NotScoredError(Exception):
    """Why a row with a value cannot be scored from predictions; caught within this module."""


def _whose(row: ResultRow, files: Collection[Of], sized: Collection[str], sizes: Mapping[Condition, Of]) -> Of:
    """Whose predictions a row's score is made of."""
    if row.task == TRANSLATION:
        raise _NotScoredError(VECTORS)
    if row.experiment in SELF_SUFFICIENT:
        raise _NotScoredError(OF_CAUSES)
    if not (row.source and row.target) or row.aggregate not in (None, MEAN, PART_MEAN):
        raise _NotScoredError(STATISTIC)
    score = METRICS.get(row.task)
    if row.metric != score:
        raise _NotScoredError(ON_THE_WAY if score and row.metric.startswith(score) else COUNTED)
    if row.experiment in sized:
        of = sizes.get((row.system, row.task, row.source, row.condition or ""))
        if of is None:
            raise _NotScoredError(ON_THE_WAY)
        return of
    if (row.system, row.task, row.source, None) not in files:
        raise _NotScoredError(NOT_KEPT if row.source_corpus or row.target_corpus else STATISTIC)
    return (row.system, row.task, row.source, None)


def _averages(rows: Sequence[ResultRow]) -> Iterator[ResultRow | str]:
    """The averages over zero-shot and own-language cells with value and count made anew; nothing for other rows."""
    kinds = {kind + more: kind for kind in (ZERO_SHOT_MEAN, DIAGONAL_MEAN) for more in ("", LANGUAGES_DRAWN)}
    cells: dict[Key, list[float]] = {}
    for row in rows:
        if row.aggregate == MEAN and row.value is not None and row.source and row.target:
            kind = DIAGONAL_MEAN if row.target in row.source.split("+") else ZERO_SHOT_MEAN
            cells.setdefault((row.experiment, row.system, row.metric, kind), []).append(row.value)
    for row in rows:
        kind = kinds.get(row.aggregate or "", "")
        values = cells.get((row.experiment, row.system, row.metric, kind))
        if values and row.condition is None and row.value is not None:
            yield row.model_copy(update={"value": sum(values) / len(values), "n": len(values)})
        else:
            yield NOT_MADE


def _read(files: Mapping[int | None, Sequence[Path]], targets: set[str]) -> Predicted:
    """Seed → for each file its targets' predictions."""
    import polars as pl

    def by_target(path: Path) -> dict[str, polars.DataFrame]:
        frame = read_predictions(path).filter(pl.col("target").is_in(list(targets)))
        return {str(key[0]): part for key, part in frame.partition_by("target", as_dict=True).items()}

    with damage_named([path for paths in files.values() for path in paths]):
        return {seed: [by_target(path) for path in paths] for seed, paths in files.items()}


def _cell(members: Sequence[ResultRow], predicted: Predicted) -> list[ResultRow | str]:
    """A cell's rows made anew, its mean of the very seeds that results.csv has."""
    from crossglot.statistics.intervals import estimate_seeds
    from crossglot.tagging.metrics import task_statistic

    first = members[0]
    target = first.target or ""
    kept: dict[int | None, float | None] = {row.seed: row.value for row in members if row.seed is not None}
    if not kept:
        kept = dict.fromkeys(predicted)
    counts: dict[int | None, Counts] = {}
    for seed, value in kept.items():
        counted = (_counts(first, files[target]) for files in predicted.get(seed, ()) if target in files)
        ways = [one for one in counted if one is not None]
        if not ways:
            return [NOT_KEPT] * len(members)
        statistic = task_statistic(first.task)
        # A target that was predicted twice, from another sample of sentences too, is right if one of them is.
        same = [one for one in ways if value is not None and abs(100 * statistic(one.sum(axis=0)) - value) < 1e-6]
        counts[seed] = (same or ways)[-1]
    if len({one.shape for one in counts.values()}) > 1:
        return ["its seeds predicted different sentences"] * len(members)
    estimates = estimate_seeds(counts, task_statistic(first.task))
    n = int(next(iter(counts.values()))[:, -1].sum())
    rows: list[ResultRow | str] = []
    for row in members:
        found = estimates[row.seed].in_per_cent()
        bounds = found.interval
        anew = {"value": found.value, "ci_low": bounds.low, "ci_high": bounds.high, "interval": bounds.kind, "n": n}
        rows.append(row.model_copy(update=anew))
    return rows


def _counts(row: ResultRow, frame: polars.DataFrame) -> Counts | None:
    """A target's counts by sentence; of one language's words where the row is of these; None if there are none."""
    from crossglot.steps.score import counts_by_language
    from crossglot.tagging.metrics import task_counts

    gold, predicted = tags_of(frame, row.target or "")
    if not row.part:
        return task_counts(row.task, gold, predicted, entity_types(row.types) or None)
    if LANGUAGE not in frame.columns:
        return None
    return counts_by_language(row.task, languages_of(frame, row.target or ""), gold, predicted).get(row.part)


def _with_pooled_seeds(
    rows: Sequence[ResultRow], found: list[ResultRow | str], sized: Collection[str]
) -> list[ResultRow | str]:
    """Cells of two seeds with the interval that their experiment's other cells give them.

    Variants of an experiment are one table, but where they are numbers of training sentences. What seeds differ by may
    be that of the scores made anew or that of results.csv: one score that was changed is no fault of all other cells.
    """
    by_experiment: dict[str, list[int]] = {}
    for at, row in enumerate(rows):
        by_experiment.setdefault(row.experiment, []).append(at)
    pooled = list(found)
    for experiment, places in by_experiment.items():
        anew = [one if isinstance(one := found[at], ResultRow) else rows[at] for at in places]
        of_file = [rows[at] if rows[at].seed is not None else one for at, one in zip(places, anew, strict=True)]
        for way, cells in enumerate((anew, of_file)):
            plain = cells if experiment in sized else [row.model_copy(update={"condition": None}) for row in cells]
            for at, row in zip(places, with_pooled_seeds(plain), strict=True):
                if not isinstance(found[at], ResultRow) or rows[at].aggregate != MEAN:
                    continue
                if way == 0 or _nearer(row, pooled[at], rows[at]):
                    pooled[at] = row.model_copy(update={"condition": rows[at].condition})
    return pooled


def _nearer(one: ResultRow, other: ResultRow | str, kept: ResultRow) -> bool:
    """Whether one's bounds are nearer to those that are kept than the other's."""

    def off(row: ResultRow) -> float:
        bounds = ((row.ci_low, kept.ci_low), (row.ci_high, kept.ci_high))
        return sum(abs((made or 0.0) - (there or 0.0)) for made, there in bounds)

    return isinstance(other, ResultRow) and off(one) < off(other)
