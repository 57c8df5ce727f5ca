"""Passing folders: locked, beside the place where something is written; those of killed processes are removed.

It is called `.crossglot-<eight hex digits>.half` and holds a lock that the system takes back when its holder dies: so
what a killed process left is told from what a living one is writing, and is swept by whoever writes beside it next.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PASSING = re.compile(r"\.crossglot-[0-9a-f]{8}\.half")
LOCK = "lock"
REPLACED = "replaced"

NO_LOCKS = (errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK, errno.ENOSYS, errno.EINVAL)
"""What a file system without locks says."""


@contextmanager
def passing_folder(parent: Path) -> Iterator[Path]:
    """A locked folder beside the place where something is wanted, gone when the block ends."""
    sweep(parent)
    passing, lock = _make_passing(parent)
    try:
        yield passing
    finally:
        with suppress(OSError):
            _clear(passing)
        os.close(lock)


def sweep(folder: Path) -> list[Path]:
    """Removes what killed processes left half-written in a folder, and names it; what living ones write stays."""
    swept = []
    with suppress(OSError):
        with os.scandir(folder) as entries:
            left = [entry.path for entry in entries if PASSING.fullmatch(entry.name)]
        for passing in map(Path, left):
            with suppress(OSError):
                if not passing.is_symlink() and passing.is_dir() and _is_dead(passing):
                    swept.append(passing)
    return swept


def _make_passing(parent: Path) -> tuple[Path, int]:
    while True:
        passing = parent / f".crossglot-{secrets.token_hex(4)}.half"
        try:
            passing.mkdir()
        except FileExistsError:
            continue
        try:
            lock = os.open(passing / LOCK, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
        except FileNotFoundError:  # swept before it was locked
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in NO_LOCKS:  # others cannot lock it either, so they never sweep it
                return passing, lock
            os.close(lock)
            continue
        if os.fstat(lock).st_nlink:
            return passing, lock
        os.close(lock)


def _is_dead(passing: Path) -> bool:
    """Removes a passing folder whose holder is dead; False if it is alive."""
    try:
        lock = os.open(passing / LOCK, os.O_RDWR)
    except FileNotFoundError:  # killed before it was locked, or about to lock it: then it makes another
        passing.rmdir()
        return True
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.fstat(lock).st_nlink:
            return False
        for old in (passing / REPLACED).glob("*"):  # its successor had not come into its place yet
            if not (passing.parent / old.name).exists():
                old.rename(passing.parent / old.name)
        _clear(passing)
    finally:
        os.close(lock)
    return True


def _clear(passing: Path) -> None:
    """Removes a passing folder, its lock last, so that what is left of an interrupted removal can still be swept."""
    for path in passing.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != LOCK:
            path.unlink()
    (passing / LOCK).unlink()
    passing.rmdir()
