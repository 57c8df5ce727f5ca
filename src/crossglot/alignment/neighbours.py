"""Exact nearest neighbours in ℓ2, cosine and CSLS, block by block: memory does not grow with the number of pairs.

Each metric is a greatest product plus a term of the candidate's own: |q - c|² is least where q·c - |c|²/2 is greatest,
a cosine is a product of unit vectors, and CSLS takes from twice the cosine how near the candidate is to everybody. So
one search serves all three. Of candidates that are equally near the first is taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from math import ceil
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import torch

from crossglot.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

Metric = Literal["l2", "cosine", "csls"]
METRICS: tuple[Metric, ...] = get_args(Metric)

NEIGHBOURHOOD = 10
"""Neighbours that CSLS averages over (Lample, Conneau et al. 2018)."""

BLOCK = 1280
"""Most queries and candidates that are compared at once: their scores, 6 MB, stay in the cache."""


def nearest(
    queries: NDArray[np.float32],
    candidates: NDArray[np.float32],
    metric: Metric = "l2",
    *,
    neighbourhood: int = NEIGHBOURHOOD,
    device: str = "cpu",
) -> NDArray[np.int64]:
    """The nearest candidate of each query.

    Products are in fp32. For ℓ2 the candidates' mean is subtracted first, since rounding of a large common part
    would drown the differences.

    Args:
        queries: (queries, hidden).
        candidates: (candidates, hidden), at least one.
        metric: `l2`; `cosine`; `csls`, cross-domain similarity local scaling, in which a candidate that is near to many
            queries counts less: 2 cos(q, c) - r(c), r(c) being the mean cosine of c and the queries nearest to it
            (Lample, Conneau et al. 2018; their r(q) changes no ranking).
        neighbourhood: queries that r(c) averages over.
        device: where it is computed.

    Returns:
        int64, (queries,), rows of `candidates`.

    Raises:
        UsageError: for an unknown metric, no candidates, vectors of different width or with a number that is not
            finite, or a neighbourhood of nobody.
    """
    if metric not in METRICS:
        raise UsageError(f"unknown metric '{metric}': use one of {', '.join(METRICS)}")
    if neighbourhood < 1:
        raise UsageError(f"a neighbourhood of {neighbourhood}: it takes at least one neighbour")
    _require_comparable(queries, candidates)
    if metric == "l2":
        origin = candidates.mean(axis=0, dtype=np.float64).astype(np.float32)
        left, right = (torch.from_numpy(side - origin).to(device) for side in (queries, candidates))
        own = right.square().sum(dim=1).mul_(-0.5)
    else:
        left, right = (_unit(torch.from_numpy(np.array(side))).to(device) for side in (queries, candidates))
        own = torch.zeros(len(right), device=device)
    if metric == "csls":
        own = _mean_of_greatest(right, left, neighbourhood).mul_(-0.5)
    found: NDArray[np.int64] = _first_equal(candidates)[_greatest(left, right, own).cpu().numpy()]
    return found


def _require_comparable(queries: NDArray[np.float32], candidates: NDArray[np.float32]) -> None:
    """Makes sure that there is something to find, and that every distance is a number.

    Raises:
        UsageError: for no candidates, or vectors of different width or with a number that is not finite.
    """
    if queries.ndim != 2 or candidates.ndim != 2 or not len(candidates) or queries.shape[1] != candidates.shape[1]:
        raise UsageError(f"nothing to find: queries are {queries.shape}, candidates {candidates.shape}")
    for name, side in (("queries", queries), ("candidates", candidates)):
        if not all(np.isfinite(side[rows]).all() for rows in _blocks(len(side))):
            strange = np.flatnonzero(~np.isfinite(side).all(axis=1))
            many = f" and {len(strange) - 1} more" if len(strange) > 1 else ""
            raise UsageError(
                f"row {strange[0]}{many} of the {name} is not finite: nothing is near to it or far from it"
            )


def _greatest(left: torch.Tensor, right: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
    """For each row of `left` the row of `right` of greatest product plus its `own`."""
    found = torch.zeros(len(left), dtype=torch.int64, device=left.device)
    room = torch.empty(BLOCK * BLOCK, device=left.device)
    for rows in _blocks(len(left)):
        best = torch.full((len(left[rows]),), -torch.inf, device=left.device)
        for columns in _blocks(len(right)):
            shape = len(left[rows]), len(right[columns])
            scores = torch.mm(left[rows], right[columns].T, out=room[: shape[0] * shape[1]].view(shape))
            values, places = scores.add_(own[columns]).max(dim=1)
            better = values > best
            best = torch.where(better, values, best)
            found[rows] = torch.where(better, places + columns.start, found[rows])
    return found


def _mean_of_greatest(left: torch.Tensor, right: torch.Tensor, many: int) -> torch.Tensor:
    """For each row of `left` the mean of its `many` greatest products with rows of `right`."""
    many = min(many, len(right))
    means = torch.zeros(len(left), device=left.device)
    for rows in _blocks(len(left)):
        kept = torch.full((len(left[rows]), many), -torch.inf, device=left.device)
        for columns in _blocks(len(right)):
            scores = torch.cat([kept, left[rows] @ right[columns].T], dim=1)
            kept = scores.topk(many, dim=1, sorted=False).values
        means[rows] = kept.mean(dim=1)
    return means


def _first_equal(rows: NDArray[np.float32]) -> NDArray[np.int64]:
    """For each row the first row equal to it, so that rounding, which differs by place, does not choose between them.

    Equal rows have equal sums of their bits, weighted at random; few others do, and only these are told by digests.
    """
    weights = np.random.default_rng(0).integers(2**32, size=rows.shape[1], dtype=np.uint32) | np.uint32(1)
    sums = [(rows[block].view(np.uint32) * weights).sum(axis=1, dtype=np.uint64) for block in _blocks(len(rows))]
    _, which, counts = np.unique(np.concatenate(sums), return_inverse=True, return_counts=True)
    found, first = np.arange(len(rows)), dict[bytes, int]()
    for place in np.flatnonzero(counts[which] > 1).tolist():
        found[place] = first.setdefault(blake2b(rows[place].tobytes(), digest_size=16).digest(), place)
    return found


def _blocks(count: int) -> Iterator[slice]:
    """Slices of at most BLOCK rows: as few and as equal as possible."""
    parts = ceil(count / BLOCK)
    return (slice(count * part // parts, count * (part + 1) // parts) for part in range(parts))


def _unit(vectors: torch.Tensor) -> torch.Tensor:
    """Each row over its length; a row of zeros stays one."""
    lengths: torch.Tensor = torch.linalg.vector_norm(vectors, dim=1, keepdim=True)
    return vectors / lengths.clamp_min(torch.finfo(torch.float32).tiny)
