"""Plain text to pretrain on: read, cut to a number of bytes, and split into training and held-out lines."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from crossglot.corpora.plain import read_lines
from crossglot.errors import DataError, UsageError

HELD_OUT_PERCENT = 2
_REMEDY = "give a plain text file (.gz and .xz allowed), one sentence or paragraph per line"


@dataclass(frozen=True, slots=True)
class Text:
    """The lines of one language, in the order of its files.

    Which lines are held out depends on the line alone, so every run on a text holds out the same ones, and a line that
    occurs twice is never on both sides.
    """

    training: tuple[str, ...]
    held_out: tuple[str, ...]

    @property
    def size(self) -> int:
        """Bytes of the training lines in UTF-8, line ends counted."""
        return sum(map(line_bytes, self.training))


def file_list(given: Path | str | Sequence[Path | str]) -> list[Path]:
    """The files of one text, of which one may be given by itself."""
    return [Path(given)] if isinstance(given, str | Path) else [Path(path) for path in given]


def line_bytes(line: str) -> int:
    """Bytes of a line in UTF-8, its end counted."""
    return len(line.encode()) + 1


def read_text(language: str, paths: Sequence[Path]) -> Text:
    """Reads the files of one language; blank lines are dropped.

    Raises:
        DataError: a file is missing, unreadable or not UTF-8, or there is not enough text to hold some out.
    """
    training: list[str] = []
    held_out: list[str] = []
    for path in paths:
        for line in _lines(path):
            (held_out if is_held_out(line) else training).append(line)
    if not training:
        raise DataError(f"no text for '{language}': no line that is not blank", path=paths[0], remedy=_REMEDY)
    if not held_out:
        held_out.append(training.pop() if len(training) > 1 else training[0])
    return Text(tuple(training), tuple(held_out))


def is_held_out(line: str) -> bool:
    """Whether a line is kept for held-out perplexity."""
    return zlib.crc32(line.encode()) % 100 < HELD_OUT_PERCENT


def cut_to_bytes(texts: Mapping[str, Text], *, each: int | None = None, total: int | None = None) -> dict[str, Text]:
    """Keeps at most `each` bytes of training lines per language and at most `total` over all.

    For `total` every language keeps the same share of its bytes, so that the mixture stays what it was. Lines are left
    out evenly over a text, not at its end; held-out lines all stay.

    Raises:
        UsageError: a limit below 1, or one that leaves a language without a line.
    """
    for name, limit in (("each", each), ("total", total)):
        if limit is not None and limit < 1:
            raise UsageError(f"the limit of bytes ({name}) must be at least 1, not {limit}")
    budgets = {language: min(text.size, each or text.size) for language, text in texts.items()}
    everything = sum(budgets.values())
    if total is not None and everything > total:
        budgets = {language: budget * total // everything for language, budget in budgets.items()}
    return {language: _cut(language, text, budgets[language]) for language, text in texts.items()}


def _cut(language: str, text: Text, budget: int) -> Text:
    """The lines with the lowest checksums that fit the budget, in their old order."""
    if text.size <= budget:
        return text
    order = sorted(range(len(text.training)), key=lambda index: zlib.crc32(text.training[index].encode(), 1))
    kept: set[int] = set()
    for index in order:
        budget -= line_bytes(text.training[index])
        if budget < 0:
            break
        kept.add(index)
    if not kept:
        raise UsageError(f"the limit of bytes leaves no line of '{language}': raise it or leave the language out")
    return Text(tuple(line for index, line in enumerate(text.training) if index in kept), text.held_out)


def _lines(path: Path) -> Iterator[str]:
    for line in read_lines(path):
        if stripped := line.strip():
            yield stripped
