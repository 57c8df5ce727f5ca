"""Inference on CPUs with GELU and residual added to a matrix product while it is in the cache, or at least in place.

What follows a linear layer of torch's writes the whole result once more, into other memory. With AVX-512 oneDNN adds
bias, GELU and residual as it stores the product. With AVX2 alone its GELU is slow (384 to 1,536 numbers for 4,096
pieces, on one core of an EPYC: 98 ms, of torch's product and GELU 70): there the product is torch's, and what follows
is done in place.
"""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from crossglot.encoders.trial import some_hidden

if TYPE_CHECKING:
    from transformers import PreTrainedModel

TOLERANCE = {torch.float32: 1e-5, torch.bfloat16: 0.05}
"""Largest difference taken for rounding: its root mean square in units of the hidden states'."""

WIDEST_IN_FP32 = 512
"""Hidden size up to which fp32 gains: in wider layers the products take all the time, and torch's are as fast."""


def fused(model: PreTrainedModel) -> PreTrainedModel:
    """A copy for inference that computes the same hidden states faster; the model itself where there is none.

    There is one for a model in evaluation mode on a CPU whose torch has oneDNN's products, if its layers are built like
    BERT's and the copy passes a check: hidden states of two short sequences. The copy shares its weights with the
    model: it takes next to no memory and follows them where they change in place, has no gradients, and is not to be
    cast or moved.
    """
    if model.training or model.device.type != "cpu" or model.dtype not in TOLERANCE or not _has_products():
        return model
    if model.dtype == torch.float32 and model.config.hidden_size > WIDEST_IN_FP32:
        return model
    weights = chain(model.parameters(), model.buffers())
    copy = deepcopy(model, {id(weight): weight for weight in weights})
    return copy if _fuse(copy) and _agrees(copy, model) else model


class Product(nn.Module):
    """A linear layer, with or without a GELU behind it."""

    def __init__(self, linear: nn.Linear, after: str = "none") -> None:
        super().__init__()
        self.weight, self.bias, self.after = linear.weight, linear.bias, after

    def forward(self, hidden_states: torch.Tensor) -> torch.Tensor:
        """(…, inputs) to (…, outputs)."""
        product: torch.Tensor
        if _by_onednn(self.weight.dtype):
            product = torch.ops.mkldnn._linear_pointwise(hidden_states, self.weight, self.bias, self.after, [], "none")
        else:
            product = nn.functional.linear(hidden_states, self.weight, self.bias)
            product = torch.ops.aten.gelu_(product) if self.after == "gelu" else product
        return product


class ResidualProduct(nn.Module):
    """A linear layer, the block's inputs added to its outputs, and a norm over the sum."""

    def __init__(self, linear: nn.Linear, norm: nn.Module) -> None:
        super().__init__()
        self.weight, self.bias, self.norm = linear.weight, linear.bias, norm

    def forward(self, hidden_states: torch.Tensor, input_tensor: torch.Tensor) -> torch.Tensor:
        """(…, inputs) and (…, outputs) to (…, outputs)."""
        if _by_onednn(self.weight.dtype):
            binary = torch.ops.mkldnn._linear_pointwise.binary
            total = binary(hidden_states, input_tensor, self.weight, self.bias, "add")
        else:
            total = nn.functional.linear(hidden_states, self.weight, self.bias).add_(input_tensor)
        normed: torch.Tensor = self.norm(total)
        return normed


def _has_products() -> bool:
    return bool(torch.backends.mkldnn.is_available()) and hasattr(  # type: ignore[no-untyped-call]
        getattr(torch.ops.mkldnn, "_linear_pointwise", None), "binary"
    )


@cache
def _by_onednn(dtype: torch.dtype) -> bool:
    """Whether oneDNN's products are the faster ones here."""
    return dtype != torch.float32 or "AVX512" in torch.backends.cpu.get_cpu_capability()


def _fuse(model: nn.Module) -> bool:
    """Replaces layers in place; false for an architecture without BERT's pair of a linear layer and an exact GELU."""
    from transformers.activations import GELUActivation

    pairs: list[Any] = [
        module
        for module in model.modules()
        if _is_linear(module, "dense") and type(getattr(module, "intermediate_act_fn", None)) is GELUActivation
    ]
    for pair in pairs:
        pair.dense, pair.intermediate_act_fn = Product(pair.dense, "gelu"), nn.Identity()
    for module in list(model.modules()) if pairs else ():
        children: list[tuple[str, Any]] = list(module.named_children())
        for name, child in children:
            if _is_residual(child):
                setattr(module, name, ResidualProduct(child.dense, child.LayerNorm))
            elif _is_linear(module, name):
                setattr(module, name, Product(child))
    return bool(pairs)


def _is_residual(module: nn.Module) -> bool:
    return {name for name, _ in module.named_children()} == {"dense", "dropout", "LayerNorm"} and _is_linear(
        module, "dense"
    )


def _is_linear(module: nn.Module, name: str) -> bool:
    """Whether this child is a linear layer itself: derived ones may do more, or hold other weights."""
    return type(getattr(module, name, None)) is nn.Linear


def _agrees(copy: PreTrainedModel, model: PreTrainedModel) -> bool:
    try:
        expected = some_hidden(model).float()
        difference = some_hidden(copy).float() - expected
    except (AttributeError, IndexError, RuntimeError, TypeError, ValueError):
        return False  # other arguments, a tiny vocabulary, or a processor without such products
    return bool(difference.norm() <= TOLERANCE[model.dtype] * expected.norm())
