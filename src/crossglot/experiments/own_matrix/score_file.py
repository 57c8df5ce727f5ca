"""Reads files of scores: wide or long, divided by commas, semicolons or tabs, as shares or per cent.

Wide: one line per source and one column per target. Long: one line per score, with its source and its target. Both may
also have columns of systems and seeds.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from crossglot.corpora.opening import Source, decode, read_encoded
from crossglot.csv_cells import restored
from crossglot.errors import DataError, UsageError
from crossglot.experiments.own_matrix.columns import (
    METRIC,
    SCORE,
    SEED,
    SOURCE,
    SYSTEM,
    TARGET,
    TASK,
    Columns,
    find_columns,
    listed,
)
from crossglot.remedies import called

Scale = Literal["auto", "share", "percent"]
SCALES: tuple[Scale, ...] = ("auto", "share", "percent")

DIVIDERS = (",", ";", "\t", "|")
NOTHING = frozenset({"", "-", "–", "—", ".", "?", "na", "n/a", "nan", "null", "none", "missing"})
"""Cells that mean a missing score, in small letters."""
AVERAGES = frozenset({"average", "avg", "avg.", "mean", "macro average", "macro avg"})
"""Names of lines and columns of averages, which are left out and computed anew."""
MOST = 1000
"""The most sources, or targets: with more, a wrong column was taken for them."""

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)? ?%?")


@dataclass(frozen=True, slots=True)
class Score:
    """One number of the file, in per cent; None for an empty cell."""

    system: str
    source: str
    target: str
    seed: int | None
    value: float | None
    line: int


@dataclass(frozen=True)
class ScoreFile:
    """The contents of a file of scores.

    Attributes:
        path: the file.
        checksum: SHA-256 of its bytes, unpacked.
        scores: in the order of the file.
        layout: `wide` or `long`.
        columns: role → name of its column.
        scale: the unit of its numbers: `share` (of 1) or `percent`.
        task: the value of its column of tasks; empty if it has none.
        metric: likewise; else told by the name of the column of scores, if possible.
        left_out: lines and columns that were taken for averages, and columns that were not read.
    """

    path: Path
    checksum: str
    scores: tuple[Score, ...]
    layout: Literal["wide", "long"]
    columns: Mapping[str, str]
    scale: Scale
    task: str
    metric: str
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    cells: list[str]


def read_scores(
    source: Source,
    *,
    columns: Mapping[str, str] | None = None,
    where: Mapping[str, str] | None = None,
    scale: Scale = "auto",
) -> ScoreFile:
    """Reads a file of scores.

    Args:
        source: the file, which may end in .gz or .xz.
        columns: role (`source`, `target`, `score`, `system`, `seed`, `task`, `metric`) → name of its column, if it is
            not a usual one.
        where: column → the value that its lines must have; others are left out.
        scale: `share` (0 to 1), `percent` (0 to 100), or `auto`: shares if no score is above 1.

    Raises:
        DataError: naming the line, for anything that cannot be read as such a file.
        UsageError: for an unknown column, or an unknown role.
    """
    if scale not in SCALES:
        raise UsageError(f"{called('scale', scale)}: choose from {', '.join(SCALES)}")
    path, data = read_encoded(source)
    header, *lines = _lines(decode(data, path), path)
    wanted = dict(where or {})
    for name, value in wanted.items():
        if name not in header.cells:
            raise UsageError(f"{called('where', f'{name}={value}')}: {path} has no such column")
        at = header.cells.index(name)
        lines, found = (
            [line for line in lines if line.cells[at] == value],
            dict.fromkeys(line.cells[at] for line in lines),
        )
        if not lines:
            raise UsageError(f"{called('where', f'{name}={value}')}: no line of {path} has that, but {listed(found)}")
    layout = find_columns(header.cells, columns or {}, path, header.number)
    task, metric = (_only(layout, lines, role, path) for role in (TASK, METRIC))
    scores, averages = _parsed(layout, lines, path)
    used = {*layout.places.values(), *layout.targets, *map(header.cells.index, wanted)}
    further = [name for place, name in enumerate(header.cells) if place not in used and name]
    _check_each_once(scores, lines, further, header, path)
    percent, kind = _in_percent(scores, scale, path)
    return ScoreFile(
        path=path,
        checksum=hashlib.sha256(data).hexdigest(),
        scores=tuple(percent),
        layout="wide" if layout.targets else "long",
        columns=layout.said,
        scale=kind,
        task=task,
        metric=metric or _metric_of(layout),
        left_out=(*averages, *(f"column {name}" for name in further)),
    )


def _lines(text: str, path: Path) -> list[_Line]:
    """The header and the other lines, all equally long, without empty columns."""
    rows = (text if "\n" in text else text.replace("\r", "\n")).split("\n")
    first = next((row for row in rows if row.strip()), None)
    if first is None:
        raise DataError("is empty", path=path, remedy="Give a file with a header and a line of scores at least.")
    begun, found = 1, []
    try:
        divider = max(DIVIDERS, key=lambda each: len(next(csv.reader([first], delimiter=each))))
        reader = csv.reader(rows, delimiter=divider, strict=True)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append(_Line(begun, [restored(cell.strip()) for cell in cells]))
            begun = reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"is no table ({error})", path=path, line=begun) from error
    if not found:
        raise DataError("is empty", path=path)
    header, *lines = found
    if len(header.cells) == 1 or not lines:
        what = "has no line but its first" if len(header.cells) > 1 else "has one column"
        remedy = "Scores stand in a table with a header, its cells divided by commas, semicolons or tabs."
        raise DataError(what, path=path, line=header.number, remedy=remedy)
    if all(len(line.cells) == len(header.cells) + 1 for line in lines):  # R writes no header over the names of lines
        header = replace(header, cells=["", *header.cells])
    for line in lines:
        if len(line.cells) != len(header.cells):
            what = f"{len(line.cells)} cells where the header has {len(header.cells)}"
            raise DataError(what, path=path, line=line.number, remedy="Leave a cell empty where there is no score.")
    kept = [
        place
        for place, name in enumerate(header.cells)
        if not place or name or any(line.cells[place] for line in lines)
    ]
    return [replace(line, cells=[line.cells[place] for place in kept]) for line in (header, *lines)]


def _only(layout: Columns, lines: Sequence[_Line], role: str, path: Path) -> str:
    """The value of a column in which all lines have to agree."""
    found = list(dict.fromkeys(layout.cell(line.cells, role) for line in lines))
    if len(found) > 1:
        name = layout.said[role]
        remedy = f"Choose one: {called('where', f'{name}={found[0]}')}."
        raise DataError(f"column {name} has {len(found)} values: {listed(found)}", path=path, remedy=remedy)
    return found[0] if found else ""


def _parsed(layout: Columns, lines: Sequence[_Line], path: Path) -> tuple[list[Score], list[str]]:
    """The scores as they are in the file, and the averages that were left out."""
    seeds = _seeds(layout, lines)
    found: list[Score] = []
    averages: dict[str, None] = {}
    for line in lines:
        system, seed = layout.cell(line.cells, SYSTEM), seeds.get(layout.cell(line.cells, SEED))
        for source, target, cell in _pairs(layout, line.cells):
            for language, kind in ((source, "source"), (target, "target")):
                if not language:
                    raise DataError(f"a score without a {kind}", path=path, line=line.number)
                if language.casefold() in AVERAGES:
                    averages[f"{kind} {language}, an average"] = None
            if source.casefold() not in AVERAGES and target.casefold() not in AVERAGES:
                value = _number(cell, (source, target), path, line.number)
                found.append(Score(system, source, target, seed, value, line.number))
    for role in ("source", "target"):
        names = {getattr(score, role) for score in found}
        if len(names) > MOST:
            what = f"{len(names):,} different {role}s: are these languages?"
            raise DataError(what, path=path, remedy=f"Name the column of {role}s: {called('columns', f'{role}=NAME')}.")
    if all(score.value is None for score in found):
        raise DataError("has no score", path=path)
    return found, list(averages)


def _pairs(layout: Columns, cells: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Source, target and cell of a line's scores."""
    if not layout.targets:
        yield layout.cell(cells, SOURCE), layout.cell(cells, TARGET), layout.cell(cells, SCORE)
        return
    own = layout.cell(cells, TARGET if layout.turned else SOURCE)
    for place, other in layout.targets.items():
        yield (other, own, cells[place]) if layout.turned else (own, other, cells[place])


