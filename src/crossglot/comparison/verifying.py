"""Whether a run's numbers are what its predictions, its results and its data give, and the first one that is not."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from crossglot.comparison.rescoring import cell_of, made_anew
from crossglot.corpora.catalogue import find_corpus
from crossglot.corpora.opening import checksum
from crossglot.corpora.parallel import named_parallel_files
from crossglot.corpora.tasks import TASKS
from crossglot.errors import CrossglotError, StorageError
from crossglot.experiments.translation.plan import TASK as TRANSLATION
from crossglot.results.folder import require_run_folder
from crossglot.results.provenance import read_versions
from crossglot.results.rows import ResultRow, read_results
from crossglot.results.systems import System
from crossglot.results.verdicts import JudgedClaim, read_claims
from crossglot.steps.bitext_sides import describe_side

NEAR = 1e-9
"""Numbers that differ by less, of a hundred, are equal: sums of floats in another order."""
SCORES = ("value", "n", "ci_low", "ci_high", "interval")
JUDGED = ("verdict", "value", "low", "high", "interval")
"""The columns that are compared, the most telling first."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that a folder holds and another that was found for it.

    Attributes:
        part: the experiment; `claims` or `data`.
        of: what the value is of, column by column of results.csv; the claim's id, the corpus and split.
        column: which value of it.
        kept: what the folder holds; None for nothing.
        found: what it should be.
    """

    part: str
    of: Mapping[str, str | int | None]
    column: str
    kept: float | str | None
    found: float | str | None

    def __str__(self) -> str:
        """`table2, m-bert-small, en → de, seed 1, accuracy: value is 61.5, should be 61.2`."""
        of = {name: value for name, value in self.of.items() if value is not None}
        pair = [str(of.pop(name, "")) for name in ("source", "target")]
        named = [f"seed {value}" if name == "seed" else str(value) for name, value in of.items()]
        if any(pair):
            named.insert(1, " → ".join(pair))
        kept = "missing" if self.kept is None else self.kept
        return f"{', '.join([self.part, *named])}: {self.column} is {kept}, should be {self.found}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found about an experiment, the claims or the data.

    Attributes:
        name: the experiment; `claims`, `data` or `rerun`.
        equal: how many were made anew and are the same.
        differences: those that are not, in the order of the files, a training before the mean that it is part of.
        unchecked: why others could not be made anew, and how many.
    """

    name: str
    equal: int = 0
    differences: tuple[Difference, ...] = ()
    unchecked: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found about a run's folder."""

    folder: Path
    parts: tuple[Checked, ...]

    @property
    def first(self) -> Difference | None:
        """The first difference; None if all that could be made anew is the same."""
        return next((difference for part in self.parts for difference in part.differences), None)


def verify(folder: Path, data: Path | None = None, progress: Callable[[int, int], None] | None = None) -> Verified:
    """Makes anew what can be made of what the folder holds, and compares; loads no encoder.

    Scores are made of the predictions that the run has kept, averages of cells, verdicts on claims of results.csv.

    Args:
        folder: the run's.
        data: a data root, whose files' checksums are compared with those that the run has noted; those of files that
            the user named are whatever is given.
        progress: told how many taggers are scored, of how many.

    Raises:
        StorageError: if it is no run's folder, or one of its files is damaged.
        DataError: if there is no such data root.
    """
    require_run_folder(folder)
    results = read_results(folder / "results.csv")
    rows = [ResultRow.model_construct(**row) for row in results.iter_rows(named=True)]
    claims, versions = read_claims(folder / "claims.csv"), read_versions(folder / "versions.json")
    parts = [*_scores(rows, made_anew(rows, folder, progress))]
    if claims:
        from crossglot.experiments.judging import judge

        parts.append(_claims(claims, judge(results, systems=_systems(versions))))
    own = {name: Path(facts["file"]) for name, facts in (versions.get("data") or {}).items() if _is_of_file(facts)}
    if data is not None or own:
        parts.append(_data(rows, versions, data, own))
    return Verified(folder, tuple(parts))


def same_results(kept: Path, again: Path) -> Checked:
    """Compares the results of a run with those of the same study run again, row by row.

    Raises:
        StorageError: if a results.csv is damaged.
    """
    frames = [read_results(folder / "results.csv") for folder in (kept, again)]
    ours, theirs = ([ResultRow.model_construct(**row) for row in frame.iter_rows(named=True)] for frame in frames)
    found = {_place(row): row for row in theirs}
    differences = [difference for row in ours if (difference := _difference(row, found.get(_place(row)))) is not None]
    return Checked("rerun", len(ours) - len(differences), tuple(differences))


def _scores(rows: Sequence[ResultRow], anew: Sequence[ResultRow | str]) -> Iterator[Checked]:
    """One for each experiment, in their order; a row without a value is nothing to check."""
    places: dict[tuple[str | None, ...], int] = {}
    for row in rows:
        places.setdefault(cell_of(row), len(places))
    order = sorted(range(len(rows)), key=lambda at: (places[cell_of(rows[at])], rows[at].seed is None))
    for experiment in dict.fromkeys(row.experiment for row in rows):
        equal, differences, unchecked = 0, [], Counter[str]()
        for at in order:
            row, found = rows[at], anew[at]
            if row.experiment != experiment or row.value is None:
                continue
            if isinstance(found, str):
                unchecked[found] += 1
            elif (difference := _difference(row, found)) is not None:
                differences.append(difference)
            else:
                equal += 1
        yield Checked(experiment, equal, tuple(differences), dict(unchecked))


