"""A checkpoint of pretraining: one safetensors file, replaced whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crossglot.errors import StorageError

if TYPE_CHECKING:
    import torch


def save_checkpoint(path: Path, tensors: Mapping[str, torch.Tensor], counters: Mapping[str, object]) -> None:
    """Writes tensors and counters, so that a kill or power cut at any time leaves the old checkpoint or the new one.

    Args:
        path: the checkpoint; its folder exists.
        tensors: weights and optimizer state.
        counters: plain values, kept as JSON in the file's header.

    Raises:
        StorageError: the disk is full or the folder cannot be written.
    """
    from safetensors.torch import save_file

    fresh = path.with_name(path.name + ".new")
    try:
        plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
        save_file(plain, fresh, metadata={"counters": json.dumps(dict(counters))})
        with fresh.open("rb") as written:
            os.fsync(written.fileno())
        fresh.replace(path)
    except Exception as error:  # safetensors reports a full disk as its own error
        with suppress(OSError):
            fresh.unlink()
        raise StorageError(
            f"{path}: the checkpoint cannot be written ({error}); free some space and run again"
        ) from error


def load_checkpoint(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Reads back what `save_checkpoint` wrote.

    Raises:
        StorageError: the file is damaged.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as stored:
            counters = json.loads((stored.metadata() or {})["counters"])
            return {name: stored.get_tensor(name) for name in stored.keys()}, counters  # noqa: SIM118 (not a dict)
    except (SafetensorError, KeyError, ValueError, OSError) as error:
        raise StorageError(f"{path}: damaged checkpoint ({error}); delete it to start over") from error
