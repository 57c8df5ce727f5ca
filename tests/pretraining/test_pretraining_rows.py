"""Rows to pretrain on: full, of one language each, drawn by the shares."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossglot.pretraining.rows import PieceStream, Wanted, draw_pairs, draw_rows, full_rows, piece_stream
from crossglot.pretraining.wordpiece import train_wordpiece

CLS, SEP = 2, 3
LOW = PieceStream(np.array([10, 11, 3, 12, 3], dtype=np.int32), np.array([0, 3]))
HIGH = PieceStream(np.array([50, 51, 52, 53, 3], dtype=np.int32), np.array([0]))


def test_a_row_is_of_one_language_and_holds_no_padding() -> None:
    rows = draw_rows(
        {"low": LOW, "high": HIGH}, {"low": 0.5, "high": 0.5}, Wanted(200, 16, CLS, SEP), np.random.default_rng(0)
    ).ids
    assert rows.shape == (200, 16)
    assert (rows[:, 0] == CLS).all()
    assert (rows[:, -1] == SEP).all()
    inner = rows[:, 1:-1]
    assert (inner != 0).all()
    for row in inner:
        words = set(row.tolist()) - {SEP}
        assert words <= {10, 11, 12} or words <= {50, 51, 52, 53}


def test_rows_start_with_a_sentence_and_go_on_with_the_next() -> None:
    rows = draw_rows({"low": LOW}, {"low": 1.0}, Wanted(50, 8, CLS, SEP), np.random.default_rng(0)).ids
    seen = {tuple(row) for row in rows.tolist()}
    assert seen == {(2, 10, 11, 3, 12, 3, 10, 3), (2, 12, 3, 10, 11, 3, 12, 3)}


def test_languages_are_drawn_by_their_shares() -> None:
    rows = draw_rows(
        {"low": LOW, "high": HIGH}, {"low": 0.8, "high": 0.2}, Wanted(20_000, 8, CLS, SEP), np.random.default_rng(0)
    ).ids
    assert (rows[:, 1] < 50).mean() == pytest.approx(0.8, abs=0.01)


def test_a_stream_holds_every_line_as_the_tokenizer_cuts_it() -> None:
    lines = ["ein Haus", "zwei Häuser", "\u200b", "drei"]
    tokenizer = train_wordpiece({"de": lines * 5}, 60)
    stream = piece_stream(tokenizer, lines)
    expected = [tokenizer(line, add_special_tokens=False)["input_ids"] for line in lines]
    parts = [part.tolist() for part in np.split(stream.ids, stream.starts[1:])]
    assert parts == [[*ids, tokenizer.sep_token_id] for ids in expected if ids]


def test_the_second_part_goes_on_with_the_next_sentence_or_a_random_one() -> None:
    sentences = [[100 * number + place for place in range(1, 4)] for number in range(1, 301)]  # three pieces each
    ids = np.array([piece for sentence in sentences for piece in [*sentence, SEP]], dtype=np.int32)
    stream = PieceStream(ids, np.arange(0, len(ids), 4))
    pairs = draw_pairs({"x": stream}, {"x": 1.0}, Wanted(2_000, 20, CLS, SEP), np.random.default_rng(0))
    assert pairs.parts is not None and pairs.random is not None and pairs.positions is None
    assert pairs.ids.shape == pairs.parts.shape == (2_000, 20)
    assert pairs.random.mean() == pytest.approx(0.5, abs=0.05)
    follows = 0
    for ids_, parts, random in zip(pairs.ids, pairs.parts, pairs.random, strict=True):
        second = int(np.flatnonzero(parts)[0])
        assert (ids_[0], ids_[second - 1], ids_[-1]) == (CLS, SEP, SEP)
        assert set(parts[second:].tolist()) == {1}
        assert ids_[second] % 100 == 1  # a sentence begins
        last, first = ids_[second - 2] // 100, ids_[second] // 100
        assert random or first == last % 300 + 1
        follows += random and first == last % 300 + 1
    assert follows < 30  # a random sentence is the next one by chance alone


@given(st.integers(1, 200), st.integers(8, 40))
def test_full_rows_hold_every_piece_in_order(pieces: int, length: int) -> None:
    ids = np.arange(10, 10 + pieces, dtype=np.int32)
    rows = full_rows(PieceStream(ids, np.array([0])), length=length, cls_id=CLS, sep_id=SEP)
    assert rows.shape[1] == length
    assert (rows[:, 0] == CLS).all() and (rows[:, -1] == SEP).all()
    assert rows[:, 1:-1].ravel()[:pieces].tolist() == ids.tolist()
    assert rows[:, 1:-1].size - pieces < length - 2
