"""Averages over groups of cells and what lies between them: macro-averages that share languages, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from crossglot.errors import CrossglotError
from crossglot.statistics.association import Estimate
from crossglot.statistics.intervals import NO_INTERVAL, Interval, percent
from crossglot.statistics.resampling import FEWEST_CLUSTERS, Clusters, Kin, cluster_weights, t_quantile, units_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def group_contrast(
    values: ArrayLike,
    groups: Sequence[str],
    clusters: Clusters,
    weights: dict[str, float],
    *,
    kin: Kin | None = None,
    bounds: tuple[float, float] = (-np.inf, np.inf),
    resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> Estimate:
    """A weighted sum of group means: a difference of two macro-averages, an interaction of four.

    Languages are drawn with replacement, once for all groups and roles that they play a part in, so that what two
    groups share (their sources, say) cancels out of a difference as it should. The interval is the sum plus and minus
    Student's t quantile times its standard deviation over draws, as in `intervals.bootstrap_clusters`.

    Args:
        values: (cells,).
        groups: each cell's group; cells of groups without a weight are left out.
        clusters: each cell's labels, one per role: `("en", "de")`. A role that is played by fewer than three labels in
            all is held fixed; one that is played by fewer than three in one group, but more in all, forbids an
            interval, since two languages say nothing about languages of their kind.
        weights: group → what its mean is multiplied by; `{"SVO→SVO": 1, "SVO→SOV": -1}`.
        kin: language → genus; genera are drawn instead, where each group has at least four of them in each role.
        bounds: smallest and largest possible value of a cell.
        resamples: how many.
        seed: of the random draws.
        level: of the interval.

    Returns:
        The estimate over all cells of the groups; without a value if a group has no cell.

    Raises:
        CrossglotError: if the lengths differ.
    """
    if not len(groups) == len(clusters) == np.size(values):
        raise CrossglotError("values, groups and clusters must be equally long")
    kept = [place for place, group in enumerate(groups) if group in weights]
    cells = np.asarray(values, dtype=np.float64)[kept]
    names = [groups[place] for place in kept]
    empty = [group for group in weights if group not in names]
    if empty:
        return Estimate(None, None, len(kept), f"no cell in {', '.join(empty)}")
    members = np.array([[name == group for name in names] for group in weights], dtype=np.float64)  # (groups, cells)
    factors = np.array(list(weights.values()))
    value = float(factors @ (members @ cells / members.sum(axis=1)))
    drawn = units_of([clusters[place] for place in kept], kin, names)
    fewest = drawn.fewest
    if fewest < FEWEST_CLUSTERS:
        why = f"fewer than {FEWEST_CLUSTERS} languages" + (f" in {drawn.where}" if drawn.where else "")
        return Estimate(value, Interval(value, value, NO_INTERVAL + why), len(kept))
    times = cluster_weights(drawn.roles, np.random.default_rng(seed), resamples)
    totals = times @ members.T  # (resamples, groups)
    whole = (totals > 0).all(axis=1)
    sums = ((times * cells) @ members.T)[whole] / totals[whole] @ factors
    reach = t_quantile(fewest - 1, level) * float(np.sqrt(fewest / (fewest - 1)) * sums.std())
    kind = f"{percent(level)} bootstrap over {drawn.what}"
    least, most = (float(np.where(factors > 0, one, other) @ factors) for one, other in (bounds, bounds[::-1]))
    return Estimate(value, Interval(max(value - reach, least), min(value + reach, most), kind), len(kept))
