"""Checks, before any work, that a place can be written to and that nothing there has to stay."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path

from crossglot.errors import UsageError
from crossglot.files.faults import NotWrittenError, faults_named
from crossglot.files.passing import PASSING, passing_folder
from crossglot.remedies import way

_STREAMS = (("/", "dev"), ("/", "proc"))


def user_cache() -> Path:
    """The folder `crossglot` in the user's cache folder (XDG_CACHE_HOME), whether it is there or not."""
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "crossglot"


def check_file_place(path: Path | str) -> None:
    """Makes sure, before any work, that a file can be written there; leaves nothing behind.

    Raises:
        NotWrittenError: if it cannot, with the reason.
    """
    path = Path(path)
    with faults_named(path):
        if is_stream(path):
            return
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        _try(nearest_folder(place_of(path)))
        if path.exists() and not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))


def check_folder_place(path: Path | str, may_replace: Callable[[Path], object] | None = None) -> None:
    """Makes sure, before any work, that `whole_folder` can write there; leaves nothing behind.

    Raises:
        NotWrittenError: if it cannot, with the reason.
        UsageError: if a folder is there that has to stay.
    """
    path = Path(path)
    with faults_named(path):
        place = place_of(path)
        check_replaceable(path, place, may_replace)
        _try(nearest_folder(place))


def check_working_folder(path: Path | str) -> None:
    """Makes sure, before any work, that files can be written into this folder, which need not be there yet.

    Raises:
        NotWrittenError: if they cannot, with the reason.
    """
    path = Path(path)
    with faults_named(path):
        _try(nearest_folder(place_of(path) / "any"))


def check_only(folder: Path, ours: Collection[str], what: str, *, is_whole: bool) -> None:
    """Makes sure that a folder holds `what` crossglot once wrote there, and nothing else, so that it may be replaced.

    Raises:
        UsageError: if it holds anything else than the files in `ours`, or not `what` at all.
    """
    others = sorted({path.name for path in folder.iterdir() if not PASSING.fullmatch(path.name)}.difference(ours))
    if others or not is_whole:
        held = f"{others[0]}, which is no part of {what}" if others else f"nothing that would be {what} of crossglot"
        raise UsageError(
            f"{folder}: holds {held}, and would be replaced as a whole\n  {way('give another folder', 'out')}"
        )


def check_replaceable(path: Path, place: Path, may_replace: Callable[[Path], object] | None) -> None:
    """Makes sure that no folder stands at `path`, which leads to `place`, or one that may be replaced as a whole.

    Raises:
        UsageError: if a folder is there that has to stay.
        NotADirectoryError: if it is no folder.
    """
    if not os.path.lexists(place):
        return
    if not place.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(place))
    if place.samefile(Path.cwd()):
        raise UsageError(f"{path}: is the folder you are in; name a folder inside it")
    if _is_mounted(place):
        raise UsageError(f"{path}: is a mount point, which cannot be replaced as a whole; name a folder inside it")
    if any(not PASSING.fullmatch(child.name) for child in place.iterdir()):
        if may_replace is None:
            raise UsageError(f"{path}: is there already; name a folder that is new or empty")
        may_replace(place)


def place_of(path: Path) -> Path:
    """Where a path leads to, in full; no place that cannot be."""
    if "\0" in str(path):
        raise NotWrittenError(repr(str(path)), "a name cannot hold the character U+0000")
    place = Path(os.path.realpath(path)) if path.is_symlink() else path.absolute()
    if place.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    above = nearest_folder(place)
    longest = os.pathconf(above, "PC_NAME_MAX")
    if any(len(os.fsencode(name)) > longest for name in place.relative_to(above).parts):
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG), str(place))
    return place


def nearest_folder(place: Path) -> Path:
    """The nearest folder above a place that is there already."""
    above = place.parent
    while not os.path.lexists(above):
        above = above.parent
    if not above.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(above))
    return above


def is_stream(path: Path) -> bool:
    """Whether this is no place for a file that is renamed into it: a pipe, a terminal, a device."""
    if path.absolute().parts[:2] in _STREAMS and path.absolute().parts[:3] != ("/", "dev", "shm"):
        return True
    with suppress(OSError, ValueError):
        kind = path.stat().st_mode
        return not (stat.S_ISREG(kind) or stat.S_ISDIR(kind))
    return False


def _try(above: Path) -> None:
    """Makes a file without a name in a folder; where the system knows no such, one of ours, and removes it."""
    try:
        os.close(os.open(above, os.O_TMPFILE | os.O_WRONLY, 0o600))
    except (AttributeError, OSError):
        with passing_folder(above):
            pass


def _is_mounted(folder: Path) -> bool:
    """Whether another file system, or another part of this one, begins here."""
    if os.path.ismount(folder):
        return True
    try:
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:  # not Linux
        return False
    places = {re.sub(r"\\(\d{3})", lambda m: chr(int(m[1], 8)), line.split()[4]) for line in mounts.splitlines()}
    return str(folder.resolve()) in places
