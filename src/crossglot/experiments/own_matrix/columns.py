"""The roles of the columns in a file of scores (source, target, score …), found by the names that people give them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from crossglot.errors import DataError, UsageError
from crossglot.remedies import called

SOURCE, TARGET, SCORE, SYSTEM, SEED, TASK, METRIC = "source", "target", "score", "system", "seed", "task", "metric"

USUAL: Mapping[str, tuple[str, ...]] = {
    SOURCE: (
        "source", "source language", "source lang", "src", "src language", "src lang", "language source", "lang source",
        "lang src", "train", "train language", "train lang", "language train", "lang train", "training language",
        "trained on", "train on", "transfer language", "transfer lang", "transfer",
    ),
    TARGET: (
        "target", "target language", "target lang", "tgt", "tgt language", "tgt lang", "trg", "trg language",
        "language target", "lang target", "lang tgt", "test", "test language", "test lang", "language test",
        "lang test", "eval", "eval language", "eval lang", "lang eval", "evaluation language", "evaluated on",
        "tested on", "lang pred", "pred lang",
    ),
    SCORE: (
        "score", "value", "accuracy", "acc", "f1", "f1 score", "macro f1", "micro f1", "f score", "las", "uas", "bleu",
        "chrf", "result", "performance",
    ),
    SYSTEM: ("system", "model", "model name", "model id", "encoder", "model name or path", "architecture", "method"),
    SEED: ("seed", "random seed", "run", "repetition", "repeat", "trial", "fold"),
    TASK: ("task", "task name"),
    METRIC: ("metric", "measure", "metric name"),
}  # fmt: skip
"""Role → usual names of its column, the surest first; they may be written with `_`, `-` or capitals."""


@dataclass(frozen=True)
class Columns:
    """The place of each role in a line.

    Attributes:
        names: the header.
        places: role → place of its column.
        targets: place → target, for the columns of scores in a wide file; empty for a long one.
        turned: whether a wide file has targets as lines and sources as columns.
    """

    names: tuple[str, ...]
    places: Mapping[str, int]
    targets: Mapping[int, str]
    turned: bool = False

    def cell(self, line: Sequence[str], role: str) -> str:
        """The cell in the column of a role; empty if no column has it."""
        return line[self.places[role]] if role in self.places else ""

    @property
    def said(self) -> dict[str, str]:
        """Role → name of its column."""
        return {role: self.names[place] or "(the first column)" for role, place in self.places.items()}


def find_columns(header: Sequence[str], named: Mapping[str, str], path: Path, line: int) -> Columns:
    """The columns of a file: long if it has one of sources, one of targets and one of scores, else wide.

    Args:
        header: its first line.
        named: role → name of its column, as the user says.
        path: of the file, for errors.
        line: of the header.

    Raises:
        UsageError: for an unknown role, or a column that the file does not have.
        DataError: if the columns' roles cannot be told.
    """
    given = {role: _place(header, role, name, path) for role, name in named.items()}
    plain = [_plainly(name) for name in header]
    found = given | {
        role: places[0]
        for role, usual in USUAL.items()
        if role not in given and (places := [plain.index(name) for name in usual if name in plain])
    }
    if SOURCE in found and TARGET in found:
        scores = [place for place, name in enumerate(plain) if name in USUAL[SCORE]]
        if SCORE not in given and len(scores) != 1:
            raise _which_score([header[place] for place in scores], header, path, line)
        return Columns(tuple(header), found, {})
    return _wide(header, given, plain, path, line)


def _wide(header: Sequence[str], given: Mapping[str, int], plain: Sequence[str], path: Path, line: int) -> Columns:
    """The columns of a wide file: first the source, perhaps with a system, a seed and a task; then the targets.

    Other columns before the source, such as a number of the line, are ignored.
    """
    usual = {name: role for role, names in USUAL.items() for name in names if role != SCORE and role not in given}
    roles = {place: usual[name] for place, name in enumerate(plain) if name in usual}
    roles |= {place: role for role, place in given.items()}
    side = next((place for place, role in roles.items() if role in (SOURCE, TARGET)), None)
    if side is None and 0 in roles:
        what = f"lines have a {roles[0]}, but no source"
        raise DataError(what, path=path, line=line, remedy=_name_it(SOURCE, header[0]))
    side = side or 0
    last = side
    while last + 1 in roles:
        last += 1
    places: dict[str, int] = {roles.get(place, SOURCE): place for place in range(last + 1) if place in (*roles, side)}
    places |= given
    rest = {place: name.strip() for place, name in enumerate(header) if place > last and place not in places.values()}
    names = list(rest.values())
    if not names:
        raise DataError(
            f"no scores: the columns are {listed(header)}", path=path, line=line,
            remedy="A wide file has a column for each target, a long one such as source, target and score.",
        )  # fmt: skip
    again = next((name for name in names if names.count(name) > 1 or not name), None)
    if again is not None:
        what = f"two columns are called {again!r}" if again else "a column without a name"
        raise DataError(what, path=path, line=line, remedy="Give each language a column, and each column a language.")
    return Columns(tuple(header), places, rest, turned=SOURCE not in places)


def _place(header: Sequence[str], role: str, name: str, path: Path) -> int:
    if role not in USUAL:
        raise UsageError(f"{called('columns', f'{role}={name}')}: no column can be that; there are {', '.join(USUAL)}")
    if name not in header:
        raise UsageError(f"{called('columns', f'{role}={name}')}: {path} has no such column, but {listed(header)}")
    return list(header).index(name)


def _which_score(found: Sequence[str], header: Sequence[str], path: Path, line: int) -> DataError:
    if found:
        what, example = f"several columns may be the score: {', '.join(found)}", found[0]
    else:
        what, example = f"which column has the scores? There are {listed(header)}", "NAME"
    return DataError(what, path=path, line=line, remedy=_name_it(SCORE, example))


def _name_it(role: str, name: str) -> str:
    return f"Name the column of {role}s: {called('columns', f'{role}={name}')}."


def listed(names: Iterable[str], most: int = 12) -> str:
    """The first names, and how many more there are."""
    found = [name or "''" for name in names]
    return ", ".join(found[:most]) + (f" and {len(found) - most} more" if len(found) > most else "")


def _plainly(name: str) -> str:
    """`Train-Lang` → `train lang`."""
    return re.sub(r"[\s_\-]+", " ", name).strip().casefold()
