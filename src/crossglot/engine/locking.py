"""One process at a time: a lock that the system takes back when its holder dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from crossglot.files import NO_LOCKS, faults_named


@contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[bool]:
    """Holds an exclusive lock on `path`, a file made for the purpose and removed afterwards.

    Yields whether the lock is held: always with `wait`, else only if nobody else held it. On a file system without
    locks everybody holds it: what is written there is still written whole.

    Raises:
        NotWrittenError: if the file cannot be made.
    """
    handle = _take(path, wait)
    if handle is None:
        yield False
        return
    try:
        yield True
    finally:
        with suppress(OSError):  # the folder may be gone, and no error from within the block shall be lost for that
            path.unlink()  # while it is still held, so that the next holder sees it is gone
        os.close(handle)


def _take(path: Path, wait: bool) -> int | None:
    while True:
        with faults_named(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise
            return handle
        if is_at(handle, path):
            return handle
        os.close(handle)  # its last holder removed the file while we waited: take the new one


def is_at(handle: int, path: Path) -> bool:
    """Whether what was opened still stands at its path."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except (FileNotFoundError, NotADirectoryError):
        return False
