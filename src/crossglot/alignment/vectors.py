"""Sentence vectors of all hidden layers in one pass: means over a sentence's pieces, special pieces left out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from crossglot import at_once
from crossglot.alignment.texts import Text, every_piece, gathered_texts
from crossglot.batching import Batch
from crossglot.encoders.forward import hidden_rows, make_batch
from crossglot.encoders.kernels.fused import fused
from crossglot.encoders.mapped import copied
from crossglot.encoders.windows import Sequences, windowed
from crossglot.errors import ModelError, UsageError
from crossglot.files import whole_file
from crossglot.runtime import Runtime, keep_freed_memory, resolve_runtime

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import PreTrainedModel

    from crossglot.encoders.encoder import Encoder

PIECE_BUDGET = 4096
"""How many pieces a batch holds: enough to fill the matrix units, little enough that its hidden states stay small."""

LONGEST = 512
"""Longest sequence, in pieces, where the encoder itself has no limit."""


def embed(
    encoder: Encoder,
    sentences: Iterable[Text | Iterable[str]],
    *,
    layers: Iterable[int] | None = None,
    max_length: int | None = None,
    device: str | None = None,
    precision: str = "fp32",
    out: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> NDArray[np.float32]:
    """The mean of a sentence's piece vectors without special pieces, at each layer (section 5.1 of the paper).

    Sentences are packed by length, and a batch's hidden states are summed at once: memory holds those of one batch,
    however many sentences there are. What grows beside the result is the sentences as pieces, some 40 bytes each. A
    sentence over `max_length` is cut into overlapping windows, and each of its pieces counts once, from the window
    where it stands farthest from a cut: no piece is lost.

    Args:
        encoder: from `load_encoder`.
        sentences: texts as written, or words, `Sentence`s, `TaggedSentence`s.
        layers: which, 0 being the embeddings; all of them unless given.
        max_length: longest sequence in pieces, special ones included; what the encoder has positions for (or 512).
        device: `auto`, `cpu`, `cuda` or `cuda:N`; where the encoder is unless given.
        precision: `fp32`, `bf16`, or `auto`, which asks the machine. Under bf16 sums are still in fp32.
        out: an .npy file that holds the result instead of memory; it is there when all is done, and not before.
        progress: called with (pieces done, pieces in all).

    Returns:
        float32, (layers, sentences, hidden); a memory map of `out` where that is given.

    Raises:
        UsageError: for a layer the encoder does not have or that is named twice; for sentences that `every_piece`
            refuses.
        ModelError: if the encoder computes a vector with a number that is not finite.
        NotWrittenError: if `out` cannot be written.
    """
    keep_freed_memory()
    runtime = resolve_runtime(device or encoder.device, precision)
    chosen, sentences = check_layers(encoder, layers), gathered_texts(sentences)
    pieces = every_piece(encoder.tokenizer, sentences)
    sequences = windowed(pieces, encoder.tokenizer, longest_window(encoder, max_length))
    with _zeros((len(chosen), len(sentences), encoder.hidden_size), out) as vectors:
        model = _computing(encoder, runtime)
        lengths = np.diff(pieces.sentence_starts)
        done, total = 0, int(lengths.sum())
        for group in _groups(sequences.lengths):
            batch = make_batch(encoder, [sequences.ids[i] for i in group]).to(model.device)
            reads = _reads(sequences, group, batch, lengths)
            for place, sums in enumerate(_sums(model, batch, reads, chosen)):
                if not np.isfinite(sums).all():
                    raise _not_finite(encoder, chosen[place])
                vectors[place, reads.sentences] += sums
            done += reads.places.numel()
            if progress is not None:
                progress(done, total)
    return vectors if out is None else np.load(out, mmap_mode="r+")


def check_layers(encoder: Encoder, layers: Iterable[int] | None) -> tuple[int, ...]:
    """The layers wanted, in the order given; for None all of them, from the embeddings (0) on.

    Raises:
        UsageError: for none at all, one that the encoder does not have, or one twice.
    """
    depth = int(encoder.model.config.num_hidden_layers)
    chosen = tuple(range(depth + 1)) if layers is None else tuple(layers)
    strange = [layer for layer in chosen if not 0 <= layer <= depth]
    if strange or not chosen:
        what = f"no layer {strange[0]}" if strange else "no layer was named"
        raise UsageError(f"{encoder.name}: {what}: it has layers 0 (the embeddings) to {depth}")
    if len(set(chosen)) < len(chosen):
        raise UsageError(f"layers {', '.join(map(str, chosen))}: name each layer once")
    return chosen


def longest_window(encoder: Encoder, max_length: int | None = None) -> int:
    """The longest sequence in pieces that `embed` feeds: what was asked for, as far as the encoder has positions."""
    return min(max_length or LONGEST, encoder.max_positions or LONGEST)


def _not_finite(encoder: Encoder, layer: int) -> ModelError:
    return ModelError(
        f"{encoder.name}: vectors of layer {layer} are not finite\n"
        "  its weights are damaged, or its hidden states are too large for the precision: try another copy, or fp32"
    )


@dataclass(frozen=True, slots=True)
class _Reads:
    """Which pieces of a batch are added to the means of which sentences.

    Attributes:
        places: int64, (pieces,), of the pieces that count, in the batch's flattened rows.
        owners: int64, (pieces,), into `sentences`.
        shares: float32, (sentences of the batch, 1), one over the number of a sentence's pieces.
        sentences: int64, (sentences of the batch,).
    """

    places: torch.Tensor
    owners: torch.Tensor
    shares: torch.Tensor
    sentences: NDArray[np.int64]


def _reads(sequences: Sequences, group: NDArray[np.int64], batch: Batch, lengths: NDArray[np.int64]) -> _Reads:
    counts = sequences.starts[group + 1] - sequences.starts[group]
    spans = [sequences.offsets[sequences.starts[i] : sequences.starts[i + 1]] for i in group]
    places = np.concatenate(spans) + np.repeat(batch.starts.numpy()[:-1], counts)
    sentences, owners = np.unique(sequences.sentence[group], return_inverse=True)
    device = batch.input_ids.device
    return _Reads(
        places=batch.flat_index[torch.from_numpy(places).to(device)],
        owners=torch.from_numpy(np.repeat(owners, counts)).to(device),
        shares=torch.from_numpy((1 / lengths[sentences]).astype(np.float32)[:, None]).to(device),
        sentences=sentences,
    )


@torch.inference_mode()
def _sums(model: PreTrainedModel, batch: Batch, reads: _Reads, layers: Sequence[int]) -> Iterator[NDArray[np.float32]]:
    """For each layer what the batch adds to the means of its sentences: (sentences of the batch, hidden)."""
    states = hidden_rows(model, batch, every_layer=True)
    for layer in layers:
        flat = states[layer].reshape(-1, states[layer].shape[-1])
        sums = torch.zeros(len(reads.sentences), flat.shape[1], device=flat.device)
        sums.index_add_(0, reads.owners, flat.index_select(0, reads.places).float())
        yield sums.mul_(reads.shares).cpu().numpy()


def _groups(lengths: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Sequences of similar length together, longest first: memory runs out at once or never."""
    order = np.argsort(-lengths, kind="stable")
    if not len(order):
        return []
    budgets = np.cumsum(lengths[order]) // at_once.pieces(PIECE_BUDGET)
    return np.split(order, np.flatnonzero(np.diff(budgets)) + 1)


def _computing(encoder: Encoder, runtime: Runtime) -> PreTrainedModel:
    """The model where and in the precision it is to compute; the encoder's own is left as it is."""
    model = encoder.model
    if runtime.precision == "bf16":
        model = copied(model).to(runtime.device, torch.bfloat16)
    elif model.device != torch.device(runtime.device):
        model = copied(model).to(runtime.device)
    return fused(model)


@contextmanager
def _zeros(shape: tuple[int, int, int], out: Path | None) -> Iterator[NDArray[np.float32]]:
    """Room for the vectors: in memory, or in a file that stands at `out` once the block ends."""
    if out is None:
        yield np.zeros(shape, np.float32)
        return
    with whole_file(out) as half:
        zeros = np.lib.format.open_memmap(half, mode="w+", dtype=np.float32, shape=shape)
        if hasattr(os, "posix_fallocate"):  # not on macOS
            with half.open("r+b") as file:  # fails at once if the disk is too small; later the process would be killed
                os.posix_fallocate(file.fileno(), 0, half.stat().st_size)
        yield zeros
        zeros.flush()
