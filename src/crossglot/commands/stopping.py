"""What ends a command from outside: Ctrl-C, a polite kill (SIGTERM), a closed terminal (SIGHUP), a warning (SIGUSR1).

All raise KeyboardInterrupt wherever the command is, so that half-written files are removed and workers end. Where more
than a moment is left, as with SIGTERM and with the warning that batch systems send before a time limit, a training
writes a checkpoint first. One message follows, and the customary exit status: 128 plus the signal's number.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from crossglot import breaking_off

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1)

TIME_LEFT = {signal.SIGTERM: 20.0, signal.SIGUSR1: 60.0}
"""Seconds that a training has for its checkpoint: SLURM, Kubernetes and systemd kill 30 and more seconds after SIGTERM;
how long before the time limit SIGUSR1 comes is for the user to say."""

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
    signal.signal(signal.SIGALRM, _time_is_up)
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
    insists = breaking_off.asked()
    _came["last"] = (number, now)
    seconds = TIME_LEFT.get(signal.Signals(number))
    if seconds is None or insists:
        raise KeyboardInterrupt
    if not breaking_off.ask():
        raise breaking_off.TimeToSave(seconds)
    signal.setitimer(signal.ITIMER_REAL, seconds)


def _time_is_up(number: int, frame: FrameType | None) -> None:
    del number, frame
    if breaking_off.asked():
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
