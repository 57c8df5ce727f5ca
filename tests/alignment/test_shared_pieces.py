"""The floor of shared pieces: against tf-idf cosines computed pair by pair."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from crossglot.alignment import shared_pieces
from crossglot.alignment.shared_pieces import NOBODY, nearest_by_pieces
from crossglot.encoders.pieces import Pieces
from crossglot.errors import UsageError


def as_pieces(sentences: list[list[int]], unknown: int | None = None) -> Pieces:
    starts = np.cumsum([0, *map(len, sentences)])
    ids = np.array([piece for sentence in sentences for piece in sentence], np.int32)
    return Pieces(ids, starts, np.arange(len(ids)), np.arange(len(ids)), starts, unknown)


def naive(source: list[list[int]], target: list[list[int]]) -> list[int]:
    everything = source + target
    idf = {
        piece: math.log(len(everything) / sum(piece in sentence for sentence in everything))
        for sentence in everything
        for piece in sentence
    }

    def vector(sentence: list[int]) -> dict[int, float]:
        return {piece: times * idf[piece] for piece, times in Counter(sentence).items()}

    def cosine(one: dict[int, float], other: dict[int, float]) -> float:
        product = sum(weight * other.get(piece, 0.0) for piece, weight in one.items())
        lengths = math.hypot(*one.values()) * math.hypot(*other.values())
        return product / lengths if lengths else 0.0

    found = []
    for sentence in source:
        similar = [cosine(vector(sentence), vector(other)) for other in target]
        found.append(int(np.argmax(similar)) if max(similar) > 0 else NOBODY)
    return found


def test_tf_idf_neighbours_are_those_computed_pair_by_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_pieces, "_BLOCK", 8)
    draws = np.random.default_rng(0)
    source, target = (
        [draws.zipf(1.3, size=draws.integers(1, 9)).clip(max=60).tolist() for _ in range(30)] for _ in range(2)
    )
    forward, backward = nearest_by_pieces(as_pieces(source), as_pieces(target))
    assert forward.tolist() == naive(source, target)
    assert backward.tolist() == naive(target, source)


def test_a_number_or_name_finds_its_translation() -> None:
    forward, backward = nearest_by_pieces(as_pieces([[1, 2, 90], [1, 3, 91]]), as_pieces([[7, 91], [7, 8, 90]]))
    assert (forward.tolist(), backward.tolist()) == ([1, 0], [1, 0])


def test_who_shares_nothing_finds_nobody() -> None:
    forward, backward = nearest_by_pieces(as_pieces([[1], [5]]), as_pieces([[2], [5]]))
    assert (forward.tolist(), backward.tolist()) == ([NOBODY, 1], [NOBODY, 1])


def test_words_that_nobody_knows_are_not_shared() -> None:
    source, target = [[1, 1, 4], [1, 5], [1]], [[1, 5, 6], [7, 4], [1, 1]]
    forward, backward = nearest_by_pieces(as_pieces(source, 1), as_pieces(target, 1))
    assert (forward.tolist(), backward.tolist()) == ([1, 0, NOBODY], [1, 0, NOBODY])
    assert nearest_by_pieces(as_pieces(source), as_pieces(target))[0].tolist() != forward.tolist()
    assert nearest_by_pieces(as_pieces([[2]], 100), as_pieces([[2], [3]], 100))[0].tolist() == [0]


def test_what_is_compared_stays_as_it_is() -> None:
    draws = np.random.default_rng(1)
    source, target = (as_pieces([draws.integers(0, 9, 6).tolist() for _ in range(20)]) for _ in range(2))
    kept = [array.copy() for side in (source, target) for array in (side.ids, side.sentence_starts)]
    first = nearest_by_pieces(source, target)
    for array, before in zip(
        [a for side in (source, target) for a in (side.ids, side.sentence_starts)], kept, strict=True
    ):
        np.testing.assert_array_equal(array, before)
    np.testing.assert_array_equal(nearest_by_pieces(source, target), first)


def test_no_sentences_are_refused() -> None:
    with pytest.raises(UsageError, match="no sentences"):
        nearest_by_pieces(as_pieces([]), as_pieces([[1]]))
