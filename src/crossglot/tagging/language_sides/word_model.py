"""How probable a word is in a language: words it has, else how their characters follow each other."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

ORDER = 5
"""Characters of the longest n-grams, the marks of a word's two ends among them."""

MOST_CHARACTERS = 60
"""Of a longer word its two ends are read."""

_START, _END = "\ufdd1", "\ufdd2"  # code points that no text has


class WordModel:
    """Probabilities of words by interpolated counts (Witten and Bell 1991), from words down to single characters.

    A word has what it was counted with, and the language's share of unseen words is divided among all spellings by a
    model of characters, each given those before it, which is learned from the list of words: `(c + t · p) / (n + t)`
    for what was counted c times among n, of t kinds, and has the probability p by the shorter context.

    Args:
        words: with their counts, at least one, in the letters in which words are asked for.
        characters: how many there are at all, unknown ones counted as one.
    """

    def __init__(self, words: Mapping[str, float], characters: int) -> None:
        self._words = words
        self._total = sum(words.values())
        self._floor = 1 / (characters + 1)
        self._after: dict[str, Counter[str]] = defaultdict(Counter)
        for word in words:
            for context, character in _contexts(word):
                for length in range(len(context) + 1):
                    self._after[context[len(context) - length :]][character] += 1
        self._sums = {context: sum(counts.values()) for context, counts in self._after.items()}

    def log_probability(self, word: str) -> float:
        """Of the word, at least that of its spelling."""
        spelled = sum(math.log(self._character(context, character)) for context, character in _contexts(word))
        kinds = len(self._words)
        unseen = math.log(kinds / (self._total + kinds)) + spelled
        counted = self._words.get(word, 0) / (self._total + kinds)
        return unseen if not counted else math.log(counted + math.exp(unseen))

    def _character(self, context: str, character: str) -> float:
        probability = self._floor
        for length in range(len(context) + 1):
            counts = self._after.get(context[len(context) - length :])
            if counts is None:
                break
            kinds = len(counts)
            total = self._sums[context[len(context) - length :]]
            probability = (counts[character] + kinds * probability) / (total + kinds)
        return probability


def _contexts(word: str) -> Iterable[tuple[str, str]]:
    """Each character of a word with up to `ORDER` - 1 before it."""
    half = MOST_CHARACTERS // 2
    read = word if len(word) <= MOST_CHARACTERS else word[:half] + word[-half:]
    marked = _START + read + _END
    return ((marked[max(0, at - ORDER + 1) : at], marked[at]) for at in range(1, len(marked)))
