"""Hidden states of a batch, flat and in the order given, whether it was packed or padded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from crossglot.batching import Batch, Ids, packed_batch, padded_batch

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

    from crossglot.encoders.encoder import Encoder

PRODUCTS = "crossglot-products"
"""What transformers calls the attention of `encoders.attention`."""


def make_batch(encoder: Encoder, sequences: Sequence[Ids], capacity: int = 128) -> Batch:
    """A batch of these sequences as the encoder can take it: packed where that was found right, else padded.

    Args:
        encoder: what the batch is for.
        sequences: 1-D arrays of piece ids, special pieces included.
        capacity: widest packed row wanted.

    Raises:
        ModelError: if a sequence is longer than the encoder has positions for, or its language is to be chosen first.
    """
    longest = max((len(sequence) for sequence in sequences), default=0)
    encoder.require_length(longest)
    pad_id, start = encoder.pad_id, encoder.start()
    if encoder.packs and longest <= encoder.packs_up_to:
        widest = min(max(capacity, longest), encoder.packs_up_to)
        return packed_batch(sequences, capacity=widest, pad_id=pad_id, first_position=start)
    # Left to itself, the RoBERTa family counts positions by looking for the padding piece, which may be a word's too.
    return padded_batch(sequences, pad_id=pad_id, first_position=start or None)


def last_hidden(model: PreTrainedModel, batch: Batch) -> torch.Tensor:
    """Hidden states of the last layer: (pieces, hidden), sequence after sequence in the order given."""
    return _flat(model(**model_inputs(model, batch)).last_hidden_state, batch)


def all_hidden(model: PreTrainedModel, batch: Batch) -> torch.Tensor:
    """Hidden states of every layer: (layers + 1, pieces, hidden); the first is the embedding layer's output."""
    import torch

    output = model(**model_inputs(model, batch), output_hidden_states=True)
    return torch.stack([_flat(hidden, batch) for hidden in output.hidden_states])


def model_inputs(model: PreTrainedModel, batch: Batch) -> dict[str, Any]:
    """Arguments for the model's forward call, with the mask in the form that its attention wants.

    A 4-D mask reaches attention untouched: "sdpa" takes it as booleans, others add it to the scores. On a CPU "sdpa"
    would make numbers of the booleans in every layer, which takes a narrow encoder a tenth of its time: there they are
    made once. Models with sliding-window layers (ModernBERT) take one mask a kind of layer, because a 4-D mask would
    override their window.
    """
    inputs = {"input_ids": batch.input_ids, "attention_mask": batch.attention_mask}
    if batch.position_ids is not None:
        inputs["position_ids"] = batch.position_ids
    return inputs | {"attention_mask": _block_mask(model, batch)} if batch.packed else inputs


def _block_mask(model: PreTrainedModel, batch: Batch) -> torch.Tensor | dict[str, torch.Tensor]:
    mask = batch.attention_mask
    if "sliding_attention" in (getattr(model.config, "layer_types", None) or ()):
        near = _band(batch, int(model.config.sliding_window))
        return {"full_attention": _mask_form(model, mask), "sliding_attention": _mask_form(model, mask & near)}
    return _mask_form(model, mask)


def _mask_form(model: PreTrainedModel, mask: torch.Tensor) -> torch.Tensor:
    import torch

    attention = model.config._attn_implementation
    if attention not in ("eager", PRODUCTS) and not (attention == "sdpa" and mask.device.type == "cpu"):
        return mask
    return torch.zeros(mask.shape, dtype=model.dtype, device=mask.device).masked_fill_(
        ~mask, torch.finfo(model.dtype).min
    )


def _band(batch: Batch, window: int) -> torch.Tensor:
    """(width, width), true where two places of a row are at most `window` apart."""
    import torch

    places = torch.arange(batch.input_ids.shape[1], device=batch.input_ids.device)
    return (places[:, None] - places[None, :]).abs() <= window


def _flat(hidden: torch.Tensor, batch: Batch) -> torch.Tensor:
    return hidden.reshape(-1, hidden.shape[-1]).index_select(0, batch.flat_index)
