"""Whether an encoder may be packed: found out when it is loaded, by comparing packed with padded hidden states.

A list of model names would be wrong sooner or later: what decides is how an architecture treats a ready-made 4-D mask
and explicit position ids under the attention implementation in use. The comparison uses the loaded weights, sequences
of very unequal length up to the longest that may be packed later (a lost sliding window shows only beyond its width),
several of them in one row (a leak shows only there), on the first layers of the model (each kind of layer at least
once), so that it costs a fraction of a forward pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from crossglot.batching import Ids, length_groups, packed_batch, padded_batch
from crossglot.encoders.forward import last_hidden
from crossglot.errors import ModelError

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

LONGEST_CHECKED = 512
"""Longer sequences than this are never packed: checking them would cost more than packing them gains."""

TOLERANCE = 1e-4
"""Largest difference taken for rounding, in units of the hidden states' root mean square (fp32 gives about 1e-6)."""


@dataclass(frozen=True, slots=True)
class PackingCheck:
    """What came out: right up to sequences of `up_to` pieces that start at `first_position`, or a word why not."""

    packs: bool
    up_to: int
    first_position: int
    why_padded: str = ""


def check_packing(model: PreTrainedModel, *, pad_id: int, max_positions: int | None, hint: int = 0) -> PackingCheck:
    """Compares packed and padded hidden states of `model`, in evaluation mode and fp32.

    Args:
        model: encoder without a head.
        pad_id: padding piece.
        max_positions: longest sequence the model takes, or None where it has no limit.
        hint: the position id that sequences probably start with; 0 and `pad_id + 1` are tried as well.

    Raises:
        ModelError: if even padded sequences do not go through the model.
    """
    import torch

    up_to = min(LONGEST_CHECKED, max_positions or LONGEST_CHECKED)
    sequences = _unequal_sequences(up_to, int(model.config.vocab_size), {pad_id, model.config.pad_token_id})
    training = model.training
    model.eval()
    why = ""
    try:
        with torch.no_grad(), _first_layers(model):
            try:
                padded = _padded_hidden(model, sequences, pad_id)
            except Exception as error:  # whatever an architecture raises that wants more than piece ids
                raise ModelError(
                    f"a {model.config.model_type} model does not run on piece ids alone: {error}"
                ) from error
            for first_position in dict.fromkeys((hint, 0, pad_id + 1)):
                fault = _packing_fault(model, sequences, padded, pad_id, first_position)
                if not fault:
                    return PackingCheck(True, up_to, first_position)
                why = why or fault
    finally:
        model.train(training)
    return PackingCheck(False, 0, hint, why)


def _packing_fault(
    model: PreTrainedModel, sequences: Sequence[Ids], padded: torch.Tensor, pad_id: int, first_position: int
) -> str:
    """Why packed hidden states cannot be had or differ from padded ones; empty if they agree."""
    longest = max(len(sequence) for sequence in sequences)
    batch = packed_batch(sequences, capacity=longest, pad_id=pad_id, first_position=first_position)
    try:
        packed = last_hidden(model, batch.to(model.device))
    except Exception as error:  # whatever an architecture raises when it does not take these arguments
        return f"its forward pass takes no block-diagonal mask with position ids ({_one_line(error)})"
    scale = float(padded.pow(2).mean().sqrt())
    difference = float((packed - padded).abs().max()) / max(scale, 1e-12)
    if difference <= TOLERANCE:
        return ""
    attention = model.config._attn_implementation
    return f"packed hidden states differ from padded ones by {difference:.0e} under {attention} attention"


def _padded_hidden(model: PreTrainedModel, sequences: Sequence[Ids], pad_id: int) -> torch.Tensor:
    """Hidden states by the padded path, in the order given."""
    import torch

    found: dict[int, torch.Tensor] = {}
    lengths = [len(sequence) for sequence in sequences]
    for group in length_groups(lengths, max(lengths)):
        batch = padded_batch([sequences[index] for index in group], pad_id=pad_id).to(model.device)
        hidden = last_hidden(model, batch)
        found.update((index, hidden[start:stop]) for index, (start, stop) in zip(group, batch.spans(), strict=True))
    return torch.cat([found[index] for index in range(len(sequences))])


def _unequal_sequences(longest: int, vocabulary: int, left_out: Iterable[int | None]) -> list[Ids]:
    """Sequences of any pieces but padding: one as long as can be, and several that share a row of that width."""
    lengths = [3, longest, max(1, longest // 2), max(1, longest // 4 - 3), 1, max(1, longest // 5)]
    draw = np.random.default_rng(0)
    pieces = np.setdiff1d(np.arange(vocabulary), [piece for piece in left_out if piece is not None])
    return [draw.choice(pieces, size=length) for length in lengths]


@contextmanager
def _first_layers(model: PreTrainedModel) -> Iterator[None]:
    """Leaves the model only as many layers as hold each kind of layer once, and at least two, while the context lasts.

    A model whose layers are not one plain list is left whole.
    """
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
    if len(stacks) != 1:
        yield
        return
    parent, name, stack = stacks[0]
    setattr(parent, name, stack[:keep])
    try:
        yield
    finally:
        setattr(parent, name, stack)


def _one_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:100]
