"""Breaking off with something saved: a training that is asked to end writes a checkpoint first, and then ends.

A signal may come anywhere, also where weights are half changed. So nothing is saved there: the training is asked, and
looks whether it was after each of its steps. What cannot save anything is interrupted at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


class TimeToSave(KeyboardInterrupt):
    """The program is to end, and has `seconds` in which trainings in other processes may save what they have."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


@dataclass(slots=True)
class _State:
    heeding: int = 0
    asked: bool = False


_here = _State()


@contextmanager
def heeding() -> Iterator[None]:
    """In the block, `leave_if_asked` is called every few seconds; and once more, when all such blocks have ended."""
    _here.heeding += 1
    try:
        yield
    finally:
        _here.heeding -= 1
    if not _here.heeding:
        leave_if_asked()


def ask() -> bool:
    """Asks what runs in this process to save what it has and to end; False if nothing here heeds that."""
    _here.asked = _here.heeding > 0
    return _here.asked


def asked() -> bool:
    """Whether it was asked, and has not ended yet."""
    return _here.asked


def leave_if_asked() -> None:
    """Ends the program if that was asked.

    Raises:
        KeyboardInterrupt: as the signal itself would have done.
    """
    if _here.asked:
        _here.asked = False
        raise KeyboardInterrupt
