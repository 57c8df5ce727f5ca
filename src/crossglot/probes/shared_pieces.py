"""Overlap of many languages in any tokenizer, without an encoder's weights and without training anything."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from crossglot.corpora.catalogue import find_corpus
from crossglot.encoders.tokenizers import load_tokenizer
from crossglot.errors import DataError
from crossglot.languages import PAPER_NER
from crossglot.probes.overlap import MEASURES
from crossglot.tagging.overlap import PieceUse, piece_use

if TYPE_CHECKING:
    import polars


def shared_pieces(
    tokenizer: str | Path, *, data: str | Path, languages: Sequence[str] | None = None
) -> polars.DataFrame:
    """How many word pieces every ordered pair of languages shares, by the named-entity corpora of a data root.

    Args:
        tokenizer: hub id, folder or bare `vocab.txt`.
        data: the data root.
        languages: keys; by default those of the paper's 16 whose corpus has a training and a test set there.

    Returns:
        A line a pair: source, target, and in per cent `entity overlap` (section 3.1), `seen piece types` and
        `seen piece tokens` (Wu and Dredze 2019); null where nothing could be shared, as without any entity. What the
        tokenizer cannot spell counts in the wholes and is never shared.

    Raises:
        DataError: if the root, or a corpus of a language that was named, is missing or faulty.
        ModelError: if the tokenizer cannot be loaded.
        UsageError: for an unknown language.
    """
    import polars as pl

    loaded = load_tokenizer(tokenizer)
    corpora = {key: find_corpus(data, key, "ner") for key in languages or _present(data)}
    uses: dict[str, dict[str, PieceUse]] = {
        split: {key: piece_use(corpus.read(split), loaded) for key, corpus in corpora.items()}
        for split in ("train", "test")
    }
    rows = [
        {"source": source, "target": target}
        | {
            metric: measure(uses["train"][source], uses["test"][target]).value
            for metric, (_, measure) in MEASURES.items()
        }
        for source in corpora
        for target in corpora
        if source != target
    ]
    schema = {"source": pl.String(), "target": pl.String(), **dict.fromkeys(MEASURES, pl.Float64())}
    return pl.DataFrame(rows, schema=schema)


def _present(data: str | Path) -> list[str]:
    found = []
    for key in PAPER_NER:
        try:
            corpus = find_corpus(data, key, "ner")
        except DataError:
            if not Path(data).is_dir():
                raise
            continue
        if corpus.has("train") and corpus.has("test"):
            found.append(key)
    return found
