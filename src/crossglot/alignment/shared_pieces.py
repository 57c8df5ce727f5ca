"""The floor that needs no encoder: sentences found by the word pieces they share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crossglot.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from crossglot.encoders.pieces import Pieces

NOBODY = -1
"""Stands for the neighbour of a sentence that shares no piece with any other."""

_BLOCK = 1024


def nearest_by_pieces(source: Pieces, target: Pieces) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The sentence with the most similar pieces, for each source sentence among the targets and the other way round.

    Similarity is the cosine of tf-idf vectors: a piece's count in the sentence times the logarithm of the number of
    sentences, of both sides together, over those that it occurs in. The unknown piece counts for nothing: two words
    that the tokenizer does not know are not therefore one. Of equally similar sentences the first is taken.

    Args:
        source: sentences as pieces.
        target: likewise, by the same tokenizer.

    Returns:
        Two arrays of int64, (source sentences,) and (target sentences,); NOBODY where no piece is shared.

    Raises:
        UsageError: if a side has no sentence.
    """
    if not (len(source) and len(target)):
        raise UsageError("no sentences to compare by their pieces")
    width = 1 + max(int(side.ids.max()) for side in (source, target))
    counts = [_counts(side, width) for side in (source, target)]
    occurs = sum(np.bincount(side.indices, minlength=width) for side in counts)
    weights = np.log((len(source) + len(target)) / np.maximum(occurs, 1))
    weights[[side.unknown for side in (source, target) if side.unknown is not None and side.unknown < width]] = 0
    left, right = (_unit(side.multiply(weights).tocsr()) for side in counts)
    return _greatest(left, right), _greatest(right, left)


def _counts(side: Pieces, width: int) -> Any:
    """Sentences × pieces, how often each piece stands in each sentence."""
    from scipy.sparse import csr_array

    # a copy, because adding up rewrites all three arrays in place
    table = csr_array((np.ones(len(side.ids)), side.ids, side.sentence_starts), shape=(len(side), width), copy=True)
    table.sum_duplicates()
    return table


def _unit(table: Any) -> Any:
    from scipy.sparse import diags_array

    lengths = np.sqrt(table.multiply(table).sum(axis=1))
    return diags_array(1 / np.where(lengths > 0, lengths, 1)) @ table


def _greatest(left: Any, right: Any) -> NDArray[np.int64]:
    found = []
    for start in range(0, left.shape[0], _BLOCK):
        similar = (left[start : start + _BLOCK] @ right.T).toarray()
        found.append(np.where(similar.max(axis=1) > 0, similar.argmax(axis=1), NOBODY))
    return np.concatenate(found)
