"""Curves of a training in event files, as TensorBoard reads them."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tensorboardX.record_writer import RecordWriter

_log = logging.getLogger(__name__)


class Curves:
    """Curves in a folder. A training that goes on after a break continues them: see `add`.

    A file that can no longer be written is said once, and no reason to end the training.

    Args:
        folder: for the event files; there need not be one yet.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._writer: RecordWriter | None = None
        self._given_up = False

    def add(self, step: int, values: Mapping[str, float], *, void_from: int | None = None) -> None:
        """Adds a point to each curve, and writes it out at once: a kill loses nothing that was added before.

        A training that was broken off may have left points behind its last checkpoint. Those that the folder has of
        the first step that is added here, and of later ones, count as taken back: readers leave them out.

        Args:
            step: of the training; never less than at the last call.
            values: by curve.
            void_from: the first step whose points are taken back instead.
        """
        if self._given_up:
            return
        from tensorboardX.summary import scalar

        try:
            if self._writer is None:
                self._writer = self._opened(step if void_from is None else void_from)
            for name, value in values.items():
                self._writer.write(_event(step, summary=scalar(name, value)))
            self._writer.flush()
        except OSError as error:
            self._give_up(error)

    def close(self) -> None:
        """Nothing more is added."""
        if self._writer is not None and not self._given_up:
            try:
                self._writer.close()
            except OSError as error:
                self._give_up(error)

    def _opened(self, void_from: int) -> RecordWriter:
        """A new file, and in it that what stands in earlier ones from a step on is void.

        tensorboardX's own `SummaryWriter` writes from a thread, and waits for ever where that has met a full disk.
        """
        from tensorboardX.proto.event_pb2 import SessionLog
        from tensorboardX.record_writer import RecordWriter

        self._folder.mkdir(parents=True, exist_ok=True)
        # Files are read in the order of their names.
        writer = RecordWriter(str(self._folder / f"events.out.tfevents.{time.time_ns()}"))
        writer.write(_event(0, file_version="brain.Event:2"))
        writer.write(_event(void_from, session_log=SessionLog(status=SessionLog.START)))
        return writer

    def _give_up(self, error: OSError) -> None:
        self._given_up = True
        if self._writer is not None:
            with suppress(OSError):  # it tries once more to write what it could not
                self._writer.close()
        _log.warning("%s: the curves end here, the training goes on: %s", self._folder, error.strerror or error)


def _event(step: int, **content: Any) -> bytes:
    from tensorboardX.proto.event_pb2 import Event

    written: bytes = Event(wall_time=time.time(), step=step, **content).SerializeToString()
    return written
