"""Word pieces that a training and an evaluation set share: in entities (Pires et al. 2019), in all words (Wu, Dredze).

The unknown piece stands for words that the tokenizer cannot spell. Two of them have nothing in common, so it is no
member of any set here; how often it occurs is in `encoders.spelling`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from crossglot.encoders.pieces import piece_words

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import PreTrainedTokenizerBase

    from crossglot.corpora.sentences import TaggedSentence


@dataclass(frozen=True, slots=True)
class PieceUse:
    """Which word pieces annotated sentences use.

    Attributes:
        in_entities: ids of the pieces in words that are not tagged `O`.
        counts: id → how often the piece occurs in all words.
    """

    in_entities: frozenset[int]
    counts: dict[int, int]


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole: per cent, or the reason why there is none.

    Attributes:
        value: per cent; None where the whole is empty.
        n: size of the whole.
    """

    value: float | None
    n: int


def piece_use(sentences: Sequence[TaggedSentence], tokenizer: PreTrainedTokenizerBase) -> PieceUse:
    """Counts the word pieces of sentences, and collects those of their entities.

    Args:
        sentences: with named-entity tags.
        tokenizer: from `load_tokenizer`; no weights are needed.
    """
    pieces = piece_words(tokenizer, [sentence.words for sentence in sentences])
    inside = np.fromiter((tag != "O" for sentence in sentences for tag in sentence.tags), dtype=bool)
    lengths = np.diff(np.append(pieces.first_pieces, len(pieces.ids)))
    unknown = tokenizer.unk_token_id
    found: NDArray[np.int32] = np.unique(pieces.ids[np.repeat(inside, lengths)])
    ids, counts = np.unique(pieces.ids, return_counts=True)
    return PieceUse(
        frozenset(int(piece) for piece in found if piece != unknown),
        {int(piece): int(count) for piece, count in zip(ids, counts, strict=True) if piece != unknown},
    )


def joined(uses: Iterable[PieceUse]) -> PieceUse:
    """The use of several sets together, as of sources that are trained on jointly."""
    members = list(uses)
    counts: dict[int, int] = {}
    for use in members:
        for piece, count in use.counts.items():
            counts[piece] = counts.get(piece, 0) + count
    return PieceUse(frozenset().union(*(use.in_entities for use in members)), counts)


def overlap_of(train: PieceUse, evaluation: PieceUse) -> Share:
    """|E_train ∩ E_eval| / |E_train ∪ E_eval| in per cent (section 3.1); no value if one of the two is empty."""
    if not (train.in_entities and evaluation.in_entities):
        return Share(None, 0)
    union = len(train.in_entities | evaluation.in_entities)
    return _share(len(train.in_entities & evaluation.in_entities), union)


def seen_types(train: PieceUse, evaluation: PieceUse) -> Share:
    """Share of the distinct pieces of the evaluation set that the training set uses too (Wu and Dredze 2019)."""
    return _share(len(evaluation.counts.keys() & train.counts.keys()), len(evaluation.counts))


def seen_tokens(train: PieceUse, evaluation: PieceUse) -> Share:
    """Share of the pieces of the evaluation set, each as often as it occurs, that the training set uses too."""
    seen = sum(count for piece, count in evaluation.counts.items() if piece in train.counts)
    return _share(seen, sum(evaluation.counts.values()))


def entity_overlap(
    train: Sequence[TaggedSentence], evaluation: Sequence[TaggedSentence], tokenizer: PreTrainedTokenizerBase
) -> float | None:
    """Overlap of the word pieces used in entities, as in the paper's figure 1.

    E_train and E_eval are the sets of word pieces of words inside entities, as annotated; the overlap is
    |E_train ∩ E_eval| / |E_train ∪ E_eval| (section 3.1).

    Args:
        train: named-entity sentences of the source.
        evaluation: named-entity sentences of the target.
        tokenizer: from `load_tokenizer`; a bare `vocab.txt` will do.

    Returns:
        Per cent, 0 to 100; None if one of them has no entity that the tokenizer can spell.
    """
    return overlap_of(piece_use(train, tokenizer), piece_use(evaluation, tokenizer)).value


def _share(part: int, whole: int) -> Share:
    return Share(100 * part / whole if whole else None, whole)
