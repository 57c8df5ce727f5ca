"""Dropout for CPUs that draws 16 random bits per unit; torch's own takes a tenth of a small encoder's step.

A unit is dropped with probability round(p · 65536) / 65536, 0.10001 for 0.1; the others are scaled to keep the mean.
"""

from __future__ import annotations

import torch
from torch import nn


def dropout(values: torch.Tensor, p: float) -> torch.Tensor:
    """Values with each set to zero with probability `p`, the others scaled by 1 / (1 - p); draws from torch's state."""
    if round(p * 65536) == 0:
        return values
    if values.device.type != "cpu":
        return nn.functional.dropout(values, p)
    count, threshold = values.numel(), round(p * 65536)
    # Four draws per 64-bit number; (from, None) asks for the whole range of the type, sign bit included.
    bits = torch.empty((count + 3) // 4, dtype=torch.int64).random_(-(2**63), None)
    # 1 where they reach the threshold, else 0, by integer arithmetic: comparing and converting booleans is far slower.
    below = threshold - 32769
    kept = bits.view(torch.int16)[:count].view(values.shape).clamp_(below, below + 1).sub_(below)
    return values * kept.to(values.dtype).mul_(65536 / (65536 - threshold))


class QuickDropout(nn.Dropout):
    """`nn.Dropout` with `dropout` of this module."""

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Drops in training, passes values on in evaluation."""
        return dropout(values, self.p) if self.training else values


def quicken_dropout(model: nn.Module) -> None:
    """Replaces every `nn.Dropout` of a model; `nn.functional.dropout` calls stay."""
    for parent in model.modules():
        for name, child in parent.named_children():
            if type(child) is nn.Dropout:
                setattr(parent, name, QuickDropout(child.p))
