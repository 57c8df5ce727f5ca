"""What a tagger gets wrong on a target, and whether that depends on what it saw in training.

All taggers of a cell, one per seed, are counted together. Words count in parts of speech and other labels; in named
entities it is the gold entities, found with their type and bounds or not, by conlleval's rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np

from crossglot.corpora.sampling import sample
from crossglot.corpora.tasks import METRICS
from crossglot.tagging.cell_errors import CellErrors, Confusion, Example, Group
from crossglot.tagging.entity_errors import count_entities
from crossglot.tagging.error_groups import FREQUENCIES, REST, SEEN, Evaluated, by_label, grouped, in_bin, most_frequent
from crossglot.tagging.labels import OUTSIDE
from crossglot.tagging.overlap import entity_type

EXAMPLES, LONGEST_EXAMPLE, LONGEST_WORD = 4, 40, 60
"""Sentences, words of one, letters of a word that are kept."""


def analyse_errors(cell: Evaluated, task: str, *, target: str, corpus: str, types: Sequence[str] = ()) -> CellErrors:
    """Counts one cell's errors.

    Args:
        cell: what was tagged, and how.
        task: `pos`, `ner` or `labels`.
        target: the language's key.
        corpus: the name of its corpus.
        types: of `ner` the entity types that are scored, all by default; words in others count as outside of any.
    """
    by_entity = METRICS[task] == "f1"
    if by_entity and types:
        cell = cell.with_tags(lambda tag: tag if entity_type(tag) in types else OUTSIDE)
    classes = cell.with_tags(lambda tag: entity_type(tag) or OUTSIDE) if by_entity else cell
    return CellErrors(
        target=target,
        corpus=corpus,
        sentences=len(cell.gold),
        seeds=len(cell.predictions),
        types=tuple(types),
        confusion=_confusion(classes),
        examples=tuple(_examples(cell)),
        **(count_entities(cell) if by_entity else _count_words(cell)),
    )


def _count_words(cell: Evaluated) -> dict[str, tuple[Group, ...]]:
    gold, seeds = list(chain.from_iterable(cell.gold)), len(cell.predictions)
    given = [list(chain.from_iterable(predicted)) for predicted in cell.predictions]
    right = np.array([[a == b for a, b in zip(gold, tags, strict=True)] for tags in given], dtype=np.int64).sum(axis=0)
    times = (cell.seen.words.get(word, 0) for word in chain.from_iterable(cell.words))
    groups = {
        "labels": by_label(gold, right, Counter(chain.from_iterable(given)), seeds),
        "frequencies": grouped((in_bin(count, FREQUENCIES) for count in times), right, FREQUENCIES, seeds),
    }
    if cell.pieces_seen is not None:
        groups["pieces"] = grouped((SEEN[kind] for kind in cell.pieces_seen.tolist()), right, SEEN, seeds)
    return groups


def _confusion(cell: Evaluated) -> Confusion:
    pairs = Counter[tuple[str, str]]()
    for predicted in cell.predictions:
        pairs.update(zip(chain.from_iterable(cell.gold), chain.from_iterable(predicted), strict=True))
    counts = Counter[str]()
    for pair, count in pairs.items():
        counts.update(dict.fromkeys(pair, count))
    frequent = most_frequent(counts)
    labels = sorted(frequent, key=lambda label: (label == OUTSIDE, label)) + [REST] * (len(frequent) < len(counts))
    number = {label: at for at, label in enumerate(labels)}
    table = np.zeros((len(labels), len(labels)), dtype=np.int64)
    for (one, other), count in pairs.items():
        table[number.get(one, len(labels) - 1), number.get(other, len(labels) - 1)] += count
    return Confusion(labels=tuple(labels), counts=tuple(map(tuple, table.tolist())))


def _examples(cell: Evaluated) -> Iterator[Example]:
    """Some sentences that the first seed's tagger got wrong, the same ones whenever they are drawn."""
    pairs = zip(cell.gold, cell.predictions[0], strict=True)
    wrong = [at for at, (gold, predicted) in enumerate(pairs) if list(gold) != list(predicted)]
    short = [at for at in wrong if len(cell.words[at]) <= LONGEST_EXAMPLE]
    for at in sample(short or wrong, EXAMPLES):
        words, gold, predicted = cell.words[at], cell.gold[at], cell.predictions[0][at]
        # Where there are but longer sentences, what is shown has an error in it.
        first = next(place for place, pair in enumerate(zip(gold, predicted, strict=True)) if pair[0] != pair[1])
        start = 0 if len(words) <= LONGEST_EXAMPLE else max(0, first - LONGEST_EXAMPLE // 2)
        shown = slice(start, start + LONGEST_EXAMPLE)
        yield Example(
            place=at + 1,
            words=tuple(map(_shortened, words[shown])),
            gold=tuple(gold[shown]),
            predicted=tuple(predicted[shown]),
        )


def _shortened(word: str) -> str:
    """A word, or its beginning where it is so long that nobody reads it."""
    return word if len(word) <= LONGEST_WORD else word[:LONGEST_WORD] + "…"