def _difference(row: ResultRow, found: ResultRow | None) -> Difference | None:
    if found is None:
        return Difference(row.experiment, _described(row), "row", "there", "none")
    for column in SCORES:
        kept, other = getattr(row, column), getattr(found, column)
        if not _same(kept, other):
            return Difference(row.experiment, _described(row), column, kept, other)
    return None


def _described(row: ResultRow) -> dict[str, str | int | None]:
    """What a row is of."""
    names = ("system", "source", "target", "condition", "part", "layer", "seed", "aggregate", "metric")
    return {name: getattr(row, name) for name in names}


def _place(row: ResultRow) -> tuple[object, ...]:
    return (row.experiment, row.task, row.types, *_described(row).values())


def _same(kept: object, found: object) -> bool:
    if isinstance(kept, int | float) and isinstance(found, int | float):
        return math.isclose(kept, found, rel_tol=NEAR, abs_tol=100 * NEAR)
    return kept == found


def _claims(kept: Iterable[JudgedClaim], judged: Iterable[JudgedClaim]) -> Checked:
    """Claims by their ids: what claims.csv says against what results.csv gives today."""
    today = {claim.id: claim for claim in judged}
    equal, differences, unchecked = 0, [], Counter[str]()
    for claim in kept:
        found = today.pop(claim.id, None)
        if found is None or (found.statistic, found.direction, found.threshold) != (
            claim.statistic, claim.direction, claim.threshold,
        ):  # fmt: skip
            unchecked["judged by an earlier version's rule, or about experiments without rows"] += 1
            continue
        column = next((name for name in JUDGED if not _same(getattr(claim, name), getattr(found, name))), None)
        if column is None:
            equal += 1
        else:
            values = getattr(claim, column), getattr(found, column)
            differences.append(Difference("claims", {"id": claim.id}, column, *values))
    if today:
        unchecked["claims of this version that claims.csv lacks"] = len(today)
    return Checked("claims", equal, tuple(differences), dict(unchecked))


def _systems(versions: Mapping[str, Any]) -> list[System]:
    """The run's systems, for whose twin each is."""
    known = versions.get("systems")
    try:
        return [System(**facts) for facts in (known if isinstance(known, dict) else {}).values()]
    except TypeError as error:
        raise StorageError(
            f"versions.json: systems: {error}\n  run the study again: it writes the file anew"
        ) from error


def _is_of_file(facts: object) -> bool:
    """Whether what a run has noted of a corpus is about a file that its user named."""
    return isinstance(facts, dict) and isinstance(facts.get("file"), str)


def _data(
    rows: Iterable[ResultRow], versions: Mapping[str, Any], root: Path | None, own: Mapping[str, Path]
) -> Checked:
    """The checksums that a run has noted against those of a data root's files of the same names, and of users' own."""
    known = {
        name: facts.get("checksum") if isinstance(facts, dict) else facts
        for name, facts in (versions.get("data") or {}).items()
    }
    asked: dict[str, Callable[[], str]] = {name: partial(checksum, path) for name, path in own.items()}
    if root is not None:
        asked |= {key: look for row in rows for key, look in _looked_up(row, root) if key not in own}
    equal, differences, unchecked = 0, [], Counter[str]()
    for name, kept in known.items():
        if name not in asked:
            unchecked["no row says what language it is of"] += 1
            continue
        try:
            found = asked[name]()
        except CrossglotError:
            if root is not None and not root.is_dir():
                raise
            unchecked["its file is not there" if name in own else "not in the data root"] += 1
            continue
        if found == kept:
            equal += 1
        else:
            differences.append(Difference("data", {"corpus": name}, "checksum", kept, found))
    return Checked("data", equal, tuple(differences), dict(unchecked))


def _looked_up(row: ResultRow, root: Path) -> Iterator[tuple[str, Callable[[], str]]]:
    """`UD_German-GSD train`, `ntrex128 de` → what finds its checksum in a data root; of all that a row names."""
    sides = [
        (row.source or "", row.source_corpus or "", "train"),
        (row.target or "", row.target_corpus or "", row.split or "test"),
    ]
    if row.task in TASKS:
        for joined, corpora, split in sides:
            for language, corpus in zip(joined.split("+"), corpora.split("+"), strict=False):
                if language and corpus:
                    yield f"{corpus} {split}", partial(_of_corpus, root, language, row.task, corpus, split)
    elif row.task == TRANSLATION and all(language and corpus for language, corpus, _ in sides):
        (one, first, _), (other, second, _) = sides
        name = first if first == second else f"{first}+{second}"
        for place, (language, corpus) in enumerate(((one, first), (other, second))):
            yield f"{corpus} {language}", partial(_of_side, root, (one, other), name, place)


def _of_corpus(root: Path, language: str, task: str, corpus: str, split: str) -> str:
    return find_corpus(root, language, task, corpus).checksum(split)


def _of_side(root: Path, pair: tuple[str, str], name: str, place: int) -> str:
    files = named_parallel_files(root, pair, name)
    return describe_side(pair[place], files.names[place], *files.paths[place]).checksum
