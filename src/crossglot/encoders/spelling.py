"""How well a tokenizer spells a language: pieces per word, unknown words, letters and scripts that it covers."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel, ConfigDict

from crossglot.encoders.cutting import bare_marks
from crossglot.encoders.pieces import cumulative, piece_words

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import PreTrainedTokenizerBase

    from crossglot.encoders.pieces import Pieces


class Spelling(BaseModel):
    """How a tokenizer spells some text.

    Attributes:
        words: how many words.
        pieces_per_word: word pieces for one of them, on average; bare marks of a word's beginning are not counted.
        unknown_words: per cent of the words with a piece that stands for something unknown.
        letters: how many letters the words have.
        known_letters: per cent of them that the tokenizer can spell when they stand alone.
        scripts: script → per cent of the letters, the most frequent first, by their Unicode names.
        script_pieces: script → how many pieces of the vocabulary have a letter of it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: int
    pieces_per_word: float
    unknown_words: float
    letters: int
    known_letters: float
    scripts: Mapping[str, float]
    script_pieces: Mapping[str, int]


def spelling(sentences: Sequence[Sequence[str]], tokenizer: PreTrainedTokenizerBase) -> Spelling:
    """How a tokenizer spells sentences; no weights are needed.

    Args:
        sentences: words, each a string as written.
        tokenizer: from `load_tokenizer`; a bare `vocab.txt` will do.
    """
    pieces = piece_words(tokenizer, sentences)
    words = len(pieces.first_pieces)
    marks = np.isin(pieces.ids, bare_marks(tokenizer, np.unique(pieces.ids)))
    unspelled = np.count_nonzero(unknown_in_words(pieces, tokenizer))
    letters = Counter(
        letter
        for sentence in sentences
        for word in sentence
        for letter in word
        if unicodedata.category(letter)[0] == "L"
    )
    total = sum(letters.values())
    alone = unknown_in_words(piece_words(tokenizer, [[letter] for letter in letters]), tokenizer)
    known = sum(count for count, unknown in zip(letters.values(), alone, strict=True) if not unknown)
    scripts: Counter[str] = Counter()
    for letter, count in letters.items():
        scripts[script_of(letter)] += count
    vocabulary = _pieces_by_script(tokenizer)
    return Spelling(
        words=words,
        pieces_per_word=np.count_nonzero(~marks) / max(words, 1),
        unknown_words=100 * unspelled / max(words, 1),
        letters=total,
        known_letters=100 * known / max(total, 1),
        scripts={name: 100 * count / total for name, count in scripts.most_common()},
        script_pieces={name: vocabulary[name] for name, _ in scripts.most_common()},
    )


def unknown_in_words(pieces: Pieces, tokenizer: PreTrainedTokenizerBase) -> NDArray[np.int64]:
    """How many pieces of each word are unknown, (words,).

    Any piece may be: SentencePiece writes a lone unknown letter as the mark of a word's start and the unknown piece.
    """
    if tokenizer.unk_token_id is None:
        return np.zeros(len(pieces.first_pieces), dtype=np.int64)
    unknown = (pieces.ids == tokenizer.unk_token_id).astype(np.int64)
    found: NDArray[np.int64] = np.diff(cumulative(unknown)[np.append(pieces.begins, len(pieces.ids))])
    return found


@lru_cache(maxsize=4096)
def script_of(letter: str) -> str:
    """Script of a letter by the first word of its Unicode name: `Latin`, `Devanagari`, `Cjk`; `Other` without a name.

    The standard library knows no script property; letters' names begin with it, but for full-width and mathematical
    forms.
    """
    first = unicodedata.name(letter, "OTHER").partition(" ")[0].capitalize()
    return first.partition("-")[0]


def _pieces_by_script(tokenizer: PreTrainedTokenizerBase) -> Counter[str]:
    """How many pieces have a letter of each script; byte-level vocabularies are taken as they are written."""
    found: Counter[str] = Counter()
    for piece in tokenizer.get_vocab().keys() - set(tokenizer.all_special_tokens):
        found.update({script_of(letter) for letter in piece if unicodedata.category(letter)[0] == "L"})
    return found
