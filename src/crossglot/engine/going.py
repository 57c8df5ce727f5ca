"""Where a long step keeps what lets it go on after it was broken off: a folder of the store that is no result.

It is called `.going-<id>`, belongs to whoever holds the step's lock, and is removed when the step is finished.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from crossglot.engine.record import Amount
from crossglot.files import write_whole

GOING = ".going-"
ABOUT = "about.json"

KEPT_SECONDS = 30 * 24 * 3600.0
"""Age at which what nobody went on with is removed: its step may have changed, and then never will be."""


class Half(BaseModel):
    """A step that was broken off: what the progress calls it, how much of it is kept, and what that took."""

    model_config = ConfigDict(frozen=True)

    title: str
    share: Amount
    seconds: Amount
    core_seconds: Amount


@dataclass(slots=True)
class Going:
    """The folder of one step; whoever keeps something for the first time makes it.

    Attributes:
        folder: where.
        title: of the step.
        seconds: spent on it before this time, as far as that is kept; `core_seconds` likewise, of all threads.
    """

    folder: Path
    title: str
    seconds: float = 0.0
    core_seconds: float = 0.0
    _began: float = 0.0
    _cores_began: float = 0.0

    def begin(self) -> None:
        """The step runs from now on."""
        kept = read_half(self.folder)
        self.seconds, self.core_seconds = (0.0, 0.0) if kept is None else (kept.seconds, kept.core_seconds)
        self._began, self._cores_began = time.monotonic(), time.process_time()

    def spent(self) -> tuple[float, float]:
        """Seconds spent on the step in all, and those of all threads."""
        return (
            self.seconds + time.monotonic() - self._began,
            self.core_seconds + time.process_time() - self._cores_began,
        )

    def saved(self, share: float) -> None:
        """So much of the step is kept now.

        Raises:
            NotWrittenError: if that cannot be written.
        """
        seconds, cores = self.spent()
        half = Half(title=self.title, share=share, seconds=seconds, core_seconds=cores)
        write_whole(self.folder / ABOUT, half.model_dump_json(indent=1) + "\n")

    def done(self) -> None:
        """Nothing of it is needed any more."""
        shutil.rmtree(self.folder, ignore_errors=True)


def read_half(folder: Path) -> Half | None:
    """What is kept of a step; None if nothing is, or nobody can tell."""
    try:
        return Half.model_validate(json.loads((folder / ABOUT).read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError):
        return None


def halves(store: Path) -> Iterator[Half]:
    """What a store keeps of steps that were broken off."""
    for folder in sorted(store.glob(f"{GOING}*")):
        half = read_half(folder)
        if half is not None:
            yield half


def stale(folder: Path) -> bool:
    """Whether nobody has gone on with it for long."""
    newest = max((path.stat().st_mtime for path in (folder, *folder.iterdir())), default=0.0)
    return time.time() - newest > KEPT_SECONDS
