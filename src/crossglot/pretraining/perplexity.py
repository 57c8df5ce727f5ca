"""Held-out perplexity of a masked language model, language by language."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from crossglot.pretraining.masking import mask_pieces
from crossglot.pretraining.rows import NO_BLOCKS, PieceStream, full_rows
from crossglot.pretraining.wordpiece import SPECIAL_TOKENS
from crossglot.runtime import Runtime

if TYPE_CHECKING:
    from transformers import BertForMaskedLM, BertTokenizerFast

MASK_SEED = 20190728
"""The same masks for every run, so that two encoders with one vocabulary are compared on the same pieces."""


def held_out_perplexity(
    model: BertForMaskedLM,
    tokenizer: BertTokenizerFast,
    streams: Mapping[str, PieceStream],
    *,
    length: int,
    runtime: Runtime,
    blocks: Mapping[str, int] = NO_BLOCKS,
    rows_at_once: int = 64,
) -> dict[str, float]:
    """Perplexity at masked pieces, exp of the mean loss in nats, masked as in training; lower is better.

    It is a perplexity per word piece: values of encoders with different vocabularies are not comparable.

    Args:
        model: the encoder; put back into the mode it was in.
        tokenizer: its tokenizer.
        streams: held-out pieces of every language.
        length: row length in pieces.
        runtime: device and precision.
        blocks: where every language has position ids of its own, the first of them.
        rows_at_once: rows in a forward pass.
    """
    import torch

    from crossglot.pretraining.objectives import last_hidden, masked_lm_loss

    dtype = torch.bfloat16 if runtime.precision == "bf16" else torch.float32
    was_training = model.training
    model.eval()
    result: dict[str, float] = {}
    for language, stream in streams.items():
        rows = full_rows(stream, length=length, cls_id=tokenizer.cls_token_id, sep_id=tokenizer.sep_token_id)
        rng = np.random.default_rng(MASK_SEED)
        masked = mask_pieces(
            rows, specials=len(SPECIAL_TOKENS), mask_id=tokenizer.mask_token_id, vocab_size=len(tokenizer), rng=rng
        )
        places = blocks.get(language, 0) + torch.arange(length, device=runtime.device)
        total = 0.0
        for first in range(0, len(rows), rows_at_once):
            start, end = first * rows.shape[1], (first + rows_at_once) * rows.shape[1]
            mine = (masked.positions >= start) & (masked.positions < end)
            part = (masked.input_ids[first : first + rows_at_once], masked.positions[mine] - start, masked.labels[mine])
            input_ids, positions, labels = (torch.from_numpy(array).to(runtime.device) for array in part)
            with torch.no_grad():
                hidden = last_hidden(model, input_ids, positions=places.expand_as(input_ids), dtype=dtype)
                total += float(masked_lm_loss(model, hidden, positions, labels)) * len(labels)
        result[language] = math.exp(total / len(masked.positions))
    model.train(was_training)
    return result
