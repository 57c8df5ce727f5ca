"""A checkpoint of pretraining: one safetensors file, replaced whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crossglot.errors import StorageError
from crossglot.files import whole_file

if TYPE_CHECKING:
    import torch


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
    with whole_file(path, durable=True) as half:
        save_file(plain, half, metadata={"counters": json.dumps(dict(counters))})


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
