"""Checks of the sizes in a config.json, so that an absurd one is refused before it takes time or memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossglot.errors import ModelError

SIZES = (
    "hidden_size", "dim", "d_model", "emb_dim", "embedding_size", "vocab_size", "intermediate_size", "hidden_dim",
    "num_attention_heads", "n_heads", "num_key_value_heads", "head_dim", "num_hidden_layers", "n_layers",
    "max_position_embeddings",
)  # fmt: skip
"""Fields that have to be above zero in any architecture that has them."""

REPEATED = ("layer", "group", "block", "network")
"""Part of the names of fields that count what is built one by one, as layers are."""

LARGEST, MOST = 10**8, 1000
"""The largest number allowed, and the largest count of what is built one by one; both beyond any known encoder."""


def check_sizes(config: Mapping[str, Any], where: str) -> None:
    """Refuses sizes that no encoder has, and activations that nobody knows.

    Values of other types are left to transformers, which names the field.

    Raises:
        ModelError: naming the field.
    """
    from transformers.activations import ACT2FN

    for name, value in config.items():
        if isinstance(value, bool) or not isinstance(value, int):
            continue
        if name in SIZES and value < 1:
            raise ModelError(f"{where}: {name} is {value}, and should be at least 1")
        most = MOST if any(part in name for part in REPEATED) and not name.endswith("_size") else LARGEST
        if abs(value) > most:
            raise ModelError(f"{where}: {name} is {value}, more than any encoder has (at most {most})")
    for name in ("hidden_act", "activation", "hidden_activation"):
        value = config.get(name)
        if isinstance(value, str) and value not in ACT2FN:
            raise ModelError(f"{where}: {name} '{value}' is no activation that transformers knows, such as gelu")
