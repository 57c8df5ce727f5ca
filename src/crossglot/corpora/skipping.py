"""Lenient reading: the bad sentences that were skipped, counted and kept, never silently."""

from __future__ import annotations

import logging
from pathlib import Path

from crossglot.errors import DataError

_log = logging.getLogger(__name__)


class Faults:
    """What a reader does with a bad sentence: raise its error (strict), or keep it in a list and go on (lenient).

    Args:
        lenient: go on.
        skipped: the caller's list, to which every skipped sentence's error is added; without one, a warning is
            logged at the end of the file, with the count and the first error.
    """

    def __init__(self, *, lenient: bool, skipped: list[DataError] | None) -> None:
        self.lenient = lenient
        self._given = skipped is not None
        self._kept: list[DataError] = [] if skipped is None else skipped
        self.count = 0

    def add(self, error: DataError) -> None:
        """Raise `error`, or keep it if reading leniently."""
        if not self.lenient:
            raise error
        self._kept.append(error)
        self.count += 1

    def finish(self, path: Path, read: int) -> None:
        """Say how many sentences of `path` were skipped and how many read; an empty file is an error in any mode.

        Raises:
            DataError: if nothing was read.
        """
        if read == 0:
            if self.count:
                first = self._kept[-self.count]
                what = f"none of its {self.count} sentences can be read; the first: line {first.line}: {first.what}"
                raise DataError(what, path=path, remedy=first.remedy)
            raise DataError("has no sentence", path=path, remedy="The file is empty: download or write it again.")
        if self.count and not self._given:
            _log.warning(
                "%s: skipped %d of %d sentences; first: %s", path, self.count, self.count + read, self._kept[0]
            )
