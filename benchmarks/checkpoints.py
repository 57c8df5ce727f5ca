"""What a checkpoint of a fine-tuning costs: its size, the seconds to write it and to go on from it, beside a step's.

The same encoder and sentences as `benchmarks.finetuning`: a folder's, or BERT-base's layers over M-BERT's vocabulary
with random weights.

    python -m benchmarks.checkpoints [--encoder FOLDER] [--data ROOT] [--steps 4] [--layers 12] [--at DIR]

Checkpoints are written into a folder of DIR, whose disk is what is measured: by default where temporary files go.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.finetuning import workload
from crossglot.checkpoints import SECONDS_BETWEEN, Keeper
from crossglot.runtime import Runtime, machine
from crossglot.tagging.fitting import fit
from crossglot.tagging.recipe import Recipe

if TYPE_CHECKING:
    import torch


class Timed(Keeper):
    """Writes a checkpoint after every step, and keeps the seconds."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.saved: list[float] = []
        self.loaded: list[float] = []

    def due(self) -> bool:
        """Always."""
        return True

    def save(self, share: float, tensors: Mapping[str, torch.Tensor], counters: Mapping[str, object]) -> None:
        """As ever, with a clock."""
        began = time.monotonic()
        super().save(share, tensors, counters)
        self.saved.append(time.monotonic() - began)

    def load(self, identity: Mapping[str, object]) -> tuple[dict[str, torch.Tensor], dict[str, Any]] | None:
        """As ever, with a clock."""
        began = time.monotonic()
        found = super().load(identity)
        self.loaded.append(time.monotonic() - began)
        return found


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", type=Path)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--at", type=Path)
    given = parser.parse_args()
    recipe = Recipe(epochs=1)
    encoder, sentences = workload(given.data, given.steps * recipe.batch_size, given.layers, given.encoder)
    with tempfile.TemporaryDirectory(dir=given.at) as folder:
        path = Path(folder) / "going" / "training.safetensors"
        keeper, steps = Timed(path), [time.monotonic()]
        for _ in range(2):  # the second goes on from the end of the first
            fit(
                encoder, sentences, recipe, task="pos", seed=1, runtime=Runtime(), keeper=keeper,
                progress=lambda done, total: steps.append(time.monotonic()),  # noqa: ARG005
            )  # fmt: skip
        size = path.stat().st_size
    write, read = statistics.median(keeper.saved), keeper.loaded[-1]
    step = statistics.median(b - a - write for a, b in itertools.pairwise(steps))
    print(", ".join(f"{name} {value}" for name, value in machine().items()))
    print(f"{encoder.name}: {len(steps) - 1} steps of {step:.2f} s")
    print(f"a checkpoint: {size / 1e6:,.0f} MB, written in {write:.2f} s, read in {read:.2f} s")
    print(f"one every {SECONDS_BETWEEN:.0f} s takes {100 * write / SECONDS_BETWEEN:.2f} % of the time")


if __name__ == "__main__":
    main()