def _seeds(layout: Columns, lines: Sequence[_Line]) -> dict[str, int]:
    """Cell in the column of seeds → seed: the number itself, or the place in order if not all are whole numbers."""
    if SEED not in layout.places:
        return {}
    said = dict.fromkeys(layout.cell(line.cells, SEED) for line in lines)
    if all(re.fullmatch(r"[0-9]{1,18}", each) for each in said):
        return {each: int(each) for each in said}
    return {each: turn for turn, each in enumerate(said, start=1)}


def _number(cell: str, pair: tuple[str, str], path: Path, line: int) -> float | None:
    if cell.casefold() in NOTHING:
        return None
    if not _NUMBER.fullmatch(cell):
        what = f"{cell[:40]!r}, from {pair[0]} to {pair[1]}, is no score"
        raise DataError(what, path=path, line=line, remedy="Write a number, or leave the cell empty.")
    return float(cell.rstrip(" %").replace(",", "."))


def _check_each_once(
    scores: Sequence[Score], lines: Sequence[_Line], further: Sequence[str], header: _Line, path: Path
) -> None:
    """Refuses two scores of one cell, and names the columns in which their lines differ."""
    seen: dict[tuple[object, ...], int] = {}
    for score in scores:
        first = seen.setdefault((score.system, score.source, score.target, score.seed), score.line)
        if first == score.line:
            continue
        one, other = (next(line for line in lines if line.number == number) for number in (first, score.line))
        places = [header.cells.index(name) for name in further]
        differ = {header.cells[at]: one.cells[at] for at in places if one.cells[at] != other.cells[at]}
        what = f"a second score from {score.source} to {score.target} (the first is in line {first})"
        remedy = "If these are several trainings, say which in a column: seed."
        if differ:
            name, value = next(iter(differ.items()))
            choose, system = called("where", f"{name}={value}"), called("columns", f"system={name}")
            remedy = f"They differ in {', '.join(differ)}: choose one ({choose}), or take them for systems ({system})."
        raise DataError(what, path=path, line=score.line, remedy=remedy)


def _in_percent(scores: Sequence[Score], scale: Scale, path: Path) -> tuple[list[Score], Scale]:
    known = [score.value for score in scores if score.value is not None]
    kind: Scale = scale if scale != "auto" else "share" if max(known) <= 1 else "percent"
    most = 1 if kind == "share" else 100
    for score in scores:
        if score.value is not None and not 0 <= score.value <= most:
            what = f"{score.value:g}, from {score.source} to {score.target}, is not from 0 to {most}"
            raise DataError(
                what, path=path, line=score.line,
                remedy="Scores are shares of 1 or per cent, the higher the better: accuracy, F1, LAS, BLEU.",
            )  # fmt: skip
    if kind == "percent":
        return list(scores), kind
    return [replace(score, value=None if score.value is None else 100 * score.value) for score in scores], kind


def _metric_of(layout: Columns) -> str:
    """The metric that the name of the column of scores tells (`acc` → `accuracy`); empty if none."""
    name = layout.said.get(SCORE, "")
    said = {"acc": "accuracy", "score": "", "value": "", "result": "", "performance": ""}
    return said.get(name.casefold(), name.casefold().replace("_", " "))
