"""A copy of a model to try things on, so that the model itself and torch's random state stay as they are."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import TYPE_CHECKING

import numpy as np

from crossglot.encoders.bigbird import settle_attention

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel


@contextmanager
def on_trial(model: PreTrainedModel) -> Iterator[PreTrainedModel]:
    """A copy in evaluation mode that shares weights but no buffers; global random state comes back when it is done.

    Of the layers it has as many as hold each kind of layer once, and at least two; a model whose layers are not one
    plain list is copied whole.
    """
    import torch

    numbers, python = np.random.get_state(), random.getstate()
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        try:
            yield _shortened(deepcopy(model, {id(weight): weight for weight in model.parameters()})).eval()
        finally:
            np.random.set_state(numbers)
            random.setstate(python)


def _shortened(model: PreTrainedModel) -> PreTrainedModel:
    import torch

    depth = int(getattr(model.config, "num_hidden_layers", 0))
    kinds = list(getattr(model.config, "layer_types", None) or ())
    keep = max([2, *(kinds.index(kind) + 1 for kind in set(kinds))])
    stacks = [
        (parent, name, child)
        for parent in model.modules()
        for name, child in parent.named_children()
        if isinstance(child, torch.nn.ModuleList) and len(child) == depth > keep
    ]
    if len(stacks) == 1:
        parent, name, stack = stacks[0]
        setattr(parent, name, stack[:keep])
    return model


def some_hidden(model: PreTrainedModel) -> torch.Tensor:
    """Hidden states of two short sequences, one of them padded, in evaluation mode: what kernels are checked on."""
    import torch

    ids = torch.arange(8).repeat(2, 1)
    mask = (ids < torch.tensor([[8], [5]])).long()
    training = model.training
    settle_attention(model, ids.shape[1])
    try:
        with torch.no_grad():
            hidden: torch.Tensor = model.eval()(input_ids=ids, attention_mask=mask).last_hidden_state[mask.bool()]
    finally:
        model.train(training)
    return hidden
