"""A checkpoint of a training: one safetensors file, replaced whole or not at all, and when one is written."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crossglot import breaking_off
from crossglot.errors import StorageError
from crossglot.files import NotWrittenError, faults_named, whole_file

if TYPE_CHECKING:
    import torch

SECONDS_BETWEEN = 300.0
"""Time between two checkpoints; a training that is shorter never writes one unless it is asked to end."""

MOST_OF_TIME = 0.02
"""Where disks are slow, checkpoints are rarer: writing takes at most this share of the time."""

WORTH_SAVING = 30.0
"""Seconds of work for which a training that is asked to end writes a checkpoint."""

_log = logging.getLogger(__name__)


class DamagedError(StorageError):
    """What a training was to go on from is not what was written."""


def save_checkpoint(path: Path, tensors: Mapping[str, torch.Tensor], counters: Mapping[str, object]) -> None:
    """Writes tensors and counters, so that a kill or power cut at any time leaves the old checkpoint or the new one.

    Args:
        path: the checkpoint; its folder exists.
        tensors: weights and optimizer state.
        counters: plain values, kept as JSON in the file's header.

    Raises:
        NotWrittenError: the disk is full or the folder cannot be written.
    """
    from safetensors.torch import save_file

    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    header = {"counters": json.dumps(dict(counters)), "sha256": _digest(plain)}
    with whole_file(path, durable=True) as half:
        save_file(plain, half, metadata=header)


def load_checkpoint(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Reads back what `save_checkpoint` wrote.

    Raises:
        DamagedError: the file is damaged.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as stored:
            header = stored.metadata() or {}
            counters = json.loads(header["counters"])
            tensors = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118 (not a dict)
        if header.get("sha256", digest := _digest(tensors)) != digest:  # earlier versions wrote none
            raise ValueError("its tensors are not those that were written")
    except (SafetensorError, KeyError, ValueError, OSError) as error:
        raise DamagedError(f"{path}: damaged checkpoint ({error}); delete it to start over") from error
    return tensors, counters


def _digest(tensors: Mapping[str, torch.Tensor]) -> str:
    import torch

    total = hashlib.sha256()
    for name, tensor in sorted(tensors.items()):
        total.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        total.update(tensor.flatten().view(torch.uint8).numpy().data)
    return total.hexdigest()


class Keeper:
    """Writes the checkpoint of a training when it is time to, and gives it back to the same training.

    Args:
        path: the checkpoint.
        told: called after each with the share of the training that is done.
        seconds: time between two; None is `SECONDS_BETWEEN`.
        with_parents: whether folders above the checkpoint's own are made, too; without it, a store that was taken away
            is not made anew.
    """

    def __init__(
        self,
        path: Path,
        told: Callable[[float], None] | None = None,
        *,
        seconds: float | None = None,
        with_parents: bool = False,
    ) -> None:
        self._path, self._told, self._with_parents = path, told, with_parents
        self._seconds = SECONDS_BETWEEN if seconds is None else seconds
        self._last, self._took = time.monotonic(), 0.0
        self._warned = False

    def due(self) -> bool:
        """Whether a checkpoint is to be written now: there is time for it, or the training was asked to end."""
        since = time.monotonic() - self._last
        if breaking_off.asked():
            return since >= min(self._seconds, WORTH_SAVING)
        return since >= max(self._seconds, self._took / MOST_OF_TIME)

    def save(self, share: float, tensors: Mapping[str, torch.Tensor], counters: Mapping[str, object]) -> None:
        """Writes it, `share` of the training being done; one that cannot be written is warned of, once."""
        began = time.monotonic()
        try:
            with faults_named(self._path):
                self._path.parent.mkdir(parents=self._with_parents, exist_ok=True)
            save_checkpoint(self._path, tensors, counters)
            if self._told is not None:
                self._told(share)
        except NotWrittenError as error:
            if not self._warned:
                _log.warning("a training goes on without a checkpoint: %s", str(error).splitlines()[0])
            self._warned = True
        self._last = time.monotonic()
        self._took = self._last - began

    def load(self, identity: Mapping[str, object]) -> tuple[dict[str, torch.Tensor], dict[str, Any]] | None:
        """What was saved last, if that is a sound checkpoint of this very training; else None, and the log says why.

        Args:
            identity: plain values that tell this training from any other; they are to be among the counters, under
                `identity`.
        """
        if not self._path.exists():
            return None
        try:
            tensors, counters = load_checkpoint(self._path)
        except DamagedError as error:
            _log.warning("%s\n  the training begins anew", str(error).partition(";")[0])
            return None
        found = counters.get("identity")
        known = found if isinstance(found, dict) else {}
        wanted = json.loads(json.dumps(identity))
        differing = ", ".join(name for name in wanted if known.get(name) != wanted[name])
        if differing:
            _log.warning("%s: is of another training (%s)\n  the training begins anew", self._path, differing)
            return None
        return tensors, counters

    def drop(self) -> None:
        """Removes the checkpoint of a training that is done, and its folder if nothing else is there."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
            self._path.parent.rmdir()
