"""Batches of piece ids: sentences packed into rows under a block-diagonal mask, or padded to one width.

Packing and padding give the same batch: the same sentences, the same hidden states, the same loss and gradients. Packed
rows hold several sentences, so that nearly no place is spent on padding; the mask lets a piece see its own sentence
only, and positions restart with every sentence. `Batch.flat_index` hides the difference from whoever uses a batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from crossglot.errors import UsageError

Ids = NDArray[np.integer]

Apart = Literal["no", "lengths", "rows"]
"""Whether rows of a batch are run apart: no, by lengths (those of one length together), or row by row."""

WIDTH_MULTIPLE = 8
"""Row widths are multiples of this: tensor cores and AMX tiles want it, and it costs under one place per sentence."""

ATTENTION_COST = 1 / 512
"""What one more place of width adds to the cost of each place (attention), as a share of its other cost."""

WIDTHS_TRIED = 16
"""Most widths of a row that are compared."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Piece ids in rows, with the way back to sequences.

    Attributes:
        input_ids: int64, (rows, width).
        attention_mask: packed: bool, (rows, 1, width, width), true where a piece (third axis) may see another (fourth);
            padded: int64, (rows, width), 1 at real pieces.
        position_ids: int64, (rows, width), restarting with each sequence; None where the model is left to count.
        flat_index: int64, (pieces,), places in the flattened (rows · width) array: the real pieces, sequence after
            sequence in the order they were given.
        starts: int64, (sequences + 1,), on the CPU: sequence i's pieces are `flat_index[starts[i] : starts[i + 1]]`.
        apart: of padded rows, which may go through the model together: padding changes what some models compute.
        language: the model's number for the language of all sequences, where it embeds languages (XLM).
    """

    input_ids: torch.Tensor
    attention_mask: torch.Tensor
    position_ids: torch.Tensor | None
    flat_index: torch.Tensor
    starts: torch.Tensor
    apart: Apart = "no"
    language: int | None = None

    @property
    def packed(self) -> bool:
        """Whether rows may hold several sequences."""
        return self.attention_mask.dim() == 4

    def spans(self) -> list[tuple[int, int]]:
        """Where each sequence starts and ends among the flat pieces."""
        starts = self.starts.tolist()
        return list(pairwise(starts))

    def to(self, device: torch.device | str) -> Batch:
        """The same batch with its tensors on `device` (`starts` stays where it is: it is read from Python)."""
        positions = None if self.position_ids is None else self.position_ids.to(device, non_blocking=True)
        return Batch(
            self.input_ids.to(device, non_blocking=True),
            self.attention_mask.to(device, non_blocking=True),
            positions,
            self.flat_index.to(device, non_blocking=True),
            self.starts,
            self.apart,
            self.language,
        )


def pack_rows(lengths: Sequence[int], capacity: int) -> list[list[int]]:
    """Assigns sequences to rows by first-fit decreasing: longest first, each to the first row with room.

    Deterministic: equal lengths keep the order given. First-fit decreasing needs at most 11/9 of the fewest possible
    rows, plus 6/9 (Dósa 2007).

    Args:
        lengths: pieces of each sequence.
        capacity: places of a row.

    Returns:
        Rows of indices into `lengths`; every index once.

    Raises:
        UsageError: if a sequence is longer than `capacity`.
    """
    rows: list[list[int]] = []
    room: list[int] = []
    for index in sorted(range(len(lengths)), key=lambda index: -lengths[index]):
        length = lengths[index]
        if length > capacity:
            raise UsageError(f"a sequence of {length} pieces does not fit a row of {capacity}")
        for row, free in enumerate(room):
            if length <= free:
                rows[row].append(index)
                room[row] -= length
                break
        else:
            rows.append([index])
            room.append(capacity - length)
    return rows


def packed_batch(
    sequences: Sequence[Ids], *, capacity: int = 128, pad_id: int, first_position: int = 0, tight: bool = True
) -> Batch:
    """Packs sequences into rows of at most `capacity` places, or of the longest sequence where that is longer.

    Args:
        sequences: 1-D arrays of piece ids, special pieces included.
        capacity: widest row wanted.
        pad_id: piece that fills what is left over.
        first_position: position id of a sequence's first piece; `padding_idx + 1` for the RoBERTa family.
        tight: choose the width and number of rows that cost least within `capacity`; otherwise rows are filled to
            `capacity` as they come.

    Raises:
        UsageError: without sequences, or for an empty one.
    """
    lengths = _lengths(sequences)
    capacity = max(capacity, int(lengths.max()))
    rows = _tight_rows(lengths.tolist(), capacity) if tight else pack_rows(lengths.tolist(), capacity)
    widest = max(sum(int(lengths[index]) for index in row) for row in rows)
    width = min(_round_up(widest, WIDTH_MULTIPLE), capacity)
    within = _within(lengths)
    flat_index = np.repeat(_offsets(rows, lengths, width), lengths) + within
    ids = np.full(len(rows) * width, pad_id, dtype=np.int64)
    ids[flat_index] = np.concatenate(sequences)
    positions = np.zeros(len(rows) * width, dtype=np.int64)
    positions[flat_index] = within + first_position
    # Padding forms a block of its own (0), so that no row of the mask is empty: softmax over nothing is NaN.
    blocks = np.zeros(len(rows) * width, dtype=np.int32)
    blocks[flat_index] = np.repeat(np.arange(1, len(lengths) + 1, dtype=np.int32), lengths)
    shape = (len(rows), width)
    block = torch.from_numpy(blocks.reshape(shape))
    return Batch(
        torch.from_numpy(ids.reshape(shape)),
        (block[:, None, :, None] == block[:, None, None, :]),
        torch.from_numpy(positions.reshape(shape)),
        torch.from_numpy(flat_index),
        _starts(lengths),
    )


def padded_batch(
    sequences: Sequence[Ids], *, pad_id: int, first_position: int | None = None, apart: Apart = "no"
) -> Batch:
    """One sequence per row, padded to the longest.

    Args:
        sequences: 1-D arrays of piece ids, special pieces included.
        pad_id: piece that fills the rows.
        first_position: position id of a sequence's first piece; None leaves counting to the model.
        apart: which rows may go through the model together.

    Raises:
        UsageError: without sequences, or for an empty one.
    """
    lengths = _lengths(sequences)
    rows, width = len(lengths), int(lengths.max())
    flat_index = np.repeat(np.arange(rows, dtype=np.int64) * width, lengths) + _within(lengths)
    ids = np.full(rows * width, pad_id, dtype=np.int64)
    ids[flat_index] = np.concatenate(sequences)
    mask = np.zeros(rows * width, dtype=np.int64)
    mask[flat_index] = 1
    positions = None if first_position is None else torch.arange(first_position, first_position + width).repeat(rows, 1)
    return Batch(
        torch.from_numpy(ids.reshape(rows, width)),
        torch.from_numpy(mask.reshape(rows, width)),
        positions,
        torch.from_numpy(flat_index),
        _starts(lengths),
        apart,
    )


def length_groups(lengths: Sequence[int], budget: int) -> list[list[int]]:
    """Groups sequences of similar length, longest first, so that padding each group wastes little.

    For prediction, where the grouping changes nothing but the time. Longest first: memory runs out at once or never.

    Args:
        lengths: pieces of each sequence.
        budget: places a padded group may take (its size times its longest); a longer sequence is alone.

    Returns:
        Groups of indices into `lengths`; every index once.
    """
    groups: list[list[int]] = []
    widest = 0
    for index in sorted(range(len(lengths)), key=lambda index: -lengths[index]):
        if groups and (len(groups[-1]) + 1) * widest <= budget:
            groups[-1].append(index)
        else:
            groups.append([index])
            widest = lengths[index]
    return groups


def _tight_rows(lengths: list[int], capacity: int) -> list[list[int]]:
    """The packing of least cost: places times what a place costs, which grows with the width through attention.

    First-fit decreasing is tried at widths from the longest sequence to the capacity, up to WIDTHS_TRIED of them.
    """
    narrowest = min(_round_up(max(lengths), WIDTH_MULTIPLE), capacity)
    step = _round_up(max(1, -(-(capacity - narrowest) // WIDTHS_TRIED)), WIDTH_MULTIPLE)
    tries = (pack_rows(lengths, width) for width in [*range(narrowest, capacity, step), capacity])

    def cost(rows: list[list[int]]) -> float:
        width = _round_up(max(sum(lengths[index] for index in row) for row in rows), WIDTH_MULTIPLE)
        return len(rows) * width * (1 + ATTENTION_COST * width)

    return min(tries, key=cost)


def _offsets(rows: list[list[int]], lengths: NDArray[np.int64], width: int) -> NDArray[np.int64]:
    """Where each sequence starts in the flattened rows."""
    offsets = np.empty(len(lengths), dtype=np.int64)
    for number, row in enumerate(rows):
        ends = np.cumsum(lengths[row])
        offsets[row] = number * width + ends - lengths[row]
    return offsets


def _lengths(sequences: Sequence[Ids]) -> NDArray[np.int64]:
    lengths = np.fromiter((len(sequence) for sequence in sequences), dtype=np.int64, count=len(sequences))
    if not len(lengths) or not lengths.all():
        raise UsageError("a batch needs at least one sequence, and every sequence at least one piece")
    return lengths


def _round_up(number: int, multiple: int) -> int:
    return -(-number // multiple) * multiple


def _within(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """0, 1, 2 … within each sequence, sequence after sequence."""
    ends = np.cumsum(lengths)
    return np.arange(ends[-1], dtype=np.int64) - np.repeat(ends - lengths, lengths)


def _starts(lengths: NDArray[np.int64]) -> torch.Tensor:
    return torch.from_numpy(np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)]))
