"""The floor without a network: the most frequent tag per word, for spans too.

The other floor, an untrained encoder of the same shape, is `finetune(encoder.untrained(seed), …)`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crossglot.corpora.sentences import Sentence, TaggedSentence, gathered, words_of
from crossglot.errors import DataError


@dataclass(frozen=True)
class MostFrequentTag:
    """Gives each word the tag it had most often in training, an unseen word the most frequent tag of all.

    For entities that is the span floor: tags of the words stand as they are and spans follow from them by conlleval's
    rules. Ties go to the tag that comes first in the alphabet, so that the floor does not depend on the data's order.
    """

    tag_of: Mapping[str, str]
    fallback: str

    @classmethod
    def fit(cls, sentences: Iterable[TaggedSentence]) -> MostFrequentTag:
        """Counts the tags of each word form as written.

        Raises:
            DataError: if there are no words.
        """
        by_word: dict[str, Counter[str]] = {}
        overall: Counter[str] = Counter()
        for sentence in sentences:
            overall.update(sentence.tags)
            for word, tag in zip(sentence.words, sentence.tags, strict=True):
                by_word.setdefault(word, Counter())[tag] += 1
        if not overall:
            raise DataError("no words to learn from", remedy="give at least one sentence with tags")
        return cls({word: _most_frequent(tags) for word, tags in by_word.items()}, _most_frequent(overall))

    def predict(self, sentences: Iterable[Iterable[str] | Sentence | TaggedSentence]) -> list[tuple[str, ...]]:
        """Tags of each word of each sentence."""
        words = map(words_of, gathered(sentences))
        return [tuple(self.tag_of.get(word, self.fallback) for word in sentence) for sentence in words]


def _most_frequent(tags: Counter[str]) -> str:
    return min(tags, key=lambda tag: (-tags[tag], tag))
