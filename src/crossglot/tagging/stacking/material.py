"""What a stacked tagger is trained on: sentences of languages apart, and code-switched ones with words' languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crossglot.corpora.sentences import TaggedSentence
from crossglot.errors import CrossglotError
from crossglot.tagging.stacking.sides import languages_by_script, mixed_languages, sides_by_script


@dataclass(frozen=True)
class Mixed:
    """A code-switched sentence; `languages` of its words is None where they are still to be told."""

    sentence: TaggedSentence
    pair: tuple[str, str]
    languages: tuple[str, ...] | None


@dataclass(frozen=True)
class Material:
    """Training sentences.

    Attributes:
        apart: of each language by its key.
        mixed: code-switched ones.
    """

    apart: Mapping[str, Sequence[TaggedSentence]]
    mixed: Sequence[Mixed]


def sort_out(
    sentences: Sequence[TaggedSentence], languages: Sequence[str], word_languages: Sequence[Sequence[str]]
) -> Material:
    """Sorts training sentences by their language.

    Args:
        sentences: any.
        languages: key of each, a switch key where it mixes two; without any, scripts stand for languages.
        word_languages: of each code-switched sentence the language ids of its words; an empty one, or none at all,
            where they are not known. Then scripts tell, if the two languages differ in script.

    Raises:
        CrossglotError: if these differ in length.
    """
    keys = list(languages) or languages_by_script([sentence.words for sentence in sentences])
    ids = list(word_languages) or [()] * len(sentences)
    if not len(keys) == len(ids) == len(sentences):
        raise CrossglotError(f"{len(sentences)} sentences, {len(keys)} languages and words' languages of {len(ids)}")
    apart: dict[str, list[TaggedSentence]] = {}
    mixed: list[Mixed] = []
    for sentence, key, own in zip(sentences, keys, ids, strict=True):
        pair = mixed_languages(key)
        if pair is None:
            apart.setdefault(key, []).append(sentence)
        elif len(sentence):
            mixed.append(Mixed(sentence, pair, _known_languages(sentence, pair, own)))
    return Material(apart, mixed)


def _known_languages(sentence: TaggedSentence, pair: tuple[str, str], ids: Sequence[str]) -> tuple[str, ...] | None:
    """By ids, what is of neither language (names, marks) by its script; by scripts alone if both are there."""
    by_script = sides_by_script(sentence.words, pair)
    if not ids:
        return by_script if pair[0] in by_script else None
    if len(ids) != len(sentence):
        raise CrossglotError(f"sentence {sentence.id or ''} has {len(sentence)} words and {len(ids)} language ids")
    return tuple(one if one in pair else other for one, other in zip(ids, by_script, strict=True))


def taken_apart(sentence: TaggedSentence, languages: Sequence[str]) -> list[tuple[TaggedSentence, str]]:
    """For each language its words of a code-switched sentence, in their order."""
    found = []
    for language in dict.fromkeys(languages):
        own = [at for at, one in enumerate(languages) if one == language]
        words, tags = (tuple(items[at] for at in own) for items in (sentence.words, sentence.tags))
        found.append((TaggedSentence(words, tags), language))
    return found
