"""Words and entities in groups: by label, by how often they stand in the training sentences, by pieces seen there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from crossglot.corpora.sentences import TaggedSentence
from crossglot.corpora.tasks import METRICS
from crossglot.encoders.cutting import bare_marks
from crossglot.tagging.cell_errors import Group
from crossglot.tagging.metrics import Tags, chunks_by_sentence

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import PreTrainedTokenizerBase

    from crossglot.encoders.pieces import Pieces

FREQUENCIES = {"never": 1, "once": 2, "2 to 9 times": 10, "10 times or more": None}
"""How often something stands in the training sentences → below how many times."""
NONE_SEEN, SOME_SEEN, ALL_SEEN = SEEN = ("no piece seen", "some pieces seen", "all pieces seen")
MOST_LABELS, REST = 20, "all others"
"""More labels than that are counted together: the table of a thousand labels is read by nobody."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What training sentences have.

    Attributes:
        words: form → how often.
        entities: the forms of an entity → how often it stands there as one, of whatever type.
    """

    words: Mapping[str, int]
    entities: Mapping[tuple[str, ...], int]


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A test set as the taggers of one source tagged it.

    Attributes:
        words: of each sentence.
        gold: their tags.
        predictions: for each seed, what was predicted.
        seen: what the taggers were trained on.
        pieces_seen: (words,), through all sentences: how many of a word's pieces were trained on, as a place in `SEEN`;
            None of taggers without an encoder.
    """

    words: Sequence[Sequence[str]]
    gold: Tags
    predictions: Sequence[Tags]
    seen: Seen
    pieces_seen: NDArray[np.int8] | None = None

    def with_tags(self, named: Callable[[str], str]) -> Evaluated:
        """The same with every tag, gold or predicted, called otherwise."""
        every = {tag for tags in (self.gold, *self.predictions) for sentence in tags for tag in sentence}
        names = {tag: named(tag) for tag in every}

        def renamed(tags: Tags) -> list[list[str]]:
            return [[names[tag] for tag in sentence] for sentence in tags]

        return replace(self, gold=renamed(self.gold), predictions=[renamed(tags) for tags in self.predictions])


def seen_in(sentences: Sequence[TaggedSentence], task: str) -> Seen:
    """Counts words, and for `ner` entities, of training sentences."""
    words = Counter(chain.from_iterable(sentence.words for sentence in sentences))
    entities = Counter[tuple[str, ...]]()
    if METRICS[task] == "f1":
        chunks = chunks_by_sentence([sentence.tags for sentence in sentences])
        for sentence, found in zip(sentences, chunks, strict=True):
            entities.update(tuple(sentence.words[start:end]) for _, start, end in found)
    return Seen(words, entities)


def pieces_seen(words: Pieces, trained: Iterable[Pieces], tokenizer: PreTrainedTokenizerBase) -> NDArray[np.int8]:
    """How many of each word's pieces are among those trained on, as a place in `SEEN`: (words,).

    What stands for something unknown is not seen; a bare mark of a word's beginning is no piece of the word.

    Args:
        words: of a target.
        trained: of the training sentences.
        tokenizer: whose pieces they are.
    """
    if not len(words.begins):
        return np.zeros(0, dtype=np.int8)
    known = np.unique(np.concatenate([pieces.ids for pieces in trained]))
    marks = np.isin(words.ids, bare_marks(tokenizer, np.unique(words.ids)))
    hits = np.isin(words.ids, known) & ~marks & (words.ids != (-1 if words.unknown is None else words.unknown))
    seen, pieces = (np.add.reduceat(each.astype(np.int64), words.begins) for each in (hits, ~marks))
    found: NDArray[np.int8] = np.add(seen > 0, (seen > 0) & (seen == pieces), dtype=np.int8)
    return found


def by_label(gold: Sequence[str], right: NDArray[np.int64], given: Counter[str], seeds: int) -> tuple[Group, ...]:
    """Groups by gold label, in alphabetical order, with how often each label was predicted.

    Args:
        gold: (n,), of words or entities.
        right: (n,), with how many seeds each was tagged right.
        given: how often each label was predicted, with all seeds.
        seeds: how many there are.
    """
    told = most_frequent(Counter(gold) + given)
    names = [*sorted(told), REST]
    groups = {group.name: group for group in grouped((x if x in told else REST for x in gold), right, names, seeds)}
    predicted = Counter({name: given[name] for name in told})
    predicted[REST] = given.total() - predicted.total()
    empty = (Group(name=name, n=0, right=0) for name in names)
    every = (groups.get(group.name, group).model_copy(update={"given": predicted[group.name]}) for group in empty)
    return tuple(group for group in every if group.n or group.given)


def in_bin(count: int, bins: Mapping[str, int | None]) -> str:
    """The name of the bin that a count falls into."""
    return next(name for name, below in bins.items() if below is None or count < below)


def grouped(names: Iterable[str], right: NDArray[np.int64], order: Iterable[str], seeds: int) -> tuple[Group, ...]:
    """How many there are of each name and are right, in this order; names that nothing has are left out.

    Args:
        names: (n,), of the group that each is in.
        right: (n,), with how many seeds each was tagged right.
        order: all names.
        seeds: how many there are.
    """
    n, hits = Counter[str](), Counter[str]()
    for name, of_it in zip(names, right.tolist(), strict=True):
        n[name] += seeds
        hits[name] += of_it
    return tuple(Group(name=name, n=n[name], right=hits[name]) for name in order if n[name])


def most_frequent(counts: Counter[str]) -> set[str]:
    """The labels that are told apart: all, or the most frequent ones."""
    return set(counts) if len(counts) <= MOST_LABELS else {name for name, _ in counts.most_common(MOST_LABELS)}
