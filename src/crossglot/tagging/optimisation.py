"""The optimiser of fine-tuning: AdamW with warm-up and linear decay, on only the embedding rows in use.

A treebank touches a tenth of the rows of a multilingual vocabulary, yet a dense step reads and writes them all and both
their moments. Rows without a piece in the training set get no gradient, so all that AdamW does to them is its decoupled
decay, w ← w · (1 - rate · decay). `ChosenRows` trains the rows in use as a matrix of their own and gives the others
their decay at the end: the same weights, without the traffic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

from crossglot.tagging.recipe import Recipe

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def rate_at(step: int, steps: int, recipe: Recipe) -> float:
    """Learning rate of a step (from 0): linear from 0 over the warm-up, then linear to 0, as BERT's released code."""
    warmup = int(recipe.warmup * steps)
    if step < warmup:
        return recipe.learning_rate * step / warmup
    return recipe.learning_rate * (steps - step) / (steps - warmup)


class ChosenRows(nn.Module):
    """Some rows of an embedding matrix, trained in place of all of them; looked up by the original piece ids."""

    row_of: torch.Tensor

    def __init__(self, whole: nn.Embedding, rows: torch.Tensor) -> None:
        super().__init__()
        self.rows = rows
        self.whole = [whole]  # in a list: its weight is not a parameter to train
        self.weight = nn.Parameter(whole.weight.detach()[rows].clone())
        row_of = torch.full((whole.num_embeddings,), -1, dtype=torch.int64, device=whole.weight.device)
        row_of[rows] = torch.arange(len(rows), device=row_of.device)
        self.register_buffer("row_of", row_of, persistent=False)
        # the padding row keeps no gradient here either
        padding = -1 if whole.padding_idx is None else int(row_of[whole.padding_idx])
        self.padding_idx = padding if padding >= 0 else None

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Looks up rows by original piece ids."""
        return functional.embedding(self.row_of[ids], self.weight, self.padding_idx)

    @torch.no_grad()
    def restored(self, decay: float) -> nn.Embedding:
        """The whole matrix: trained rows put back, the others shrunk by `decay`, the product of (1 - rate · decay)."""
        (whole,) = self.whole
        whole.weight.mul_(decay)
        whole.weight[self.rows] = self.weight
        return whole


def choose_rows(model: PreTrainedModel, ids: torch.Tensor) -> ChosenRows | None:
    """Replaces the model's piece embedding by the rows of `ids`; None where it is not a plain embedding."""
    whole = model.get_input_embeddings()
    if type(whole) is not nn.Embedding:
        return None
    if whole.padding_idx is not None:
        ids = torch.cat([ids, ids.new_tensor([whole.padding_idx])])
    chosen = ChosenRows(whole, torch.unique(ids))
    model.set_input_embeddings(chosen)
    return chosen


def adamw(parameters: list[nn.Parameter], recipe: Recipe) -> torch.optim.AdamW:
    """AdamW as BERT's released code sets it, with the bias correction that the code leaves out and later ones have.

    Norms and biases, the parameters of one dimension, are not decayed.
    """
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": recipe.weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=recipe.learning_rate, betas=(0.9, 0.999), eps=1e-6, fused=True)
