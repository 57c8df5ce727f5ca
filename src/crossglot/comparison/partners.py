"""Which rows of two runs are compared with each other, and the cells that only one of the runs has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from crossglot.comparison.kept import KeptRow, KeptRun
from crossglot.errors import UsageError
from crossglot.remedies import called
from crossglot.results.systems import System, find_twin


@dataclass(frozen=True, slots=True)
class LoneCell:
    """A cell that only one of two runs has.

    Attributes:
        side: the run that has it.
        system: the system it is of.
        task: `pos`, `ner` or `labels`.
        source: what was trained on.
        target: what was tagged.
        lacking: the first of these that the other run's partner does not have.
    """

    side: Literal["first", "second"]
    system: str
    task: str
    source: str
    target: str
    lacking: Literal["system", "task", "source", "target"]


def paired_rows(
    first: KeptRun, second: KeptRun, systems: tuple[str, str] | None = None
) -> list[tuple[KeptRow, KeptRow]]:
    """The rows that are compared: of partner systems, with the same task and source.

    Args:
        first: a run.
        second: another one, or the same if `systems` are given.
        systems: one of the first run's and its partner in the second run; no others are compared.

    Raises:
        UsageError: if a run has no such system, or both runs are one and no systems are given.
    """
    if systems is not None:
        for run, name in zip((first, second), systems, strict=True):
            if name not in run.systems:
                raise UsageError(f"{run.folder}: no system '{name}'; it has {', '.join(run.systems)}")
    one_run = first.folder.resolve() == second.folder.resolve()
    if one_run and systems is not None and systems[0] == systems[1]:
        raise UsageError(f"{first.folder}: {systems[0]} is one and the same system; name two, or another run")
    if systems is None and one_run:
        raise UsageError(
            f"{first.folder}: one and the same run; name two of its systems ({called('systems', 'A=B')}): "
            f"{', '.join(first.systems)}"
        )
    partners = partners_of(first.systems, second.systems, systems)
    others = {_key(row): row for row in second.rows}
    return [
        (row, found)
        for row in first.rows
        if (found := others.get((partners.get(row.system.name, ""), row.task, row.source))) is not None
    ]


def partners_of(
    first: Mapping[str, System], second: Mapping[str, System], named: tuple[str, str] | None = None
) -> dict[str, str]:
    """System of the first run → its partner in the second: of the same name, or alone in the same role; twins likewise.

    Args:
        first: the first run's systems by name.
        second: the other run's.
        named: the only two partners, if the user named them.
    """
    if named is not None:
        return {named[0]: named[1]}
    partners = {name: name for name in first if name in second}
    for name, system in first.items():
        rivals = [other.name for other in second.values() if other.role == system.role]
        alone = [own.name for own in first.values() if own.role == system.role] == [name] and len(rivals) == 1
        if alone and name not in partners and system.role != "floor":
            partners[name] = rivals[0]
            for twin in first.values():
                theirs = find_twin(second.values(), rivals[0], twin.twin) if twin.twin_of == name else None
                if theirs is not None:
                    partners[twin.name] = theirs.name
    return partners


def lone_cells(first: KeptRun, second: KeptRun, systems: tuple[str, str] | None = None) -> list[LoneCell]:
    """The cells that only one of two runs has, the first run's before the second's; of these `systems` if given.

    Raises:
        UsageError: as `paired_rows`.
    """
    pairs = paired_rows(first, second, systems)
    partners = partners_of(first.systems, second.systems, systems)
    back = {theirs: ours for ours, theirs in partners.items()}
    matches = [{_key(ours): theirs for ours, theirs in pairs}, {_key(theirs): ours for ours, theirs in pairs}]
    return [
        *_lone("first", first, second, partners, matches[0], named=systems is not None),
        *_lone("second", second, first, back, matches[1], named=systems is not None),
    ]


def in_short(names: Iterable[str], most: int = 4) -> str:
    """`en, de, hi and 3 more`; each name once."""
    each = list(dict.fromkeys(names))
    shown = ", ".join(each[:most])
    return f"{shown} and {len(each) - most} more" if len(each) > most else shown


def _key(row: KeptRow) -> tuple[str, str, str]:
    return row.system.name, row.task, row.source


def _lone(
    side: Literal["first", "second"],
    run: KeptRun,
    other: KeptRun,
    partners: Mapping[str, str],
    matches: Mapping[tuple[str, str, str], KeptRow],
    *,
    named: bool,
) -> Iterator[LoneCell]:
    tasks = {(row.system.name, row.task) for row in other.rows}
    for row in run.rows:
        partner = partners.get(row.system.name, "")
        if named and not partner:
            continue
        match = matches.get(_key(row))
        for target in row.targets:
            if match is not None and target in match.targets:
                continue
            lacking: Literal["system", "task", "source", "target"] = (
                "target" if match is not None
                else "source" if (partner, row.task) in tasks
                else "task" if partner in other.systems
                else "system"
            )  # fmt: skip
            yield LoneCell(side, *_key(row), target, lacking)
