"""Rows to pretrain on: sentences of one language, one after another, to full rows of pieces; nothing is padding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
        return self.ids[places % len(self.ids)].astype(np.int64)


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
    languages = list(streams)
    drawn = rng.choice(len(languages), size=rows, p=[shares[language] for language in languages])
    batch = np.empty((rows, length), dtype=np.int64)
    for number, language in enumerate(languages):
        mine = np.flatnonzero(drawn == number)
        stream = streams[language]
        batch[mine, 1:] = stream.take(rng.integers(len(stream.starts), size=len(mine)), length - 1)
    batch[:, 0] = cls_id
    batch[:, -1] = sep_id
    return batch


def full_rows(stream: PieceStream, *, length: int, cls_id: int, sep_id: int) -> NDArray[np.int64]:
    """All pieces of a stream in order, as full rows; the last row is filled up from the beginning: (rows, length)."""
    room = length - 2
    rows = -(-len(stream.ids) // room)
    inner = np.resize(stream.ids, rows * room).reshape(rows, room).astype(np.int64)
    return np.pad(np.pad(inner, ((0, 0), (1, 0)), constant_values=cls_id), ((0, 0), (0, 1)), constant_values=sep_id)
