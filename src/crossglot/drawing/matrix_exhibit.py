"""Tidy results as matrices to show: one exhibit per experiment, one grid per system, one cell per number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from crossglot.results.rows import MEAN, ResultRow
from crossglot.statistics.intervals import why_none

ROLE_ORDER = ("published", "m-bert", "en-bert", "other", "baseline", "floor")


class CellKey(NamedTuple):
    """Names a cell of a run: whatever table it stands in, it is the same taggers on the same text."""

    task: str
    system: str
    source: str
    target: str


@dataclass(frozen=True)
class Cell:
    """One number of a table, in per cent, with the paper's number; or the reason why there is none.

    `collapsed` of its trainings gave every word one label; where any did, the value says nothing about the encoder.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    published: float | None = None
    comparable: bool = False
    n: int | None = None
    missing: str = ""
    collapsed: int = 0

    @property
    def why_empty(self) -> str:
        """Why there is no value; empty for a cell that has one."""
        return "" if self.value is not None else self.missing or "not run"


@dataclass(frozen=True)
class Grid:
    """One system's cells, by (source, target)."""

    system: str
    role: str
    cells: dict[tuple[str, str], Cell]


@dataclass(frozen=True)
class Block:
    """Languages that share cells, in the order of the results, and one grid per system over them.

    The paper's table 4 has two blocks: no tagger of one block is evaluated on a language of the other.
    """

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    grids: tuple[Grid, ...]


@dataclass(frozen=True)
class Average:
    """An average over a system's cells: `kind` is `zero-shot mean` or `diagonal mean`; the cell's n counts cells."""

    system: str
    role: str
    kind: str
    cell: Cell


@dataclass(frozen=True)
class MatrixExhibit:
    """Everything that one experiment shows, and the facts that its notes are made of.

    Attributes:
        name: file name of its tables and figures: the experiment, with its variant where it has several.
        corpora: language → the corpus its cells were read from.
        types: entity types → the (source, target) cells in which exactly these were scored.
        intervals: the kinds of interval its cells have.
        average_intervals: the kinds that its averages have.
        title: of the experiment; empty for an unknown one.
    """

    name: str
    experiment: str
    variant: str
    task: str
    metric: str
    blocks: tuple[Block, ...]
    averages: tuple[Average, ...]
    corpora: dict[str, str]
    types: dict[str, tuple[tuple[str, str], ...]]
    intervals: tuple[str, ...]
    average_intervals: tuple[str, ...]
    seeds: tuple[int, ...]
    title: str = ""

    @property
    def collapsed(self) -> bool:
        """Whether trainings of any of its cells collapsed."""
        return any(cell.collapsed for block in self.blocks for grid in block.grids for cell in grid.cells.values())

    @property
    def published(self) -> bool:
        """Whether published numbers stand beside any of its cells."""
        grids = (grid for block in self.blocks for grid in block.grids)
        return any(cell.published is not None for grid in grids for cell in grid.cells.values())

    @property
    def same_language(self) -> bool:
        """Whether it has only a diagonal, as the paper's table 3 has; its rows are systems then."""
        return all(s == t for block in self.blocks for grid in block.grids for s, t in grid.cells)


def is_zero_shot(source: str, target: str) -> bool:
    """Whether no labelled sentence of the target's language was seen; `source` may join several with `+`."""
    return target not in source.split("+")


def matrix_exhibits(rows: Sequence[ResultRow], titles: Mapping[str, str] = MappingProxyType({})) -> list[MatrixExhibit]:
    """One exhibit for each experiment, variant and metric, in the order of the results.

    Rows by hidden layer are left out: they are curves, not tables. `titles` are the experiments' titles by key.
    """
    groups: dict[tuple[str, str, str], list[ResultRow]] = {}
    for row in rows:
        if row.layer is None:
            groups.setdefault((row.experiment, row.metric, row.condition or ""), []).append(row)
    metrics: dict[tuple[str, str], int] = {}
    for experiment, _, variant in groups:
        metrics[experiment, variant] = metrics.get((experiment, variant), 0) + 1
    return [
        _exhibit(key, members, metrics[key[0], key[2]] > 1, titles.get(key[0], "")) for key, members in groups.items()
    ]


