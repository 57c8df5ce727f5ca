"""Hidden states of a batch, flat and in the order given, whether it was packed, padded, or run row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from crossglot.batching import Batch, Ids, packed_batch, padded_batch
from crossglot.encoders.bigbird import settle_attention
from crossglot.errors import ModelError

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

    from crossglot.encoders.encoder import Encoder

PRODUCTS = "crossglot-products"
"""The name under which transformers knows the attention of `encoders.kernels.attention`."""


def make_batch(encoder: Encoder, sequences: Sequence[Ids], capacity: int = 128) -> Batch:
    """A batch of these sequences as the encoder can take it: packed where that was found right, else padded.

    Where padding was found to change hidden states, or was not checked (beyond `checked_up_to`), rows are run apart.

    Args:
        encoder: what the batch is for; its language is that of all sequences.
        sequences: 1-D arrays of piece ids, special pieces included.
        capacity: widest packed row wanted.

    Raises:
        ModelError: if a sequence is longer than the encoder has positions for, or its language is to be chosen first.
    """
    batch = _shaped(encoder, sequences, capacity)
    return batch if encoder.language is None else replace(batch, language=encoder.language_ids.get(encoder.language))


def _shaped(encoder: Encoder, sequences: Sequence[Ids], capacity: int) -> Batch:
    longest = max((len(sequence) for sequence in sequences), default=0)
    encoder.require_length(longest)
    pad_id, start = encoder.pad_id, encoder.start()
    if encoder.packs and longest <= encoder.packs_up_to:
        widest = min(max(capacity, longest), encoder.packs_up_to)
        return packed_batch(sequences, capacity=widest, pad_id=pad_id, first_position=start)
    apart = encoder.apart if encoder.checked_up_to is None or longest <= encoder.checked_up_to else "rows"
    # Left to itself, the RoBERTa family counts positions by looking for the padding piece, which may be a word's too.
    return padded_batch(sequences, pad_id=pad_id, first_position=start or None, apart=apart)


def last_hidden(model: PreTrainedModel, batch: Batch) -> torch.Tensor:
    """Hidden states of the last layer: (pieces, hidden), sequence after sequence in the order given."""
    (last,) = hidden_rows(model, batch)
    return _flat(last, batch)


def hidden_rows(model: PreTrainedModel, batch: Batch, *, every_layer: bool = False) -> Sequence[torch.Tensor]:
    """Hidden states in the batch's rows, each (rows, width, hidden): of the last layer, or of the embeddings and all.

    Raises:
        ModelError: if a layer's are not one for every piece.
    """
    if batch.apart == "no":
        found = _run(model, model_inputs(model, batch), every_layer=every_layer)
    else:
        found = _rows_apart(model, batch, every_layer=every_layer)
    rows, width = batch.input_ids.shape
    for layer, hidden in enumerate(found):
        if hidden.shape[:2] != (rows, width):
            where = f"layer {layer}" if every_layer else "its last layer"
            raise ModelError(
                f"a {model.config.model_type} model has {hidden.shape[1]} hidden states of {width} pieces in {where}: "
                "vectors of pieces cannot be read there"
            )
    return found


def _run(model: PreTrainedModel, inputs: dict[str, Any], *, every_layer: bool) -> Sequence[torch.Tensor]:
    width = inputs["input_ids"].shape[1]
    settle_attention(model, width)
    if not every_layer:
        return [model(**inputs).last_hidden_state]
    states = model(**inputs, output_hidden_states=True).hidden_states
    return [hidden[:, :width] for hidden in states]  # some architectures fill rows up (BigBird's, to whole blocks)


def _rows_apart(model: PreTrainedModel, batch: Batch, *, every_layer: bool) -> Sequence[torch.Tensor]:
    """Runs every row, or all rows of one length together, as a batch without padding."""
    import torch
    from torch.nn.functional import pad

    groups: dict[tuple[int, int], list[int]] = {}
    for row, length in enumerate(batch.starts.diff().tolist()):
        groups.setdefault((length, row if batch.apart == "rows" else 0), []).append(row)
    width, parts = batch.input_ids.shape[1], []
    for (length, _), rows in groups.items():
        chosen = torch.tensor(rows, device=batch.input_ids.device)
        inputs = {name: value[chosen, :length] for name, value in model_inputs(model, batch).items()}
        parts.append(
            [pad(hidden, (0, 0, 0, width - length)) for hidden in _run(model, inputs, every_layer=every_layer)]
        )
    order = torch.tensor([row for rows in groups.values() for row in rows]).argsort().to(batch.input_ids.device)
    return [torch.cat(layer).index_select(0, order) for layer in zip(*parts, strict=True)]


def model_inputs(model: PreTrainedModel, batch: Batch) -> dict[str, Any]:
    """Arguments for the model's forward call, with the mask in the form that its attention wants.

    A 4-D mask reaches attention untouched: "sdpa" takes it as booleans, others add it to the scores. On a CPU "sdpa"
    would make numbers of the booleans in every layer, which takes a narrow encoder a tenth of its time: there they are
    made once. Models with sliding-window layers (ModernBERT) take one mask per kind of layer, because a 4-D mask would
    override their window.
    """
    inputs = {"input_ids": batch.input_ids, "attention_mask": batch.attention_mask}
    if batch.position_ids is not None:
        inputs["position_ids"] = batch.position_ids
    if batch.language is not None:
        inputs["langs"] = batch.input_ids.new_full(batch.input_ids.shape, batch.language)
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
