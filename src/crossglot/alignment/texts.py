"""Sentences (texts, or words that are split already) as pieces, of which every one is kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from crossglot.corpora.sentences import Sentence, TaggedSentence, gathered
from crossglot.encoders.pieces import Pieces, piece_words
from crossglot.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import PreTrainedTokenizerBase

Text = str | Sequence[str] | Sentence | TaggedSentence
"""A sentence: text as written, which the encoder's tokenizer splits itself, or words that are split already."""

BLOCK = 4096
"""Texts given to the tokenizer at once: what it makes of them (7 KB per sentence) is far larger than their pieces."""


def gathered_texts(sentences: Iterable[Text | Iterable[str]]) -> list[Text]:
    """Sentences, texts or words, as a list, to be gone through more than once.

    Raises:
        UsageError: for one text instead of a list, or a list that mixes texts and words.
    """
    if isinstance(sentences, str | bytes):
        raise UsageError("sentences have to be a list, not one text: [text]")
    listed = list(sentences)
    texts: list[Text] = [sentence for sentence in listed if isinstance(sentence, str)]
    if texts and len(texts) < len(listed):
        raise UsageError("sentences have to be all texts or all words, not some of each")
    return texts or [*gathered(sentence for sentence in listed if not isinstance(sentence, str))]


def every_piece(tokenizer: PreTrainedTokenizerBase, sentences: Sequence[Text]) -> Pieces:
    """Sentences as pieces, each of which counts as a word: windows then read every piece exactly once.

    Raises:
        UsageError: for one text instead of a list, a list that mixes texts and words, or a sentence without a word.
    """
    texts = [sentence for sentence in gathered_texts(sentences) if isinstance(sentence, str)]
    if texts:
        ids, starts = _cut_texts(tokenizer, texts)
    else:
        words = [
            sentence.words if isinstance(sentence, Sentence | TaggedSentence) else sentence for sentence in sentences
        ]
        pieces = piece_words(tokenizer, words)
        ids, starts = pieces.ids, pieces.sentence_starts
    empty = np.flatnonzero(np.diff(starts) == 0)
    if len(empty):
        many = f" and {len(empty) - 1} more" if len(empty) > 1 else ""
        raise UsageError(f"sentence {empty[0] + 1}{many} is empty: leave out sentences without a word")
    every = np.arange(len(ids))
    return Pieces(ids, starts, every, every, starts, tokenizer.unk_token_id)


def _cut_texts(tokenizer: PreTrainedTokenizerBase, texts: list[str]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Pieces of all texts, one after another, and where each text starts; what the tokenizer erases is unknown."""
    blocks = [_cut_block(tokenizer, texts[start : start + BLOCK]) for start in range(0, len(texts), BLOCK)]
    ids, lengths = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    return ids, np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])


def _cut_block(tokenizer: PreTrainedTokenizerBase, texts: list[str]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Pieces of some texts, one after another, and how many each has."""
    found = tokenizer(
        texts, add_special_tokens=False, padding=False, truncation=False, return_attention_mask=False, verbose=False
    )["input_ids"]
    unknown = tokenizer.unk_token_id
    rows = [
        ids or ([int(unknown)] if text.strip() and unknown is not None else [])
        for text, ids in zip(texts, found, strict=True)
    ]
    lengths = np.fromiter(map(len, rows), np.int64, len(rows))
    return np.fromiter(chain.from_iterable(rows), np.int32, int(lengths.sum())), lengths