def _exhibit(key: tuple[str, str, str], rows: list[ResultRow], several_metrics: bool, title: str) -> MatrixExhibit:
    experiment, metric, variant = key
    parts = [experiment, *([metric] if several_metrics else []), *([variant] if variant else [])]
    cells = [row for row in rows if row.aggregate == MEAN and row.source and row.target]
    averages = [row for row in rows if row.aggregate and row.aggregate != MEAN and row.value is not None]
    return MatrixExhibit(
        name="-".join("".join(c if c.isalnum() else "-" for c in part) for part in parts),
        experiment=experiment,
        variant=variant,
        task=rows[0].task,
        metric=metric,
        blocks=tuple(_blocks(cells)),
        averages=tuple(
            sorted(
                (Average(row.system, row.role, row.aggregate or "", _cell(row)) for row in averages),
                key=lambda average: ROLE_ORDER.index(average.role),
            )
        ),
        corpora=_corpora(rows),
        types=_types(cells),
        intervals=tuple(dict.fromkeys(row.interval for row in cells if row.interval)),
        average_intervals=tuple(dict.fromkeys(row.interval for row in averages if row.interval)),
        seeds=tuple(sorted({row.seed for row in rows if row.seed is not None})),
        title=title,
    )


def _cell(row: ResultRow) -> Cell:
    bounds = (None, None) if why_none(row.interval) else (row.ci_low, row.ci_high)
    return Cell(row.value, *bounds, row.published, row.comparable, row.n, row.missing or "", row.collapsed or 0)


def _blocks(rows: Sequence[ResultRow]) -> Iterable[Block]:
    """Groups languages that cells connect into blocks; the cells of a diagonal all belong to one block."""
    if all(row.source == row.target for row in rows):
        members = [list(rows)] if rows else []
    else:
        group_of = _connected((row.source or "", row.target or "") for row in rows)
        groups: dict[str, list[ResultRow]] = {}
        for row in rows:
            groups.setdefault(group_of[row.source or ""], []).append(row)
        members = list(groups.values())
    for group in members:
        sources = tuple(dict.fromkeys(row.source or "" for row in group))
        found = dict.fromkeys(row.target or "" for row in group)
        targets = tuple([key for key in sources if key in found] + [key for key in found if key not in sources])
        systems: dict[tuple[str, str], dict[tuple[str, str], Cell]] = {}
        for row in group:
            systems.setdefault((row.system, row.role), {})[row.source or "", row.target or ""] = _cell(row)
        grids = [Grid(system, role, cells) for (system, role), cells in systems.items()]
        grids.sort(key=lambda grid: ROLE_ORDER.index(grid.role))
        yield Block(sources, targets, tuple(grids))


def _connected(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each name → the name that represents all names connected with it (union-find)."""
    parent: dict[str, str] = {}

    def find(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    for source, target in pairs:
        for part in source.split("+"):
            parent[find(part)] = find(target)
        parent[find(source)] = find(target)
    return {name: find(name) for name in list(parent)}


def _corpora(rows: Sequence[ResultRow]) -> dict[str, str]:
    corpora: dict[str, str] = {}
    for row in rows:
        for key, corpus in ((row.source, row.source_corpus), (row.target, row.target_corpus)):
            if key and corpus:
                for name, part in zip(key.split("+"), corpus.split("+"), strict=False):
                    corpora.setdefault(name, part)
    return corpora


def _types(rows: Sequence[ResultRow]) -> dict[str, tuple[tuple[str, str], ...]]:
    found: dict[str, dict[tuple[str, str], None]] = {}
    for row in rows:
        if row.types:
            found.setdefault(row.types, {})[row.source or "", row.target or ""] = None
    return {types: tuple(cells) for types, cells in found.items()}
