"""Steps for which the memory does not suffice: an error of the user's, whichever library ran out first."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from crossglot.engine.step import Step
from crossglot.errors import CrossglotError
from crossglot.remedies import way, ways
from crossglot.runtime import VISIBLE


def more_memory() -> str:
    """What to do if there is too little."""
    return ways(way("run fewer at the same time", "jobs"), "take a smaller encoder", "take less text")


class OutOfMemoryError(CrossglotError):
    """The memory does not suffice for a step."""


# How the system, torch on CPUs, torch on GPUs and C++ word it; Python raises MemoryError.
_WORDINGS = ("cannot allocate memory", "can't allocate memory", "not enough memory", "out of memory", "bad_alloc")


@contextmanager
def memory_named(step: Step) -> Iterator[None]:
    """Turns what a step raises for want of memory into an error that says so.

    Raises:
        OutOfMemoryError: if the memory did not suffice.
    """
    try:
        yield
    except CrossglotError:
        raise
    except Exception as error:
        if not _is_out_of_memory(error):
            raise
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        seen = os.environ.get(VISIBLE)
        if seen and "cuda" in first.lower():  # which calls the first of these GPU 0
            first = f"{first}; {VISIBLE}={seen}"
        raise OutOfMemoryError(f"'{step.title}': the memory does not suffice ({first})\n  {more_memory()}") from error


def _is_out_of_memory(error: Exception) -> bool:
    return isinstance(error, MemoryError) or any(words in str(error).lower() for words in _WORDINGS)


def kills_for_memory() -> int | None:
    """How many processes the system has killed since it was started because its memory ran out; None if unknown."""
    with suppress(OSError, ValueError):
        lines = Path("/proc/vmstat").read_text(encoding="ascii").splitlines()
        return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), None)
    return None
