"""Token accuracy and span F1 as counts per sentence: sums of counts give the metric, resampled counts its interval.

Spans follow conlleval (Tjong Kim Sang and Buchholz, 2000), including what it makes of ill-formed sequences: an `I-`
after `O` or after another type starts a span. Tags are scored as they stand; nothing is repaired.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from crossglot.corpora.tasks import METRICS
from crossglot.errors import CrossglotError
from crossglot.statistics.intervals import CountStatistic, accuracy, span_f1

Tags = Sequence[Sequence[str]]
Counts = NDArray[np.int64]
Chunk = tuple[str, int, int]
"""A span: its type, its first word and the word after its last."""

# conlleval's endOfChunk and startOfChunk for two neighbouring tags of one type; a change of type is handled apart.
_PREFIXES = "OBIE"
_ENDS = {"BB", "BO", "IB", "IO", "EE", "EI", "EO"}
_STARTS = {"BB", "IB", "OB", "OI", "EE", "EI", "OE"}
_END_TABLE = np.array([[a + b in _ENDS for b in _PREFIXES + "?"] for a in _PREFIXES + "?"])
_START_TABLE = np.array([[a + b in _STARTS for b in _PREFIXES + "?"] for a in _PREFIXES + "?"])


def task_counts(task: str, gold: Tags, predicted: Tags, types: Collection[str] | None = None) -> Counts:
    """`span_counts` (of entities of these types) where the task is scored by F1, else `accuracy_counts`."""
    return span_counts(gold, predicted, types) if METRICS[task] == "f1" else accuracy_counts(gold, predicted)


def task_statistic(task: str) -> CountStatistic:
    """The statistic that turns summed `task_counts` into the task's score."""
    return span_f1 if METRICS[task] == "f1" else accuracy


def accuracy_counts(gold: Tags, predicted: Tags) -> Counts:
    """For each sentence the words tagged right and all its words: shape (sentences, 2).

    Raises:
        CrossglotError: if the two differ in sentences or words.
    """
    lengths = _same_words(gold, predicted)
    pairs = zip(chain.from_iterable(gold), chain.from_iterable(predicted), strict=True)
    right = np.fromiter((a == b for a, b in pairs), dtype=np.int64, count=int(lengths.sum()))
    return np.stack([_sum_by_sentence(right, lengths), lengths], axis=1)


def tag_counts(gold: Tags, predicted: Tags) -> dict[str, Counts]:
    """For each tag: words rightly given it, words given it, words that have it; each of shape (sentences, 3)."""
    lengths = _same_words(gold, predicted)
    codes: dict[str, int] = {}
    gold_codes, predicted_codes = _codes(gold, codes), _codes(predicted, codes)
    return {
        tag: np.stack(
            [
                _sum_by_sentence(hits.astype(np.int64), lengths)
                for hits in ((gold_codes == i) & (predicted_codes == i), predicted_codes == i, gold_codes == i)
            ],
            axis=1,
        )
        for tag, i in sorted(codes.items())
    }


def conlleval_chunks(tags: Sequence[str]) -> set[Chunk]:
    """Spans of one sentence as (type, start, end), the end exclusive.

    >>> sorted(conlleval_chunks(["I-PER", "I-PER", "B-PER", "O", "I-LOC", "I-ORG"]))
    [('LOC', 4, 5), ('ORG', 5, 6), ('PER', 0, 2), ('PER', 2, 3)]
    """
    return set(chunks_by_sentence([tags])[0])


def chunks_by_sentence(tags: Tags) -> list[list[Chunk]]:
    """Spans of each sentence as (type, start, end), in order, the end exclusive; see `conlleval_chunks`."""
    types: dict[str, int] = {}
    spans = _spans(tags, types)
    names, lengths = list(types), np.fromiter((len(sentence) + 1 for sentence in tags), np.int64, len(tags))
    begins = np.concatenate([[0], np.cumsum(lengths)])[spans.sentences]
    found: list[list[Chunk]] = [[] for _ in tags]
    places = zip(spans.sentences, spans.types, spans.starts - begins, spans.ends - begins, strict=True)
    for sentence, kind, start, end in places:
        found[sentence].append((names[kind], int(start), int(end)))
    return found


def span_counts(gold: Tags, predicted: Tags, types: Collection[str] | None = None) -> Counts:
    """For each sentence true positives, predicted spans and gold spans: shape (sentences, 3).

    Args:
        gold: tags of each sentence.
        predicted: tags of the same words.
        types: the entity types that count, all by default; in a matrix, those that source and target both annotate.

    Raises:
        CrossglotError: if gold and predicted differ in sentences or words.
    """
    lengths = _same_words(gold, predicted)
    numbering: dict[str, int] = {}
    gold_spans, predicted_spans = _spans(gold, numbering), _spans(predicted, numbering)
    wanted = None if types is None else [numbering[name] for name in types if name in numbering]
    return _match(gold_spans.only(wanted), predicted_spans.only(wanted), len(lengths))


