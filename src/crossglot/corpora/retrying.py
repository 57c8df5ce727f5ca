"""When a download is tried again, and after how long: as the server asks, else after a while that grows."""

from __future__ import annotations

import logging
import random
import time
from email.message import Message
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from threading import Event

from crossglot.errors import DataError

_log = logging.getLogger(__name__)

PASSING_STATUS = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)  # fmt: skip
"""What a server may say now and not in a minute."""

TRIES = 5
"""Attempts in a row that bring nothing, after which it is given up."""
UNANSWERED = 2
"""Of those, attempts without any answer."""
MOST_TRIES = 60
"""Attempts in all: a connection that breaks off again and again brings a file of the largest size in as many."""
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
"""Seconds: each wait is twice the one before it."""
LONGEST_ASKED = 120.0
"""Seconds that a server may ask for; where it asks for more, the user is told so instead."""
SAID = 5.0
"""Seconds of a wait that is said."""


class PassingError(Exception):
    """An attempt that failed and may succeed if it is made again.

    Args:
        error: what the user is told if it does not.
        asked: seconds that the server asked for.
        answered: whether there was any answer at all.
    """

    def __init__(self, error: DataError, *, asked: float | None = None, answered: bool = True) -> None:
        super().__init__(str(error))
        self.error, self.asked, self.answered = error, asked, answered


class Tries:
    """The attempts at one address so far."""

    def __init__(self, stop: Event) -> None:
        self._stop = stop
        self._vain = self._unanswered = self._all = 0

    def failed(self, fault: PassingError, *, gained: bool) -> None:
        """Waits until the next attempt; `gained`: whether this one has brought bytes that the next goes on from.

        Raises:
            DataError: the fault's, where there is to be none, or the server asks for too long a wait.
        """
        self._all += 1
        self._vain = 0 if gained else self._vain + 1
        self._unanswered = 0 if fault.answered else self._unanswered + 1
        if self._vain >= TRIES or self._unanswered >= UNANSWERED or self._all >= MOST_TRIES:
            raise fault.error from fault
        seconds = fault.asked
        if seconds is None:
            grown = min(FIRST_WAIT * 2 ** max(self._vain - 1, 0), LONGEST_WAIT)
            seconds = grown * random.uniform(0.75, 1.25)  # noqa: S311 - so that not all come back at once
        elif seconds > LONGEST_ASKED:
            what = f"{fault.error.what}, and asks to be left alone for {seconds:.0f} seconds"
            raise DataError(what, path=fault.error.path, remedy="Try again then: what has come in is kept.") from fault
        if seconds >= SAID:
            _log.warning("%s: %s; it is tried again in %.0f seconds", fault.error.path, fault.error.what, seconds)
        if pause(seconds, self._stop):
            raise DataError("was stopped", path=fault.error.path, remedy="Give the same command again.")


def pause(seconds: float, stop: Event) -> bool:
    """Waits; True if it was stopped meanwhile."""
    return stop.wait(seconds)


def asked_wait(headers: Message) -> float | None:
    """Seconds that a server asks to be left alone for (Retry-After: seconds, or a date); None if it does not."""
    said = str(headers.get("Retry-After", "")).strip()
    if said.isascii() and said.isdigit() and len(said) < 10:
        return float(said)
    try:
        return max(parsedate_to_datetime(said).timestamp() - time.time(), 0.0)
    except (TypeError, ValueError, OverflowError):
        return None
