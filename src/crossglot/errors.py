"""What a user can act on: every error crossglot raises on purpose, each with what was wrong and what to do."""

from __future__ import annotations

from pathlib import Path


class CrossglotError(Exception):
    """Something the user can mend; the command line prints it as one message and exits with status 2."""


class UsageError(CrossglotError):
    """A command, option or argument that asks for what cannot be."""


class SpecError(CrossglotError):
    """A study or specification with a wrong field; the message names the field and the allowed values."""


class DataError(CrossglotError):
    """A corpus file that is missing, empty or malformed.

    Args:
        what: what was wrong, in a few words.
        path: the file.
        line: 1-based line number, where there is one.
        remedy: what to do about it.
    """

    def __init__(self, what: str, *, path: Path | str | None = None, line: int | None = None, remedy: str = "") -> None:
        self.what, self.path, self.line, self.remedy = what, path, line, remedy
        place = "" if path is None else f"{path}: " if line is None else f"{path}:{line}: "
        super().__init__(f"{place}{what}" + (f"\n  {remedy}" if remedy else ""))


class ModelError(CrossglotError):
    """An encoder or tagger that cannot be loaded or used: no tokenizer, pickled weights only, no network."""


class StorageError(CrossglotError):
    """A result that cannot be written or read back: a full disk, a folder without permission, a damaged store."""
