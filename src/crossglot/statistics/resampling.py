"""Drawing with replacement: sums over drawn sentences, means over drawn seeds, means over drawn clusters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_DRAWS_AT_ONCE = 4_000_000  # bounds the memory of a resample over a large test set to about 100 MB


def resampled_sums(table: Floats, draws: np.random.Generator, resamples: int) -> Floats:
    """Sums over drawn sentences, the same for all seeds: (seeds, sentences, k) → (resamples, seeds, k)."""
    seeds, sentences, k = table.shape
    columns = np.ascontiguousarray(table.transpose(1, 0, 2).reshape(sentences, seeds * k))
    rows = max(1, _DRAWS_AT_ONCE // sentences)
    sums = []
    for size in (min(rows, resamples - start) for start in range(0, resamples, rows)):
        picked = draws.integers(0, sentences, size=(size, sentences))
        picked += np.arange(size)[:, None] * sentences
        times = np.bincount(picked.ravel(), minlength=size * sentences).reshape(size, sentences)
        sums.append(times.astype(np.float64) @ columns)
    return np.concatenate(sums).reshape(resamples, seeds, k)


def means_over_seeds(by_seed: Floats, draws: np.random.Generator) -> Floats:
    """Means over seeds drawn with replacement: (resamples, seeds) → (resamples,).

    S drawn seeds show only (S - 1) / S of the variance between seeds, so their deviations from the mean over all seeds
    are stretched by √(S / (S - 1)) (Rao and Wu 1988).
    """
    resamples, seeds = by_seed.shape
    over_all: Floats = by_seed.mean(axis=1)
    if seeds == 1:
        return over_all
    picked = draws.integers(0, seeds, size=(resamples, seeds))
    drawn: Floats = np.take_along_axis(by_seed, picked, axis=1).mean(axis=1)
    stretched: Floats = over_all + np.sqrt(seeds / (seeds - 1)) * (drawn - over_all)
    return stretched


def means_over_clusters(values: Floats, roles: list[list[str]], draws: np.random.Generator, resamples: int) -> Floats:
    """Means of values weighted by how often their labels were drawn: (values,) → (resamples,).

    Args:
        values: one a cell.
        roles: for each role (source, target) the label of each value.
        draws: source of randomness.
        resamples: how many.
    """
    weights = cluster_weights(roles, draws, resamples)
    means: Floats = weights @ values / weights.sum(axis=1)
    return means


def cluster_weights(roles: Sequence[Sequence[str]], draws: np.random.Generator, resamples: int) -> Floats:
    """How often each value is drawn when its labels are drawn with replacement: (resamples, values).

    A label is drawn once for all roles it plays; a value weighs the product over its different labels, so that a
    diagonal cell weighs what its one language weighs. Draws that leave no value at all are drawn again.

    Args:
        roles: for each role (source, target) the label of each value.
        draws: source of randomness.
        resamples: how many.
    """
    names = sorted(set().union(*roles))
    index = np.array([[names.index(label) for label in role] for role in roles])  # (roles, values)
    repeats = np.array([(index[:i] == index[i]).any(axis=0) for i in range(len(index))])
    found: list[Floats] = []
    while sum(map(len, found)) < resamples:
        times = draws.multinomial(len(names), np.full(len(names), 1 / len(names)), size=resamples).astype(np.float64)
        weights = np.where(repeats, 1.0, times[:, index]).prod(axis=1)
        found.append(weights[weights.sum(axis=1) > 0])
    return np.concatenate(found)[:resamples]


def t_quantile(freedom: float, level: float) -> float:
    """How many standard errors a two-sided interval reaches: Student's t; the normal's for infinitely many degrees."""
    from scipy.special import ndtri, stdtrit

    return float(stdtrit(freedom, (1 + level) / 2) if np.isfinite(freedom) else ndtri((1 + level) / 2))


def degrees_of_freedom(variances: list[float], freedoms: list[int]) -> float:
    """Welch and Satterthwaite's degrees of freedom of a sum of independent variances; infinite if all are 0."""
    spread = sum(v**2 / max(f, 1) for v, f in zip(variances, freedoms, strict=True))
    return sum(variances) ** 2 / spread if spread > 0 else float("inf")
