"""Telling languages: sentences from which logistic regression learns which language each word is of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from crossglot.corpora.sampling import sample
from crossglot.corpora.sentences import TaggedSentence
from crossglot.corpora.transliteration import is_devanagari
from crossglot.transliteration.chat_spelling import chat_spelling

MOST_SENTENCES = 1500
"""Of each language."""

LONGEST_STRETCH = 5
"""Words of one language in a row, where languages are mixed by chance."""

Words = Sequence[str]


def telling_sentences(
    apart: Mapping[str, Sequence[Words]], mixed: Sequence[tuple[Words, Sequence[str]]], *, spell: bool, seed: int
) -> list[TaggedSentence]:
    """Sentences with the language of each word for its tag.

    Sentences of a language say nothing of how languages stand beside each other; so words of several are mixed by
    chance as well, stretch after stretch.

    Args:
        apart: sentences of each language.
        mixed: code-switched ones, with the languages of their words.
        spell: whether words in Devanagari are there in chat writers' spelling too.
        seed: of spellings and mixtures.
    """
    chance = Random(seed)  # noqa: S311
    found = [TaggedSentence(tuple(words), tuple(languages)) for words, languages in mixed]
    sides: list[tuple[str, list[Words]]] = []
    for language, sentences in apart.items():
        chosen = [words for words in sample(sentences, MOST_SENTENCES) if words]
        found += [_of(words, language) for words in chosen]
        if spell and any(is_devanagari(word) for words in chosen for word in words):
            chosen = [_spelled(words, chance) for words in chosen]
            found += [_of(words, language) for words in chosen]
        if chosen:
            sides.append((language, chosen))
    if len(sides) > 1:
        drawn = [(language, chance.sample(sentences, len(sentences))) for language, sentences in sides]
        for number in range(max(len(sentences) for _, sentences in sides)):
            first, second = chance.sample(drawn, 2)
            found.append(_mixed([(one, of[number % len(of)]) for one, of in (first, second)], chance))
    return found


def _of(words: Words, language: str) -> TaggedSentence:
    return TaggedSentence(tuple(words), (language,) * len(words))


def _spelled(words: Words, chance: Random) -> list[str]:
    return [chat_spelling(word, chance) if is_devanagari(word) else word for word in words]


def _mixed(sentences: Sequence[tuple[str, Words]], chance: Random) -> TaggedSentence:
    """Words of both, stretch after stretch in turn, each sentence in its order."""
    left = [(language, list(words)) for language, words in sentences]
    words: list[str] = []
    tags: list[str] = []
    turn = chance.randrange(len(left))
    while any(rest for _, rest in left):
        language, rest = left[turn % len(left)]
        stretch = rest[: chance.randint(1, LONGEST_STRETCH)]
        del rest[: len(stretch)]
        words += stretch
        tags += [language] * len(stretch)
        turn += 1
    return TaggedSentence(tuple(words), tuple(tags))
