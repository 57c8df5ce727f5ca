"""Packing and padding are two layouts of the same batch."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from crossglot.batching import Batch, length_groups, pack_rows, packed_batch, padded_batch
from crossglot.errors import UsageError

LENGTHS = st.lists(st.integers(1, 40), min_size=1, max_size=60)


def sequences_of(lengths: list[int]) -> list[np.ndarray]:
    """Sequences in which no piece occurs twice, so that a misplaced one shows; 0 is left to padding."""
    count = itertools.count(1)
    return [np.fromiter(itertools.islice(count, length), dtype=np.int32) for length in lengths]


def flat_ids(batch: Batch) -> list[int]:
    flat: list[int] = batch.input_ids.reshape(-1)[batch.flat_index].tolist()
    return flat


@given(LENGTHS, st.integers(40, 200))
def test_every_sequence_is_in_one_row_and_no_row_is_over_capacity(lengths: list[int], capacity: int) -> None:
    rows = pack_rows(lengths, capacity)
    assert sorted(itertools.chain.from_iterable(rows)) == list(range(len(lengths)))
    assert all(sum(lengths[index] for index in row) <= capacity for row in rows)
    assert rows == pack_rows(lengths, capacity)


@given(LENGTHS, st.integers(40, 200))
def test_first_fit_decreasing_keeps_its_proven_bound(lengths: list[int], capacity: int) -> None:
    fewest_possible = -(-sum(lengths) // capacity)
    assert fewest_possible <= len(pack_rows(lengths, capacity))
    # any two rows together overflow one, or the second would have gone into the first
    fill = [sum(lengths[index] for index in row) for row in pack_rows(lengths, capacity)]
    assert all(first + second > capacity for first, second in itertools.pairwise(fill))


def test_rows_fill_with_the_longest_first() -> None:
    assert pack_rows([3, 9, 1, 7, 3], capacity=10) == [[1, 2], [3, 0], [4]]


def test_a_sequence_longer_than_a_row_is_refused() -> None:
    with pytest.raises(UsageError, match="11 pieces does not fit a row of 10"):
        pack_rows([3, 11], capacity=10)


@given(LENGTHS, st.integers(1, 200), st.booleans())
def test_flat_index_gives_the_pieces_back_in_order(lengths: list[int], capacity: int, tight: bool) -> None:
    sequences = sequences_of(lengths)
    pieces = np.concatenate(sequences).tolist()
    packed = packed_batch(sequences, capacity=capacity, pad_id=0, tight=tight)
    padded = padded_batch(sequences, pad_id=0)
    for batch in (packed, padded):
        assert flat_ids(batch) == pieces
        assert int((batch.input_ids != 0).sum()) == len(pieces)
        assert [stop - start for start, stop in batch.spans()] == lengths
    assert packed.packed
    assert not padded.packed


@given(LENGTHS, st.integers(0, 3))
def test_positions_restart_with_every_sequence(lengths: list[int], first: int) -> None:
    batch = packed_batch(sequences_of(lengths), capacity=64, pad_id=0, first_position=first)
    assert batch.position_ids is not None
    positions = batch.position_ids.reshape(-1)[batch.flat_index].tolist()
    assert positions == [first + place for length in lengths for place in range(length)]


@given(LENGTHS)
def test_a_piece_sees_its_own_sentence_and_nothing_else(lengths: list[int]) -> None:
    sequences = sequences_of(lengths)
    batch = packed_batch(sequences, capacity=64, pad_id=0)
    owner = {piece: number for number, sequence in enumerate(sequences) for piece in sequence.tolist()}
    for ids, mask in zip(batch.input_ids.tolist(), batch.attention_mask[:, 0].tolist(), strict=True):
        for piece, sees in zip(ids, mask, strict=True):
            seen = {other for other, visible in zip(ids, sees, strict=True) if visible}
            assert seen == ({0} if piece == 0 else set(sequences[owner[piece]].tolist()))


@given(LENGTHS)
def test_no_place_of_the_mask_sees_nothing(lengths: list[int]) -> None:
    """A softmax over nothing is NaN, and NaN gradients spread from padding to weights."""
    batch = packed_batch(sequences_of(lengths), capacity=64, pad_id=0)
    assert batch.attention_mask.any(dim=-1).all()


@given(LENGTHS, st.integers(40, 128))
def test_tight_rows_never_take_more_places_than_full_ones_cost(lengths: list[int], capacity: int) -> None:
    sequences = sequences_of(lengths)
    tight = packed_batch(sequences, capacity=capacity, pad_id=0)
    plain = packed_batch(sequences, capacity=capacity, pad_id=0, tight=False)
    assert tight.input_ids.shape[1] <= capacity
    # attention's share of a place's cost is at most a quarter at these widths
    assert tight.input_ids.numel() <= 1.25 * plain.input_ids.numel()


def test_a_batch_of_treebank_sentences_is_nearly_full() -> None:
    """32 sentences with the lengths of a treebank's: padded to the longest, over half of the places are padding."""
    lengths = np.random.default_rng(3).gamma(2.0, 11.0, size=32).astype(int).clip(3, 128).tolist()
    sequences = sequences_of(lengths)
    packed, padded = packed_batch(sequences, pad_id=0), padded_batch(sequences, pad_id=0)
    assert packed.flat_index.numel() > 0.9 * packed.input_ids.numel()
    assert padded.flat_index.numel() < 0.5 * padded.input_ids.numel()


def test_a_longer_sequence_widens_the_rows() -> None:
    batch = packed_batch(sequences_of([150, 20, 20]), capacity=128, pad_id=0)
    assert batch.input_ids.shape[1] >= 150
    assert flat_ids(batch) == list(range(1, 191))


@pytest.mark.parametrize("lengths", [[], [3, 0]])
def test_an_empty_batch_or_sequence_is_refused(lengths: list[int]) -> None:
    for layout in (packed_batch, padded_batch):
        with pytest.raises(UsageError, match="at least one"):
            layout(sequences_of(lengths), pad_id=0)


def test_a_batch_moves_to_a_device_whole() -> None:
    batch = packed_batch(sequences_of([4, 5]), pad_id=0).to("meta")
    assert batch.position_ids is not None
    tensors = (batch.input_ids, batch.attention_mask, batch.position_ids, batch.flat_index)
    assert {tensor.device.type for tensor in tensors} == {"meta"}
    assert batch.starts.device == torch.device("cpu")


@given(LENGTHS, st.integers(1, 400))
def test_length_groups_hold_every_sequence_within_the_budget(lengths: list[int], budget: int) -> None:
    groups = length_groups(lengths, budget)
    assert sorted(itertools.chain.from_iterable(groups)) == list(range(len(lengths)))
    widest = [max(lengths[index] for index in group) for group in groups]
    assert widest == sorted(widest, reverse=True)
    assert all(len(group) == 1 or len(group) * wide <= budget for group, wide in zip(groups, widest, strict=True))
