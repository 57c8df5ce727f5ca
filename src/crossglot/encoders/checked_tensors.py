"""Tensors of a folder's weights, checked against the shapes that are wanted as they are read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from crossglot.encoders.model_files import in_brief
from crossglot.encoders.weight_files import FLOATS, WEIGHTS, read_headers
from crossglot.errors import ModelError

if TYPE_CHECKING:
    import torch


def read_checked(
    folder: Path, shapes: Mapping[str, tuple[int, ...]], *, what: str, why: str
) -> dict[str, torch.Tensor]:
    """Tensors by name, in fp32.

    Args:
        folder: where the weights are.
        shapes: what they are called, and their shapes.
        what: whose they are, for messages: `tagger`.
        why: what wants these shapes, likewise.

    Raises:
        ModelError: if they are not there, of other shapes or no floats, or not finite.
    """
    from safetensors import safe_open

    tensors = read_headers(folder)
    found = {}
    for name, shape in shapes.items():
        tensor = tensors.get(name)
        if tensor is None:
            raise ModelError(f"{folder / WEIGHTS}: this {what} is damaged: it has no {name}")
        if tensor.shape != shape or tensor.dtype not in FLOATS:
            raise ModelError(
                f"{tensor.file}: this {what} is damaged: {name} is {tensor.dtype} of the shape "
                f"{list(tensor.shape)}, where {why} want {list(shape)}"
            )
        try:
            with safe_open(tensor.file, framework="pt") as file:
                found[name] = file.get_tensor(name).float()
        except Exception as error:  # safetensors' own errors, and others that pass through it
            raise ModelError(f"{tensor.file}: this {what} is damaged: {in_brief(error)}") from error
        if not found[name].isfinite().all():
            raise ModelError(f"{tensor.file}: this {what} is damaged: {name} is not finite")
    return found
