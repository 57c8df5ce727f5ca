"""Sides of a bitext as steps are given them, and the pairs of lines that languages are compared on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from crossglot.corpora.opening import checksum
from crossglot.corpora.parallel import distinct_pairs, read_side, require_aligned
from crossglot.errors import DataError
from crossglot.steps.arguments import sample

MOST_LINES = 6000
"""Lines of a side that are looked at: enough for the paper's 5,000 pairs where some are empty or repeated."""


class Side(BaseModel):
    """One side of a bitext: the checksum says which lines, the path only where they lie."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    SKIP_ID_ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"name", "path"})

    language: str
    name: str
    checksum: str
    path: Path

    def read(self) -> Sequence[str]:
        """All lines, from memory if this process has read them before.

        Raises:
            DataError: if the file is damaged, or is not what it was when the study was planned.
        """
        if checksum(self.path) != self.checksum:
            raise DataError(
                "the text has changed since this was planned",
                path=self.path,
                remedy="run the same again: what depends on it is done anew",
            )
        return read_side(self.path)

    def numbers(self) -> list[int]:
        """Numbers, from 0, of the lines that are embedded: not empty, at most MOST_LINES of the file.

        Which lines are drawn depends on the number of lines alone: both sides of a bitext give the same.
        """
        lines = self.read()
        return [number for number in sample(range(len(lines)), MOST_LINES) if lines[number]]


def describe_side(language: str, name: str, path: Path) -> Side:
    """The side of that name and language.

    Raises:
        DataError: if the file is missing or damaged.
    """
    return Side(language=language, name=name, checksum=checksum(path), path=path)


def usable_pairs(source: Side, target: Side) -> list[int]:
    """Numbers of the pairs of lines that may be compared, in order.

    Raises:
        DataError: if the sides differ in length.
    """
    sides = {side.path: side.read() for side in (source, target)}
    require_aligned(sides)
    drawn = set(source.numbers()) & set(target.numbers())
    return [number for number in distinct_pairs(*sides.values()) if number in drawn]
