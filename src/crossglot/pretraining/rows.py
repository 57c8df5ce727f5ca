"""Rows to pretrain on: consecutive sentences of one language fill each row of pieces, without padding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import BertTokenizerFast

NO_BLOCKS: Mapping[str, int] = MappingProxyType({})
"""For encoders whose languages share their position ids."""


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
        """The `count` pieces from each sentence's start on, at the stream's end from its start again: (n, count)."""
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


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the batch to be drawn has to be.

    Attributes:
        rows: rows in it.
        length: pieces in a row; the last sentence is cut to fit.
        cls_id: id of [CLS].
        sep_id: id of [SEP].
        blocks: where every language has position ids of its own, the first of them.
    """

    rows: int
    length: int
    cls_id: int
    sep_id: int
    blocks: Mapping[str, int] = field(default_factory=dict)

    def empty(self) -> NDArray[np.int64]:
        """Room for the piece ids, (rows, length), with [CLS] and [SEP] at the ends."""
        ids = np.empty((self.rows, self.length), dtype=np.int64)
        ids[:, 0], ids[:, -1] = self.cls_id, self.sep_id
        return ids


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
    """The stream of sentences that have been cut into pieces."""
    parts = [np.array([*ids, sep_id], dtype=np.int32) for ids in sentences]
    lengths = np.array([len(part) for part in parts], dtype=np.int64)
    return PieceStream(np.concatenate([np.zeros(0, dtype=np.int32), *parts]), np.cumsum(lengths) - lengths)


def draw_rows(
    streams: Mapping[str, PieceStream],
    shares: Mapping[str, float],
    wanted: Wanted,
    rng: np.random.Generator,
) -> Rows:
    """Draws a batch of full rows: [CLS], then a random sentence of a random language and those after it, then [SEP].

    Args:
        streams: the pieces of every language.
        shares: the probability of each.
        wanted: how many rows, and of what length.
        rng: of all draws.
    """
    ids = wanted.empty()
    drawn = _drawn_languages(streams, shares, wanted.rows, rng)
    for language, mine in drawn.items():
        stream = streams[language]
        ids[mine, 1:-1] = stream.take(rng.integers(len(stream.starts), size=len(mine)), wanted.length - 2)
    return Rows(ids, _positions(drawn, wanted))


def draw_pairs(
    streams: Mapping[str, PieceStream],
    shares: Mapping[str, float],
    wanted: Wanted,
    rng: np.random.Generator,
) -> Rows:
    """Draws full rows of two parts in one language, for next-sentence prediction (Devlin et al. 2019, section 3.1).

    A row is [CLS] A [SEP] B [SEP]. A is sentences from a random one on, to the first sentence end past the middle of
    the row, or cut at three quarters of it; B goes on with the next sentence in half of the rows and with a random one
    in the others.

    Args:
        streams: the pieces of every language.
        shares: the probability of each.
        wanted: how many rows, and of what length.
        rng: of all draws.
    """
    ids, length = wanted.empty(), wanted.length
    parts = np.zeros_like(ids)
    random = rng.integers(2, size=wanted.rows)
    drawn = _drawn_languages(streams, shares, wanted.rows, rng)
    for language, mine in drawn.items():
        stream = streams[language]
        for row in mine:
            first = int(rng.integers(len(stream.starts)))
            after = int(np.searchsorted(stream.starts, stream.starts[first] + length // 2))
            end = int(stream.starts[after]) if after < len(stream.starts) else len(stream.ids)
            size = min(end - int(stream.starts[first]), length * 3 // 4)
            second = int(rng.integers(len(stream.starts))) if random[row] else after % len(stream.starts)
            ids[row, 1 : 1 + size] = stream.take(np.array([first]), size)
            ids[row, 1 + size : -1] = stream.take(np.array([second]), length - 2 - size)
            ids[row, size] = wanted.sep_id
            parts[row, 1 + size :] = 1
    return Rows(ids, _positions(drawn, wanted), parts, random)


def _drawn_languages(
    streams: Mapping[str, PieceStream], shares: Mapping[str, float], rows: int, rng: np.random.Generator
) -> dict[str, NDArray[np.intp]]:
    """Draws a language for every row: language → indices of its rows."""
    drawn = rng.choice(len(streams), size=rows, p=[shares[language] for language in streams])
    return {language: np.flatnonzero(drawn == number) for number, language in enumerate(streams)}


def _positions(drawn: Mapping[str, NDArray[np.intp]], wanted: Wanted) -> NDArray[np.int64] | None:
    if not wanted.blocks:
        return None
    positions = np.tile(np.arange(wanted.length), (wanted.rows, 1))
    for language, mine in drawn.items():
        positions[mine] += wanted.blocks[language]
    return positions


def full_rows(stream: PieceStream, *, length: int, cls_id: int, sep_id: int) -> NDArray[np.int64]:
    """All pieces of a stream in order, as full rows; the last row is filled up from the beginning: (rows, length)."""
    room = length - 2
    rows = -(-len(stream.ids) // room)
    inner = np.resize(stream.ids, rows * room).reshape(rows, room).astype(np.int64)
    return np.pad(np.pad(inner, ((0, 0), (1, 0)), constant_values=cls_id), ((0, 0), (0, 1)), constant_values=sep_id)
