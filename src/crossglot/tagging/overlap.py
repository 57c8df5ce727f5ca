"""Word pieces that a training and an evaluation set share: in entities (Pires et al. 2019), in all words (Wu, Dredze).

The unknown piece stands for whatever the tokenizer cannot spell. The paper's overlap is one of sets of word pieces; it
says nothing of that piece, so there it is a member like any other (`overlap_of`). But two words that it stands for
share nothing, not even where they are the same string: the encoder sees neither. So all other measures, ours beside the
paper's among them (`spelled_overlap_of`), count each such word in the whole by its surface form, and never in the part
that is shared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from crossglot.corpora.sentences import TaggedSentence, gathered_tagged
from crossglot.encoders.cutting import bare_marks
from crossglot.encoders.pieces import piece_words
from crossglot.encoders.spelling import unknown_in_words

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True, slots=True)
class PieceUse:
    """Which word pieces annotated sentences use.

    Attributes:
        in_entities: entity type → ids of the pieces in words of such entities.
        counts: id → how often the piece occurs in all words.
        unspelled_in_entities: entity type → forms of the words in such entities of which something cannot be spelled.
        unspelled: form → how many unknown pieces it has, in all its occurrences together. The unknown piece is counted
            here and nowhere else; known pieces beside it, in the same word, are with the others.
    """

    in_entities: Mapping[str, frozenset[int]]
    counts: Mapping[int, int]
    unspelled_in_entities: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unspelled: Mapping[str, int] = field(default_factory=dict)

    @property
    def types(self) -> frozenset[str]:
        """The types of its entities, spelled or not."""
        return frozenset(self.in_entities) | frozenset(self.unspelled_in_entities)

    def of(self, types: Iterable[str]) -> EntityPieces:
        """The pieces and unspelled forms of all entities of these types."""
        wanted = list(types)
        return EntityPieces(
            frozenset().union(*(self.in_entities.get(name, ()) for name in wanted)),
            frozenset().union(*(self.unspelled_in_entities.get(name, ()) for name in wanted)),
        )


@dataclass(frozen=True, slots=True)
class EntityPieces:
    """Ids of the pieces in some entities, the unknown one not among them, and forms of words that have it."""

    spelled: frozenset[int]
    unspelled: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.spelled or self.unspelled)


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole in per cent.

    Attributes:
        value: per cent; None where the whole is empty.
        n: size of the whole.
    """

    value: float | None
    n: int


def piece_use(sentences: Iterable[TaggedSentence], tokenizer: PreTrainedTokenizerBase) -> PieceUse:
    """Counts the word pieces of sentences, and collects those of their entities.

    A word that WordPiece cannot spell is one unknown piece; a SentencePiece model has it among pieces that it knows.
    A bare mark of a word's beginning, which is shared by all languages, is no piece of the word.

    Args:
        sentences: with named-entity tags.
        tokenizer: from `load_tokenizer`; no weights are needed.
    """
    sentences = gathered_tagged(sentences)
    pieces = piece_words(tokenizer, [sentence.words for sentence in sentences])
    types = np.array([entity_type(tag) for sentence in sentences for tag in sentence.tags], dtype=str)
    lengths = np.diff(np.append(pieces.begins, len(pieces.ids)))
    ids, counts = np.unique(pieces.ids, return_counts=True)
    left_out = {tokenizer.unk_token_id, *bare_marks(tokenizer, ids).tolist()}
    of_word = np.repeat(types, lengths)
    in_entities: dict[str, frozenset[int]] = {}
    for name in sorted({str(found) for found in types} - {""}):
        found: NDArray[np.int32] = np.unique(pieces.ids[of_word == name])
        if spelled := frozenset(int(piece) for piece in found if int(piece) not in left_out):
            in_entities[name] = spelled
    forms = [word for sentence in sentences for word in sentence.words]
    unspelled, unspelled_in_entities = Counter[str](), dict[str, set[str]]()
    in_words = unknown_in_words(pieces, tokenizer)
    for word in in_words.nonzero()[0].tolist():
        unspelled[forms[word]] += int(in_words[word])
        if types[word]:
            unspelled_in_entities.setdefault(str(types[word]), set()).add(forms[word])
    return PieceUse(
        in_entities,
        {int(piece): int(count) for piece, count in zip(ids, counts, strict=True) if int(piece) not in left_out},
        {name: frozenset(words) for name, words in unspelled_in_entities.items()},
        dict(unspelled),
    )


