"""Reasons why something cannot be written, each with what to do about it: one table for all writers."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crossglot.errors import CrossglotError, StorageError
from crossglot.files.passing import PASSING

_FULL = ("No space left on device", "Disk quota exceeded", "os error 28", "os error 122")  # as Rust libraries word it

REASONS = {
    errno.ENOSPC: ("the disk is full", "make room, or choose another place"),
    errno.EDQUOT: ("the disk quota is used up", "make room, or choose another place"),
    errno.EFBIG: ("the file would be larger than is allowed there", "choose another place"),
    errno.EROFS: ("the file system is read-only", "choose another place"),
    errno.EACCES: ("permission denied", "make it writable, or choose another place"),
    errno.EPERM: ("permission denied", "make it writable, or choose another place"),
    errno.ENOTDIR: ("a file stands where a folder is needed", "move it away, or choose another place"),
    errno.EEXIST: ("a file stands where a folder is needed", "move it away, or choose another place"),
    errno.EISDIR: ("a folder stands where a file is needed", "move it away, or choose another name"),
    errno.ENAMETOOLONG: ("the name is too long for this file system", "choose a shorter one"),
    errno.ELOOP: ("symbolic links lead in a circle", "mend them, or choose another place"),
    errno.ENOENT: ("the folder is gone", "was it deleted or renamed in the meantime? run the same again"),
    errno.ENOTEMPTY: ("something else was put there in the meantime", "choose another place"),
    errno.EBUSY: ("it is in use by the system, perhaps as a mount point", "name a folder inside it"),
    errno.EXDEV: ("it is a mount point", "name a folder inside it"),
    errno.EIO: ("the disk or the network file system failed", "choose another place"),
    errno.ESTALE: ("the network file system lost it", "run the same again"),
    errno.EMFILE: ("too many files are open", "raise the limit: ulimit -n"),
}
"""Why the system did not write something, and what to do about it."""


class NotWrittenError(StorageError):
    """Something could not be written; `why`, and in `remedy` what to do about it."""

    def __init__(self, path: Path | str, why: str, remedy: str = "") -> None:
        self.path, self.why, self.remedy = path, why, remedy
        super().__init__(f"{path}: cannot be written: {why}" + (f"\n  {remedy}" if remedy else ""))


@contextmanager
def faults_named(path: Path) -> Iterator[None]:
    """Turns what the system and libraries raise of writing at `path` into a NotWrittenError; any other passes."""
    try:
        yield
    except CrossglotError:
        raise
    except Exception as error:
        why = why_not_written(error) if _is_of_writing(error, path) else None
        if why is None:
            raise
        raise NotWrittenError(path, *why) from error


def why_not_written(error: BaseException) -> tuple[str, str] | None:
    """Why something could not be written, and what to do about it; None if this error says nothing of that."""
    number = error.errno if isinstance(error, OSError) else errno.ENOSPC if is_disk_full(error) else None
    known = REASONS.get(number or 0)
    if known is None and isinstance(error, OSError):
        return error.strerror or str(error), "choose another place"
    return known


def is_disk_full(error: BaseException) -> bool:
    """Whether this error, ours or a library's, says that there is no room left on the disk or in the quota."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    return any(words in str(error) for words in _FULL)


def _is_of_writing(error: Exception, path: Path) -> bool:
    """Whether it tells of the disk, of something of ours that passes, or of a folder on the way to the path."""
    if is_disk_full(error):
        return True
    if not isinstance(error, OSError):
        return False
    if error.errno in (errno.EROFS, errno.EFBIG):
        return True
    names = [os.fsdecode(name) for name in (error.filename, error.filename2) if isinstance(name, str | bytes)]
    places = (path.absolute(), Path(os.path.realpath(path)))
    return any(
        PASSING.search(name) or any(place.is_relative_to(Path(name).absolute()) for place in places) for name in names
    )
