"""The piece embedding of an encoder, read from its file row by row as pieces occur.

In a multilingual encoder it is most of the weights, and a treebank has pieces for a tenth of its rows. Mapped from the
file, rows that do not occur take no memory, and processes of one machine share those that do.
"""

from __future__ import annotations

import ctypes
import mmap
import sys
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, ClassVar, Self

import torch
from safetensors import safe_open
from torch import nn
from torch.nn import functional

from crossglot.encoders.weight_files import Tensor, own_name

if TYPE_CHECKING:
    from transformers import PreTrainedModel

DONT_NEED = 4
"""What sys/mman.h of Linux calls MADV_DONTNEED."""
BLOCK = 8192
"""Rows that are compared at a time."""


class RowsAtRest(nn.Module):
    """An embedding with a buffer of rows that stay as they lie: a change of precision is one of what it looks up."""

    AT_REST: ClassVar[str]
    """The name of that buffer."""

    def _apply(self, fn: Callable[[torch.Tensor], torch.Tensor], recurse: bool = True) -> Self:
        rows: torch.Tensor = getattr(self, self.AT_REST)
        moved = fn(rows[:0]).device != rows.device
        if not moved:
            self._buffers[self.AT_REST] = None  # which is passed over
        try:
            super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        finally:
            if not moved:
                self._buffers[self.AT_REST] = rows
        return self


class MappedRows(RowsAtRest):
    """An embedding whose rows, fp32 or fp16, are looked up where they lie; fp16 become fp32, which loses nothing.

    Where the module is cast to another precision, what was looked up is.
    """

    AT_REST = "rows"
    rows: torch.Tensor
    like: torch.Tensor

    def __init__(self, rows: torch.Tensor, padding_idx: int | None) -> None:
        super().__init__()
        self.padding_idx = padding_idx
        self.register_buffer("rows", rows, persistent=False)  # no parameter: nothing trains it
        self.register_buffer("like", torch.empty(0), persistent=False)  # of the precision that vectors come in

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Vectors of pieces."""
        return functional.embedding(ids, self.rows).to(self.like.dtype)


def copied(model: PreTrainedModel) -> PreTrainedModel:
    """A copy of the model with weights of its own, but for rows at rest, which nobody changes."""
    at_rest = [module for module in model.modules() if isinstance(module, RowsAtRest)]
    rows = [getattr(module, module.AT_REST) for module in at_rest]
    return deepcopy(model, {id(one): one for one in rows})


def map_embedding(model: PreTrainedModel, tensors: Mapping[str, Tensor]) -> None:
    """Lets the model look its pieces up in its file, where the rows there are those that it has.

    Args:
        model: on the CPU, in fp32.
        tensors: of its files, from `read_headers`.
    """
    embedding = model.get_input_embeddings()
    if type(embedding) is not nn.Embedding:
        return
    names = [name for name, weight in model.named_parameters(remove_duplicate=False) if weight is embedding.weight]
    for name, tensor in tensors.items():
        if [own_name(name, model.base_model_prefix)] != names or tensor.dtype not in ("F32", "F16"):
            continue
        with safe_open(tensor.file, framework="pt") as file:
            rows = file.get_tensor(name)
        blocks = (slice(start, start + BLOCK) for start in range(0, len(rows), BLOCK))
        if all(torch.equal(rows[block].float(), embedding.weight[block]) for block in blocks):
            model.set_input_embeddings(MappedRows(rows, embedding.padding_idx))
            _forget(rows)


def _forget(mapped: torch.Tensor) -> None:
    """Takes the pages that were read out of this process; those that are read again come back by themselves."""
    if sys.platform != "linux":
        return
    start, end = mapped.data_ptr(), mapped.data_ptr() + mapped.nbytes
    start, end = -(-start // mmap.PAGESIZE) * mmap.PAGESIZE, end // mmap.PAGESIZE * mmap.PAGESIZE
    if end > start:
        ctypes.CDLL(None).madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), DONT_NEED)
