"""Training sentences as batches: cut into pieces once, drawn by a seeded shuffle each epoch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from crossglot.batching import Batch
from crossglot.corpora.sentences import TaggedSentence
from crossglot.encoders.encoder import Encoder
from crossglot.encoders.forward import make_batch
from crossglot.encoders.pieces import Reading
from crossglot.encoders.windows import Sequences, truncated
from crossglot.encoders.written import piece_sentences
from crossglot.tagging.labels import Labels
from crossglot.tagging.recipe import Recipe

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Sentences as sequences of pieces, and the label of every word."""

    sequences: Sequences
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.sequences)

    def ids(self, pad_id: int) -> torch.Tensor:
        """Every piece that occurs in its batches, the padding piece among them, sorted."""
        return torch.from_numpy(np.unique(np.concatenate([*self.sequences.ids, [pad_id]])).astype(np.int64))


@dataclass(frozen=True, slots=True)
class LabelledBatch:
    """A batch, the places among its pieces that its words are read at, and those words' labels; both (words,)."""

    batch: Batch
    first_pieces: torch.Tensor
    labels: torch.Tensor


def training_set(
    encoder: Encoder,
    sentences: Sequence[TaggedSentence],
    labels: Labels,
    max_length: int,
    reading: Reading | None = None,
) -> TrainingSet:
    """Cuts sentences into pieces and truncates them to `max_length`, or to the encoder's positions if fewer.

    Empty sentences are left out. Words are read as `reading` says; words whose piece is cut off are not
    learned from, as in BERT's released code.
    """
    sentences = [sentence for sentence in sentences if len(sentence)]
    numbers = np.array(labels.encode(sentences), dtype=np.int64)
    pieces = piece_sentences(encoder.tokenizer, sentences, reading)
    return TrainingSet(truncated(pieces, encoder.tokenizer, longest_sequence(encoder, max_length)), numbers)


def longest_sequence(encoder: Encoder, max_length: int) -> int:
    """`max_length`, or the positions of an encoder that has fewer."""
    return min(max_length, encoder.max_positions or max_length)


def draw_batches(
    encoder: Encoder, data: TrainingSet, recipe: Recipe, seed: int, at_once: int | None = None, done: int = 0
) -> Iterator[tuple[LabelledBatch, ...]]:
    """All batches of a training but the first `done`, epoch after epoch, each epoch in an order drawn from `seed`.

    A batch comes in parts of about `at_once` pieces, if any limit is given: what the backward pass needs of one part is
    let go before the next, so that a batch of long sentences takes no more memory than one of short ones.
    """
    generator = np.random.default_rng(seed)
    lengths = data.sequences.lengths
    for _ in range(recipe.epochs):
        order = generator.permutation(len(data))
        for start in range(0, len(order), recipe.batch_size):
            if done > 0:
                done -= 1
                continue
            chosen = order[start : start + recipe.batch_size]
            parts = -(-int(lengths[chosen].sum()) // at_once) if at_once else 1
            yield tuple(
                labelled_batch(encoder, data, part, recipe.max_length)
                for part in np.array_split(chosen, min(parts, len(chosen)))
            )


def labelled_batch(encoder: Encoder, data: TrainingSet, chosen: NDArray[np.int64], capacity: int) -> LabelledBatch:
    """The batch of the chosen sequences, packed into rows of `capacity` where the encoder can be."""
    sequences = data.sequences
    batch = make_batch(encoder, [sequences.ids[i] for i in chosen], capacity)
    read, places = read_words(sequences, chosen, batch)
    return LabelledBatch(batch, torch.from_numpy(places), torch.from_numpy(data.labels[sequences.words[read]]))


def read_words(
    sequences: Sequences, chosen: NDArray[np.int64], batch: Batch
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where words of chosen sequences are read: (indices into `sequences.words`, places among the batch's pieces)."""
    counts = sequences.starts[chosen + 1] - sequences.starts[chosen]
    ends = np.cumsum(counts)
    read = np.arange(ends[-1]) + np.repeat(sequences.starts[chosen] - (ends - counts), counts)
    return read, sequences.offsets[read] + np.repeat(batch.starts.numpy()[:-1], counts)
