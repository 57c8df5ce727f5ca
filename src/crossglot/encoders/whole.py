"""Whether an encoder's or tagger's folder is whole: finished, and with the very files that were written together."""

from __future__ import annotations

from pathlib import Path

from crossglot.checksums import why_not_whole
from crossglot.errors import ModelError

SETTINGS = "pretraining.json"
"""A file in the folder of a pretraining that is under way."""
RECORD = "crossglot.json"
"""A file in the folder of a finished pretraining."""


def check_whole(folder: Path) -> None:
    """Makes sure that a folder is finished, and that its files are those it was written with where it says which.

    Raises:
        ModelError: if a file is missing or is not the one that was written, or a pretraining there is not finished.
    """
    if (folder / SETTINGS).exists() and not (folder / RECORD).exists():
        raise ModelError(f"{folder}: the pretraining in this folder is not finished\n  run the same command again")
    why = why_not_whole(folder)
    if why is not None:
        raise ModelError(f"{folder}: is damaged: {why}\n  copy or make the whole folder again")
