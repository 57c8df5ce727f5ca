"""Vectors of a split's words under an encoder as it is, which every linear probe of that encoder reads."""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from crossglot.engine.step import Advance, Inputs, Work
from crossglot.steps.arguments import CorpusSplit, prepared
from crossglot.steps.on_device import EncoderStep
from crossglot.tagging.recipe import Recipe

if TYPE_CHECKING:
    import torch

VECTORS = "words.npy"


class EmbedWords(EncoderStep):
    """Computes the last layer's vector of every word of a split.

    Attributes:
        split: whose words.
        recipe: how they are read; what it says of training is the default (see `Recipe.reading_alone`).
    """

    split: CorpusSplit
    recipe: Recipe = Recipe()

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:  # noqa: ARG002
        """Writes words.npy, float32 (words, hidden), sentence after sentence."""
        import numpy as np

        from crossglot.tagging.prediction import word_vectors

        batches = prepared(self.split, self.encoder, self.recipe, self.device)
        np.save(folder / VECTORS, word_vectors(self.encoder.load(self.device), batches, self.runtime).cpu().numpy())

    @property
    def title(self) -> str:
        """What the progress shows."""
        return f"{self.encoder.name}: vectors of words, {self.split.corpus} {self.split.split}"

    @property
    def work(self) -> Work:
        """Words, a forward pass counting 1."""
        return Work(self.split.words, f"tagging with {self.encoder.name} on {self.device_kind}")


def read_words(step: EmbedWords, folder: Path) -> tuple[torch.Tensor, list[int]]:
    """What `EmbedWords` wrote, and at which of the words each sentence begins and the last one ends."""
    import numpy as np
    import torch

    lengths = [len(sentence) for sentence in step.split.read()]
    return torch.from_numpy(np.load(folder / VECTORS)), [0, *accumulate(lengths)]
