"""Tests over whole matrices of languages: two-way effects, and QAP, which permutes rows and columns together.

Cells of a matrix of sources and targets are not independent: a good source lifts a whole row, an easy target a whole
column, and the matrix is not symmetric. A correlation over its cells therefore looks far surer than it is. QAP
(Hubert and Schultz 1976; Krackhardt 1988) renames the languages of one matrix, rows and columns alike, and asks how
often chance names give as strong a correlation. Names that chance may give are those that leave the roles of languages
as they are: what was chosen for a source differs from what was not (large treebanks, well-known word orders), and
renaming the one as the other finds that difference instead of a relation between pairs. Cells without a value are NaN,
as on the diagonal of zero-shot scores.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import permutations as all_permutations
from itertools import product
from typing import TYPE_CHECKING, Literal

import numpy as np

from crossglot.errors import CrossglotError
from crossglot.statistics.resampling import Floats

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

FEWEST_NAMINGS = 20
"""With fewer ways to name the languages, as there are of three, no p-value can be as low as 5 %."""

_AT_ONCE = 2_000_000  # numbers a batch of permuted matrices may hold
_RIDGE = 1e-9


@dataclass(frozen=True, slots=True)
class MatrixTest:
    """A correlation of two matrices and how often chance names of the languages give one as strong.

    Attributes:
        value: the correlation over the cells that both have; None where there is none.
        p: two-sided p-value; None where there is no value.
        cells: how many cells both have.
        languages: how many languages have such a cell.
        permutations: how many ways to name the languages the p-value is over, the observed one included.
        why: why there is no value or no p-value; else empty.
    """

    value: float | None
    p: float | None
    cells: int
    languages: int
    permutations: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class TwoWay:
    """A matrix as grand mean + source effect + target effect + residual.

    Attributes:
        mean: mean of the cells that have a value.
        sources: what a row lies above it, (rows,); NaN for rows without values. Effects add up to 0 over the cells.
        targets: likewise of columns, (columns,).
        residuals: what neither explains, (rows, columns); NaN where there is no value.
    """

    mean: float
    sources: Floats
    targets: Floats
    residuals: Floats


def two_way(matrix: ArrayLike) -> TwoWay:
    """Source and target effects by least squares over the cells that have a value, and what is left of each cell.

    In a complete matrix these are row and column means less the grand mean; where cells are missing (the diagonal), an
    easy target is not mistaken for good sources that happen to be evaluated on it.

    Args:
        matrix: (rows, columns), NaN where there is no value.

    Raises:
        CrossglotError: if there is no value at all.
    """
    table = np.asarray(matrix, dtype=np.float64)
    known = np.isfinite(table)
    if table.ndim != 2 or not known.any():
        raise CrossglotError("two-way effects need a matrix with at least one value")
    rows, columns = known.nonzero()
    design = np.hstack([np.eye(len(table))[rows], np.eye(table.shape[1])[columns]])
    mean = float(table[known].mean())
    effects = np.linalg.lstsq(design, table[known] - mean, rcond=None)[0]
    residuals = np.full(table.shape, np.nan)
    residuals[known] = table[known] - mean - design @ effects
    # Effects are known up to a constant that rows win and columns lose; it goes where the rows' add up to 0.
    sources, targets = effects[: len(table)], effects[len(table) :]
    shift = float(sources[rows].mean())
    return TwoWay(
        mean,
        np.where(known.any(axis=1), sources - shift, np.nan),
        np.where(known.any(axis=0), targets + shift, np.nan),
        residuals,
    )


def qap(
    x: ArrayLike,
    y: ArrayLike,
    *,
    method: Literal["pearson", "spearman"] = "pearson",
    without_effects: bool = False,
    permutations: int = 2000,
    seed: int = 0,
) -> MatrixTest:
    """Whether two matrices over the same languages go together, by permuting rows and columns of `x` together.

    A language that is scored only as a source, only as a target, or as both, gives its name to another such language
    alone, its row together with its column. Under the null hypothesis of no relation the languages of one role are
    exchangeable whatever tells the roles apart, so that without removed effects the test is exact. What `x` says of
    rows and columns that are never scored is not looked at. Namings that leave nothing to correlate do not count.

    Args:
        x: (languages, languages), what may explain: overlap, common features. NaN where there is none. The more cells
            of scored rows and columns it knows beyond those of `y`, the better: a renamed matrix is compared where it
            has values.
        y: (languages, languages), scores; NaN off the cells that count, as on the diagonal.
        method: `pearson`, or `spearman` (both matrices are ranked once).
        without_effects: whether source and target effects are removed from both first. Renaming languages keeps rows
            and columns together, so that a correlation of good sources with, say, large vocabularies is told apart
            from one of pairs. `x` is freed of its effects before it is renamed, and both are freed of them over the
            cells that they share then (double semi-partialling, Dekker, Krackhardt and Snijders 2007).
        permutations: how many ways to name the languages to try; all of them, if there are no more.
        seed: of the random draws.

    Raises:
        CrossglotError: if these are not square matrices of one size.
    """
    first, second = np.array(x, dtype=np.float64), np.array(y, dtype=np.float64)
    if first.ndim != 2 or first.shape != second.shape or first.shape[0] != first.shape[1]:
        raise CrossglotError(f"QAP needs two square matrices of one size, not {first.shape} and {second.shape}")
    shared = np.isfinite(first) & np.isfinite(second)
    scored = (np.asarray(shared.any(axis=1)), np.asarray(shared.any(axis=0)))
    cells, languages = int(shared.sum()), int((scored[0] | scored[1]).sum())
    first[~scored[0]], first[:, ~scored[1]] = np.nan, np.nan
    if method == "spearman":
        first, second = _ranked(first), _ranked(second)
    if without_effects:
        first = np.where(np.isfinite(first), _residuals(first[None], np.isfinite(first)[None])[0], np.nan)
    value = float(_correlations(first, second, scored, np.arange(len(first))[None], without_effects)[0])
    if not np.isfinite(value):
        left = " once source and target effects are removed" if without_effects else ""
        return MatrixTest(None, None, cells, languages, 0, f"one of the two does not vary{left}, or fewer than 3 cells")
    names = _namings(*scored, permutations, np.random.default_rng(seed))
    size = max(1, _AT_ONCE // (4 * len(first) ** 2))
    parts = [names[start : start + size] for start in range(0, len(names), size)]
    found = np.concatenate([_correlations(first, second, scored, part, without_effects) for part in parts])
    tried = found[np.isfinite(found)]
    if len(tried) < FEWEST_NAMINGS:
        why = f"too few ways to name {languages} languages ({len(tried)})"
        return MatrixTest(value, None, cells, languages, len(tried), why)
    as_strong = int((np.abs(tried) >= abs(value) - 1e-12).sum())
    return MatrixTest(value, as_strong / len(tried), cells, languages, len(tried))


def _namings(
    sources: NDArray[np.bool_], targets: NDArray[np.bool_], wanted: int, draws: np.random.Generator
) -> NDArray[np.int64]:
    """Ways to name the languages within their roles, the observed one first: all if no more than wanted, else drawn."""
    roles = 2 * sources + targets
    classes = [np.flatnonzero(roles == role) for role in (1, 2, 3) if (roles == role).any()]
    names = np.tile(np.arange(len(roles)), (wanted, 1))
    if math.prod(math.factorial(len(members)) for members in classes) <= wanted:
        ways = list(product(*(all_permutations(members) for members in classes)))
        names = names[: len(ways)]
        for place, members in enumerate(classes):
            names[:, members] = [way[place] for way in ways]
        return names
    for members in classes:
        names[1:, members] = draws.permuted(names[1:, members], axis=1)
    return names


def _correlations(
    x: Floats,
    y: Floats,
    scored: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    names: NDArray[np.int64],
    without_effects: bool,
) -> Floats:
    """Pearson's r of y with x under each naming, (namings, languages) → (namings,); NaN where it is not defined.

    Only scored rows and columns are looked at; a naming gives them names among themselves.
    """
    rows, columns = scored
    y = y[np.ix_(rows, columns)]
    renamed = x[names[:, rows, None], names[:, None, columns]]
    shared = np.isfinite(renamed) & np.isfinite(y)
    pair = [np.where(shared, table, 0.0) for table in (renamed, np.broadcast_to(y, renamed.shape))]
    before = [_squares(table, shared) for table in pair]
    if without_effects:
        pair = [_residuals(table, shared) for table in pair]
    count = shared.sum(axis=(1, 2))
    centred = [
        np.where(shared, table - (table.sum(axis=(1, 2)) / np.maximum(count, 1))[:, None, None], 0.0) for table in pair
    ]
    spreads = [np.square(table).sum(axis=(1, 2)) for table in centred]
    varies = (count > 2) & np.all([now > 1e-10 * then for now, then in zip(spreads, before, strict=True)], axis=0)
    below = np.sqrt(spreads[0] * spreads[1])
    together = (centred[0] * centred[1]).sum(axis=(1, 2))
    found: Floats = np.divide(together, below, out=np.full(len(names), np.nan), where=varies)
    return found


def _squares(tables: Floats, known: NDArray[np.bool_]) -> Floats:
    """Sums of squared values: what a spread must not vanish beside."""
    sums: Floats = np.square(np.where(known, tables, 0.0)).sum(axis=(1, 2))
    return sums


def _residuals(tables: Floats, known: NDArray[np.bool_]) -> Floats:
    """What row and column effects leave, by least squares over the known cells: (batch, r, c) → same, 0 elsewhere.

    Effects solve the normal equations, with a ridge so small that it only picks one of the equivalent solutions.
    """
    weights, values = known.astype(np.float64), np.where(known, tables, 0.0)
    batch, rows, columns = tables.shape
    normal = np.zeros((batch, rows + columns, rows + columns))
    index = np.arange(rows + columns)
    normal[:, index, index] = np.concatenate([weights.sum(axis=2), weights.sum(axis=1)], axis=1) + _RIDGE
    normal[:, :rows, rows:] = weights
    normal[:, rows:, :rows] = weights.transpose(0, 2, 1)
    right = np.concatenate([values.sum(axis=2), values.sum(axis=1)], axis=1)
    effects = np.linalg.solve(normal, right[:, :, None])[:, :, 0]
    return (values - effects[:, :rows, None] - effects[:, None, rows:]) * weights


def _ranked(matrix: Floats) -> Floats:
    """Mean ranks of the known cells; NaN stays."""
    from scipy.stats import rankdata

    ranks = np.full(matrix.shape, np.nan)
    known = np.isfinite(matrix)
    if known.any():
        ranks[known] = rankdata(matrix[known])
    return ranks
