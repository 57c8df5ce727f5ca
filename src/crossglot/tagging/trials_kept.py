"""What a search that was broken off had tried, and the checkpoint of the training that was under way then."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path

from crossglot.checkpoints import Keeper
from crossglot.errors import StorageError
from crossglot.files import NotWrittenError, write_whole
from crossglot.json_files import read_object

TRIED, CHECKPOINT = "tried.json", "training.safetensors"

Score = tuple[float, bool]
"""The score on dev, and whether the tagger collapsed."""

_log = logging.getLogger(__name__)


class TrialsKept:
    """Scores by start and rate, in a folder.

    Args:
        folder: where; made when something is kept.
        told: called with the share of the search that is kept.
    """

    def __init__(self, folder: Path, told: Callable[[float], None]) -> None:
        self._folder, self._told = folder, told
        self._tried: dict[str, Score | None] = {}
        if (folder / TRIED).exists():
            try:
                found = read_object(folder / TRIED, StorageError)
                self._tried = {
                    key: None if kept is None else (float(kept[0]), bool(kept[1])) for key, kept in found.items()
                }
            except (StorageError, TypeError, ValueError, IndexError, KeyError) as error:
                _log.warning("%s\n  all is tried anew", str(error).splitlines()[0])

    def known(self, head_start: str, learning_rate: float) -> bool:
        """Whether it was tried."""
        return _key(head_start, learning_rate) in self._tried

    def score(self, head_start: str, learning_rate: float) -> Score | None:
        """What it came to; None if its training diverged."""
        return self._tried[_key(head_start, learning_rate)]

    def keeper(self, done: int, total: int) -> Keeper:
        """Of the training that comes after so many of them."""
        return Keeper(self._folder / CHECKPOINT, lambda share: self._told((done + share) / total))

    def add(self, head_start: str, learning_rate: float, score: Score | None, share: float) -> None:
        """It was tried now; a file that cannot be written is only warned of."""
        self._tried[_key(head_start, learning_rate)] = score
        try:
            self._folder.mkdir(exist_ok=True)
            write_whole(self._folder / TRIED, json.dumps(self._tried))
            self._told(share)
        except (NotWrittenError, OSError) as error:
            _log.warning("what a search has tried is not kept: %s", str(error).splitlines()[0])
        (self._folder / CHECKPOINT).unlink(missing_ok=True)


def _key(head_start: str, learning_rate: float) -> str:
    return f"{head_start} {learning_rate!r}"
