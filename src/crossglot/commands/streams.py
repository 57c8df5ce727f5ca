"""Standard input and output as bytes: data that goes through them is decoded and encoded as in files, unchanged."""

from __future__ import annotations

import errno
import os
import select
import sys
from collections.abc import Iterable
from contextlib import suppress

from crossglot.corpora.opening import Held, encoded
from crossglot.corpora.pipes import read_all
from crossglot.errors import StorageError, UsageError
from crossglot.files import why_not_written

STREAM = "-"
"""The name of a file that means standard input where files are read, standard output where they are written."""

INPUT, OUTPUT = "standard input", "standard output"


def standard_input(wanted: str) -> Held:
    """All bytes of standard input; at a terminal, says what is waited for.

    Args:
        wanted: what is read from it, in a few words.

    Raises:
        UsageError: if it is closed or cannot be read.
        DataError: if it does not end.
    """
    from crossglot.commands.faults import say

    if sys.stdin is None or sys.stdin.closed:
        raise UsageError(f"{INPUT} is closed: name a file")
    if sys.stdin.isatty():
        say(f"reading {wanted} from the terminal; Ctrl-D ends it")
    with suppress(OSError, ValueError):  # a test's replacement of it has no descriptor
        os.set_blocking(sys.stdin.fileno(), True)
    try:
        return Held(INPUT, read_all(sys.stdin.buffer, INPUT))
    except OSError as error:
        raise UsageError(f"{INPUT} cannot be read: {error.strerror or error}") from error


def require_output() -> None:
    """Makes sure, before any work, that there is a standard output.

    Raises:
        UsageError: if it is closed.
    """
    if sys.stdout is None or sys.stdout.closed:
        raise UsageError(f"{OUTPUT} is closed: name a file with --out")


def write_out(pieces: Iterable[str], *, errors: str = "strict") -> None:
    """Writes text to standard output, unchanged: as UTF-8 whatever a terminal's encoding is.

    Args:
        pieces: the text; all of it is made before any is written.
        errors: how lone surrogates are handled, as in `str.encode`.

    Raises:
        StorageError: if it cannot be written; a reader that has gone away is a BrokenPipeError.
    """
    require_output()
    data = b"".join(encoded(pieces, OUTPUT, errors))
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise
        raise unwritable(error) from error


def unwritable(error: OSError) -> StorageError:
    """The error for a standard output that can no longer be written."""
    why, _ = why_not_written(error) or (str(error), "")
    return StorageError(f"{OUTPUT}: cannot be written: {why}")


def finish_output() -> None:
    """Flushes standard output now, since a failure at the interpreter's end could not be reported."""
    if sys.stdout is not None and not sys.stdout.closed:
        sys.stdout.flush()


def settle_output() -> None:
    """Writes what standard output still holds, or gives it up, so that the interpreter's end has nothing to fail at."""
    try:
        finish_output()
    except OSError:
        give_up_output()


def is_unread() -> bool:
    """Whether the reader of standard output has gone away (`… | head`)."""
    try:
        waiting = select.poll()
        waiting.register(sys.stdout.fileno(), 0)
        return bool(waiting.poll(0))
    except (OSError, ValueError, AttributeError):
        return False


def give_up_output() -> None:
    """Detaches standard output, so that what it still holds is not written at the interpreter's end."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
