"""Sides of a bitext as steps are given them, and the pairs of lines that languages are compared on."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from crossglot.corpora.opening import checksum
from crossglot.corpora.parallel import distinct_pairs, read_side, require_aligned
from crossglot.errors import DataError
from crossglot.steps.arguments import SAMPLE_SEED

MOST_LINES = 6000
"""Distinct lines of a side that are looked at: enough for the paper's 5,000 pairs where the other side repeats some."""


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
        """Numbers, from 0, of the lines that are embedded: not empty, none seen before, at most MOST_LINES of them.

        The order in which lines are drawn depends on how many the file has, and on nothing else. So both sides of a
        bitext give the same ones, as far as both repeat the same.
        """
        lines = self.read()
        first: dict[str, int] = {}
        for number, line in enumerate(lines):
            first.setdefault(line, number)
        first.pop("", None)
        distinct = list(first.values())
        if len(distinct) <= MOST_LINES:
            return distinct
        able = set(distinct)
        order = random.Random(SAMPLE_SEED).sample(range(len(lines)), len(lines))  # noqa: S311
        return sorted(islice((number for number in order if number in able), MOST_LINES))


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
