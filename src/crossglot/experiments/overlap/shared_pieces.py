"""Overlap of many languages in any tokenizer, without an encoder's weights and without training anything."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING

from crossglot.corpora.catalogue import find_corpus
from crossglot.encoders.tokenizers import load_tokenizer
from crossglot.errors import DataError
from crossglot.experiments.overlap.plan import IN_ALL_WORDS, IN_ENTITIES, MEASURES
from crossglot.languages import PAPER_NER
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
        One row per pair: source, target, and in per cent `entity overlap` (section 3.1; of entity types that both
        corpora annotate), `spelled entity overlap`, `seen piece types` and `seen piece tokens` (Wu and Dredze 2019);
        null where nothing could be shared, as without any entity. In all but the first, words that the tokenizer
        cannot spell count in the denominators and are never shared.

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
    types = {key: uses["train"][key].types | uses["test"][key].types for key in corpora}
    rows = []
    for source, target in permutations(corpora, 2):
        pair = uses["train"][source], uses["test"][target]
        shared = sorted(types[source] & types[target])
        found = {metric: measure(*pair, shared).value for metric, measure in IN_ENTITIES.items()}
        found |= {metric: measure(*pair).value for metric, measure in IN_ALL_WORDS.items()}
        rows.append({"source": source, "target": target} | found)
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
