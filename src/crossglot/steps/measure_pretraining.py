"""How fast this machine pretrains an encoder of a shape, and what memory that takes: a few steps on random pieces."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from crossglot.engine.step import Advance, Inputs
from crossglot.pretraining.shapes import Shape
from crossglot.steps.clock import Clock
from crossglot.steps.on_device import DeviceStep

if TYPE_CHECKING:
    import torch

SPEED = "speed.json"
WARM, STEPS = 1, 3
MOST_PIECES = 4096
"""Of a batch that is measured: a larger one takes as much for each piece, the optimiser's part aside."""

STATES = 16
"""Bytes of memory for each piece, layer and unit of width, about: what the backward pass needs (`require_memory`)."""


class PretrainingSpeed(BaseModel):
    """Seconds of a piece (a processor's on a CPU, a clock's on a GPU), bytes of memory, and parameters."""

    model_config = ConfigDict(frozen=True)

    piece: float
    memory: int
    weights: int


class MeasurePretraining(DeviceStep):
    """Does a few steps of masked language modelling with random weights.

    Attributes:
        shape: of the encoder, and its batches.
        machine: what it is measured on.
    """

    shape: Shape
    machine: tuple[str, ...]

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:  # noqa: ARG002
        """Writes speed.json."""
        import numpy as np

        from crossglot.pretraining.loop import adamw_for
        from crossglot.pretraining.masking import mask_pieces
        from crossglot.pretraining.objectives import build_model

        shape, clock, rng = self.shape, Clock(self.device), np.random.default_rng(0)
        model = build_model(shape, shape.vocab_size, seed=0).to(self.device).train()
        optimizer = adamw_for(model, shape)
        pieces, began = min(shape.batch_pieces, MOST_PIECES), 0.0
        for step in range(WARM + STEPS):
            if step == WARM:
                began = clock.now()
            rows = rng.integers(5, shape.vocab_size, (max(1, pieces // shape.length), shape.length))
            batch = mask_pieces(rows, specials=5, mask_id=4, vocab_size=shape.vocab_size, rng=rng)
            self._loss(model, batch.input_ids, batch.positions, batch.labels).backward()  # type: ignore[no-untyped-call]
            _step(model, optimizer, shape.clip)
            advance((step + 1) / (WARM + STEPS))
        found = PretrainingSpeed(
            piece=(clock.now() - began) / STEPS / pieces,
            memory=clock.memory() + (shape.batch_pieces - pieces) * shape.layers * shape.hidden * STATES,
            weights=sum(weight.numel() for weight in model.parameters()),
        )
        (folder / SPEED).write_text(found.model_dump_json(indent=1) + "\n", encoding="utf-8")

    def _loss(self, model: torch.nn.Module, *arrays: object) -> torch.Tensor:
        import torch

        from crossglot.pretraining.objectives import last_hidden, masked_lm_loss

        dtype = torch.bfloat16 if self.precision == "bf16" else torch.float32
        ids, positions, labels = (torch.from_numpy(array).to(self.device) for array in arrays)
        return masked_lm_loss(model, last_hidden(model, ids, dtype=dtype), positions, labels)

    @property
    def title(self) -> str:
        """What the progress shows."""
        return f"measuring pretraining of {self.shape.layers} layers of {self.shape.hidden} on {self.device_kind}"


def _step(model: torch.nn.Module, optimizer: torch.optim.Optimizer, clip: float) -> None:
    import torch

    torch.nn.utils.clip_grad_norm_(model.parameters(), clip, foreach=True)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
