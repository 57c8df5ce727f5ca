"""Exact nearest neighbours in ℓ2, cosine and CSLS, block by block: memory does not grow with the number of pairs.

Each metric is a greatest product plus a term of the candidate's own: |q - c|² is least where q·c - |c|²/2 is greatest,
a cosine is a product of unit vectors, and CSLS takes from twice the cosine how near the candidate is to everybody. So
one search serves all three, and one product of two sides serves the search from either of them. Of candidates that are
equally near the first is taken.
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

BLOCK = 640
"""Most queries and candidates that are compared at once: their scores, 1.6 MB, stay in the cache, turned round too."""

GROUP = 16
"""Scores of which the greatest alone is looked at first, where the greatest of many are wanted."""


def nearest(
    queries: NDArray[np.float32],
    candidates: NDArray[np.float32],
    metric: Metric = "l2",
    *,
    neighbourhood: int = NEIGHBOURHOOD,
    device: str = "cpu",
) -> NDArray[np.int64]:
    """The nearest candidate of each query.

    Products are in fp32. For ℓ2 each side's mean is subtracted first, since rounding of a large common part would drown
    the differences.

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
    found, _ = _search(queries, candidates, metric, neighbourhood, device, both=False)
    return found


def nearest_both_ways(
    left: NDArray[np.float32],
    right: NDArray[np.float32],
    metric: Metric = "l2",
    *,
    neighbourhood: int = NEIGHBOURHOOD,
    device: str = "cpu",
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The nearest of the right for each of the left, and of the left for each of the right; see `nearest`.

    Each distance is computed once for both.
    """
    return _search(left, right, metric, neighbourhood, device, both=True)


def _search(
    queries: NDArray[np.float32],
    candidates: NDArray[np.float32],
    metric: Metric,
    neighbourhood: int,
    device: str,
    *,
    both: bool,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The nearest candidate of each query, and where both are asked for the nearest query of each candidate."""
    if metric not in METRICS:
        raise UsageError(f"unknown metric '{metric}': use one of {', '.join(METRICS)}")
    if neighbourhood < 1:
        raise UsageError(f"a neighbourhood of {neighbourhood}: it takes at least one neighbour")
    _require_comparable(queries, candidates)
    if both:
        _require_comparable(candidates, queries)
    if metric == "l2":
        (left, of_left), (right, of_right) = _centred(queries, candidates, device)
    else:
        left, right = (_unit(torch.from_numpy(np.array(side))).to(device) for side in (queries, candidates))
        of_left, of_right = (torch.zeros(len(side), device=device) for side in (left, right))
    if metric == "csls":
        near_left = _Nearness(left, min(neighbourhood, len(right))) if both else None
        near_right = _Nearness(right, min(neighbourhood, len(left)))
        _compare(left, right, near_left, near_right)
        of_left = near_left.means().mul_(-0.5) if near_left else of_left
        of_right = near_right.means().mul_(-0.5)
    found = _Greatest(left, of_right)
    back = _Greatest(right, of_left) if both else None
    _compare(left, right, found, back)
    return _rows(found, candidates), _rows(back, queries) if back else np.zeros(0, np.int64)


def _centred(
    left: NDArray[np.float32], right: NDArray[np.float32], device: str
) -> tuple[tuple[torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor]]:
    """Each side less its own mean, and the term of each vector as a candidate in ℓ2.

    Of x + a and y + b the squared distance is |x - y + d|² with d = a - b, so that y is nearest to x where
    x·y + d·y - |y|²/2 is greatest, and x to y where x·y - d·x - |x|²/2 is.
    """
    means = [side.mean(axis=0, dtype=np.float64).astype(np.float32) for side in (left, right)]
    apart = torch.from_numpy(means[0] - means[1]).to(device)
    x, y = (torch.from_numpy(side - mean).to(device) for side, mean in zip((left, right), means, strict=True))
    return (x, x.square().sum(dim=1).mul_(-0.5).sub_(x @ apart)), (y, y.square().sum(dim=1).mul_(-0.5).add_(y @ apart))


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


class _Greatest:
    """For each row the place of the greatest score, which is a product plus the candidate's own term."""

    def __init__(self, rows: torch.Tensor, own: torch.Tensor) -> None:
        self.own = own
        self.best = torch.full((len(rows),), -torch.inf, device=rows.device)
        self.places = torch.zeros(len(rows), dtype=torch.int64, device=rows.device)

    def see(self, rows: slice, columns: slice, products: torch.Tensor) -> None:
        """Takes in a block of products, which it changes."""
        values, places = _row_maxima(products.add_(self.own[columns]))
        better = values > self.best[rows]
        self.best[rows] = torch.where(better, values, self.best[rows])
        self.places[rows] = torch.where(better, places + columns.start, self.places[rows])


class _Nearness:
    """For each row the mean of its `many` greatest products."""

    def __init__(self, rows: torch.Tensor, many: int) -> None:
        self.kept = torch.full((len(rows), many), -torch.inf, device=rows.device)

    def see(self, rows: slice, columns: slice, products: torch.Tensor) -> None:  # noqa: ARG002
        """Takes in a block of products."""
        many = self.kept.shape[1]
        groups = products.shape[1] // GROUP
        if groups > many:  # the greatest are in the groups whose maxima are greatest
            grouped, rest = products[:, : groups * GROUP].view(-1, GROUP, groups), products[:, groups * GROUP :]
            chosen = _places_of_greatest(grouped.amax(dim=1), many)
            picked = grouped.gather(2, chosen[:, None].expand(-1, GROUP, -1)).flatten(1)
            products = torch.cat([picked, rest], dim=1)
        self.kept[rows] = _greatest(torch.cat([self.kept[rows], products], dim=1), many)

    def means(self) -> torch.Tensor:
        """(rows,)."""
        return self.kept.mean(dim=1)


_Seer = _Greatest | _Nearness


def _compare(left: torch.Tensor, right: torch.Tensor, of_left: _Seer | None, of_right: _Seer | None) -> None:
    """Shows the products of all rows of both sides to who looks from the left, and turned round from the right."""
    room = torch.empty(BLOCK * BLOCK, device=left.device)
    for rows in _blocks(len(left)):
        for columns in _blocks(len(right)):
            shape = len(left[rows]), len(right[columns])
            products = torch.mm(left[rows], right[columns].T, out=room[: shape[0] * shape[1]].view(shape))
            turned = products.T.contiguous() if of_right else products
            if of_left:
                of_left.see(rows, columns, products)
            if of_right:
                of_right.see(columns, rows, turned)


def _row_maxima(scores: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The greatest of each row and its place, the first if there are several.

    On a CPU this and the next two are numpy's, which take a tenth to a third of the time of torch's.
    """
    if scores.device.type != "cpu":
        values, places = scores.max(dim=1)
        return values, places
    places = torch.from_numpy(scores.numpy().argmax(axis=1))
    return scores.gather(1, places[:, None]).squeeze(1), places


def _greatest(values: torch.Tensor, many: int) -> torch.Tensor:
    """The `many` greatest of each row, in any order."""
    if values.device.type != "cpu":
        return values.topk(many, dim=1, sorted=False).values
    return torch.from_numpy(np.partition(values.numpy(), -many, axis=1)[:, -many:])


def _places_of_greatest(values: torch.Tensor, many: int) -> torch.Tensor:
    """Where they are."""
    if values.device.type != "cpu":
        return values.topk(many, dim=1, sorted=False).indices
    return torch.from_numpy(np.argpartition(values.numpy(), -many, axis=1)[:, -many:])


def _rows(found: _Greatest, candidates: NDArray[np.float32]) -> NDArray[np.int64]:
    rows: NDArray[np.int64] = _first_equal(candidates)[found.places.cpu().numpy()]
    return rows


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
