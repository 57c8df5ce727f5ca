"""BERT's masking: of the pieces 15 % are to be predicted; 80 % of these are hidden, 10 % swapped, 10 % left alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class MaskedRows:
    """Rows with some pieces to be predicted.

    Attributes:
        input_ids: (rows, length), what the encoder reads.
        positions: (n,), ascending indices into `input_ids` flattened: the pieces to be predicted.
        labels: (n,), the pieces that stood there.
    """

    input_ids: NDArray[np.int64]
    positions: NDArray[np.int64]
    labels: NDArray[np.int64]


def mask_pieces(
    rows: NDArray[np.int64],
    *,
    specials: int,
    mask_id: int,
    vocab_size: int,
    rng: np.random.Generator,
    share: float = 0.15,
    hidden: float = 0.8,
    swapped: float = 0.1,
) -> MaskedRows:
    """Chooses the pieces to be predicted and hides them (Devlin et al. 2019, section 3.1).

    As in BERT's released code a row has round(share · length) such pieces, at least one; special tokens are never among
    them, so a row with fewer ordinary pieces has fewer.

    Args:
        rows: (rows, length) piece ids; left as they are.
        specials: ids below this are special tokens: never masked, never swapped in.
        mask_id: id of [MASK].
        vocab_size: ids are below this.
        rng: of all draws.
        share: share of a row's pieces to be predicted.
        hidden: share of these that [MASK] replaces.
        swapped: share of these that a random ordinary piece replaces.
    """
    count = max(1, round(share * rows.shape[1]))
    scores = rng.random(rows.shape, dtype=np.float32)
    ordinary = rows >= specials
    scores[~ordinary] = 2.0
    chosen = np.zeros(rows.shape, dtype=bool)
    np.put_along_axis(chosen, np.argpartition(scores, count - 1, axis=1)[:, :count], True, axis=1)
    positions = np.flatnonzero(chosen & ordinary)
    labels = rows.ravel()[positions]
    fate = rng.random(len(positions))
    random_pieces = rng.integers(specials, vocab_size, len(positions))
    shown = np.where(fate < hidden, mask_id, np.where(fate < hidden + swapped, random_pieces, labels))
    input_ids = rows.copy()
    input_ids.ravel()[positions] = shown
    return MaskedRows(input_ids, positions, labels)
