"""The fine-tuning rate of an encoder that is not of the paper's size, found on a source's dev set."""

from __future__ import annotations

import json
from pathlib import Path
from typing import ClassVar, Literal

from crossglot.engine.step import Advance, Inputs, Step, Work
from crossglot.runtime import Precision, Runtime
from crossglot.steps.arguments import CorpusSplit, EncoderReference, sample
from crossglot.tagging.recipe import RATES, Recipe

RATE = "rate.json"
ENOUGH_TRAIN, ENOUGH_DEV = 2000, 1000  # sentences that tell rates apart, however large the treebank


class FindRate(Step):
    """Fine-tunes at each rate of a grid and keeps the lowest that is nearly best on the dev set trained on.

    No target language is looked at, so zero-shot numbers stay zero-shot.
    """

    VERSION: ClassVar[str] = "3"  # 1 took the best, 2 read words at their first piece
    SKIP_ID_ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"device"})

    encoder: EncoderReference
    task: Literal["pos", "ner"]
    train: CorpusSplit
    dev: CorpusSplit
    recipe: Recipe = Recipe()
    grid: tuple[float, ...] = RATES
    max_train: int = ENOUGH_TRAIN
    seed: int = 1
    precision: Precision
    device_kind: str
    device: str

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:  # noqa: ARG002
        """Writes rate.json: the rate, and every rate's score."""
        from crossglot.tagging.rates import find_learning_rate

        found = find_learning_rate(
            self.encoder.load(self.device).for_language(self.train.language),
            sample(self.train.read(), self.max_train),
            sample(self.dev.read(), ENOUGH_DEV),
            task=self.task,
            recipe=self.recipe,
            grid=self.grid,
            seed=self.seed,
            runtime=Runtime(self.device, self.precision),
            progress=lambda rate, _: advance((self.grid.index(rate) + 1) / len(self.grid)),
        )
        about = {
            "learning_rate": found.best,
            "scores": found.scores,
            "source": self.train.language,
            "at_edge": found.at_edge,
        }
        (folder / RATE).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")

    @property
    def title(self) -> str:
        """What the progress shows."""
        return f"{self.encoder.name}, {self.task}: learning rate on {self.train.language} dev"

    @property
    def work(self) -> Work:
        """Words in and out, a forward pass counting 1 and a training pass 3."""
        train = self.train.words * min(1.0, self.max_train / max(self.train.sentences, 1))
        dev = self.dev.words * min(1.0, ENOUGH_DEV / max(self.dev.sentences, 1))
        return Work(
            len(self.grid) * (3 * self.recipe.epochs * train + dev),
            f"tagging with {self.encoder.name} on {self.device_kind}",
        )


def read_rate(folder: Path) -> float:
    """The rate that was found."""
    return float(json.loads((folder / RATE).read_text(encoding="utf-8"))["learning_rate"])
