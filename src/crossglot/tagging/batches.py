"""Training sentences as batches: cut into pieces once, drawn by a seeded shuffle each epoch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from crossglot.batching import Batch
from crossglot.corpora.sentences import TaggedSentence
from crossglot.encoders.forward import make_batch
from crossglot.encoders.loading import Encoder
from crossglot.encoders.pieces import piece_words, special_pieces
from crossglot.tagging.labels import Labels
from crossglot.tagging.recipe import Recipe

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Sentences as piece ids with special pieces, truncated; first-piece places within them and their labels."""

    sequences: list[NDArray[np.int32]]
    first_pieces: list[NDArray[np.int64]]
    labels: list[NDArray[np.int64]]

    def __len__(self) -> int:
        return len(self.sequences)

    def ids(self) -> torch.Tensor:
        """Every piece that occurs, sorted."""
        return torch.from_numpy(np.unique(np.concatenate(self.sequences)).astype(np.int64))


@dataclass(frozen=True, slots=True)
class LabelledBatch:
    """A batch, the places of its words' first pieces among its pieces, and those words' labels; both (words,)."""

    batch: Batch
    first_pieces: torch.Tensor
    labels: torch.Tensor


def training_set(encoder: Encoder, sentences: Sequence[TaggedSentence], labels: Labels, max_length: int) -> TrainingSet:
    """Cuts sentences into pieces and truncates them to `max_length`; empty sentences are left out.

    Words whose first piece is cut off are not learned from, as in BERT's released code.
    """
    sentences = [sentence for sentence in sentences if len(sentence)]
    pieces = piece_words(encoder.tokenizer, [sentence.words for sentence in sentences])
    numbers = np.array(labels.encode(sentences), dtype=np.int64)
    before, after = special_pieces(encoder.tokenizer)
    room = max_length - len(before) - len(after)
    found = TrainingSet([], [], [])
    for i in range(len(pieces)):
        start, words = pieces.sentence_starts[i], slice(pieces.word_starts[i], pieces.word_starts[i + 1])
        end = min(pieces.sentence_starts[i + 1], start + room)
        first = pieces.first_pieces[words]
        kept = int(np.searchsorted(first, end))
        found.sequences.append(np.concatenate([before, pieces.ids[start:end], after]))
        found.first_pieces.append(first[:kept] - start + len(before))
        found.labels.append(numbers[words][:kept])
    return found


def count_steps(sentences: int, recipe: Recipe) -> int:
    """Optimiser steps of a training: the last batch of an epoch may be smaller."""
    return recipe.epochs * -(-sentences // recipe.batch_size)


def draw_batches(encoder: Encoder, data: TrainingSet, recipe: Recipe, seed: int) -> Iterator[LabelledBatch]:
    """All batches of a training, epoch after epoch, each epoch in an order drawn from `seed`."""
    generator = np.random.default_rng(seed)
    for _ in range(recipe.epochs):
        order = generator.permutation(len(data))
        for start in range(0, len(order), recipe.batch_size):
            yield _batch(encoder, data, order[start : start + recipe.batch_size], recipe.max_length)


def _batch(encoder: Encoder, data: TrainingSet, chosen: NDArray[np.int64], max_length: int) -> LabelledBatch:
    batch = make_batch(encoder, [data.sequences[i] for i in chosen], max_length)
    starts = batch.starts.tolist()
    first = np.concatenate([data.first_pieces[i] + start for i, start in zip(chosen, starts[:-1], strict=True)])
    labels = np.concatenate([data.labels[i] for i in chosen])
    return LabelledBatch(batch, torch.from_numpy(first), torch.from_numpy(labels))
