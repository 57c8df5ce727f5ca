"""What a download has brought in so far: kept in the user's cache, so that the next attempt goes on from there.

Beside the bytes stands what they are of: the address, and what the server knew them by (its entity tag, or when they
were last changed). Bytes that a server cannot be asked to go on with are fetched again.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import Message
from itertools import count
from pathlib import Path
from typing import Any

from crossglot.errors import StorageError
from crossglot.files import NO_LOCKS, user_cache, why_not_written

KEPT_FOR = 14 * 24 * 3600.0
"""Seconds after which what nobody came back for is removed."""


def downloads_folder() -> Path:
    """Where downloads pass through: `crossglot/downloads` in the user's cache folder (XDG_CACHE_HOME)."""
    return user_cache() / "downloads"


class Partial:
    """The bytes of one address that have come in, in a file, and what is known of them beside it.

    Attributes:
        path: the file; it need not be there.
        url: the address.
    """

    def __init__(self, path: Path, url: str) -> None:
        self.path, self.url = path, url
        self._about_path = path.with_name(f"{path.name}.about")
        self._about: dict[str, Any] = {}
        with suppress(OSError, ValueError, TypeError):
            about = json.loads(self._about_path.read_text(encoding="utf-8"))
            self._about = about if about["url"] == url else {}

    @property
    def size(self) -> int:
        """How many bytes there are that belong to the address; 0 where that is not known."""
        with suppress(OSError):
            return self.path.stat().st_size if self._about else 0
        return 0

    @property
    def validator(self) -> str:
        """What the server knew them by; empty where it did not say."""
        return str(self._about.get("validator", ""))

    @property
    def whole(self) -> bool:
        """Whether that is all, and checked."""
        return self._about.get("whole") == self.size > 0

    def begin(self, headers: Message) -> None:
        """An answer begins that has everything from the first byte: what was there is of no use any more."""
        with disk_named(self.path):
            self._about_path.unlink(missing_ok=True)
            self.path.open("wb").close()
            self._write({"url": self.url, "validator": validator_of(headers)})

    def finish(self) -> None:
        """All of it is there, and was checked."""
        with disk_named(self.path):
            self._write({**self._about, "whole": self.path.stat().st_size})

    def discard(self) -> None:
        """Nothing of it is of any use."""
        self._about = {}
        with suppress(OSError):
            self._about_path.unlink(missing_ok=True)
            self.path.unlink(missing_ok=True)

    def checksum(self) -> str:
        """SHA-256 of the bytes that are there."""
        with disk_named(self.path), self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def _write(self, about: dict[str, Any]) -> None:
        self._about_path.write_text(json.dumps(about), encoding="utf-8")
        self._about = about


def validator_of(headers: Message) -> str:
    """What may be asked for with If-Range: a strong entity tag, else the time of the last change; empty for neither."""
    tag = str(headers.get("ETag", "")).strip()
    if tag.startswith('"') and tag.endswith('"') and len(tag) > 2 and tag.isascii() and tag.isprintable():
        return tag
    changed = str(headers.get("Last-Modified", "")).strip()
    return changed if changed.isascii() and changed.isprintable() else ""


@contextmanager
def kept_place(folder: Path, url: str) -> Iterator[Path]:
    """The file that an address's bytes are kept in, held so that no other process writes there.

    Raises:
        StorageError: if the folder cannot be written.
    """
    key = hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()[:24]
    with disk_named(folder):
        folder.mkdir(parents=True, exist_ok=True)
        path, lock = next(found for number in count() if (found := _locked(folder / f"{key}-{number}")))
    try:
        yield path
    finally:
        if not path.exists():
            with suppress(OSError):
                _lock_of(path).unlink()
        os.close(lock)


def sweep_downloads(folder: Path, older: float = KEPT_FOR) -> None:
    """Removes what no process holds and nobody has written to for so many seconds."""
    with suppress(OSError):
        for lock_path in folder.glob("*.lock"):
            with suppress(OSError):
                path = lock_path.with_suffix("")
                newest = max(each.stat().st_mtime for each in (path, lock_path) if each.exists())
                if time.time() - newest < older or (held := _locked(path)) is None:
                    continue
                Partial(path, "").discard()
                lock_path.unlink()
                os.close(held[1])


def _lock_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")


def _locked(path: Path) -> tuple[Path, int] | None:
    """The path with a lock that the system takes back when its holder dies; None if another process has it."""
    while True:
        lock = os.open(_lock_of(path), os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in NO_LOCKS:
                os.close(lock)
                return None
        if os.fstat(lock).st_nlink:  # else its last holder has just removed it
            return path, lock
        os.close(lock)


@contextmanager
def disk_named(path: Path) -> Iterator[None]:
    """Turns what the system says of a disk into an error with a remedy.

    Raises:
        StorageError: if something cannot be written.
    """
    try:
        yield
    except OSError as error:
        reason = (why_not_written(error) or (str(error), ""))[0]
        remedy = "downloads pass through the cache folder: make room there, or name another one in XDG_CACHE_HOME"
        raise StorageError(f"{path}: cannot be written: {reason}\n  {remedy}") from error
