"""A bigram language model of words with interpolated modified Kneser–Ney smoothing (Chen and Goodman 1998, 4.1.6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import log

EDGE = ""
"""What stands before a sentence's first word and after its last one; no word is empty."""

_FALLBACK = (0.5, 0.5, 0.5)
"""Discounts of counts of one, two, and more, where there is too little text to tell them."""

Counts = Mapping[str, Mapping[str, int]]
"""Word before → word → how often; a sentence's edges are `EDGE`."""


@dataclass(frozen=True)
class LanguageModel:
    """Probabilities of a word after a word.

    A pair's count loses a discount, and what is lost goes to words in the share in which they stand after *different*
    words; what those lose goes to all words alike, to the edge and to one unknown word, which stands for all others.

    Attributes:
        counts: see `Counts`.
    """

    counts: Counts

    @cached_property
    def words(self) -> frozenset[str]:
        """The words that it knows."""
        return frozenset(word for after in self.counts.values() for word in after if word != EDGE)

    @cached_property
    def _continued(self) -> Counter[str]:
        """After how many different words each word stands."""
        return Counter(word for after in self.counts.values() for word in after)

    @cached_property
    def _of_pairs(self) -> tuple[float, float, float]:
        return _discounts(count for after in self.counts.values() for count in after.values())

    @cached_property
    def _of_words(self) -> tuple[float, float, float]:
        return _discounts(self._continued.values())

    @cached_property
    def _words_left(self) -> float:
        """What the words' discounts come to, for each of all words, the edge and the unknown one."""
        return _lost(self._continued, self._of_words) / (len(self.words) + 2)

    @cached_property
    def _pairs_left(self) -> Mapping[str, tuple[float, float]]:
        """How often a word is followed by any, and which share of that its discounts are."""
        return {
            before: (float(sum(after.values())), _lost(after, self._of_pairs)) for before, after in self.counts.items()
        }

    def _share(self, word: str) -> float:
        """The share in which a word stands after different words."""
        count = self._continued.get(word, 0)
        total = self._continued.total()
        kept = (count - self._of_words[min(count, 3) - 1]) / total if count else 0.0
        return kept + (self._words_left if total else 1 / 2)

    def probability(self, before: str, word: str) -> float:
        """Of a word (`EDGE`: the end) after another (`EDGE`: the beginning); all words it does not know are one."""
        share = self._share(word)
        if before not in self._pairs_left:
            return share
        total, lost = self._pairs_left[before]
        count = self.counts[before].get(word, 0)
        kept = (count - self._of_pairs[min(count, 3) - 1]) / total if count else 0.0
        return kept + lost * share

    def log_probability(self, before: str, word: str) -> float:
        """The logarithm of `probability`."""
        return log(self.probability(before, word))


def language_model(sentences: Iterable[Sequence[str]]) -> LanguageModel:
    """The model of these sentences."""
    counts: dict[str, Counter[str]] = {}
    for words in sentences:
        if words:
            for before, word in pairwise((EDGE, *words, EDGE)):
                counts.setdefault(before, Counter())[word] += 1
    return LanguageModel(counts)


def _discounts(counts: Iterable[int]) -> tuple[float, float, float]:
    """What counts of one, two, and three or more lose (Chen and Goodman 1998, equation 26)."""
    having = Counter(counts)
    one, two, three, four = (having[times] for times in (1, 2, 3, 4))
    if not (one and two and three and four):
        return _FALLBACK
    y = one / (one + 2 * two)
    found = (1 - 2 * y * two / one, 2 - 3 * y * three / two, 3 - 4 * y * four / three)
    return found if all(0 < discount < times for times, discount in enumerate(found, 1)) else _FALLBACK


def _lost(counts: Mapping[str, int], discounts: tuple[float, float, float]) -> float:
    """The share of all counts that discounts take away."""
    total = sum(counts.values())
    return sum(discounts[min(count, 3) - 1] for count in counts.values()) / total if total else 0.0
