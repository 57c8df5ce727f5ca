"""What ends a command from outside: Ctrl-C, a polite kill (SIGTERM), a terminal that is closed (SIGHUP).

All three are one thing: KeyboardInterrupt where the command stands, so that whatever is half-written goes and workers
end; then one message and the customary exit status, 128 and the signal's number.
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
"""Seconds in which a further signal says nothing new: the command is being tidied up and shall not be interrupted in
that. After them it raises again, should a library have swallowed the first."""

_came: dict[str, tuple[int, float]] = {}  # "last": the signal that was heeded last, and when


@contextmanager
def heeded() -> Iterator[None]:
    """The whole of a program, which these signals stop, but for those that the user had ignored (`nohup`, `trap`)."""
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
        for one in SIGNALS:  # all is said and done
            if signal.getsignal(one) is _stop:
                signal.signal(one, signal.SIG_DFL)


def stopped_by() -> int | None:
    """The signal that came, if one did: some libraries turn the interrupt into an error of their own."""
    return _came["last"][0] if "last" in _came else None


def exit_status() -> int:
    """What a command that was stopped ends with."""
    return 128 + (stopped_by() or signal.SIGINT)


def _stop(number: int, frame: FrameType | None) -> None:
    del frame
    now = time.monotonic()
    if "last" in _came and now - _came["last"][1] < PATIENCE:
        return
    _came["last"] = (number, now)
    raise KeyboardInterrupt


def _leave(status: int) -> None:
    """Ends the process as it stands: libraries that take their time over their own ends are not waited for.

    Python itself would end by the signal, whatever status it is given, where the interrupt came in text that it was
    executing, as in the making of a named tuple.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(status)
