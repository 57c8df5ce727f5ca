"""How many word pieces text has under an encoder: counted on a few sentences, and known from the last time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crossglot.corpora.catalogue import find_corpus
from crossglot.corpora.sampling import sample
from crossglot.known_files import known
from crossglot.steps.arguments import CorpusSplit, EncoderReference

SENTENCES = 100
"""Sentences that pieces are counted on: some 2,000 words."""

SPECIAL = 2
"""Pieces that stand around each sentence."""


class PieceCounts:
    """Pieces a word of splits under encoders, each asked once."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, tuple[object, ...]], float] = {}

    def a_word(self, split: CorpusSplit, encoder: EncoderReference) -> float:
        """Mean pieces of a word, special pieces aside.

        Raises:
            CrossglotError: if the corpus or the tokenizer cannot be read.
        """
        key = (encoder.revision, split.content)
        if key not in self._found:
            of = (encoder.revision, split.language, split.task, split.split, split.part, split.checksum)
            self._found[key] = known("pieces a word", _files(split), lambda: _counted(split, encoder), *of)
        return self._found[key]

    def of(self, split: CorpusSplit, encoder: EncoderReference, sentences: float | None = None) -> float:
        """About how many pieces a split has, or so many of its sentences, with those around each sentence."""
        sentences = split.sentences if sentences is None else sentences
        words = split.words * sentences / max(split.sentences, 1)
        return self.a_word(split, encoder) * words + SPECIAL * sentences

    def of_lines(self, lines: Sequence[str], encoder: EncoderReference) -> float:
        """About how many pieces lines of text have, by the characters of a sample of them."""
        some = sample(lines, SENTENCES)
        pieces = sum(len(ids) for ids in encoder.load_tokenizer()(list(some))["input_ids"])
        return pieces / max(1, sum(map(len, some))) * sum(map(len, lines))


def _files(split: CorpusSplit) -> list[Path]:
    if split.file is not None:
        return [split.file.path]
    return list(find_corpus(split.root, split.language, split.task, split.corpus).files_of(split.split))


def _counted(split: CorpusSplit, encoder: EncoderReference) -> Any:
    from crossglot.encoders.pieces import piece_words

    sentences = [sentence.words for sentence in sample(split.read(), SENTENCES)]
    pieces = piece_words(encoder.load_tokenizer(), sentences)
    return len(pieces.ids) / max(1, sum(map(len, sentences)))
