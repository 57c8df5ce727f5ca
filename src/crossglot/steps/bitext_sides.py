"""Sides of a bitext as steps are given them, and the pairs of lines that languages are compared on."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from crossglot.corpora.opening import checksum
from crossglot.corpora.parallel import (
    Pair,
    ParallelFiles,
    Paths,
    SideText,
    aligned,
    distinct_pairs,
    read_side,
    require_aligned,
)
from crossglot.corpora.sampling import SAMPLE_SEED
from crossglot.errors import DataError

MOST_LINES = 6000
"""Distinct lines of a side that are embedded, if they give as many pairs as are asked for."""


class Side(BaseModel):
    """One side of a bitext: the checksum says which lines, the paths only where they lie.

    Attributes:
        language: its key.
        name: of the set or treebank.
        checksum: of its decompressed bytes.
        most: at most so many distinct lines of it are embedded.
        paths: its file, or the splits of a treebank.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    SKIP_ID_ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"name", "paths"})

    language: str
    name: str
    checksum: str
    most: int = MOST_LINES
    paths: Paths

    def read(self) -> SideText:
        """All lines, from memory if this process has read them before.

        Raises:
            DataError: if a file is damaged, or is not what it was when the study was planned.
        """
        if _checksum(self.paths) != self.checksum:
            raise DataError(
                "the text has changed since this was planned",
                path=self.paths[0],
                remedy="run the same again: what depends on it is done anew",
            )
        return read_side(self.paths)

    def numbers(self) -> list[int]:
        """Numbers, from 0, of the lines that are embedded: not empty, none seen before, at most `most` of them.

        The order in which lines are drawn depends on how many the side has, and on nothing else. So both sides of a
        bitext give the same ones, as far as both repeat the same.
        """
        lines = self.read().lines
        distinct = _distinct(lines)
        if len(distinct) <= self.most:
            return distinct
        able = set(distinct)
        order = random.Random(SAMPLE_SEED).sample(range(len(lines)), len(lines))  # noqa: S311
        return sorted(islice((number for number in order if number in able), self.most))


def _distinct(lines: Sequence[str]) -> list[int]:
    first: dict[str, int] = {}
    for number, line in enumerate(lines):
        first.setdefault(line, number)
    first.pop("", None)
    return list(first.values())


def _checksum(paths: Paths) -> str:
    found = [checksum(path) for path in paths]
    return found[0] if len(found) == 1 else hashlib.sha256(" ".join(found).encode()).hexdigest()


def describe_side(language: str, name: str, *paths: Path, most: int = MOST_LINES) -> Side:
    """The side of that name and language.

    Raises:
        DataError: if a file is missing or damaged.
    """
    return Side(language=language, name=name, checksum=_checksum(paths), most=most, paths=paths)


def describe_sides(pair: Pair, files: ParallelFiles, wanted: int) -> tuple[Side, Side]:
    """Both sides of a bitext, with as many lines of each as are needed for so many usable pairs, if it has them.

    Raises:
        DataError: if a file is missing or damaged, or the sides cannot be aligned.
    """
    most = MOST_LINES
    while True:
        source, target = (
            describe_side(key, name, *paths, most=most)
            for key, name, paths in zip(pair, files.names, files.paths, strict=True)
        )
        longest = max(len(side.read().lines) for side in (source, target))
        if most >= longest or len(usable_pairs(source, target)) >= wanted:
            return source, target
        most *= 2


def usable_pairs(source: Side, target: Side) -> list[tuple[int, int]]:
    """Numbers of the lines of both sides that may be compared with each other, in the source's order.

    Raises:
        DataError: if the sides cannot be aligned.
    """
    sides = source.read(), target.read()
    require_aligned(sides, (source.paths, target.paths))
    pairs = aligned(*sides)
    kept = distinct_pairs([sides[0].lines[one] for one, _ in pairs], [sides[1].lines[other] for _, other in pairs])
    drawn = set(source.numbers()), set(target.numbers())
    return [pairs[place] for place in kept if pairs[place][0] in drawn[0] and pairs[place][1] in drawn[1]]
