"""How a message names the setting that helps: an option of the command, a field of the study, or an argument.

What fails deep inside is often mended by a setting of the caller; the caller decides how it is called, and whether
there is one at all: `crossglot run` has its corpora from a study, `crossglot data check` asks for none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Naming = Callable[[str], str]
"""From a setting, by its name in Python (`learning_rate`), to what the caller calls it; to nothing if he has none."""

_naming: ContextVar[Naming] = ContextVar("naming", default=str)


@contextmanager
def settings_called(naming: Naming) -> Iterator[None]:
    """Within the block, remedies call settings so."""
    before = _naming.set(naming)
    try:
        yield
    finally:
        _naming.reset(before)


def called(name: str, value: str = "") -> str:
    """`--corpus es=NAME` or `corpora es=NAME`, as the caller has it; nothing if the caller has no such setting."""
    here = _naming.get()(name)
    return f"{here} {value}".rstrip() if here else ""


def way(what: str, name: str, value: str = "") -> str:
    """One thing to do, with a setting: `skip such sentences (--lenient)`; nothing if the caller has no such setting."""
    here = called(name, value)
    return f"{what} ({here})" if here else ""


def ways(*each: str) -> str:
    """Those that there are, in one sentence: `mend it, leave it out, or skip it (--lenient)`."""
    there = [one for one in each if one]
    if len(there) < 3:
        return " or ".join(there)
    return f"{', '.join(there[:-1])}, or {there[-1]}"
