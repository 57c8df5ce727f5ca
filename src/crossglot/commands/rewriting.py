"""Options of commands that tag: words read otherwise than they are written, in Latin letters or in their own script."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Annotated, TypeVar

import typer

from crossglot.commands.options import repeated_pairs
from crossglot.corpora.sentences import Sentence, TaggedSentence
from crossglot.errors import UsageError

Romanise = Annotated[
    bool,
    typer.Option("--romanise", help="Read words of other scripts in Latin letters, as uroman writes them."),
]
BackTransliterate = Annotated[
    list[str] | None,
    typer.Option(
        metavar="LANG=FILE",
        help="Take words in Latin letters back to their language's script first, by sentences of it; repeat it for "
        "each language of mixed text.",
    ),
]

One = TypeVar("One", Sentence, TaggedSentence, Sentence | TaggedSentence)
Rewriting = Callable[[Sequence[Sequence[str]]], Sequence[Sequence[str]]]


def rewriting(romanise: bool, back_transliterate: Iterable[str] | None, *, lenient: bool = False) -> Rewriting | None:
    """What is done with the words of sentences before they are tagged; None if nothing.

    Raises:
        UsageError: for both at once; if uroman is asked for and not installed; for a value that is not LANG=FILE.
        DataError: for a file of sentences that is missing, malformed, or without words.
    """
    if romanise and back_transliterate:
        raise UsageError("--romanise and --back-transliterate are opposites: give one of them")
    if romanise:
        from crossglot.corpora.romanisation import romaniser

        spell = romaniser()
        return lambda sentences: [tuple(map(spell, words)) for words in sentences]
    if not back_transliterate:
        return None
    from crossglot.commands.annotated import read_untagged
    from crossglot.tagging.language_sides.restoring import Restorer

    files = repeated_pairs(back_transliterate, "--back-transliterate")
    texts = {
        language: [sentence.words for path in paths for sentence in read_untagged(path, lenient=lenient).sentences]
        for language, paths in files.items()
    }
    return Restorer.of(texts).restored


def rewritten(sentences: Sequence[One], rewrite: Rewriting | None) -> list[One]:
    """The sentences with their words as a tagger is to read them."""
    if rewrite is None:
        return list(sentences)
    words = rewrite([sentence.words for sentence in sentences])
    return [replace(sentence, words=tuple(its)) for sentence, its in zip(sentences, words, strict=True)]
