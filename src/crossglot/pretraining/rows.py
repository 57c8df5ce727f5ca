"""Rows to pretrain on: sentences of one language, one after another, to full rows of pieces; nothing is padding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import BertTokenizerFast

NO_BLOCKS: Mapping[str, int] = MappingProxyType({})
"""All languages have the same position ids, from 0 on."""


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


@dataclass(frozen=True, slots=True)
class Rows:
    """A batch of full rows.

    Attributes:
        ids: (rows, length) piece ids.
        positions: (rows, length) position ids; None is 0, 1, 2 … in every row.
        parts: for next-sentence prediction (rows, length), 0 in the first part with its marks and 1 in the second.
        random: for it (rows,), 1 where the second part does not follow the first in the text: Hugging Face's labels.
    """

    ids: NDArray[np.int64]
    positions: NDArray[np.int64] | None = None
    parts: NDArray[np.int64] | None = None
    random: NDArray[np.int64] | None = None


def piece_stream(tokenizer: BertTokenizerFast, lines: Sequence[str]) -> PieceStream:
    """Cuts lines into pieces; a line without any (control characters only) is left out."""
    return joined((ids for ids in cut_lines(tokenizer, lines) if ids), tokenizer.sep_token_id)


def cut_lines(tokenizer: BertTokenizerFast, lines: Sequence[str], *, chunk: int = 10_000) -> Iterator[list[int]]:
    """The piece ids of every line."""
    for first in range(0, len(lines), chunk):
        encoded = tokenizer.backend_tokenizer.encode_batch_fast(
            list(lines[first : first + chunk]), add_special_tokens=False
        )
        yield from (encoding.ids for encoding in encoded)


def joined(sentences: Iterable[Sequence[int]], sep_id: int) -> PieceStream:
    """The stream of sentences that are cut into pieces already."""
    parts = [np.array([*ids, sep_id], dtype=np.int32) for ids in sentences]
    lengths = np.array([len(part) for part in parts], dtype=np.int64)
    return PieceStream(np.concatenate([np.zeros(0, dtype=np.int32), *parts]), np.cumsum(lengths) - lengths)


def draw_rows(
    streams: Mapping[str, PieceStream],
    shares: Mapping[str, float],
    *,
    rows: int,
    length: int,
    cls_id: int,
    sep_id: int,
    rng: np.random.Generator,
    blocks: Mapping[str, int] = NO_BLOCKS,
) -> Rows:
    """Draws a batch of full rows: [CLS], then a random sentence of a random language and those after it, then [SEP].

    Args:
        streams: the pieces of every language.
        shares: the probability of each.
        rows: rows in the batch.
        length: pieces in a row; the last sentence is cut to fit.
        cls_id: id of [CLS].
        sep_id: id of [SEP].
        rng: where chance comes from.
        blocks: where every language has position ids of its own, the first of them.
    """
    ids = np.empty((rows, length), dtype=np.int64)
    drawn = _drawn_languages(streams, shares, rows, rng)
    for language, mine in drawn.items():
        stream = streams[language]
        ids[mine, 1:] = stream.take(rng.integers(len(stream.starts), size=len(mine)), length - 1)
    ids[:, 0] = cls_id
    ids[:, -1] = sep_id
    return Rows(ids, _positions(drawn, blocks, ids.shape))


def draw_pairs(
    streams: Mapping[str, PieceStream],
    shares: Mapping[str, float],
    *,
    rows: int,
    length: int,
    cls_id: int,
    sep_id: int,
    rng: np.random.Generator,
    blocks: Mapping[str, int] = NO_BLOCKS,
) -> Rows:
    """Draws full rows of two parts in one language, for next-sentence prediction (Devlin et al. 2019, section 3.1).

    A row is [CLS] A [SEP] B [SEP]. A is sentences from a random one on, to the first sentence end past the middle of
    the row, or cut at three quarters of it; B goes on with the next sentence in half of the rows and with a random one
    in the others.

    Args:
        streams: the pieces of every language.
        shares: the probability of each.
        rows: rows in the batch.
        length: pieces in a row.
        cls_id: id of [CLS].
        sep_id: id of [SEP].
        rng: where chance comes from.
        blocks: where every language has position ids of its own, the first of them.
    """
    ids = np.full((rows, length), cls_id, dtype=np.int64)
    parts = np.zeros((rows, length), dtype=np.int64)
    random = rng.integers(2, size=rows)
    drawn = _drawn_languages(streams, shares, rows, rng)
    for language, mine in drawn.items():
        stream = streams[language]
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
    return Rows(ids, _positions(drawn, blocks, ids.shape), parts, random)


def _drawn_languages(
    streams: Mapping[str, PieceStream], shares: Mapping[str, float], rows: int, rng: np.random.Generator
) -> dict[str, NDArray[np.intp]]:
    """A language for every row: the rows of each."""
    drawn = rng.choice(len(streams), size=rows, p=[shares[language] for language in streams])
    return {language: np.flatnonzero(drawn == number) for number, language in enumerate(streams)}


def _positions(
    drawn: Mapping[str, NDArray[np.intp]], blocks: Mapping[str, int], shape: tuple[int, int]
) -> NDArray[np.int64] | None:
    if not blocks:
        return None
    positions = np.broadcast_to(np.arange(shape[1]), shape).copy()
    for language, mine in drawn.items():
        positions[mine] += blocks[language]
    return positions


def full_rows(stream: PieceStream, *, length: int, cls_id: int, sep_id: int) -> NDArray[np.int64]:
    """All pieces of a stream in order, as full rows; the last row is filled up from the beginning: (rows, length)."""
    room = length - 2
    rows = -(-len(stream.ids) // room)
    inner = np.resize(stream.ids, rows * room).reshape(rows, room).astype(np.int64)
    return np.pad(np.pad(inner, ((0, 0), (1, 0)), constant_values=cls_id), ((0, 0), (0, 1)), constant_values=sep_id)
