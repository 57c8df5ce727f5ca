"""A row of the linear probe: the encoder stays as it is, logistic regression on its vectors tags the words.

It is a floor, which tells what fine-tuning adds, and it is deterministic: there is no seed.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, Self

from pydantic import Field

from crossglot.engine.step import Advance, Inputs, Work
from crossglot.steps.arguments import CorpusSplit
from crossglot.steps.embed_words import EmbedWords, read_words
from crossglot.steps.on_device import EncoderStep
from crossglot.steps.rows import MatrixRow, write_row
from crossglot.tagging.recipe import Recipe


class ProbeAndPredict(MatrixRow, EncoderStep):
    """Fits a linear probe on the source and predicts every target.

    Attributes:
        encoder: whose vectors it reads.
        recipe: how words are read; what it says of training is the default (see `Recipe.reading_alone`).
        vectors: of the targets' words, the same for every source (see `for_targets`). They change nothing of what it
            is, and its record does not name them: a finished row has no need of them.
    """

    SKIP_ID_ARGUMENTS: ClassVar[frozenset[str]] = MatrixRow.SKIP_ID_ARGUMENTS | {"device", "vectors"}

    recipe: Recipe = Recipe()
    vectors: tuple[EmbedWords, ...] = Field((), exclude=True)

    def for_targets(self, targets: Iterable[CorpusSplit]) -> Self:
        """See MatrixRow; with a step for the vectors of each target's words."""
        targets = tuple(targets)
        vectors = tuple(
            EmbedWords(
                split=split, encoder=self.encoder, recipe=self.recipe,
                precision=self.precision, device_kind=self.device_kind, device=self.device,
            )
            for split in targets
        )  # fmt: skip
        return self.model_copy(update={"targets": targets, "vectors": vectors})

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:
        """Writes predictions.parquet and row.json."""
        from crossglot.tagging.linear_probe import linear_probe

        encoder = self.encoder.load(self.device).for_language(self.sources[0].language)
        tagger = linear_probe(
            encoder, self.training_sentences(), task=self.task, recipe=self.recipe,
            device=self.device, precision=self.precision,
        )  # fmt: skip
        predicted = {}
        for done, step in enumerate(self.vectors, start=1):
            predicted[step.split.language] = tagger.predict_vectors(*read_words(step, inputs(step)))
            advance(0.9 + 0.1 * done / len(self.vectors))
        about = {"labels": tagger.labels.names, "precision": self.precision}
        write_row(folder, self, predicted, about)

    @property
    def title(self) -> str:
        """What the progress shows."""
        return f"{self.system}, {self.task}: {self.source_in_words} → {self.targets_in_words}"

    @property
    def work(self) -> Work:
        """The source's words: a forward pass."""
        return Work(self.training_words(), f"tagging with {self.encoder.name} on {self.device_kind}")
