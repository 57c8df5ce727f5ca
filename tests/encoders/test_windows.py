"""Training truncates; prediction loses no word."""

from __future__ import annotations

import itertools
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_models import wordpiece_tokenizer

from crossglot.encoders import windows
from crossglot.encoders.pieces import Pieces, piece_words
from crossglot.encoders.windows import Sequences, truncated, windowed
from crossglot.errors import UsageError

TOKENIZER: Any = wordpiece_tokenizer()
CLS, SEP = TOKENIZER.cls_token_id, TOKENIZER.sep_token_id
# words of 1 to 30 letters, each letter a piece
SENTENCES = st.lists(st.lists(st.integers(1, 30), max_size=25), min_size=1, max_size=4)


def pieces_of(lengths: list[list[int]]) -> Pieces:
    pieces = piece_words(TOKENIZER, [["a" * length for length in sentence] for sentence in lengths])
    assert np.diff(np.append(pieces.begins, len(pieces.ids))).tolist() == list(itertools.chain(*lengths))
    numbered = np.arange(100, 100 + len(pieces.ids), dtype=np.int32)  # so that every piece can be told apart
    return Pieces(numbered, pieces.sentence_starts, pieces.begins, pieces.first_pieces, pieces.word_starts)


def read_pieces(sequences: Sequences) -> dict[int, int]:
    """The piece found where each word is to be read."""
    found: dict[int, int] = {}
    for number, ids in enumerate(sequences.ids):
        span = slice(sequences.starts[number], sequences.starts[number + 1])
        for word, offset in zip(sequences.words[span].tolist(), sequences.offsets[span].tolist(), strict=True):
            assert word not in found
            found[word] = int(ids[offset])
    return found


@given(SENTENCES, st.integers(3, 40))
def test_every_word_is_read_once_at_its_first_piece(lengths: list[list[int]], max_length: int) -> None:
    pieces = pieces_of(lengths)
    found = read_pieces(windowed(pieces, TOKENIZER, max_length))
    assert found == {word: int(pieces.ids[first]) for word, first in enumerate(pieces.first_pieces)}


@given(SENTENCES, st.integers(3, 40))
def test_no_sequence_is_longer_than_the_limit(lengths: list[list[int]], max_length: int) -> None:
    for cut in (truncated, windowed):
        sequences = cut(pieces_of(lengths), TOKENIZER, max_length)
        assert sequences.lengths.max() <= max_length
        assert all(ids[0] == CLS and ids[-1] == SEP for ids in sequences.ids)


@given(SENTENCES, st.integers(3, 40))
def test_windows_are_stretches_of_one_sentence_cut_at_word_starts(lengths: list[list[int]], max_length: int) -> None:
    pieces = pieces_of(lengths)
    word_bounds = set(pieces.begins.tolist()) | {len(pieces.ids)}
    longest_word = max(itertools.chain([0], *lengths))
    sequences = windowed(pieces, TOKENIZER, max_length)
    for sentence, ids in zip(sequences.sentence.tolist(), sequences.ids, strict=True):
        if len(ids) == 2:
            continue
        start, stop = int(ids[1]) - 100, int(ids[-2]) - 99
        assert ids[1:-1].tolist() == list(range(start + 100, stop + 100))
        assert pieces.sentence_starts[sentence] <= start < stop <= pieces.sentence_starts[sentence + 1]
        assert start in word_bounds
        assert stop in word_bounds or longest_word > max_length - 2


@given(SENTENCES, st.integers(2, 20))
def test_a_sentence_within_the_limit_is_one_sequence_either_way(lengths: list[list[int]], more: int) -> None:
    pieces = pieces_of(lengths)
    limit = int(np.diff(pieces.sentence_starts).max()) + max(more, 3)
    cut, whole = truncated(pieces, TOKENIZER, limit), windowed(pieces, TOKENIZER, limit)
    assert [ids.tolist() for ids in cut.ids] == [ids.tolist() for ids in whole.ids]
    assert cut.words.tolist() == whole.words.tolist() == list(range(len(pieces.first_pieces)))


def test_truncation_keeps_the_words_that_start_before_the_cut() -> None:
    sequences = truncated(pieces_of([[3, 4, 2], [1]]), TOKENIZER, 7)
    assert [ids.tolist() for ids in sequences.ids] == [[CLS, *range(100, 105), SEP], [CLS, 109, SEP]]
    assert sequences.words.tolist() == [0, 1, 3]
    assert sequences.offsets.tolist() == [1, 4, 1]


def test_a_word_is_read_where_it_stands_farthest_from_a_cut() -> None:
    """Twenty words of one piece, windows of ten: each overlaps the next by half and reads its middle."""
    sequences = windowed(pieces_of([[1] * 20]), TOKENIZER, 12)
    assert [(int(ids[1]) - 100, int(ids[-2]) - 99) for ids in sequences.ids] == [(0, 10), (5, 15), (10, 20)]
    assert np.diff(sequences.starts).tolist() == [8, 5, 7]
    context = {
        word: min(word - start if start else 99, stop - word if stop < 20 else 99)
        for number, (start, stop) in enumerate([(0, 10), (5, 15), (10, 20)])
        for word in sequences.words[sequences.starts[number] : sequences.starts[number + 1]].tolist()
    }
    assert min(context.values()) >= 2


@given(st.lists(st.integers(1, 30), min_size=1, max_size=60), st.integers(1, 40))
def test_no_other_window_has_more_of_both_sides(lengths: list[int], room: int) -> None:
    """Every window tried for every word; of equal ones the first, and never one before that of the word before."""
    bounds = np.cumsum([0, *lengths])
    firsts, end = bounds[:-1], int(bounds[-1])
    cut = windows._cut_windows(firsts, end, room)
    chosen, at_least = [], 0
    for word in firsts.tolist():
        context = [
            min(word - start + end * (start == 0), stop - word + end * (stop == end)) if start <= word < stop else -1
            for start, stop in cut
        ]
        at_least = max(at_least, context.index(max(context)))
        chosen.append(at_least)
    read = windows._read_spans(firsts, end, cut)
    found = [next(i for i, (start, stop) in enumerate(read) if start <= word < stop) for word in firsts.tolist()]
    assert found == chosen


def test_memory_of_windows_grows_with_the_line_not_with_its_square() -> None:
    pieces = pieces_of([[1] * 40_000])
    tracemalloc.start()
    sequences = windowed(pieces, TOKENIZER, 128)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sequences.words.tolist() == list(range(40_000))
    assert peak < 20e6  # a table of windows and words takes 200 MB


def test_a_word_longer_than_a_window_is_cut_and_still_read() -> None:
    sequences = windowed(pieces_of([[2, 30, 2]]), TOKENIZER, 10)
    assert sorted(sequences.words.tolist()) == [0, 1, 2]
    assert max(map(len, sequences.ids)) == 10


def test_the_last_window_is_as_full_as_the_others() -> None:
    sequences = windowed(pieces_of([[1] * 21]), TOKENIZER, 12)
    assert set(sequences.lengths.tolist()) == {12}


def test_a_limit_without_room_for_a_piece_is_refused() -> None:
    for cut in (truncated, windowed):
        with pytest.raises(UsageError, match="leaves no room"):
            cut(pieces_of([[1]]), TOKENIZER, 2)


def test_no_sentences_make_no_sequences() -> None:
    for cut in (truncated, windowed):
        assert len(cut(piece_words(TOKENIZER, []), TOKENIZER, 12)) == 0
