"""A row of the linear probe: the encoder stays as it is, logistic regression on its vectors tags the words.

It is a floor, which tells what fine-tuning adds, and it is deterministic: there is no seed.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from crossglot.engine.step import Advance, Inputs, Work
from crossglot.steps.on_device import EncoderStep
from crossglot.steps.rows import MatrixRow, predict_targets, write_row
from crossglot.tagging.recipe import Recipe


class ProbeAndPredict(MatrixRow, EncoderStep):
    """Fits a linear probe on the source and predicts every target.

    Attributes:
        encoder: whose vectors it reads.
        recipe: how words are read; what it says of training is the default (see `Recipe.reading_alone`).
    """

    SKIP_ID_ARGUMENTS: ClassVar[frozenset[str]] = MatrixRow.SKIP_ID_ARGUMENTS | {"device"}

    recipe: Recipe = Recipe()

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:  # noqa: ARG002
        """Writes predictions.parquet and row.json."""
        from crossglot.tagging.linear_probe import linear_probe

        for split in self.targets:
            split.read()
        encoder = self.encoder.load(self.device).for_language(self.sources[0].language)
        tagger = linear_probe(
            encoder, self.training_sentences(), task=self.task, recipe=self.recipe,
            device=self.device, precision=self.precision,
        )  # fmt: skip
        predicted = predict_targets(self, tagger, self.encoder, self.device, advance)
        about = {"labels": tagger.labels.names, "precision": self.precision}
        write_row(folder, self, predicted, about)

    @property
    def title(self) -> str:
        """What the progress shows."""
        return f"{self.system}, {self.task}: {self.source} → {self.targets_in_words}"

    @property
    def work(self) -> Work:
        """Words in and out: a forward pass over both."""
        return Work(
            self.training_words() + sum(split.words for split in self.targets),
            f"tagging with {self.encoder.name} on {self.device_kind}",
        )
