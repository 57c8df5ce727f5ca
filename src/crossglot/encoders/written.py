"""Sentences as pieces: their words cut one by one, or their text cut whole, with blanks where it was written with them.

Of a text cut whole, a piece belongs to the word in which it starts; one that starts with a blank, to the word behind
the blank. Where a piece spans two words, the second may have none of its own: it is read at the piece that covers its
first character, as the first word is. A word of which the tokenizer leaves nothing is read at the piece before it. So
no word is lost, and the pieces are exactly the tokenizer's own for that text.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence, Sized
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from crossglot.corpora.sentences import Sentence, TaggedSentence, words_of
from crossglot.encoders.cutting import encode
from crossglot.encoders.pieces import Pieces, Reading, cumulative, first_spelled, piece_words
from crossglot.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import PreTrainedTokenizerBase

_BLOCK = 4096
_log = logging.getLogger(__name__)


def piece_sentences(
    tokenizer: PreTrainedTokenizerBase,
    sentences: Sequence[Sequence[str] | Sentence | TaggedSentence],
    reading: Reading | None = None,
) -> Pieces:
    """Cuts sentences into pieces and says where their words are read.

    Where nothing is known of blanks, as of plain words, there is one between any two words.

    Args:
        tokenizer: from `load_tokenizer`. One that does not say which characters its pieces are made of (a Python-only
            one) cuts words one by one whatever is asked for, with a warning.
        sentences: words as written.
        reading: how they are cut and read; see `Reading`.

    Raises:
        ModelError: if nothing is left of a word or text and the tokenizer has no unknown piece.
    """
    reading = reading or Reading()
    if reading.cutting == "text" and not tokenizer.is_fast:
        _say_without_offsets(tokenizer.name_or_path or type(tokenizer).__name__)
    elif reading.cutting == "text":
        return _piece_texts(tokenizer, sentences, reading)
    return piece_words(tokenizer, [words_of(sentence) for sentence in sentences], subword=reading.subword)


def written(sentence: Sequence[str] | Sentence | TaggedSentence) -> tuple[str, list[int]]:
    """The text of a sentence, and the place in it where each word starts."""
    glued = frozenset(sentence.unspaced) if isinstance(sentence, Sentence | TaggedSentence) else frozenset()
    words = words_of(sentence)
    parts, places, length = [], [], 0
    for at, word in enumerate(words):
        places.append(length)
        parts.append(word if at in glued else f"{word} ")
        length += len(parts[-1])
    if parts:
        parts[-1] = words[-1]
    return "".join(parts), places


def _piece_texts(
    tokenizer: PreTrainedTokenizerBase, sentences: Sequence[Sequence[str] | Sentence | TaggedSentence], reading: Reading
) -> Pieces:
    """The pieces of texts cut whole; places are counted as if all texts stood in one line, a character between them."""
    pairs = list(map(written, sentences))
    words = _lengths(words_of(sentence) for sentence in sentences)
    word_starts, text_starts = cumulative(words), cumulative(_lengths(text for text, _ in pairs) + 1)
    forms = _lengths(chain.from_iterable(words_of(sentence) for sentence in sentences))
    starts = np.fromiter(chain.from_iterable(places for _, places in pairs), np.int64, len(forms))
    starts += np.repeat(text_starts[:-1], words)

    cut = list(_cut(tokenizer, [text for text, _ in pairs]))
    lengths = _lengths(ids for ids, _ in cut)
    sentence_starts = cumulative(lengths)
    ids = np.fromiter(chain.from_iterable(ids for ids, _ in cut), np.int32, int(sentence_starts[-1]))
    places = np.fromiter(chain.from_iterable(places for _, places in cut), np.int64, len(ids))
    places = np.maximum.accumulate(places + np.repeat(text_starts[:-1], lengths))

    owners = np.minimum(np.searchsorted(starts + forms, places, side="right"), np.repeat(word_starts[1:] - 1, lengths))
    begins, ends = (np.searchsorted(owners, np.arange(len(forms)), side=side) for side in ("left", "right"))
    covering = np.clip(
        np.searchsorted(places, starts, side="right") - 1,
        np.repeat(sentence_starts[:-1], words),
        np.repeat(sentence_starts[1:] - 1, words),
    )
    read = begins if reading.subword == "first" else first_spelled(tokenizer, ids, begins, ends)
    first_pieces = np.where(begins < ends, read, covering)
    return Pieces(ids, sentence_starts, begins, first_pieces, word_starts, tokenizer.unk_token_id)


def _cut(tokenizer: PreTrainedTokenizerBase, texts: Sequence[str]) -> Iterator[tuple[list[int], list[int]]]:
    """Pieces of each text, and the character at which each piece starts."""
    unknown = tokenizer.unk_token_id
    for block in range(0, len(texts), _BLOCK):
        some = texts[block : block + _BLOCK]
        for text, encoding in zip(some, encode(tokenizer, some), strict=True):
            if encoding.ids or not text:
                yield encoding.ids, [start for start, _ in encoding.offsets]
            elif unknown is None:
                raise ModelError(
                    f"the tokenizer makes nothing of the text {text!r} and has no unknown piece to stand for it"
                )
            else:
                yield [int(unknown)], [0]


def _lengths(items: Iterable[Sized]) -> NDArray[np.int64]:
    return np.fromiter(map(len, items), np.int64)


@lru_cache(maxsize=64)
def _say_without_offsets(name: str) -> None:
    """Warns that a tokenizer gives no offsets: once per tokenizer, not once per set of sentences."""
    _log.warning("%s: its tokenizer does not say where its pieces are in a text: words are cut one by one", name)
