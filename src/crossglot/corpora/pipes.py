"""What can be read only once: pipes and terminals. All of it is read at once, within a bound."""

from __future__ import annotations

import os
import select
import stat
from pathlib import Path
from typing import IO

from crossglot.errors import DataError

MOST = 1 << 30
"""Bytes that are taken from what may be fed for ever."""

PATIENCE = 1.0
"""Seconds that a named pipe is given until somebody opens it to write; how long they then take is theirs to say."""

_ONCE = "Save it to a file first."


def is_read_once(path: Path) -> bool:
    """Whether `path` is there and is neither a file nor a folder."""
    return path.exists() and not path.is_file() and not path.is_dir()


def read_once(path: Path) -> bytes:
    """All that comes through a pipe (`/dev/stdin`, `<(…)`, a FIFO), or is typed at a terminal.

    Raises:
        DataError: for a device, which has no end; for a pipe that nobody writes into, or that gives over `MOST` bytes.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISFIFO(mode):
            return _from_pipe(path)
        if stat.S_ISCHR(mode):
            with path.open("rb", buffering=0) as device:
                if os.isatty(device.fileno()) or path.samefile(os.devnull):
                    return read_all(device, path)
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror or error})", path=path) from error
    raise DataError("is a device, not a file", path=path, remedy="Give a file, or a pipe.")


def read_all(file: IO[bytes], name: Path | str) -> bytes:
    """All bytes of something without an end of its own; `name` is what the error calls it.

    Raises:
        DataError: if there are more than `MOST`.
    """
    parts, size = [], 0
    while part := file.read(1 << 20):
        parts.append(part)
        size += len(part)
        if size > MOST:
            raise DataError(f"more than {MOST >> 30} GiB came through a pipe", path=name, remedy=_ONCE)
    return b"".join(parts)


def _from_pipe(path: Path) -> bytes:
    """All that comes through a pipe that somebody writes into.

    Opened plainly, a FIFO that nobody writes into holds up its reader for ever, without a word.
    """
    pipe = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(pipe, "rb", buffering=0) as file:
        waiting = select.poll()
        waiting.register(pipe, select.POLLIN)
        first = b""
        if not waiting.poll(1000 * PATIENCE):
            try:
                first = os.read(pipe, 1)
            except BlockingIOError:  # it is open to write, and what comes comes late
                pass
            else:
                if not first:
                    what = "is a pipe or device, not a file, and nobody writes into it"
                    raise DataError(what, path=path, remedy=_ONCE)
        os.set_blocking(pipe, True)
        return first + read_all(file, path)
