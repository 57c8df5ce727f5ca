"""Translation language modelling (TLM): rows of sentences and, after them, their translations, both masked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from crossglot.corpora.bitext import read_bitext
from crossglot.errors import DataError, UsageError
from crossglot.pretraining.rows import PieceStream, Rows, Wanted, cut_lines, joined
from crossglot.pretraining.texts import is_held_out

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import BertTokenizerFast

TLM_SHARE = 0.5
"""Share of the steps that are TLM: XLM alternates between them and text (Lample and Conneau 2019, section 3.5)."""

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ParallelStreams:
    """The sides of a bitext; `source.starts[i]` and `target.starts[i]` begin translations of each other."""

    languages: Pair
    source: PieceStream
    target: PieceStream


def read_bitexts(bitexts: Mapping[Pair, Pair | tuple[Path, Path]], languages: Sequence[str]) -> dict[Pair, list[Pair]]:
    """Reads the bitexts to be pretrained on, pair by pair.

    Pairs with a line that is held out of the text are left out, so that held-out perplexity is of unseen lines.

    Args:
        bitexts: for two languages their line-aligned files.
        languages: those with text of their own.

    Raises:
        UsageError: for a language without text, or two that are the same.
        DataError: missing, empty, faulty or misaligned files, or nothing is left.
    """
    found: dict[Pair, list[Pair]] = {}
    for (source, target), files in bitexts.items():
        for language in (source, target):
            if language not in languages:
                raise UsageError(f"the bitext {source}-{target} has no text of '{language}' beside it: give one")
        if source == target:
            raise UsageError(f"the bitext {source}-{target} is in one language: two different ones are wanted")
        bitext = read_bitext(*files)
        pairs = [pair for pair in zip(bitext.source, bitext.target, strict=True) if not any(map(is_held_out, pair))]
        if not pairs:
            raise DataError("has no pair of lines to learn from", path=files[0], remedy="Give a longer bitext.")
        found[source, target] = pairs
    return found


def describe_bitext(pairs: Sequence[Pair], files: Sequence[Path | str]) -> dict[str, object]:
    """Names of the files, number of pairs trained on and their SHA-256; where the files lie does not matter."""
    digest = hashlib.sha256("\n".join(f"{source}\t{target}" for source, target in pairs).encode()).hexdigest()
    return {"files": [Path(path).name for path in files], "pairs": len(pairs), "sha256": digest}


def parallel_streams(
    tokenizer: BertTokenizerFast, bitexts: Mapping[Pair, Sequence[Pair]]
) -> tuple[list[ParallelStreams], list[float]]:
    """Every bitext in both directions, cut into pieces, and the share of rows of each: by its number of pairs.

    Raises:
        DataError: if no pair of a bitext has pieces on both sides.
    """
    found: list[ParallelStreams] = []
    for languages, pairs in bitexts.items():
        sides = (list(cut_lines(tokenizer, side)) for side in zip(*pairs, strict=True))
        kept = [ids for ids in zip(*sides, strict=True) if all(ids)]
        if not kept:
            raise DataError(f"the bitext {'-'.join(languages)} has no pair with letters on both sides")
        source, target = (joined(side, tokenizer.sep_token_id) for side in zip(*kept, strict=True))
        found.append(ParallelStreams(languages, source, target))
        found.append(ParallelStreams((languages[1], languages[0]), target, source))
    sizes = np.array([len(one.source.starts) for one in found], dtype=float)
    return found, list(sizes / sizes.sum())


def draw_tlm_rows(
    bitexts: Sequence[ParallelStreams],
    shares: Sequence[float],
    wanted: Wanted,
    rng: np.random.Generator,
) -> Rows:
    """Draws full rows [CLS] A [SEP] B [SEP] for TLM (Lample and Conneau 2019, section 3.4).

    A is a random sentence and those after it, B their translations. As many pairs as fill the row are taken; its room
    is divided as their lengths are, so that where the last pair is cut both sides end at about the same word. Positions
    start over with B, whose first piece has the position of A's, and there is no language marker.

    Args:
        bitexts: where pairs are drawn from.
        shares: the probability of each.
        wanted: how many rows, and of what length.
        rng: of all draws.
    """
    ids, room = wanted.empty(), wanted.length - 1
    positions = np.empty_like(ids)
    drawn = rng.choice(len(bitexts), size=wanted.rows, p=shares)
    for number, bitext in enumerate(bitexts):
        mine = np.flatnonzero(drawn == number)
        first = rng.integers(len(bitext.source.starts), size=len(mine))
        sizes = _source_sizes(bitext, first, room)[:, None]
        columns = np.arange(room)
        after = columns - sizes  # columns into B, negative in A
        source, target = bitext.source.take(first, room), bitext.target.take(first, room)
        inner = np.where(after < 0, source, np.take_along_axis(target, np.maximum(after, 0), axis=1))
        ids[mine, 1:-1] = np.where(after == -1, wanted.sep_id, inner)[:, :-1]
        starts = [wanted.blocks.get(language, 0) for language in bitext.languages]
        positions[mine, 0] = starts[0]
        positions[mine, 1:] = 1 + np.where(after < 0, starts[0] + columns, starts[1] + after)
    return Rows(ids, positions)


def _source_sizes(bitext: ParallelStreams, first: NDArray[np.int64], room: int) -> NDArray[np.int64]:
    """How many of a row's `room` pieces are its source side's, [SEP] included; at least 2 for either side."""
    source, target = (np.append(side.starts, len(side.ids)) for side in (bitext.source, bitext.target))
    both = source + target
    last = np.minimum(np.searchsorted(both, both[first] + room), len(both) - 1)
    share = (source[last] - source[first]) / (both[last] - both[first])
    sizes: NDArray[np.int64] = np.clip(np.rint(room * share), 2, room - 2).astype(np.int64)
    return sizes