def span_counts_by_type(gold: Tags, predicted: Tags) -> dict[str, Counts]:
    """`span_counts` of each entity type found in either, by type in alphabetical order."""
    lengths = _same_words(gold, predicted)
    numbering: dict[str, int] = {}
    gold_spans, predicted_spans = _spans(gold, numbering), _spans(predicted, numbering)
    used = {*gold_spans.types.tolist(), *predicted_spans.types.tolist()}
    return {
        name: _match(gold_spans.only([i]), predicted_spans.only([i]), len(lengths))
        for name, i in sorted(numbering.items())
        if i in used
    }


@dataclass(frozen=True, slots=True)
class _Spans:
    """Spans of many sentences; starts and ends count words through all sentences with one gap after each sentence."""

    types: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    sentences: NDArray[np.int64]

    def only(self, wanted: list[int] | None) -> _Spans:
        if wanted is None:
            return self
        keep = np.isin(self.types, wanted)
        return _Spans(self.types[keep], self.starts[keep], self.ends[keep], self.sentences[keep])


def _spans(tags: Tags, types: dict[str, int]) -> _Spans:
    """Finds all spans at once; `types` numbers the entity types and grows."""
    codes: dict[str, int] = {"O": 0}
    lengths = np.fromiter((len(sentence) for sentence in tags), dtype=np.int64, count=len(tags))
    # An O after each sentence (and one before the first) closes its spans, as conlleval's blank line does.
    gaps = np.cumsum(lengths + 1) - 1
    word_codes = np.zeros(int(lengths.sum()) + len(lengths), dtype=np.int64)
    word_codes[np.delete(np.arange(len(word_codes)), gaps)] = _codes(tags, codes)
    prefixes, kinds = _split_tags(codes, types)
    prefix, kind = prefixes[word_codes], kinds[word_codes]
    before_prefix, before_kind = np.concatenate([prefixes[:1], prefix[:-1]]), np.concatenate([kinds[:1], kind[:-1]])
    change = kind != before_kind
    start = _START_TABLE[before_prefix, prefix] | ((prefix != 0) & change)
    end = _END_TABLE[before_prefix, prefix] | ((before_prefix != 0) & change)
    end[gaps] = True
    starts, stops = np.flatnonzero(start), np.flatnonzero(end)
    ends = stops[np.searchsorted(stops, starts, side="right")] if len(starts) else starts
    return _Spans(kind[starts], starts, ends, np.searchsorted(gaps, starts))


def _split_tags(codes: dict[str, int], types: dict[str, int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Prefix and type number of each tag, as conlleval splits them: at the first hyphen, an empty type without one."""
    prefixes, kinds = [], []
    for tag in codes:
        prefix, _, kind = tag.partition("-")
        known = len(prefix) == 1 and prefix in _PREFIXES
        prefixes.append(_PREFIXES.index(prefix) if known else len(_PREFIXES))
        kinds.append(types.setdefault(kind, len(types)))
    return np.array(prefixes), np.array(kinds)


def _match(gold: _Spans, predicted: _Spans, sentences: int) -> Counts:
    # Spans of one sequence start at different words, so (start, end, type) pairs up by start.
    _, in_gold, in_predicted = np.intersect1d(gold.starts, predicted.starts, assume_unique=True, return_indices=True)
    same = (gold.ends[in_gold] == predicted.ends[in_predicted]) & (gold.types[in_gold] == predicted.types[in_predicted])
    where = (gold.sentences[in_gold][same], predicted.sentences, gold.sentences)
    return np.stack([np.bincount(w, minlength=sentences) for w in where], axis=1).astype(np.int64)


def _codes(tags: Tags, codes: dict[str, int]) -> NDArray[np.int64]:
    """Numbers the tags of all words; `codes` numbers the tags and grows."""
    return np.array([codes.setdefault(tag, len(codes)) for tag in chain.from_iterable(tags)], dtype=np.int64)


def _sum_by_sentence(values: NDArray[np.int64], lengths: Counts) -> Counts:
    totals = np.concatenate([[0], np.cumsum(values)])
    ends = np.cumsum(lengths)
    return np.asarray(totals[ends] - totals[ends - lengths], dtype=np.int64)


def _same_words(gold: Tags, predicted: Tags) -> Counts:
    if len(gold) != len(predicted):
        raise CrossglotError(f"{len(gold)} sentences have gold tags, but {len(predicted)} have predicted ones")
    for i, (a, b) in enumerate(zip(gold, predicted, strict=True), start=1):
        if len(a) != len(b):
            raise CrossglotError(f"sentence {i} has {len(a)} gold tags, but {len(b)} predicted ones")
    return np.fromiter((len(sentence) for sentence in gold), dtype=np.int64, count=len(gold))
