"""Attention in plain matrix products, for training on CPUs.

With a mask and dropout, torch's own attention has no fast kernel on a CPU: it takes twice as long as the products
written out. Packed rows are short, so the scores of all pairs of places are small.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.masking_utils import eager_mask

from crossglot.encoders.forward import PRODUCTS
from crossglot.encoders.kernels.dropout import dropout as dropped
from crossglot.encoders.trial import some_hidden

if TYPE_CHECKING:
    from transformers import PreTrainedModel

TOLERANCE = 1e-4
"""Largest difference that is put down to rounding, in units of the hidden states' root mean square."""


@contextmanager
def attending_by_products(model: PreTrainedModel) -> Iterator[None]:
    """Lets a model on a CPU use `attend` while the context lasts, if that gives the hidden states that it had.

    An architecture that gives its attention more than a mask (a bias, fewer keys than queries) keeps its own.
    """
    if model.device.type != "cpu" or model.config._attn_implementation != "sdpa":
        yield
        return
    expected = some_hidden(model)
    model.set_attn_implementation(PRODUCTS)
    try:
        if not _differs_little(model, expected):
            model.set_attn_implementation("sdpa")
        yield
    finally:
        model.set_attn_implementation("sdpa")


def attend(
    _layer: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    dropout: float = 0.0,
    scaling: float | None = None,
    **_others: Any,
) -> tuple[torch.Tensor, None]:
    """Softmax of scaled products plus the mask, as transformers calls an attention function.

    Args:
        query: (rows, heads, width, size of a head), as key and value.
        key: what is attended to.
        value: what is taken from there.
        attention_mask: added to the scores, of their dtype; None lets every place see every other.
        dropout: share of the attention that is dropped.
        scaling: of the scores; None is the square root of a head's size, inverted.

    Returns:
        (rows, width, heads, size of a head), and None in place of the weights.
    """
    scores = torch.matmul(query * (scaling or query.shape[-1] ** -0.5), key.transpose(2, 3))
    if attention_mask is not None:
        scores += attention_mask
    context = torch.matmul(dropped(scores.softmax(-1), dropout), value)
    return context.transpose(1, 2), None


def _differs_little(model: PreTrainedModel, expected: torch.Tensor) -> bool:
    try:
        difference = (some_hidden(model) - expected).abs().max()
    except RuntimeError:  # shapes that do not fit
        return False
    return bool(difference <= TOLERANCE * expected.pow(2).mean().sqrt())


AttentionInterface.register(PRODUCTS, attend)
AttentionMaskInterface.register(PRODUCTS, eager_mask)
