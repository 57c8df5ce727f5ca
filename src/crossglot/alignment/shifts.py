"""How one language's vectors are moved to another's before the nearest is looked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from crossglot.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

Shift = Literal["mean shift", "held-out mean shift", "no shift", "centred"]
SHIFTS: tuple[Shift, ...] = get_args(Shift)


def mean_shift(source: NDArray[np.float32], target: NDArray[np.float32]) -> NDArray[np.float64]:
    """The vector v̄ that points from a source sentence to its translation, averaged over pairs (section 5.1).

    Args:
        source: (pairs, hidden).
        target: (pairs, hidden), of the translations.
    """
    shift: NDArray[np.float64] = target.mean(axis=0, dtype=np.float64) - source.mean(axis=0, dtype=np.float64)
    return shift


def shift_vectors(source: NDArray[np.float32], target: NDArray[np.float32], shift: Shift) -> NDArray[np.float64]:
    """What a shift adds to the source: (parts, hidden), one vector for all pairs or one for each half of them.

    The other way round, from the target, it is as much less. `centred` is here the mean shift: see `shifted`.

    Args:
        source: (pairs, hidden).
        target: (pairs, hidden).
        shift: see `shifted`.

    Raises:
        UsageError: see `shifted`.
    """
    if shift == "no shift":
        return np.zeros((1, source.shape[1]))
    if shift in ("mean shift", "centred"):
        return mean_shift(source, target)[None]
    if shift != "held-out mean shift":
        raise UsageError(f"unknown shift '{shift}': use one of {', '.join(SHIFTS)}")
    if len(source) < 2:
        raise UsageError("a held-out mean shift takes at least two pairs")
    first, second = equal_parts(len(source), 2)
    return np.stack([mean_shift(source[half], target[half]) for half in (second, first)])


def shifted(
    source: NDArray[np.float32], target: NDArray[np.float32], shift: Shift
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The shifted queries and candidates; row i of the one translates row i of the other.

    - `mean shift`: the paper's. v̄ is added to the source, estimated on the very pairs that are scored.
    - `held-out mean shift`: each half of the pairs gets the v̄ of the other half, so that no pair helps to find itself.
      Halves are the first and the second, since neighbouring lines come from one document.
    - `no shift`: as they are.
    - `centred`: each language less its own mean (Libovický et al. 2019), which needs no pairs. In ℓ2 this is the
      `mean shift` in other words, for cosines it is not.

    Args:
        source: (pairs, hidden).
        target: (pairs, hidden).
        shift: one of these.

    Raises:
        UsageError: for an unknown shift, or fewer than two pairs where they are to be halved.
    """
    if shift == "no shift":
        return source, target
    if shift == "centred":
        return tuple(_moved(side, -side.mean(axis=0, dtype=np.float64)) for side in (source, target))  # type: ignore[return-value]
    vectors = shift_vectors(source, target, shift)
    parts = equal_parts(len(source), len(vectors))
    return np.concatenate([_moved(source[part], by) for part, by in zip(parts, vectors, strict=True)]), target


def equal_parts(count: int, parts: int) -> Iterator[slice]:
    """Slices of so many rows, as equal as possible, one after the other."""
    return (slice(count * part // parts, count * (part + 1) // parts) for part in range(parts))


def _moved(vectors: NDArray[np.float32], by: NDArray[np.float64]) -> NDArray[np.float32]:
    return (vectors + by).astype(np.float32)
