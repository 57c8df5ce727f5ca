"""Words to word pieces, in flat arrays: every word has at least one piece, and its first piece is known.

Each distinct word is given to the tokenizer once and on its own. Word pieces never cross words that were split
beforehand, so this is the tokenizer's own segmentation of the sentence; it is fast, because a corpus holds far fewer
words than occurrences; and it needs no `word_ids()`, which Python-only tokenizers (XLM's) do not have.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from crossglot.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True, slots=True)
class Pieces:
    """Sentences as word pieces, without special pieces.

    Attributes:
        ids: int32, (pieces,), all sentences one after another.
        sentence_starts: int64, (sentences + 1,), into `ids`.
        first_pieces: int64, (words,), the place in `ids` of each word's first piece.
        word_starts: int64, (sentences + 1,), into `first_pieces`.
        unknown: the piece that stands for whatever the tokenizer has no piece for, where it has such a one.
    """

    ids: NDArray[np.int32]
    sentence_starts: NDArray[np.int64]
    first_pieces: NDArray[np.int64]
    word_starts: NDArray[np.int64]
    unknown: int | None = None

    def __len__(self) -> int:
        return len(self.sentence_starts) - 1


def piece_words(tokenizer: PreTrainedTokenizerBase, sentences: Sequence[Sequence[str]]) -> Pieces:
    """Cuts the words of sentences into pieces.

    A word that the tokenizer erases (control characters, some spaces) becomes one unknown piece: no word is lost.

    Args:
        tokenizer: from `load_tokenizer`.
        sentences: words, each a string as written.

    Raises:
        ModelError: if a word yields nothing and the tokenizer has no unknown piece.
    """
    numbers: dict[str, int] = {}
    # setdefault numbers the distinct words in order of appearance
    words = np.fromiter(
        (numbers.setdefault(word, len(numbers)) for word in chain.from_iterable(sentences)), dtype=np.int64
    )
    table, starts = _word_table(tokenizer, list(numbers))
    lengths = np.diff(starts)[words]
    piece_starts = _cumulative(lengths)
    within = np.arange(piece_starts[-1], dtype=np.int64) - np.repeat(piece_starts[:-1], lengths)
    ids = table[np.repeat(starts[:-1][words], lengths) + within]
    word_starts = _cumulative(np.fromiter((len(sentence) for sentence in sentences), np.int64, len(sentences)))
    return Pieces(ids, piece_starts[word_starts], piece_starts[:-1], word_starts, tokenizer.unk_token_id)


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
    for word, ids in zip(words, _cut_words(tokenizer, words), strict=True):
        if not ids and unknown is None:
            raise ModelError(
                f"the tokenizer makes nothing of the word {word!r} and has no unknown piece to stand for it"
            )
        cut.append(ids or [int(unknown)])
    lengths = np.fromiter((len(ids) for ids in cut), np.int64, len(cut))
    starts = _cumulative(lengths)
    return np.fromiter(chain.from_iterable(cut), np.int32, int(starts[-1])), starts


def _cut_words(tokenizer: PreTrainedTokenizerBase, words: Sequence[str]) -> Iterable[list[int]]:
    backend = getattr(tokenizer, "backend_tokenizer", None) if tokenizer.is_fast else None
    if backend is None:
        return (list(tokenizer.convert_tokens_to_ids(tokenizer.tokenize(word))) for word in words)
    # Some tokenizer.json files come with truncation or padding switched on.
    backend.no_truncation()
    backend.no_padding()
    encodings = backend.encode_batch([[word] for word in words], is_pretokenized=True, add_special_tokens=False)
    return (encoding.ids for encoding in encodings)


def _cumulative(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
