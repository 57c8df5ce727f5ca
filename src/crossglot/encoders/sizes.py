"""Sizes in a config.json, held to what a model can have, so that no absurd one makes work or takes memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossglot.errors import ModelError

SIZES = (
    "hidden_size", "dim", "d_model", "emb_dim", "embedding_size", "vocab_size", "intermediate_size", "hidden_dim",
    "num_attention_heads", "n_heads", "num_key_value_heads", "head_dim", "num_hidden_layers", "n_layers",
    "max_position_embeddings",
)  # fmt: skip
"""What cannot be zero or less in any architecture that has it."""

REPEATED = ("layer", "group", "block", "network")
"""What a number with this in its name counts is built one by one."""

LARGEST, MOST = 10**8, 1000
"""The largest number of a config.json, and the largest of what is built one by one: beyond all encoders there are."""


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
