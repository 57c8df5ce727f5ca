"""What every reader gives and every writer takes: sentences, tagged sentences, bitexts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from crossglot.errors import CrossglotError, UsageError


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words as written (no normalisation), with the corpus's own sentence id where it has one.

    `unspaced` are the indices of the words that no blank follows, as far as the corpus says.
    """

    words: tuple[str, ...]
    id: str | None = None
    unspaced: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.words)


@dataclass(frozen=True, slots=True)
class TaggedSentence:
    """Words with one tag each: UPOS, a BIO2 entity tag, or any other label column.

    `unspaced` are the indices of the words that no blank follows, as far as the corpus says.

    Raises:
        CrossglotError: if the two differ in length.
    """

    words: tuple[str, ...]
    tags: tuple[str, ...]
    id: str | None = None
    unspaced: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if len(self.words) != len(self.tags):
            raise CrossglotError(f"sentence {self.id or ''} has {len(self.words)} words and {len(self.tags)} tags")

    def __len__(self) -> int:
        return len(self.words)


def words_of(sentence: Sequence[str] | Sentence | TaggedSentence) -> Sequence[str]:
    """The words of whatever a tagger can be asked to tag."""
    return sentence.words if isinstance(sentence, Sentence | TaggedSentence) else sentence


One = TypeVar("One")
Words = Sequence[str] | Sentence | TaggedSentence
"""A sentence that is split into words."""


def gathered(sentences: Iterable[Iterable[str] | Sentence | TaggedSentence]) -> list[Words]:
    """Sentences as a list, to be gone through more than once: a generator would be empty the second time.

    Raises:
        UsageError: for a text instead of words, or anything else that is no list of sentences.
    """
    found: list[Words] = []
    for sentence in _each(sentences, "[['Das', 'ist', 'gut']]"):
        if isinstance(sentence, Sentence | TaggedSentence):
            found.append(sentence)
            continue
        if isinstance(sentence, str | bytes) or not isinstance(sentence, Iterable):
            raise UsageError("sentences have to be split into words, not be strings: [['Das', 'ist', 'gut']]")
        words = tuple(sentence)
        if not all(isinstance(word, str) for word in words):
            strange = next(word for word in words if not isinstance(word, str))
            raise UsageError(f"sentence {len(found) + 1}: {strange!r} is no word: words are strings")
        found.append(words)
    return found


def gathered_tagged(sentences: Iterable[TaggedSentence]) -> list[TaggedSentence]:
    """Tagged sentences as a list, as `gathered` makes it of others.

    Raises:
        UsageError: for anything that is no list of tagged sentences.
    """
    found = list(_each(sentences, "as `read_conllu` and `read_columns` give them"))
    for number, sentence in enumerate(found, 1):
        if not isinstance(sentence, TaggedSentence):
            what = type(sentence).__name__
            raise UsageError(f"sentence {number} has no tags: it is a {what}, where a TaggedSentence is wanted")
    return found


def _each(sentences: Iterable[One], example: str) -> Iterable[One]:
    if isinstance(sentences, str | bytes | Sentence | TaggedSentence) or not isinstance(sentences, Iterable):
        raise UsageError(f"a {type(sentences).__name__} is no list of sentences that are split into words: {example}")
    return sentences


@dataclass(frozen=True, slots=True)
class Bitext:
    """Line-aligned parallel text: `source[i]` and `target[i]` translate each other."""

    source_language: str
    target_language: str
    source: tuple[str, ...]
    target: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.source) != len(self.target):
            pair = f"{self.source_language}-{self.target_language}"
            raise CrossglotError(f"the {pair} bitext has {len(self.source)} and {len(self.target)} lines")

    def __len__(self) -> int:
        return len(self.source)
