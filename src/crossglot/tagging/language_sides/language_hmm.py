"""Which language each word of a text is in: a hidden Markov model whose states are the languages.

It is learned from text of each language apart. A state emits words in Latin letters, as they would be typed, whichever
script the language has (`word_model`), so that a word of either can stand in text that mixes them. The chain of states
is given, a switch as probable from each language to each other, or learned by EM from text that has several.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from crossglot.batching import length_groups
from crossglot.corpora.transliteration import is_devanagari
from crossglot.tagging.language_sides.forward_backward import Chain, Expected, forward_backward, reestimated
from crossglot.tagging.language_sides.scripts import LATIN, in_latin, script_of
from crossglot.tagging.language_sides.sides import Side
from crossglot.tagging.language_sides.word_model import WordModel
from crossglot.transliteration.chat_spelling import chat_spelling

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

NOT_IN_SCRIPT = -30.0
"""Log-probability, on top of its spelling's, of a word in a script that the language is not written in."""

SPELLINGS, TYPED_OTHERWISE = 8, 0.5
"""In how many spellings a Hindi word is expected beside that by rule, and how often in one of them."""

MOST_PLACES = 20_000
ITERATIONS, ENOUGH = 20, 1e-4


@dataclass(frozen=True)
class LanguageHmm:
    """Probabilities of languages, word by word.

    Attributes:
        sides: the languages.
        chain: how they follow each other.
    """

    sides: tuple[Side, ...]
    chain: Chain

    @cached_property
    def _models(self) -> tuple[WordModel, ...]:
        counts = [_typed_words(side, transliterated=self._typed_in not in side.scripts) for side in self.sides]
        characters = len({character for typed in counts for word in typed for character in word})
        return tuple(WordModel(typed, characters) for typed in counts)

    @cached_property
    def _typed_in(self) -> str:
        """The script that words of all of them may be typed in: Latin, else the last one's, as in a switch key."""
        scripts = [script for side in self.sides for script in side.scripts[:1]]
        return LATIN if LATIN in scripts or not scripts else scripts[-1]

    def emission(self, word: str) -> list[float]:
        """The log-probability of a word in each language."""
        typed, script = in_latin(word).lower(), script_of(word)
        theirs = [script in side.scripts for side in self.sides]
        anyones = script in ("", self._typed_in) or not any(theirs)
        return [
            model.log_probability(typed) + (0.0 if anyones or its else NOT_IN_SCRIPT)
            for model, its in zip(self._models, theirs, strict=True)
        ]

    def probabilities(self, sentences: Sequence[Sequence[str]]) -> Floats:
        """Of each language at every word, sentence after sentence, given the sentence: (words, languages)."""
        starts = np.cumsum([0, *map(len, sentences)])
        found = np.ones((int(starts[-1]), len(self.sides)))
        if len(self.sides) == 1:
            return found
        for group, expected in self._expected(sentences):
            for place, sentence in enumerate(group):
                found[starts[sentence] : starts[sentence + 1]] = expected.states[: len(sentences[sentence]), place]
        return found

    def learned_from(self, sentences: Sequence[Sequence[str]]) -> LanguageHmm:
        """One whose chain is learned from text that has several languages, by EM from this one's."""
        if len(self.sides) == 1 or not any(sentences):
            return self
        best, before = self, -np.inf
        for _ in range(ITERATIONS):
            every = [expected for _, expected in best._expected(sentences)]
            likelihood = float(sum(expected.likelihood.sum() for expected in every))
            if likelihood - before < ENOUGH * abs(likelihood):
                break
            together = Expected(
                np.concatenate([expected.likelihood for expected in every]),
                np.concatenate([expected.states[:1] for expected in every], axis=1),
                np.sum([expected.moves for expected in every], axis=0),
            )
            best, before = LanguageHmm(self.sides, reestimated(together, best.chain)), likelihood
        return best

    def _expected(self, sentences: Sequence[Sequence[str]]) -> list[tuple[list[int], Expected]]:
        """Groups of sentences, by their numbers, with what is expected of them; empty ones are left out."""
        emission = {word: self.emission(word) for word in {word for words in sentences for word in words}}
        with_words = [number for number, words in enumerate(sentences) if words]
        found = []
        for places in length_groups([len(sentences[number]) for number in with_words], MOST_PLACES):
            group = [with_words[place] for place in places]
            lengths = np.array([len(sentences[number]) for number in group])
            emissions = np.zeros((int(lengths.max()), len(group), len(self.sides)))
            for place, number in enumerate(group):
                emissions[: lengths[place], place] = [emission[word] for word in sentences[number]]
            found.append((group, forward_backward(emissions, lengths, self.chain)))
        return found


def _typed_words(side: Side, *, transliterated: bool) -> dict[str, float]:
    """A language's words as they are typed, with their counts; half of Hindi's are typed as messages have them."""
    counts: dict[str, float] = {}
    for word, count in side.words.items():
        by_rule = in_latin(word).lower()
        otherwise = _spellings(word) if transliterated and is_devanagari(word) else []
        share = 1 - TYPED_OTHERWISE if otherwise else 1.0
        counts[by_rule] = counts.get(by_rule, 0) + share * count
        for typed in otherwise:
            counts[typed] = counts.get(typed, 0) + TYPED_OTHERWISE * count / SPELLINGS
    return counts


def _spellings(word: str) -> list[str]:
    """Some that messages have of a Hindi word, drawn by chance but for each word always the same."""
    chance = Random(zlib.crc32(word.encode("utf-8", "surrogatepass")))  # noqa: S311
    return [chat_spelling(word, chance) for _ in range(SPELLINGS)]


def switching_chain(languages: int, switch: float) -> Chain:
    """A chain that begins with any language, and leaves it with this probability, for any other."""
    stay = np.log1p(-switch) if languages > 1 else 0.0
    transitions = np.full((languages, languages), np.log(switch / max(1, languages - 1)))
    np.fill_diagonal(transitions, stay)
    return Chain(np.full(languages, -np.log(languages)), transitions)
