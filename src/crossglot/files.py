"""Files and folders written whole or not at all: under a passing name beside their place, then renamed into it.

What passes lies in a folder of its own, `.crossglot-<eight hex digits>.half`, with a lock that the system takes back
when its holder dies: so what a killed process left is told from what a living one is writing, and is swept by whoever
writes beside it next. Modes are those of the user's umask, whatever the library that wrote a file had in mind.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import re
import secrets
import shutil
import stat
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from crossglot.errors import CrossglotError, StorageError, UsageError
from crossglot.remedies import way

PASSING = re.compile(r"\.crossglot-[0-9a-f]{8}\.half")
LOCK = "lock"
REPLACED = "replaced"

_FULL = ("No space left on device", "Disk quota exceeded", "os error 28", "os error 122")  # as Rust libraries word it
NO_LOCKS = (errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK, errno.ENOSYS, errno.EINVAL)
_STREAMS = (("/", "dev"), ("/", "proc"))

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
    if _is_stream(path):
        with faults_named(path):
            yield path
        return
    with faults_named(path):
        place = _place(path)
        if place.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        place.parent.mkdir(parents=True, exist_ok=True)
        with _passing(place.parent) as passing:
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
        with _passing(folder) as passing:
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
        place = _place(path)
        _check_replaceable(path, place, may_replace)
        place.parent.mkdir(parents=True, exist_ok=True)
        with _passing(place.parent) as passing:
            half = passing / place.name
            half.mkdir()
            with _named_by_place(half, path):
                yield half
            for left in list(half.rglob(".crossglot-*.half")):  # whose removal failed
                sweep(left.parent)
            _give_modes(half, passing)
            if durable:
                _sync(half)
            _check_replaceable(path, place, may_replace)
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


def check_file_place(path: Path | str) -> None:
    """Makes sure, before any work, that a file can be written there; leaves nothing behind.

    Raises:
        NotWrittenError: if it cannot, with the reason.
    """
    path = Path(path)
    with faults_named(path):
        if _is_stream(path):
            return
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        _try(_nearest(_place(path)))
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
        place = _place(path)
        _check_replaceable(path, place, may_replace)
        _try(_nearest(place))


def check_working_folder(path: Path | str) -> None:
    """Makes sure, before any work, that files can be written into this folder, which need not be there yet.

    Raises:
        NotWrittenError: if they cannot, with the reason.
    """
    path = Path(path)
    with faults_named(path):
        _try(_nearest(_place(path) / "any"))


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


@contextmanager
def _named_by_place(half: Path, path: Path) -> Iterator[None]:
    """Lets an error about what passes (or a file in it) name the place where it is wanted."""
    try:
        yield
    except NotWrittenError as error:
        place = Path(str(error.path).replace(str(half), str(path)))
        raise NotWrittenError(place, error.why, error.remedy) from error


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


@contextmanager
def _passing(parent: Path) -> Iterator[Path]:
    """A locked folder beside the place where something is wanted, gone when the block ends."""
    sweep(parent)
    passing, lock = _make_passing(parent)
    try:
        yield passing
    finally:
        with suppress(OSError):
            _clear(passing)
        os.close(lock)


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
            if error.errno in NO_LOCKS:  # never swept by others, then, as they cannot lock it either
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


def _place(path: Path) -> Path:
    """Where a path leads to, in full; no place that cannot be."""
    if "\0" in str(path):
        raise NotWrittenError(repr(str(path)), "a name cannot hold the character U+0000")
    place = Path(os.path.realpath(path)) if path.is_symlink() else path.absolute()
    if place.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    above = _nearest(place)
    longest = os.pathconf(above, "PC_NAME_MAX")
    if any(len(os.fsencode(name)) > longest for name in place.relative_to(above).parts):
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG), str(place))
    return place


def _nearest(place: Path) -> Path:
    """The nearest folder above a place that is there already."""
    above = place.parent
    while not os.path.lexists(above):
        above = above.parent
    if not above.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(above))
    return above


def _try(above: Path) -> None:
    """Makes a file without a name in a folder; where the system knows no such, one of ours, and removes it."""
    try:
        os.close(os.open(above, os.O_TMPFILE | os.O_WRONLY, 0o600))
    except (AttributeError, OSError):
        with _passing(above):
            pass


def _check_replaceable(path: Path, place: Path, may_replace: Callable[[Path], object] | None) -> None:
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


def _sync(written: Path) -> None:
    """Has the system write a file, or a folder and all in it, to the disk."""
    for path in (*(written.rglob("*") if written.is_dir() else ()), written):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        except OSError as error:
            if error.errno != errno.EINVAL:  # some file systems cannot sync folders
                raise
        finally:
            os.close(handle)


def _is_stream(path: Path) -> bool:
    """Whether this is no place for a file that is renamed into it: a pipe, a terminal, a device."""
    if path.absolute().parts[:2] in _STREAMS and path.absolute().parts[:3] != ("/", "dev", "shm"):
        return True
    with suppress(OSError, ValueError):
        kind = path.stat().st_mode
        return not (stat.S_ISREG(kind) or stat.S_ISDIR(kind))
    return False
