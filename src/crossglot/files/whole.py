"""Files and folders written whole or not at all: under a passing name beside their place, then renamed into it.

Modes are those of the user's umask, whatever the library that wrote a file had in mind.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from crossglot.files.faults import NotWrittenError, faults_named
from crossglot.files.passing import LOCK, REPLACED, passing_folder, sweep
from crossglot.files.places import check_replaceable, is_stream, place_of


@contextmanager
def whole_file(path: Path | str, *, durable: bool = False) -> Iterator[Path]:
    """A path to write to; what is written there stands at `path` once the block ends, and not before.

    If the block fails, what was at `path` is still there. Links are followed; to a pipe or terminal it is written
    directly. Missing folders above are made.

    Args:
        path: where the file is wanted.
        durable: whether it is on the disk, not only in the system's memory, before anything is replaced.

    Raises:
        NotWrittenError: if it cannot be written, with the reason.
    """
    path = Path(path)
    if is_stream(path):
        with faults_named(path):
            yield path
        return
    with faults_named(path):
        place = place_of(path)
        if place.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        place.parent.mkdir(parents=True, exist_ok=True)
        with passing_folder(place.parent) as passing:
            if place.exists() and not os.access(place, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            half = passing / place.name
            with _named_by_place(half, path):
                yield half
            _put_file(half, place, passing, durable=durable)


@contextmanager
def whole_files(folder: Path, *, durable: bool = False) -> Iterator[Path]:
    """A folder to write files into, each of which stands in `folder`, whole, once the block ends, and not before.

    For libraries that write several files at once. The others in the folder stay; a kill at the end may leave some of
    the files in their place and some not.

    Raises:
        NotWrittenError: if they cannot be written, with the reason.
    """
    with faults_named(folder), scratch_folder(folder) as half:
        yield half
        for path in sorted(half.iterdir()):
            _put_file(path, folder / path.name, half.parent, durable=durable)


@contextmanager
def scratch_folder(folder: Path) -> Iterator[Path]:
    """A folder in another for what only passes; gone when the block ends, or swept if the process is killed.

    Raises:
        NotWrittenError: if it cannot be made.
    """
    with faults_named(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with passing_folder(folder) as passing:
            half = passing / "files"
            half.mkdir()
            with _named_by_place(half, folder):
                yield half


@contextmanager
def whole_folder(
    path: Path | str, *, durable: bool = False, may_replace: Callable[[Path], object] | None = None
) -> Iterator[Path]:
    """A folder to write into, which stands at `path` once the block ends, and not before.

    If the block fails, what was at `path` is still there.

    Args:
        path: where the folder is wanted; links are followed, missing folders above are made.
        durable: as for `whole_file`.
        may_replace: called with a folder that is there already and not empty; raises if it has to stay. Without it, any
            such folder stays.

    Raises:
        NotWrittenError: if it cannot be written, with the reason.
        UsageError: if a folder is there that has to stay.
    """
    path = Path(path)
    with faults_named(path):
        place = place_of(path)
        check_replaceable(path, place, may_replace)
        place.parent.mkdir(parents=True, exist_ok=True)
        with passing_folder(place.parent) as passing:
            half = passing / place.name
            half.mkdir()
            with _named_by_place(half, path):
                yield half
            for left in list(half.rglob(".crossglot-*.half")):  # whose removal failed
                sweep(left.parent)
            _give_modes(half, passing)
            if durable:
                _sync_all(half)
            check_replaceable(path, place, may_replace)
            _put_folder(half, place, passing)
            if durable:
                _sync(place.parent)


def write_whole(path: Path | str, content: str | bytes, *, durable: bool = False) -> None:
    """Writes a file whole or not at all; text as UTF-8.

    Raises:
        NotWrittenError: if it cannot be written, with the reason.
    """
    with whole_file(path, durable=durable) as half:
        half.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)


@contextmanager
def _named_by_place(half: Path, path: Path) -> Iterator[None]:
    """Lets an error about what passes (or a file in it) name the place where it is wanted."""
    try:
        yield
    except NotWrittenError as error:
        place = Path(str(error.path).replace(str(half), str(path)))
        raise NotWrittenError(place, error.why, error.remedy) from error


def _put_file(half: Path, place: Path, passing: Path, *, durable: bool) -> None:
    _give_modes(half, passing)
    if durable:
        _sync(half)
    half.replace(place)
    if durable:
        _sync(place.parent)


def _put_folder(half: Path, place: Path, passing: Path) -> None:
    """Renames a folder into its place, in one stroke where the system can."""
    if not place.exists():
        half.rename(place)
        return
    half.chmod(stat.S_IMODE(place.stat().st_mode))
    sweep(place)
    if not any(place.iterdir()):
        half.rename(place)
    elif not _exchange(half, place):
        old = passing / REPLACED / place.name
        old.parent.mkdir()
        place.rename(old)
        try:
            half.rename(place)
        except OSError:
            old.rename(place)
            raise


def _exchange(one: Path, other: Path) -> bool:
    """Swaps the names of two folders; False where the system or its file system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    swap = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    return swap is not None and swap(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0


def _give_modes(written: Path, passing: Path) -> None:
    """Gives a file, or a folder and all in it, the modes that the system gave our own under the user's umask."""
    folders, files = (stat.S_IMODE(path.stat().st_mode) & 0o777 for path in (passing, passing / LOCK))
    for path in (written, *(written.rglob("*") if written.is_dir() else ())):
        known = path.lstat().st_mode
        wanted = folders if stat.S_ISDIR(known) else files
        if (stat.S_ISDIR(known) or stat.S_ISREG(known)) and known & 0o777 != wanted:
            path.chmod(stat.S_IMODE(known) & ~0o777 | wanted)


def _sync_all(folder: Path) -> None:
    """Has the system write a folder of ours and all in it to the disk."""
    for path in (*folder.rglob("*"), folder):
        _sync(path)


def _sync(path: Path) -> None:
    """Has the system write a file, or a folder's list of names, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some file systems cannot sync folders
            raise
    finally:
        os.close(handle)
