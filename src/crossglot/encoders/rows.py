"""Rows to pretrain on: sentences of one language, one after another, to full rows of pieces; nothing is padding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import BertTokenizerFast


@dataclass(frozen=True, slots=True)
class PieceStream:
    """The pieces of one language's sentences, each sentence followed by [SEP].

    Attributes:
        ids: (n_pieces,) piece ids, [SEP] included.
        starts: (n_sentences,) ascending indices into `ids`.
    """

    ids: NDArray[np.int32]
    starts: NDArray[np.int64]

    def take(self, sentences: NDArray[np.int64], count: int) -> NDArray[np.int64]:
        """The `count` pieces from each sentence's start on, over the end back to the beginning: (n, count)."""
        places = self.starts[sentences][:, None] + np.arange(count)
        pieces: NDArray[np.int64] = self.ids[places % len(self.ids)].astype(np.int64)
        return pieces


def piece_stream(tokenizer: BertTokenizerFast, lines: Sequence[str], *, chunk: int = 10_000) -> PieceStream:
    """Cuts lines into pieces; a line without any (control characters only) is left out."""
    parts: list[NDArray[np.int32]] = []
    lengths: list[int] = []
    for first in range(0, len(lines), chunk):
        encoded = tokenizer.backend_tokenizer.encode_batch_fast(
            list(lines[first : first + chunk]), add_special_tokens=False
        )
        for ids in (encoding.ids for encoding in encoded):
            if ids:
                parts.append(np.array([*ids, tokenizer.sep_token_id], dtype=np.int32))
                lengths.append(len(ids) + 1)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64) if parts else np.zeros(0, dtype=np.int64)
    return PieceStream(np.concatenate(parts) if parts else np.zeros(0, dtype=np.int32), starts)


def draw_rows(
    streams: Mapping[str, PieceStream],
    shares: Mapping[str, float],
    *,
    rows: int,
    length: int,
    cls_id: int,
    sep_id: int,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Draws a batch of full rows: [CLS], then a random sentence of a random language and those after it, then [SEP].

    Args:
        streams: the pieces of every language.
        shares: the probability of each.
        rows: rows in the batch.
        length: pieces in a row; the last sentence is cut to fit.
        cls_id: id of [CLS].
        sep_id: id of [SEP].
        rng: where chance comes from.

    Returns:
        (rows, length) piece ids.
    """
    batch = np.empty((rows, length), dtype=np.int64)
    for stream, mine in _drawn_languages(streams, shares, rows, rng):
        batch[mine, 1:] = stream.take(rng.integers(len(stream.starts), size=len(mine)), length - 1)
    batch[:, 0] = cls_id
    batch[:, -1] = sep_id
    return batch


@dataclass(frozen=True, slots=True)
class SentencePairs:
    """Rows of two parts, [CLS] A [SEP] B [SEP].

    Attributes:
        ids: (rows, length) piece ids.
        parts: (rows, length), 0 in A with its marks and 1 in B.
        random: (rows,), 1 where B does not follow A in the text, 0 where it does: Hugging Face's labels.
    """

    ids: NDArray[np.int64]
    parts: NDArray[np.int64]
    random: NDArray[np.int64]


def draw_pairs(
    streams: Mapping[str, PieceStream],
    shares: Mapping[str, float],
    *,
    rows: int,
    length: int,
    cls_id: int,
    sep_id: int,
    rng: np.random.Generator,
) -> SentencePairs:
    """Draws full rows of two parts in one language, for next-sentence prediction (Devlin et al. 2019, section 3.1).

    A is sentences from a random one on, to the first sentence end past the middle of the row, or cut at three quarters
    of it; B goes on with the next sentence in half of the rows and with a random one in the others.

    Args:
        streams: the pieces of every language.
        shares: the probability of each.
        rows: rows in the batch.
        length: pieces in a row.
        cls_id: id of [CLS].
        sep_id: id of [SEP].
        rng: where chance comes from.
    """
    ids = np.full((rows, length), cls_id, dtype=np.int64)
    parts = np.zeros((rows, length), dtype=np.int64)
    random = rng.integers(2, size=rows)
    for stream, mine in _drawn_languages(streams, shares, rows, rng):
        for row in mine:
            first = int(rng.integers(len(stream.starts)))
            after = int(np.searchsorted(stream.starts, stream.starts[first] + length // 2))
            end = int(stream.starts[after]) if after < len(stream.starts) else len(stream.ids)
            size = min(end - int(stream.starts[first]), length * 3 // 4)
            second = int(rng.integers(len(stream.starts))) if random[row] else after % len(stream.starts)
            ids[row, 1 : 1 + size] = stream.take(np.array([first]), size)
            ids[row, 1 + size :] = stream.take(np.array([second]), length - 1 - size)
            ids[row, size] = sep_id
            parts[row, 1 + size :] = 1
    ids[:, -1] = sep_id
    return SentencePairs(ids, parts, random)


def _drawn_languages(
    streams: Mapping[str, PieceStream], shares: Mapping[str, float], rows: int, rng: np.random.Generator
) -> Iterator[tuple[PieceStream, NDArray[np.intp]]]:
    """A language for every row: the stream of each language that was drawn, with its rows."""
    drawn = rng.choice(len(streams), size=rows, p=[shares[language] for language in streams])
    for number, stream in enumerate(streams.values()):
        yield stream, np.flatnonzero(drawn == number)


def full_rows(stream: PieceStream, *, length: int, cls_id: int, sep_id: int) -> NDArray[np.int64]:
    """All pieces of a stream in order, as full rows; the last row is filled up from the beginning: (rows, length)."""
    room = length - 2
    rows = -(-len(stream.ids) // room)
    inner = np.resize(stream.ids, rows * room).reshape(rows, room).astype(np.int64)
    return np.pad(np.pad(inner, ((0, 0), (1, 0)), constant_values=cls_id), ((0, 0), (0, 1)), constant_values=sep_id)
