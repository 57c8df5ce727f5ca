"""Word pieces that a training and an evaluation set share: in entities (Pires et al. 2019), in all words (Wu, Dredze).

The unknown piece stands for whatever the tokenizer cannot spell. Two words that it stands for share no piece, not even
where they are the same string: the encoder sees neither. So each such word counts in the whole by its surface form, and
never in the part that is shared. The paper does not say what it does with the unknown piece; this reading is ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from crossglot.encoders.pieces import piece_words
from crossglot.encoders.spelling import unknown_in_words

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
        unspelled_in_entities: forms of the words not tagged `O` of which something cannot be spelled.
        unspelled: form → how many unknown pieces it has, in all its occurrences together. The unknown piece is counted
            here and nowhere else; known pieces beside it, in the same word, are with the others.
    """

    in_entities: frozenset[int]
    counts: Mapping[int, int]
    unspelled_in_entities: frozenset[str] = frozenset()
    unspelled: Mapping[str, int] = field(default_factory=dict)

    @property
    def has_entities(self) -> bool:
        """Whether any word is not tagged `O`, spelled or not."""
        return bool(self.in_entities or self.unspelled_in_entities)


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

    A word that WordPiece cannot spell is one unknown piece; a SentencePiece model has it among pieces that it knows.

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
    forms = [word for sentence in sentences for word in sentence.words]
    unspelled, in_entities = Counter[str](), set[str]()
    in_words = unknown_in_words(pieces, tokenizer)
    for word in in_words.nonzero()[0].tolist():
        unspelled[forms[word]] += int(in_words[word])
        if inside[word]:
            in_entities.add(forms[word])
    return PieceUse(
        frozenset(int(piece) for piece in found if piece != unknown),
        {int(piece): int(count) for piece, count in zip(ids, counts, strict=True) if piece != unknown},
        frozenset(in_entities),
        dict(unspelled),
    )


def joined(uses: Iterable[PieceUse]) -> PieceUse:
    """The use of several sets together, as of sources that are trained on jointly."""
    members = list(uses)
    counts, unspelled = Counter[int](), Counter[str]()
    for use in members:
        counts.update(use.counts)
        unspelled.update(use.unspelled)
    return PieceUse(
        frozenset().union(*(use.in_entities for use in members)),
        dict(counts),
        frozenset().union(*(use.unspelled_in_entities for use in members)),
        dict(unspelled),
    )


def overlap_of(train: PieceUse, evaluation: PieceUse) -> Share:
    """|E_train ∩ E_eval| / |E_train ∪ E_eval| in per cent (section 3.1); no value if one of the two is empty.

    Forms of words that cannot be spelled are members of the union alone.
    """
    if not (train.has_entities and evaluation.has_entities):
        return Share(None, 0)
    union = len(train.in_entities | evaluation.in_entities)
    union += len(train.unspelled_in_entities | evaluation.unspelled_in_entities)
    return _share(len(train.in_entities & evaluation.in_entities), union)


def seen_types(train: PieceUse, evaluation: PieceUse) -> Share:
    """Share of the distinct pieces of the evaluation set that the training set uses too (Wu and Dredze 2019).

    Each form that cannot be spelled is a piece of its own, and not seen.
    """
    whole = len(evaluation.counts) + len(evaluation.unspelled)
    return _share(len(evaluation.counts.keys() & train.counts.keys()), whole)


def seen_tokens(train: PieceUse, evaluation: PieceUse) -> Share:
    """Share of the pieces of the evaluation set, each as often as it occurs, that the training set uses too.

    No unknown piece is seen.
    """
    seen = sum(count for piece, count in evaluation.counts.items() if piece in train.counts)
    return _share(seen, sum(evaluation.counts.values()) + sum(evaluation.unspelled.values()))


def entity_overlap(
    train: Sequence[TaggedSentence], evaluation: Sequence[TaggedSentence], tokenizer: PreTrainedTokenizerBase
) -> float | None:
    """Overlap of the word pieces used in entities, as in the paper's figure 1.

    E_train and E_eval are the sets of word pieces of words inside entities, as annotated; the overlap is
    |E_train ∩ E_eval| / |E_train ∪ E_eval| (section 3.1). A word that the tokenizer cannot spell is a member of the
    union by its form and of the intersection never; a set with such words overlaps with itself by less than 100.

    Args:
        train: named-entity sentences of the source.
        evaluation: named-entity sentences of the target.
        tokenizer: from `load_tokenizer`; a bare `vocab.txt` will do.

    Returns:
        Per cent, 0 to 100; None if one of them has no entity.
    """
    return overlap_of(piece_use(train, tokenizer), piece_use(evaluation, tokenizer)).value


def _share(part: int, whole: int) -> Share:
    return Share(100 * part / whole if whole else None, whole)
