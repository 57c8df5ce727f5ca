"""Prediction: sentences cut into windows, packed by length, and put back in order; every word gets a label.

Preparing sentences depends on the tokenizer and on how the encoder takes its batches, not on its weights: prepare a
test set once and let every tagger of that encoder predict it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from crossglot import at_once
from crossglot.batching import Batch
from crossglot.corpora.sentences import Sentence, TaggedSentence
from crossglot.encoders.encoder import Encoder
from crossglot.encoders.forward import last_hidden, make_batch
from crossglot.encoders.kernels.fused import fused
from crossglot.encoders.mapped import copied
from crossglot.encoders.pieces import Reading
from crossglot.encoders.windows import Sequences, windowed
from crossglot.encoders.written import piece_sentences
from crossglot.errors import CrossglotError
from crossglot.runtime import Runtime, keep_freed_memory
from crossglot.tagging.batches import longest_sequence, read_words

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import PreTrainedModel

PIECE_BUDGET = 4096
"""How many pieces a batch of prediction holds: enough to fill the matrix units, little enough to stay in the cache."""


@dataclass(frozen=True, slots=True)
class PreparedBatch:
    """A batch, the places among its pieces where words are read, and which of the set they are; both (words,)."""

    batch: Batch
    first_pieces: torch.Tensor
    words: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Sentences ready to be predicted by any tagger of one encoder; `word_starts` is (sentences + 1,)."""

    batches: tuple[PreparedBatch, ...]
    word_starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.word_starts) - 1


@dataclass(frozen=True, slots=True)
class CutSet:
    """Sentences as sequences of an encoder's pieces; `word_starts` is (sentences + 1,)."""

    sequences: Sequences
    word_starts: NDArray[np.int64]


def prepare(
    encoder: Encoder,
    sentences: Sequence[Sequence[str] | Sentence | TaggedSentence],
    *,
    max_length: int = 128,
    reading: Reading | None = None,
    budget: int | None = None,
) -> Prepared:
    """Cuts sentences into pieces, those over `max_length` into windows at word starts, and packs them by length.

    Args:
        encoder: whose tokenizer and way of batching count; its weights do not.
        sentences: words as written; empty sentences are allowed.
        max_length: pieces per window, special pieces included: as many as the tagger was trained on, or as the encoder
            has positions.
        reading: how sentences are cut and words read: as in the tagger's training.
        budget: pieces per batch; None for `PIECE_BUDGET`, or half of it (see `at_once`).
    """
    return packed(encoder, cut(encoder, sentences, max_length, reading), max_length, budget)


def cut(
    encoder: Encoder,
    sentences: Sequence[Sequence[str] | Sentence | TaggedSentence],
    max_length: int,
    reading: Reading | None = None,
) -> CutSet:
    """The first half of `prepare`, for which the tokenizer is needed."""
    pieces = piece_sentences(encoder.tokenizer, sentences, reading)
    sequences = windowed(pieces, encoder.tokenizer, longest_sequence(encoder, max_length))
    return CutSet(sequences, pieces.word_starts)


def packed(encoder: Encoder, cut_set: CutSet, max_length: int, budget: int | None = None) -> Prepared:
    """The second half of `prepare`."""
    budget, sequences = budget or at_once.pieces(PIECE_BUDGET), cut_set.sequences
    order = np.argsort(-sequences.lengths, kind="stable")
    order = order[np.diff(sequences.starts)[order] > 0]
    groups = np.cumsum(sequences.lengths[order]) // budget
    batches = []
    for group in np.split(order, np.flatnonzero(np.diff(groups)) + 1) if len(order) else []:
        batch = make_batch(encoder, [sequences.ids[i] for i in group], max_length)
        read, places = read_words(sequences, group, batch)
        batches.append(PreparedBatch(batch, torch.from_numpy(places), sequences.words[read]))
    return Prepared(tuple(batches), cut_set.word_starts)


def for_prediction(model: PreTrainedModel, runtime: Runtime) -> PreTrainedModel:
    """The model in the precision that it predicts in; the model given is left as it is.

    Under bf16 it is a copy and not fused: rounding elsewhere would change more than one tag in a thousand.
    """
    return fused(model) if runtime.precision == "fp32" else copied(model).bfloat16()


@torch.no_grad()
def word_vectors(encoder: Encoder, prepared: Prepared, runtime: Runtime) -> torch.Tensor:
    """The last layer's vector of every word where it is read, (words, hidden), fp32, where the encoder is."""
    keep_freed_memory()
    model, device = for_prediction(encoder.model, runtime), encoder.model.device
    vectors = torch.empty(int(prepared.word_starts[-1]), encoder.hidden_size, device=device)
    for item in prepared.batches:
        hidden = last_hidden(model, item.batch.to(device))[item.first_pieces.to(device)]
        vectors[torch.from_numpy(item.words).to(device)] = hidden.float()
    return vectors


@torch.inference_mode()
def predict_labels(model: PreTrainedModel, head: nn.Linear, prepared: Prepared) -> NDArray[np.int64]:
    """Label numbers of all words, sentence after sentence.

    Raises:
        CrossglotError: if a word were left without a label.
    """
    keep_freed_memory()
    device = head.weight.device
    numbers = np.full(int(prepared.word_starts[-1]), -1, dtype=np.int64)
    for item in prepared.batches:
        hidden = last_hidden(model, item.batch.to(device))[item.first_pieces.to(device)]
        numbers[item.words] = head(hidden).argmax(dim=-1).cpu().numpy()
    if (numbers < 0).any():
        raise CrossglotError(f"{(numbers < 0).sum()} words were left without a label: please report this")
    return numbers
