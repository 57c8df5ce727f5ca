"""The faiss index agrees with the exact search where it is exact; without faiss the message says how to get it."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Literal

import numpy as np
import pytest

from crossglot.alignment.indexed import nearest_by_index
from crossglot.alignment.neighbours import nearest
from crossglot.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray


class FlatIndex:
    """What faiss's factory gives for `Flat`, as far as it is used, in numpy."""

    def __init__(self, width: int, name: str, kind: str) -> None:
        if name not in ("Flat", "IVF4096,Flat"):
            raise RuntimeError(f"could not parse {name}")
        self.is_trained = name == "Flat"
        self.kind, self.rows = kind, np.zeros((0, width), np.float32)

    def train(self, rows: NDArray[np.float32]) -> None:
        raise RuntimeError(f"{len(rows)} points for 4096 centroids")

    def add(self, rows: NDArray[np.float32]) -> None:
        self.rows = np.concatenate([self.rows, rows])

    def search(self, queries: NDArray[np.float32], many: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        products = queries @ self.rows.T
        near = products - np.square(self.rows).sum(axis=1) / 2 if self.kind == "l2" else products
        order = np.argsort(-near, axis=1)[:, :many]
        return np.take_along_axis(near, order, axis=1), order


def stand_in_for_faiss(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in = SimpleNamespace(METRIC_L2="l2", METRIC_INNER_PRODUCT="product", index_factory=FlatIndex)
    monkeypatch.setitem(sys.modules, "faiss", stand_in)


@pytest.mark.parametrize("metric", ["l2", "cosine"])
def test_an_index_is_asked_what_the_exact_search_answers(
    metric: Literal["l2", "cosine"], monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in_for_faiss(monkeypatch)
    draws = np.random.default_rng(0)
    queries, candidates = (7 + draws.normal(size=(90, 12)).astype(np.float32) for _ in range(2))
    np.testing.assert_array_equal(nearest_by_index(queries, candidates, metric), nearest(queries, candidates, metric))
    with pytest.raises(UsageError, match="no index 'Tree'"):
        nearest_by_index(queries, candidates, metric, index="Tree")


def test_what_cannot_be_searched_is_refused_as_by_the_exact_search(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in_for_faiss(monkeypatch)
    some, broken = np.ones((3, 2), np.float32), np.full((3, 2), np.nan, np.float32)
    with pytest.raises(UsageError, match="no index 'IVF4096,Flat' of 3 vectors: 3 points"):
        nearest_by_index(some, some, index="IVF4096,Flat")
    for candidates in (some[:0], np.ones((3, 4), np.float32)):
        with pytest.raises(UsageError, match="nothing to find"):
            nearest_by_index(some, candidates)
    with pytest.raises(UsageError, match="of the candidates is not finite"):
        nearest_by_index(some, broken)
    with pytest.raises(UsageError, match="use one of l2, cosine"):
        nearest_by_index(some, some, "csls")  # type: ignore[arg-type]


@pytest.mark.parametrize("metric", ["l2", "cosine"])
def test_a_flat_index_finds_what_the_exact_search_finds(metric: Literal["l2", "cosine"]) -> None:
    pytest.importorskip("faiss")
    draws = np.random.default_rng(0)
    queries, candidates = (draws.normal(size=(200, 16)).astype(np.float32) for _ in range(2))
    np.testing.assert_array_equal(nearest_by_index(queries, candidates, metric), nearest(queries, candidates, metric))


def test_an_index_that_faiss_does_not_know_is_refused() -> None:
    pytest.importorskip("faiss")
    with pytest.raises(UsageError, match="no index 'Tree'"):
        nearest_by_index(np.ones((1, 2), np.float32), np.ones((1, 2), np.float32), index="Tree")
    with pytest.raises(UsageError, match="no index 'IVF4096,Flat' of 1 vectors"):
        nearest_by_index(np.ones((1, 2), np.float32), np.ones((1, 2), np.float32), index="IVF4096,Flat")


def test_without_faiss_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(UsageError, match=r"pip install 'crossglot\[faiss\]'"):
        nearest_by_index(np.ones((1, 2), np.float32), np.ones((1, 2), np.float32))
