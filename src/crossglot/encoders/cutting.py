"""Words cut into pieces as inside a sentence, whatever a tokenizer does at the start of a text.

A word is given to the tokenizer after another word and a blank, and the other word's pieces are taken off. So it is cut
as in running text by every kind of tokenizer: those that write a blank as a mark of their own before the word
(SentencePiece's ▁, byte-level BPE's Ġ), those that make that mark of the blank that they see (Gemma), those that split
a word into parts of which the first alone has the blank (Llama 3), and those that know no marks (WordPiece). The
tokenizer itself is not changed.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from crossglot.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import PreTrainedTokenizerBase

_ANCHOR = "a"
_SAMPLE = (
    "dog", "unbelievable", "Hello", "hello!", "don't", "U.S.", "3,000", "1990s", "$5", "(", ")", ",", ".", "...", "-",
    "x=1", "#tag", "@user", "e-mail", "http://a.b/c?d=1", "Straße", "naïve", "čeština", "собака", "σκύλος", "狗",
    "これ", "、", "。", "개는", "कुत्ता", "हैं", "สุนัข", "الكلب", "כלב", "நாய்", "😀", "%", "½", "№", "C++", "«", "_", "10:30",
)  # fmt: skip
"""Words of many kinds and scripts."""
_AFTER, _BEFORE = "They", "there"
_MOST_SAID = 4

_log = logging.getLogger(__name__)


def cut_words(tokenizer: PreTrainedTokenizerBase, words: Sequence[str]) -> list[list[int]]:
    """The pieces of each word as after a blank, without special pieces; none for a word that is erased.

    A word whose first piece takes in what stands before the blank is cut as it is when alone.
    """
    anchor, *cut = _cut_texts(tokenizer, [_ANCHOR, *(f"{_ANCHOR} {word}" for word in words)])
    behind = len(anchor)
    joined = [at for at, ids in enumerate(cut) if ids[:behind] != anchor]
    for at, ids in zip(joined, _cut_texts(tokenizer, [words[at] for at in joined]), strict=True):
        cut[at] = [*anchor, *ids]
    return [ids[behind:] for ids in cut]


def check_cutting(tokenizer: PreTrainedTokenizerBase, name: str) -> None:
    """Makes sure that words cut one by one are cut as inside a sentence, on a sample of words of many kinds.

    A warning names the words that are not, as where pieces cross blanks.

    Raises:
        ModelError: if most of them are not.
    """
    first, *framed = _cut_texts(tokenizer, [_AFTER, *(f"{_AFTER} {word} {_BEFORE}" for word in _SAMPLE)])
    cut, (behind,) = cut_words(tokenizer, _SAMPLE), cut_words(tokenizer, [_BEFORE])
    other = [word for word, ids, whole in zip(_SAMPLE, cut, framed, strict=True) if [*first, *ids, *behind] != whole]
    if not other:
        return
    said = ", ".join(other[:_MOST_SAID]) + (" …" if len(other) > _MOST_SAID else "")
    what = (
        f"{name}: {len(other)} of {len(_SAMPLE)} words of a sample are cut otherwise alone than in a sentence ({said})"
    )
    if 2 * len(other) > len(_SAMPLE):
        raise ModelError(f"{what}\n  its pieces cross blanks, so words cannot be given to it one by one")
    _log.warning("%s: such words are read as when they stand alone", what)


def bare_marks(tokenizer: PreTrainedTokenizerBase, ids: NDArray[np.int32]) -> NDArray[np.int32]:
    """Which of these distinct pieces cover no character of a word (see `spelling_pieces`)."""
    return ids[~np.array(spelling_pieces(tokenizer, ids.tolist()), dtype=np.bool_)]


def spelling_pieces(tokenizer: PreTrainedTokenizerBase, ids: Sequence[int]) -> list[bool]:
    """Which pieces cover a character of a word: all but those that stand for nothing but the blank before it.

    What a tokenizer makes of a blank is seen in what it makes of two words with one between them.
    """
    pieces: list[str] = tokenizer.convert_ids_to_tokens(list(ids))
    if not tokenizer.is_fast:
        return [tokenizer.convert_tokens_to_string([piece]).strip() != "" for piece in pieces]
    mark = _mark_of_a_blank(tokenizer.backend_tokenizer)
    return [not mark or piece.replace(mark, "") != "" for piece in pieces]


def _mark_of_a_blank(backend: Any) -> str:
    """What a fast tokenizer's normaliser and pre-tokenizer write for a blank: `▁`, `Ġ`, nothing.

    Between letters: where a blank is put before every part of a text, one before a number or a mark is a part itself.
    """
    text = f"{_ANCHOR} {_ANCHOR}"
    if backend.normalizer is not None:
        text = backend.normalizer.normalize_str(text)
    if backend.pre_tokenizer is not None:
        text = "".join(part for part, _ in backend.pre_tokenizer.pre_tokenize_str(text))
    _, _, rest = text.partition(_ANCHOR)
    return rest.rpartition(_ANCHOR)[0]


def _cut_texts(tokenizer: PreTrainedTokenizerBase, texts: Sequence[str]) -> list[list[int]]:
    if not tokenizer.is_fast:
        return [list(tokenizer.convert_tokens_to_ids(tokenizer.tokenize(text))) for text in texts]
    return [encoding.ids for encoding in encode(tokenizer, texts)]


def encode(tokenizer: PreTrainedTokenizerBase, texts: Sequence[str]) -> list[Any]:
    """What a fast tokenizer makes of texts, whole and without special pieces: `tokenizers.Encoding`s."""
    backend = tokenizer.backend_tokenizer
    # Some tokenizer.json files come with truncation or padding switched on.
    backend.no_truncation()
    backend.no_padding()
    encodings: list[Any] = backend.encode_batch(list(texts), add_special_tokens=False)
    return encodings
