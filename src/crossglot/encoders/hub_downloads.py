"""Downloads from the hub while they go: how far one is, said now and then; and what killed ones left, cleared away.

The hub's client goes on with what breaks off as long as its process lives. What is killed begins anew, in a file with
another name: the old one would stay in the cache for good.
"""

from __future__ import annotations

import logging
import re
import time
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any

from huggingface_hub import constants
from huggingface_hub.file_download import repo_folder_name
from huggingface_hub.utils import WeakFileLock  # type: ignore[attr-defined]  # lazily offered
from tqdm import tqdm

from crossglot.amounts import spell_seconds, spell_size

_log = logging.getLogger(__name__)

FIRST_SAID, THEN_SAID = 5.0, 15.0
"""Seconds after which it is said how far a download is, and from then on."""
ABANDONED = 60.0
"""Seconds in which nobody wrote into a file that is left."""
_LEFT = re.compile(r"([0-9a-zA-Z_-]+)\.[0-9a-f]{8}\.incomplete")


class SaidProgress(tqdm):  # type: ignore[misc]  # which says nothing of its types
    """How far the download of a large file is: a line now and then, on a terminal as in a pipe.

    Args:
        what: the file, as it is said.
        options: what the hub's client asks of a bar.
    """

    monitor_interval = 0  # it is asked for often enough: no thread has to look after it

    def __init__(self, what: str, **options: Any) -> None:
        self._what, self._next = what, time.monotonic() + FIRST_SAID
        super().__init__(**{**options, "file": StringIO()})

    def display(self, msg: str | None = None, pos: int | None = None) -> None:  # noqa: ARG002 - tqdm's
        """Says it, if it is time to."""
        if time.monotonic() < self._next or not self.total or self.n >= self.total:
            return
        self._next = time.monotonic() + THEN_SAID
        rate = self.format_dict["rate"] or self.n / max(self.format_dict["elapsed"], 1e-9)
        left = f", {spell_seconds((self.total - self.n) / rate)} to go" if rate else ""
        _log.warning("%s: %s of %s%s", self._what, spell_size(self.n), spell_size(self.total), left)

    def update_transfer(self, size: float) -> None:
        """What has come over the line and is not written yet is not counted; the client asks for one bar then."""

    def set_transfer_postfix_str(self, *said: Any, **options: Any) -> None:
        """See `update_transfer`."""


def saying(what: str) -> type[SaidProgress]:
    """The class of a bar that calls the file so, as the hub's client wants to have it."""

    class Said(SaidProgress):
        def __init__(self, **options: Any) -> None:
            super().__init__(what, **options)

    return Said


def clear_abandoned(name: str) -> None:
    """Removes what killed downloads of a repository left in the cache, unless a process may still be writing there."""
    folder = repo_folder_name(repo_id=name, repo_type="model")
    cache = Path(constants.HF_HUB_CACHE)
    for left in (cache / folder / "blobs").glob("*.incomplete"):
        if (match := _LEFT.fullmatch(left.name)) is None:
            continue
        lock = cache / ".locks" / folder / f"{match[1]}.lock"
        with suppress(OSError):  # a lock that is taken is one, too
            if time.time() - left.stat().st_mtime > ABANDONED and lock.exists():
                with WeakFileLock(lock, timeout=0.05):
                    left.unlink()
