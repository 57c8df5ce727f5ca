"""Sentences as sequences an encoder can take: special pieces added, long sentences truncated or windowed.

In training a sentence over the limit is truncated, as in BERT's released code. At prediction no word may be lost: a
long sentence is cut into overlapping windows at word starts, about half a window apart, and each word is predicted
once, in the window where it stands farthest from a cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from crossglot.encoders.pieces import Pieces, special_pieces
from crossglot.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True, slots=True)
class Sequences:
    """The sequences that are fed to an encoder, and where each word is read in them.

    Attributes:
        ids: int32 arrays, one per sequence, special pieces included.
        sentence: int64, (sequences,), the sentence each sequence comes from.
        words: int64, (words read,), numbers of words counted over all sentences, sequence after sequence.
        offsets: int64, (words read,), the place in its sequence of the piece that each word is read at.
        starts: int64, (sequences + 1,): sequence i reads `words[starts[i] : starts[i + 1]]`.
    """

    ids: list[NDArray[np.int32]]
    sentence: NDArray[np.int64]
    words: NDArray[np.int64]
    offsets: NDArray[np.int64]
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Pieces of each sequence."""
        return np.fromiter((len(ids) for ids in self.ids), np.int64, len(self.ids))


def truncated(pieces: Pieces, tokenizer: PreTrainedTokenizerBase, max_length: int) -> Sequences:
    """One sequence per sentence, cut after `max_length` pieces (special ones included); words beyond are not read.

    Args:
        pieces: from `piece_words`.
        tokenizer: the same.
        max_length: longest sequence.

    Raises:
        UsageError: if `max_length` leaves no room for a piece.
    """
    room = _room(tokenizer, max_length)
    starts = pieces.sentence_starts[:-1]
    stops = np.minimum(starts + room, pieces.sentence_starts[1:])
    spans = np.stack([np.arange(len(pieces)), starts, stops, starts, stops], axis=1)
    return _sequences(pieces, tokenizer, spans)


def windowed(pieces: Pieces, tokenizer: PreTrainedTokenizerBase, max_length: int) -> Sequences:
    """Every word in exactly one sequence of at most `max_length` pieces, special ones included.

    A sentence that fits is one sequence. A longer one becomes windows cut at word starts; a window starts at the first
    word in the second half of the one before, and the last is as full as can be. A word longer than a window is cut.

    Args:
        pieces: from `piece_words`.
        tokenizer: the same.
        max_length: longest sequence.

    Raises:
        UsageError: if `max_length` leaves no room for a piece.
    """
    room = _room(tokenizer, max_length)
    spans: list[tuple[int, int, int, int, int]] = []
    starts = pieces.sentence_starts.tolist()
    for sentence, (start, stop) in enumerate(pairwise(starts)):
        if stop - start <= room:
            spans.append((sentence, start, stop, start, stop))
            continue
        firsts = pieces.begins[pieces.word_starts[sentence] : pieces.word_starts[sentence + 1]]
        firsts = np.unique(firsts[firsts < stop])  # a word without a piece of its own begins where the next does
        windows = _cut_windows(firsts, stop, room)
        reads = _read_spans(firsts, stop, windows)
        spans.extend((sentence, *window, *read) for window, read in zip(windows, reads, strict=True))
    return _sequences(pieces, tokenizer, np.array(spans, dtype=np.int64).reshape(-1, 5))


def _cut_windows(firsts: NDArray[np.int64], end: int, room: int) -> list[tuple[int, int]]:
    """Windows (start, stop) over the pieces of one sentence, given the first piece of each word and the end."""
    bounds = np.append(firsts, end)

    def first_bound(at_least: int) -> int:
        return int(bounds[np.searchsorted(bounds, at_least)])

    windows: list[tuple[int, int]] = []
    start = int(firsts[0])
    while True:
        stop = int(bounds[np.searchsorted(bounds, start + room, side="right") - 1])
        if stop <= start:  # one word fills more than a window: its first pieces stand for it
            windows.append((start, start + room))
            start = first_bound(start + 1)
            if start == end:
                return windows
            continue
        windows.append((start, stop))
        if stop == end:
            return windows
        following = min(first_bound(start + (room + 1) // 2), stop)
        fullest = first_bound(end - room)
        start = min(following, fullest) if fullest > start else following


def _read_spans(firsts: NDArray[np.int64], end: int, windows: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """For each window the pieces (start, stop) whose words are read there: those with most context."""
    starts, stops = np.array(windows).T
    # Nothing is cut off before the sentence's start and after its end.
    before = np.where(starts == firsts[0], end, 0) - starts
    after = np.where(stops == end, end, 0) + stops
    # Starts and stops both grow, so the few windows that hold a word follow one another.
    earliest = np.searchsorted(stops, firsts, side="right")
    latest = np.searchsorted(starts, firsts, side="right") - 1
    chosen, most = earliest, np.full(len(firsts), -1)
    for further in range(int((latest - earliest).max()) + 1):
        window = np.minimum(earliest + further, latest)
        context = np.minimum(before[window] + firsts, after[window] - firsts)
        chosen, most = np.where(context > most, window, chosen), np.maximum(context, most)
    chosen = np.maximum.accumulate(chosen)
    edges = np.append(firsts, end)[np.searchsorted(chosen, np.arange(len(windows) + 1))]
    return [(int(start), int(stop)) for start, stop in pairwise(edges)]


def _sequences(pieces: Pieces, tokenizer: PreTrainedTokenizerBase, spans: NDArray[np.int64]) -> Sequences:
    """Sequences from rows (sentence, first piece, end, first piece whose word is read, end of these)."""
    before, after = special_pieces(tokenizer)
    bounds = np.searchsorted(pieces.first_pieces, spans[:, 3:])
    counts = bounds[:, 1] - bounds[:, 0]
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    words = np.arange(starts[-1]) + np.repeat(bounds[:, 0] - starts[:-1], counts)
    last = np.repeat(spans[:, 2] - 1, counts)  # of a word longer than a window its first pieces stand for it
    offsets = np.minimum(pieces.first_pieces[words], last) - np.repeat(spans[:, 1], counts) + len(before)
    ids = [np.concatenate([before, pieces.ids[start:stop], after]) for start, stop in spans[:, 1:3].tolist()]
    return Sequences(ids, spans[:, 0], words, offsets, starts)


def _room(tokenizer: PreTrainedTokenizerBase, max_length: int) -> int:
    room = max_length - sum(map(len, special_pieces(tokenizer)))
    if room < 1:
        raise UsageError(f"a maximum length of {max_length} pieces leaves no room beside the special pieces")
    return room
