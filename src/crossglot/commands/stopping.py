"""What ends a command from outside: Ctrl-C, a polite kill (SIGTERM), a terminal that is closed (SIGHUP).

All three raise KeyboardInterrupt wherever the command is, so that half-written files are removed and workers end. One
message follows, and the customary exit status: 128 plus the signal's number.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

PATIENCE = 3.0
"""Seconds in which further signals are ignored, so that they do not interrupt the tidying up. After them a signal
raises again, in case a library swallowed the first interrupt."""

_came: dict[str, tuple[int, float]] = {}  # "last": the signal that was heeded last, and when


@contextmanager
def heeded() -> Iterator[None]:
    """Surrounds the whole program: these signals stop it, except those that the user had ignored (`nohup`, `trap`)."""
    for one in SIGNALS:
        if signal.getsignal(one) != signal.SIG_IGN:
            signal.signal(one, _stop)
    try:
        yield
    except KeyboardInterrupt:  # before any command had begun
        with suppress(OSError, AttributeError):  # standard error may be closed
            sys.stderr.write("\nstopped\n")
        _leave(exit_status())
    except SystemExit as end:
        if stopped_by() is not None and isinstance(end.code, int):
            _leave(end.code)
        raise
    finally:
        for one in SIGNALS:  # the program is over
            if signal.getsignal(one) is _stop:
                signal.signal(one, signal.SIG_DFL)


def stopped_by() -> int | None:
    """The signal that came, if one did, even where a library turned the interrupt into an error of its own."""
    return _came["last"][0] if "last" in _came else None


def exit_status() -> int:
    """The exit status of a command that was stopped."""
    return 128 + (stopped_by() or signal.SIGINT)


def _stop(number: int, frame: FrameType | None) -> None:
    del frame
    now = time.monotonic()
    if "last" in _came and now - _came["last"][1] < PATIENCE:
        return
    _came["last"] = (number, now)
    raise KeyboardInterrupt


def _leave(status: int) -> None:
    """Ends the process at once, without waiting for libraries that take long to shut down.

    An ordinary exit would not do: where the interrupt came while Python executed text, as in making a named tuple,
    Python ends by the signal and not with the status it is given.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(status)
