"""BERT's masking, counted independently."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossglot.pretraining.masking import mask_pieces

MASK, SPECIALS, VOCAB = 4, 5, 1_000


def _rows(rows: int, length: int, seed: int = 0) -> np.ndarray:
    drawn = np.random.default_rng(seed).integers(SPECIALS, VOCAB, (rows, length))
    drawn[:, 0], drawn[:, -1] = 2, 3
    return drawn


def test_shares_are_15_percent_and_80_10_10_by_an_independent_count() -> None:
    rows = _rows(2_000, 100)
    masked = mask_pieces(rows, specials=SPECIALS, mask_id=MASK, vocab_size=VOCAB, rng=np.random.default_rng(1))
    chosen = set(masked.positions.tolist())
    hidden = swapped = kept = 0
    for place, (before, after) in enumerate(zip(rows.ravel().tolist(), masked.input_ids.ravel().tolist(), strict=True)):
        if place not in chosen:
            assert before == after
        elif after == MASK:
            hidden += 1
        elif after == before:
            kept += 1
        else:
            swapped += 1
            assert SPECIALS <= after < VOCAB
    total = hidden + swapped + kept
    assert total == 2_000 * 15
    assert hidden / total == pytest.approx(0.8, abs=0.01)
    assert swapped / total == pytest.approx(0.1, abs=0.01)
    assert kept / total == pytest.approx(0.1, abs=0.01)


def test_labels_are_the_pieces_that_stood_there() -> None:
    rows = _rows(50, 32)
    masked = mask_pieces(rows, specials=SPECIALS, mask_id=MASK, vocab_size=VOCAB, rng=np.random.default_rng(2))
    assert (rows.ravel()[masked.positions] == masked.labels).all()


def test_every_place_of_a_row_is_chosen_equally_often() -> None:
    rows = _rows(20_000, 22)
    masked = mask_pieces(rows, specials=SPECIALS, mask_id=MASK, vocab_size=VOCAB, rng=np.random.default_rng(3))
    counts = np.bincount(masked.positions % 22, minlength=22)
    assert counts[0] == counts[-1] == 0
    assert counts[1:-1] / 20_000 == pytest.approx(np.full(20, 3 / 20), abs=0.012)


@given(st.integers(1, 6), st.integers(3, 60), st.integers(0, 2**32 - 1), st.floats(0.05, 0.9))
def test_special_tokens_are_never_masked(rows: int, length: int, seed: int, share: float) -> None:
    drawn = np.random.default_rng(seed).integers(0, 8, (rows, length))  # most of them special
    masked = mask_pieces(
        drawn, specials=SPECIALS, mask_id=MASK, vocab_size=8, rng=np.random.default_rng(seed), share=share
    )
    assert (masked.labels >= SPECIALS).all()
    assert (masked.input_ids[drawn < SPECIALS] == drawn[drawn < SPECIALS]).all()
    assert len(np.unique(masked.positions)) == len(masked.positions)


def test_same_chance_same_masks_and_the_rows_given_are_left_alone() -> None:
    rows = _rows(10, 40)
    before = rows.copy()
    first, second = (
        mask_pieces(rows, specials=SPECIALS, mask_id=MASK, vocab_size=VOCAB, rng=np.random.default_rng(9)) for _ in "ab"
    )
    assert (first.input_ids == second.input_ids).all()
    assert (rows == before).all()
