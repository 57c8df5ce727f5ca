"""BigBird changes its attention for good after a short row: here it is set anew for each batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedConfig, PreTrainedModel


def settle_attention(model: PreTrainedModel, width: int) -> None:
    """Sets a BigBird to the attention that it uses for rows of this width; other models stay as they are.

    Left alone, it changes from block-sparse to full attention at the first short row and never back, so that
    its hidden states of a long row would depend on what it read before.
    """
    switch = getattr(model, "set_attention_type", None)
    if switch is None:
        return
    import torch

    with torch.device("meta"):  # the switch makes new layers, whose weights it then replaces by the old ones
        switch("original_full" if width <= _reach(model.config) else model.config.attention_type)


def longest_row(config: PreTrainedConfig, positions: int) -> int:
    """How many of a model's positions a row can use: block-sparse attention fills rows up to whole blocks."""
    if getattr(config, "attention_type", "original_full") != "block_sparse" or positions <= _reach(config):
        return positions
    return max(_reach(config), positions // int(config.block_size) * int(config.block_size))


def _reach(config: PreTrainedConfig) -> int:
    """The widest row that has full attention: no wider than what a piece attends to in a block-sparse one."""
    return int((5 + 2 * config.num_random_blocks) * config.block_size)
