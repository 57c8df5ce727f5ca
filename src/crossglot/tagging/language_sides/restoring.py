"""Transliterated text taken back to its languages' own scripts before it is tagged: a remedy, for taggers of any kind.

An encoder that has never read Hindi in Latin letters is lost on it (table 6 of the paper). What is known of the two
languages apart is enough to do something about it: which language each word is in, and which word of it is typed so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from crossglot.errors import DataError
from crossglot.tagging.language_sides.language_hmm import LanguageHmm, switching_chain
from crossglot.tagging.language_sides.scripts import script_of
from crossglot.tagging.language_sides.settings import Settings
from crossglot.tagging.language_sides.sides import sides_of

Text = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Restorer:
    """Takes each word back to the script of the language that it is most probably in.

    Attributes:
        languages: how probable each language is at a word, and how it reads the word.
    """

    languages: LanguageHmm

    @classmethod
    def of(cls, texts: Mapping[str, Text]) -> Restorer:
        """Learns from text of each language apart, in its own script; tags are not needed.

        Args:
            texts: language → sentences as words. With one language alone every word is taken for one of it.

        Raises:
            DataError: if a language has no words.
        """
        for language, text in texts.items():
            if not any(text):
                raise DataError(f"no words of {language} to learn from", remedy="Give sentences of that language.")
        sentences = [words for text in texts.values() for words in text]
        sides = sides_of(sentences, [language for language, text in texts.items() for _ in text])
        return cls(LanguageHmm(sides, switching_chain(len(sides), Settings().switch)))

    def restored(self, sentences: Text) -> list[tuple[str, ...]]:
        """The same sentences, each word as the language that it is most probably in has it in its own script.

        What has no letters (marks, figures) is no language's and stays as it is.
        """
        likeliest = iter(self.languages.probabilities(sentences).argmax(axis=1).tolist())
        read = ((word, self.languages.sides[next(likeliest)]) for words in sentences for word in words)
        every = iter([side.reading(word) if script_of(word) else word for word, side in read])
        return [tuple(islice(every, len(words))) for words in sentences]
