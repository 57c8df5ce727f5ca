"""What an encoder has for each of its languages alone, by its config.json: position ids, or an embedding.

Position ids of their own are crossglot's (Dufter and Schütze 2020: lang-pos). XLM adds an embedding of the language to
every piece (Lample and Conneau 2019, figure 1); those of its checkpoints that read a hundred languages have none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossglot.errors import ModelError

EMBEDDING_LANGUAGES = frozenset({"xlm", "flaubert"})
"""The model types that are given the number of each piece's language."""


def position_blocks(config: Mapping[str, Any], name: str) -> dict[str, int]:
    """Language → the first of its own position ids; empty where languages share them.

    Raises:
        ModelError: if config.json has anything else there, or ids that the weights do not have.
    """
    blocks = config.get("position_blocks") or {}
    positions = int(config.get("max_position_embeddings") or 0)
    if not isinstance(blocks, dict) or not all(
        isinstance(start, int) and 0 <= start <= positions - positions // len(blocks) for start in blocks.values()
    ):
        raise ModelError(
            f"{name}: config.json: position_blocks should say for each language at which of {positions} position ids "
            f"its own begin, not {blocks!r}"
        )
    return {str(language): start for language, start in blocks.items()}


def language_ids(config: Mapping[str, Any], name: str) -> dict[str, int]:
    """Language → the number of its embedding; empty where there are none, or config.json does not name them.

    Raises:
        ModelError: if config.json has anything else there, or numbers that the weights do not have.
    """
    languages, ids = config.get("n_langs"), config.get("lang2id")
    if config.get("model_type") not in EMBEDDING_LANGUAGES or not config.get("use_lang_emb", True) or not ids:
        return {}
    if not isinstance(languages, int) or languages < 2:  # transformers leaves a single language's embedding out
        return {}
    if not isinstance(ids, dict) or not all(isinstance(at, int) and 0 <= at < languages for at in ids.values()):
        raise ModelError(
            f"{name}: config.json: lang2id should give each language one of {languages} numbers, not {ids!r}"
        )
    return {str(language): at for language, at in ids.items()}
