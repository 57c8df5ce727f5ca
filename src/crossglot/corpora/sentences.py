"""What every reader gives and every writer takes: sentences, tagged sentences, bitexts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crossglot.errors import CrossglotError


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
