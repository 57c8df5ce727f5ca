"""A row of an encoder: fine-tune it on the source, predict every target, keep the predictions and drop the weights."""

from __future__ import annotations

import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from crossglot.engine.step import Advance, Inputs, Work
from crossglot.errors import UsageError
from crossglot.runtime import Precision, Runtime
from crossglot.steps.arguments import EncoderReference, prepared
from crossglot.steps.find_rate import FindRate
from crossglot.steps.rows import Row, write_row
from crossglot.tagging.recipe import Recipe

if TYPE_CHECKING:
    from crossglot.tagging.tagger import Tagger

TAGGER = "tagger"


class TrainAndPredict(Row):
    """Fine-tunes an encoder, or one of its shape with random weights.

    Attributes:
        encoder: what is fine-tuned.
        untrained: whether its weights are drawn at random first (the floor), from `seed`.
        recipe: how it is fine-tuned.
        rate: in a plan only: the search that is to give the recipe's learning rate. What is run is the row with that
            rate in its recipe and no search, so that it is the same row as one whose rate was known from the start.
        precision: resolved, never `auto`.
        device_kind: `cpu`, `cuda`; `device` itself is where it runs this time.
        keep_weights: whether the tagger is kept beside the predictions.
        tagger_of: a row of the same family whose kept tagger predicts instead of a newly trained one. It gives the same
            predictions, so it is no part of the identity.
    """

    VERSION: ClassVar[str] = "2"  # 1 read words at their first piece, and cut them by byte-level tokenizers otherwise
    SKIP_ID_ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"device", "tagger_of"})
    SKIP_DEFAULT_ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"keep_weights"})

    encoder: EncoderReference
    untrained: bool = False
    recipe: Recipe = Recipe()
    rate: FindRate | None = None
    precision: Precision
    device_kind: str
    device: str
    keep_weights: bool = False
    tagger_of: TrainAndPredict | None = None

    @property
    def family(self) -> str:
        """Equal for rows that differ in targets, or in whether the weights are kept."""
        return f"{type(self).__name__}-{self.digest(without=frozenset({'targets', 'keep_weights'}))}"

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:
        """Writes predictions.parquet and row.json, and the tagger where it is to be kept."""
        if self.rate is not None:
            raise ValueError(f"{self.title}: to be planned again, now that the rate is found")
        for split in self.targets:
            split.read()  # a faulty target is found before the training, not after it
        began = time.monotonic()
        tagger = self._tagger(inputs, advance)
        trained = time.monotonic()
        if self.keep_weights:
            tagger.save(folder / TAGGER)
        predicted, left = {}, sum(split.words for split in self.targets)
        for split in self.targets:
            ready = prepared(split, self.encoder, tagger.recipe, self.device)
            predicted[split.language] = tagger.predict_prepared(ready)
            left -= split.words
            advance(1 - left / max(self.work.size, 1))
        about = {
            "system": self.system,
            "learning_rate": tagger.recipe.learning_rate,
            "labels": tagger.labels.names,
            "packed": tagger.encoder.packs,
            "device": self.device,
            "precision": self.precision,
            "seconds": {"train": trained - began, "predict": time.monotonic() - trained},
            "versions": {name: version(name) for name in ("crossglot", "torch", "transformers", "tokenizers")},
        }
        write_row(folder, self, predicted, about)

    def _tagger(self, inputs: Inputs, advance: Advance) -> Tagger:
        from crossglot.tagging.finetuning import finetune
        from crossglot.tagging.tagger import load_tagger

        runtime = Runtime(self.device, self.precision)
        if self.tagger_of is not None:
            return load_tagger(inputs(self.tagger_of) / TAGGER, runtime=runtime)
        recipe, seed = self.recipe, self.seed or 0
        encoder = self.encoder.load(self.device)
        if encoder.position_blocks and len(self.sources) > 1:
            raise UsageError(
                f"{self.encoder.name} has separate position ids for each of its languages: "
                f"it can be fine-tuned on one source, not on {self.source}"
            )
        encoder = encoder.for_language(self.sources[0].language)
        share = 3 * recipe.epochs * self.training_words() / max(self.work.size, 1)
        return finetune(
            encoder.untrained(seed) if self.untrained else encoder,
            self.training_sentences(),
            task=self.task,
            recipe=recipe,
            seed=seed,
            runtime=runtime,
            progress=lambda done, steps: advance(share * done / steps),
        )

    @property
    def system(self) -> str:
        """Name of the system whose row this is."""
        return f"{self.encoder.name} untrained" if self.untrained else self.encoder.name

    @property
    def title(self) -> str:
        """What the progress shows."""
        rate = "" if self.rate is None else ", at the rate to be found"
        return f"{self.system}, {self.task}: {self.source}, seed {self.seed} → {self.targets_in_words}{rate}"

    @property
    def work(self) -> Work:
        """Words in and out, a forward pass counting 1 and a training pass 3."""
        training = 0.0 if self.tagger_of is not None else 3 * self.recipe.epochs * self.training_words()
        return Work(
            training + sum(split.words for split in self.targets),
            f"tagging with {self.encoder.name} on {self.device_kind}",
        )
