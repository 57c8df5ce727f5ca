"""AdamW with warm-up and linear decay: how encoders are pretrained and how they are fine-tuned."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def adamw(
    parts: Iterable[tuple[Iterable[torch.nn.Parameter], float]],
    *,
    rate: float,
    weight_decay: float,
    beta2: float = 0.999,
) -> torch.optim.AdamW:
    """AdamW as BERT's released code sets it, with the bias correction that the code leaves out and later ones have.

    Norms and biases, the parameters of one dimension, are not decayed.

    Args:
        parts: parameters of the model, and by what their rate is multiplied.
        rate: the learning rate to start with; `set_rate` changes it.
        weight_decay: decoupled.
        beta2: decay of the second moment.
    """
    import torch

    groups = [
        {"params": [weight for weight in weights if (weight.ndim > 1) == decayed], "times": times,
         "weight_decay": weight_decay if decayed else 0.0}
        for weights, times in ((list(weights), times) for weights, times in parts)
        for decayed in (True, False)
    ]  # fmt: skip
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, beta2), eps=1e-6, fused=True)


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Sets the learning rate of an optimiser from `adamw`."""
    for group in optimizer.param_groups:
        group["lr"] = rate * group["times"]


def linear_rate(
    step: int, steps: int, *, peak: float, warmup: int, from_zero: bool = True, throughout: bool = False
) -> float:
    """Learning rate of a step (from 0): it rises linearly to the peak over the warm-up, then falls linearly to 0.

    Args:
        step: its number.
        steps: in all; the step of that number would have the rate 0.
        peak: the highest rate.
        warmup: steps of the warm-up.
        from_zero: whether the first step has the rate 0; if not, the last step of the warm-up has the peak.
        throughout: whether the decay has been under way since the first step, as in BERT's released code
            (`optimization.py`), so that the rate drops where the warm-up ends; if not, it starts there.
    """
    if step < warmup:
        return peak * (step if from_zero else step + 1) / warmup
    return peak * (steps - step) / max(1, steps if throughout else steps - warmup)
