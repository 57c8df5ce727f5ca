"""Nearest neighbours by a faiss index, for more vectors than can be compared one by one (the extra `faiss`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from crossglot.alignment.neighbours import require_comparable
from crossglot.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray


def nearest_by_index(
    queries: NDArray[np.float32],
    candidates: NDArray[np.float32],
    metric: Literal["l2", "cosine"] = "l2",
    *,
    index: str = "Flat",
) -> NDArray[np.int64]:
    """The nearest candidate of each query that a faiss index finds: the nearest of all only where the index is `Flat`.

    Args:
        queries: (queries, hidden).
        candidates: (candidates, hidden), at least one.
        metric: `l2` or `cosine`.
        index: as faiss's index factory names them: `Flat` is exact, `HNSW32` and `IVF1024,Flat` are faster.

    Returns:
        int64, (queries,), rows of `candidates`; -1 where an approximate index finds none.

    Raises:
        UsageError: if faiss is not installed, has no such index or cannot make it of so few candidates; for another
            metric, no candidates, or vectors of different width or with a number that is not finite.
    """
    try:
        import faiss
    except ModuleNotFoundError as error:
        raise UsageError("faiss is not installed: pip install 'crossglot[faiss]'") from error
    if metric not in ("l2", "cosine"):
        raise UsageError(f"unknown metric '{metric}': use one of l2, cosine")
    require_comparable(queries, candidates)
    if metric == "l2":
        origin = candidates.mean(axis=0, dtype=np.float64).astype(np.float32)
        left, right = queries - origin, candidates - origin
    else:
        left, right = (_unit(side) for side in (queries, candidates))
    kind = faiss.METRIC_L2 if metric == "l2" else faiss.METRIC_INNER_PRODUCT
    try:
        searched: Any = faiss.index_factory(right.shape[1], index, kind)
        if not searched.is_trained:
            searched.train(right)
        searched.add(right)
    except RuntimeError as error:
        raise UsageError(f"faiss makes no index '{index}' of {len(right)} vectors: {error}") from error
    found: NDArray[np.int64] = searched.search(left, 1)[1][:, 0]
    return found


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.sqrt(np.square(vectors).sum(axis=1, keepdims=True))
    unit: NDArray[np.float32] = (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    return unit
