"""Exact nearest neighbours in ℓ2, cosine and CSLS, block by block: memory does not grow with the number of pairs.

Each metric is a greatest product plus a term of the candidate's own: |q - c|² is least where q·c - |c|²/2 is greatest,
a cosine is a product of unit vectors, and CSLS takes from twice the cosine how near the candidate is to everybody. So
one pass over the products of two sides serves all searches that differ in that term alone, from either side. Of
candidates that are equally near the first is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from math import ceil
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import torch

from crossglot.alignment.shifts import equal_parts
from crossglot.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

Metric = Literal["l2", "cosine", "csls"]
METRICS: tuple[Metric, ...] = get_args(Metric)

Found = tuple["NDArray[np.int64]", "NDArray[np.int64]"]
"""For each of the left the nearest of the right, (left,), and for each of the right that of the left, (right,).

The latter is empty where the way back was not asked for, which takes about half of the time.
"""

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
    """The nearest candidate of each query. Products are in fp32.

    Args:
        queries: (queries, hidden), at least one.
        candidates: (candidates, hidden), at least one.
        metric: `l2`; `cosine`; `csls`, cross-domain similarity local scaling, in which a candidate that is near to many
            queries counts less: 2 cos(q, c) - r(c), r(c) being the mean cosine of c and the queries nearest to it
            (Lample, Conneau et al. 2018; their r(q) changes no ranking).
        neighbourhood: queries that r(c) averages over.
        device: where it is computed.

    Returns:
        int64, (queries,), rows of `candidates`.

    Raises:
        UsageError: for an unknown metric, nobody on a side, vectors of different width or with a number that is not
            finite, or a neighbourhood of nobody.
    """
    if metric not in METRICS:
        raise UsageError(f"unknown metric '{metric}': use one of {', '.join(METRICS)}")
    if metric == "l2":
        [(found, _)] = nearest_in_l2(queries, candidates, [np.zeros((1, 1))], back=False, device=device)
    else:
        csls = metric == "csls"
        both = nearest_by_cosine(queries, candidates, csls=csls, neighbourhood=neighbourhood, back=False, device=device)
        found, _ = both[metric]
    return found


def nearest_in_l2(
    left: NDArray[np.float32],
    right: NDArray[np.float32],
    shifts: Sequence[NDArray[np.float64]],
    *,
    back: bool = True,
    device: str = "cpu",
) -> list[Found]:
    """The nearest both ways by distance, under each of several shifts.

    Each side's mean is subtracted first, since rounding of a large common part would drown the differences. Of x + a
    and y + b the squared distance is |x - y + d|² with d = a - b, so that y is nearest to x where x·y + d·y - |y|²/2 is
    greatest, and x to y where x·y - d·x - |x|²/2 is. A shift changes d alone.

    Args:
        left: (left, hidden), at least one.
        right: (right, hidden), at least one.
        shifts: what is added to the left, or taken from the right: (parts, hidden), a vector for each of the equal
            parts of those for whom the nearest is looked for. See `shift_vectors`.
        back: whether the way back is wanted.
        device: where it is computed.

    Raises:
        UsageError: see `nearest`.
    """
    _require_comparable(left, right)
    means = [side.mean(axis=0, dtype=np.float64).astype(np.float32) for side in (left, right)]
    x, y = (torch.from_numpy(side - mean).to(device) for side, mean in zip((left, right), means, strict=True))
    of_x, of_y = (side.square().sum(dim=1).mul_(-0.5) for side in (x, y))
    forth, and_back = list[_Greatest](), list[_Greatest]()
    for shift in shifts:
        apart = torch.from_numpy((shift + means[0] - means[1]).astype(np.float32)).to(device)
        forth.append(_Greatest(x, of_y + apart @ y.T))
        if back:
            and_back.append(_Greatest(y, of_x - apart @ x.T))
    _compare(x, y, forth, and_back)
    return _found(left, right, forth, and_back)


def nearest_by_cosine(
    left: NDArray[np.float32],
    right: NDArray[np.float32],
    *,
    csls: bool,
    neighbourhood: int = NEIGHBOURHOOD,
    back: bool = True,
    device: str = "cpu",
) -> dict[Metric, Found]:
    """The nearest both ways by `cosine`, and where wanted by `csls`, whose neighbourhoods are gathered beside it.

    Args:
        left: (left, hidden), at least one.
        right: (right, hidden), at least one.
        csls: whether it is wanted.
        neighbourhood: see `nearest`.
        back: whether the way back is wanted.
        device: where it is computed.

    Raises:
        UsageError: see `nearest`.
    """
    _require_comparable(left, right)
    if neighbourhood < 1:
        raise UsageError(f"a neighbourhood of {neighbourhood}: it takes at least one neighbour")
    x, y = (_unit(torch.from_numpy(np.array(side)).to(device)) for side in (left, right))
    forth, and_back = [_Greatest(x)], [_Greatest(y)] if back else []
    if csls:
        near_y = _Nearness(y, min(neighbourhood, len(x)))
        near_x = [_Nearness(x, min(neighbourhood, len(y)))] if back else []
        _compare(x, y, [*forth, *near_x], [*and_back, near_y])
        forth.append(_Greatest(x, near_y.means().mul_(-0.5)[None]))
        and_back += [_Greatest(y, near.means().mul_(-0.5)[None]) for near in near_x]
    _compare(x, y, forth[-1:], and_back[-1:])
    names: tuple[Metric, ...] = ("cosine", "csls")
    return dict(zip(names, _found(left, right, forth, and_back), strict=False))


def _require_comparable(queries: NDArray[np.float32], candidates: NDArray[np.float32]) -> None:
    """Makes sure that there is something to find, and that every distance is a number.

    Raises:
        UsageError: for nobody on a side, or vectors of different width or with a number that is not finite.
    """
    pairable = queries.ndim == candidates.ndim == 2 and queries.shape[1] == candidates.shape[1]
    if not pairable or not len(queries) or not len(candidates):
        raise UsageError(f"nothing to find: queries are {queries.shape}, candidates {candidates.shape}")
    for name, side in (("queries", queries), ("candidates", candidates)):
        if not all(np.isfinite(side[rows]).all() for rows in _blocks(len(side))):
            strange = np.flatnonzero(~np.isfinite(side).all(axis=1))
            many = f" and {len(strange) - 1} more" if len(strange) > 1 else ""
            raise UsageError(
                f"row {strange[0]}{many} of the {name} is not finite: nothing is near to it or far from it"
            )


class _Greatest:
    """For each row the place of the greatest score, which is a product plus the candidate's own term, if it has one.

    The term is (parts, candidates), one for each of the equal parts of the rows.
    """

    def __init__(self, rows: torch.Tensor, own: torch.Tensor | None = None) -> None:
        self.own = own
        self.part = torch.zeros(len(rows), dtype=torch.int64, device=rows.device)
        for part, those in enumerate(equal_parts(len(rows), 1 if own is None else len(own))):
            self.part[those] = part
        self.best = torch.full((len(rows),), -torch.inf, device=rows.device)
        self.places = torch.zeros(len(rows), dtype=torch.int64, device=rows.device)

    def see(self, rows: slice, columns: slice, products: torch.Tensor, room: torch.Tensor) -> None:
        """Takes in a block of products."""
        scores = products
        if self.own is not None:
            own = self.own[:, columns] if len(self.own) == 1 else self.own[self.part[rows], columns]
            scores = torch.add(products, own, out=room)
        values, places = _row_maxima(scores)
        better = values > self.best[rows]
        self.best[rows] = torch.where(better, values, self.best[rows])
        self.places[rows] = torch.where(better, places + columns.start, self.places[rows])


class _Nearness:
    """For each row the mean of its `many` greatest products."""

    def __init__(self, rows: torch.Tensor, many: int) -> None:
        self.kept = torch.full((len(rows), many), -torch.inf, device=rows.device)

    def see(self, rows: slice, columns: slice, products: torch.Tensor, room: torch.Tensor) -> None:  # noqa: ARG002
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


def _compare(left: torch.Tensor, right: torch.Tensor, of_left: Sequence[_Seer], of_right: Sequence[_Seer]) -> None:
    """Shows the products of all rows of both sides to those who look from the left, and turned round from the right."""
    rooms = torch.empty(3, BLOCK * BLOCK, device=left.device)
    for rows in _blocks(len(left)):
        for columns in _blocks(len(right)):
            x, y = left[rows], right[columns]
            products, turned, scores = rooms[:, : len(x) * len(y)]
            products = torch.mm(x, y.T, out=products.view(len(x), len(y)))
            for seer in of_left:
                seer.see(rows, columns, products, scores.view(len(x), len(y)))
            if of_right:
                turned = turned.view(len(y), len(x)).copy_(products.T)
            for seer in of_right:
                seer.see(columns, rows, turned, scores.view(len(y), len(x)))


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


def _found(
    left: NDArray[np.float32], right: NDArray[np.float32], forth: Sequence[_Greatest], back: Sequence[_Greatest]
) -> list[Found]:
    of_right = _first_equal(right)
    there = [of_right[one.places.cpu().numpy()] for one in forth]
    if not back:
        return [(places, np.empty(0, dtype=np.int64)) for places in there]
    of_left = _first_equal(left)
    return list(zip(there, (of_left[one.places.cpu().numpy()] for one in back), strict=True))


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
    return equal_parts(count, ceil(count / BLOCK))


def _unit(vectors: torch.Tensor) -> torch.Tensor:
    """Each row over its length; a row of zeros stays one."""
    lengths: torch.Tensor = torch.linalg.vector_norm(vectors, dim=1, keepdim=True)
    return vectors / lengths.clamp_min(torch.finfo(torch.float32).tiny)
