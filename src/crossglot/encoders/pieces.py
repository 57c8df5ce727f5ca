"""Words to word pieces, in flat arrays: every word has at least one piece, and one of them is where it is read.

Each distinct word is given to the tokenizer once and by itself (see `cutting`). Pieces do not cross blanks, so this is
the tokenizer's own segmentation of the sentence; it is fast, because a corpus holds far fewer words than occurrences;
and it needs no `word_ids()`, which Python-only tokenizers (XLM's) do not have.

A word is read at the first piece that covers a character of it. SentencePiece vocabularies write a bare `▁` before
nine of ten Japanese and Chinese words and before punctuation, Llama 3's a bare `Ġ` before numbers: read there, such
words look alike. The plain first piece (`first`) is what most published numbers are read at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from crossglot.encoders.cutting import cut_words, spelling_pieces
from crossglot.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import PreTrainedTokenizerBase

Subword = Literal["first-spelled", "first"]
"""Where a word is read: at the first piece that covers a character of it, or at its first piece whatever that is."""

Cutting = Literal["words", "text"]
"""How a sentence is cut into pieces: word by word, or its text as it was written (see `written`)."""


class Reading(NamedTuple):
    """How sentences are cut into pieces, and at which piece a word is read."""

    subword: Subword = "first-spelled"
    cutting: Cutting = "words"


@dataclass(frozen=True, slots=True)
class Pieces:
    """Sentences as word pieces, without special pieces.

    Attributes:
        ids: int32, (pieces,), all sentences one after another.
        sentence_starts: int64, (sentences + 1,), into `ids`.
        begins: int64, (words,), the place in `ids` where each word's pieces begin.
        first_pieces: int64, (words,), the place in `ids` of the piece that each word is read at.
        word_starts: int64, (sentences + 1,), into `begins` and `first_pieces`.
        unknown: the piece that stands for whatever the tokenizer has no piece for, where it has such a one.
    """

    ids: NDArray[np.int32]
    sentence_starts: NDArray[np.int64]
    begins: NDArray[np.int64]
    first_pieces: NDArray[np.int64]
    word_starts: NDArray[np.int64]
    unknown: int | None = None

    def __len__(self) -> int:
        return len(self.sentence_starts) - 1


def piece_words(
    tokenizer: PreTrainedTokenizerBase, sentences: Sequence[Sequence[str]], *, subword: Subword = "first-spelled"
) -> Pieces:
    """Cuts the words of sentences into pieces.

    A word that the tokenizer erases (control characters, some spaces) becomes one unknown piece: no word is lost. A
    word of which no piece spells anything is read at its first.

    Args:
        tokenizer: from `load_tokenizer`.
        sentences: words, each a string as written.
        subword: where words are read.

    Raises:
        ModelError: if a word yields nothing and the tokenizer has no unknown piece.
    """
    numbers: dict[str, int] = {}
    # setdefault numbers the distinct words in order of appearance
    words = np.fromiter(
        (numbers.setdefault(word, len(numbers)) for word in chain.from_iterable(sentences)), dtype=np.int64
    )
    table, starts = _word_table(tokenizer, list(numbers))
    read = starts[:-1] if subword == "first" else first_spelled(tokenizer, table, starts[:-1], starts[1:])
    lengths = np.diff(starts)[words]
    piece_starts = cumulative(lengths)
    within = np.arange(piece_starts[-1], dtype=np.int64) - np.repeat(piece_starts[:-1], lengths)
    ids = table[np.repeat(starts[:-1][words], lengths) + within]
    word_starts = cumulative(np.fromiter((len(sentence) for sentence in sentences), np.int64, len(sentences)))
    begins = piece_starts[:-1]
    return Pieces(
        ids,
        piece_starts[word_starts],
        begins,
        begins + (read - starts[:-1])[words],
        word_starts,
        tokenizer.unk_token_id,
    )


def special_pieces(tokenizer: PreTrainedTokenizerBase) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The special pieces that this tokenizer puts before and after a sentence ([CLS] and [SEP] for BERT)."""
    probe = tokenizer.mask_token  # the one text that no tokenizer of a masked language model cuts or erases
    plain = [int(piece) for piece in tokenizer(probe, add_special_tokens=False)["input_ids"]]
    whole = [int(piece) for piece in tokenizer(probe, add_special_tokens=True)["input_ids"]]
    before = next(start for start in range(len(whole)) if whole[start : start + len(plain)] == plain)
    return np.array(whole[:before], np.int32), np.array(whole[before + len(plain) :], np.int32)


def _word_table(
    tokenizer: PreTrainedTokenizerBase, words: Sequence[str]
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Pieces of each distinct word, flat, and where each word starts."""
    unknown = tokenizer.unk_token_id
    cut: list[list[int]] = []
    for word, ids in zip(words, cut_words(tokenizer, words), strict=True):
        if not ids and unknown is None:
            raise ModelError(
                f"the tokenizer makes nothing of the word {word!r} and has no unknown piece to stand for it"
            )
        cut.append(ids or [int(unknown)])
    lengths = np.fromiter((len(ids) for ids in cut), np.int64, len(cut))
    starts = cumulative(lengths)
    return np.fromiter(chain.from_iterable(cut), np.int32, int(starts[-1])), starts


def first_spelled(
    tokenizer: PreTrainedTokenizerBase, ids: NDArray[np.int32], begins: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.int64]:
    """For each stretch of pieces (a word) the place of its first spelling piece; where none spells, of its first.

    Args:
        tokenizer: whose pieces.
        ids: (pieces,).
        begins: (stretches,), into `ids`.
        ends: (stretches,), likewise.
    """
    pieces, places = np.unique(ids, return_inverse=True)
    spells = np.array(spelling_pieces(tokenizer, pieces.tolist()), dtype=np.bool_)[places]
    following = np.where(np.append(spells, True), np.arange(len(ids) + 1), len(ids))  # itself, or the next that spells
    following = np.minimum.accumulate(following[::-1])[::-1]
    return np.where(following[begins] < ends, following[begins], begins)


def cumulative(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """0 and the running sums: where consecutive stretches of these lengths start, and where the last one ends."""
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