def entity_type(tag: str) -> str:
    """`B-PER` → `PER`; empty of `O`."""
    return "" if tag == "O" else tag.partition("-")[2] or tag


def joined(uses: Iterable[PieceUse]) -> PieceUse:
    """The piece use of several sets together, as of sources that are trained on jointly."""
    members = list(uses)
    counts, unspelled = Counter[int](), Counter[str]()
    for use in members:
        counts.update(use.counts)
        unspelled.update(use.unspelled)
    types = frozenset().union(*(use.types for use in members))
    together = {name: [use.of([name]) for use in members] for name in sorted(types)}
    in_entities = {name: frozenset().union(*(one.spelled for one in found)) for name, found in together.items()}
    unspelled_in = {name: frozenset().union(*(one.unspelled for one in found)) for name, found in together.items()}
    return PieceUse(
        {name: pieces for name, pieces in in_entities.items() if pieces},
        dict(counts),
        {name: forms for name, forms in unspelled_in.items() if forms},
        dict(unspelled),
    )


def overlap_of(train: PieceUse, evaluation: PieceUse, types: Iterable[str] | None = None) -> Share:
    """|E_train ∩ E_eval| / |E_train ∪ E_eval| in per cent, as in section 3.1; no value if one of the two is empty.

    The unknown piece is a word piece like any other.

    Args:
        train: of the source.
        evaluation: of the target.
        types: entity types that are scored; by default those that both have.
    """
    one, other = _in_entities(train, evaluation, types)
    if not (one and other):
        return Share(None, 0)
    unknown = [bool(one.unspelled), bool(other.unspelled)]
    shared, union = len(one.spelled & other.spelled) + all(unknown), len(one.spelled | other.spelled) + any(unknown)
    return _share(shared, union)


def spelled_overlap_of(train: PieceUse, evaluation: PieceUse, types: Iterable[str] | None = None) -> Share:
    """As `overlap_of`, but words that cannot be spelled count by their forms, in the union alone."""
    one, other = _in_entities(train, evaluation, types)
    if not (one and other):
        return Share(None, 0)
    union = len(one.spelled | other.spelled) + len(one.unspelled | other.unspelled)
    return _share(len(one.spelled & other.spelled), union)


def _in_entities(
    train: PieceUse, evaluation: PieceUse, types: Iterable[str] | None
) -> tuple[EntityPieces, EntityPieces]:
    wanted = train.types & evaluation.types if types is None else tuple(types)
    return train.of(wanted), evaluation.of(wanted)


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
    train: Iterable[TaggedSentence], evaluation: Iterable[TaggedSentence], tokenizer: PreTrainedTokenizerBase
) -> float | None:
    """Overlap of the word pieces used in entities, as in the paper's figure 1.

    E_train and E_eval are the sets of word pieces of words inside entities, as annotated, of the types that both sets
    annotate; the overlap is |E_train ∩ E_eval| / |E_train ∪ E_eval| (section 3.1). The unknown piece is a member like
    any other: see `overlap_of`, and `spelled_overlap_of` for what is left of it otherwise.

    Args:
        train: named-entity sentences of the source.
        evaluation: named-entity sentences of the target.
        tokenizer: from `load_tokenizer`; a bare `vocab.txt` will do.

    Returns:
        Per cent, 0 to 100; None if they have no type of entity in common.
    """
    return overlap_of(piece_use(train, tokenizer), piece_use(evaluation, tokenizer)).value


def _share(part: int, whole: int) -> Share:
    return Share(100 * part / whole if whole else None, whole)
