"""Which rows of the word vectors, and which characters, words are read as."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from crossglot.tagging.spelled import UNKNOWN, spelled, without_digits
from crossglot.tagging.word_vectors import look_up


@dataclass(frozen=True)
class Vocabulary:
    """The words and characters that a tagger knows.

    Attributes:
        trained: words of the training sentences, digits as 0; their rows follow that of unknown words.
        pretrained: further words that there are vectors of, as these spell them; theirs come last.
        characters: of the trained words; numbered from 1.
    """

    trained: tuple[str, ...]
    pretrained: tuple[str, ...]
    characters: tuple[str, ...]

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return 1 + len(self.trained) + len(self.pretrained)

    @cached_property
    def _row_of_trained(self) -> Mapping[str, int]:
        return {word: 1 + place for place, word in enumerate(self.trained)}

    @cached_property
    def _row_of_pretrained(self) -> Mapping[str, int]:
        return {word: 1 + len(self.trained) + place for place, word in enumerate(self.pretrained)}

    @cached_property
    def _number_of(self) -> Mapping[str, int]:
        return {character: 1 + place for place, character in enumerate(self.characters)}

    def row(self, word: str) -> int:
        """A word's row: a training word's, else a pretrained one's (see `look_up`), else that of unknown words."""
        own = self._row_of_trained.get(without_digits(word))
        found = look_up(word, self._row_of_pretrained) if own is None else own
        return UNKNOWN if found is None else found

    def spell(self, word: str) -> list[int]:
        """Numbers of a word's characters, of a long one's two ends; unknown ones are left out, but never all."""
        return spelled(word, self._number_of)


def vocabulary_of(sentences: Iterable[Sequence[str]], pretrained: Sequence[str] = ()) -> tuple[Vocabulary, list[int]]:
    """The vocabulary of training sentences, frequent words first, and the rows of words that occur once."""
    counts = Counter(without_digits(word) for words in sentences for word in words)
    trained = tuple(word for word, _ in counts.most_common())
    known = set(trained)
    further = tuple(word for word in pretrained if word not in known)
    characters = tuple(sorted({character for word in trained for character in word}))
    once = [1 + place for place, word in enumerate(trained) if counts[word] == 1]
    return Vocabulary(trained, further, characters), once
