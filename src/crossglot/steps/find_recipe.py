"""The new layer's start and the rate for an encoder that is not of the paper's size, found on a source's dev set."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import astuple
from pathlib import Path
from typing import Any

from crossglot.corpora.sampling import sample
from crossglot.corpora.tasks import TaggerTask
from crossglot.engine.going import Going
from crossglot.engine.step import Advance, Inputs, Work
from crossglot.steps.arguments import CorpusSplit
from crossglot.steps.on_device import EncoderStep
from crossglot.tagging.grid import ENOUGH_DEV, Grid
from crossglot.tagging.recipe import HeadStart, Recipe

_log = logging.getLogger(__name__)

FOUND = "search.json"


class FindRecipe(EncoderStep):
    """Fine-tunes with each start and rate of a grid and chooses by the dev set of the language trained on.

    The training sentences are those of the real training, so that it has as many steps. No target language is looked
    at, so zero-shot numbers stay zero-shot.
    """

    task: TaggerTask
    train: CorpusSplit
    dev: CorpusSplit
    recipe: Recipe = Recipe()
    starts: tuple[HeadStart, ...]
    rates: tuple[float, ...]
    max_train: int | None = None
    seed: int = 1

    def go_on(self, folder: Path, inputs: Inputs, advance: Advance, going: Going) -> None:  # noqa: ARG002
        """Writes search.json: what was chosen, and the score of everything tried.

        What was tried before it was broken off is not tried again, and the training under way then goes on.
        """
        from crossglot.tagging.search import search_recipe
        from crossglot.tagging.trials_kept import TrialsKept

        train = sample(self.train.read(), self.max_train)
        found = search_recipe(
            self.encoder.load(self.device).for_language(self.train.language),
            train,
            self.dev.read(),
            task=self.task,
            recipe=self.recipe,
            grid=Grid(self.starts, self.rates),
            seed=self.seed,
            runtime=self.runtime,
            progress=lambda done, total: advance(done / total),
            kept=TrialsKept(going.folder, going.saved),
        )
        about = {
            "head_start": found.best.head_start,
            "learning_rate": found.best.learning_rate,
            "score": found.best.score,
            "trials": [astuple(trial) for trial in found.trials],
            "source": self.train.language,
            "scored_on": self._scored_on,
            "sentences": len(train),
            "dev_sentences": min(ENOUGH_DEV, self.dev.sentences),
            "at_edge": found.at_edge,
        }
        if found.at_edge:
            _log.warning(
                "%s: the chosen rate of %g is at the edge of those tried", self.title, found.best.learning_rate
            )
        (folder / FOUND).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")

    @property
    def title(self) -> str:
        """What the progress shows."""
        return f"{self.encoder.name}, {self.task}: {self.sought} on {self.train.language} {self._scored_on}"

    @property
    def _scored_on(self) -> str:
        """`dev`, or `sentences set aside` of a source without one."""
        return "dev" if self.dev.part == "all" else "sentences set aside"

    @property
    def sought(self) -> str:
        """What it is after: `learning rate`, `start and learning rate`."""
        parts = {"start": self.starts, "learning rate": self.rates}
        return " and ".join(name for name, values in parts.items() if len(values) > 1) or "learning rate"

    @property
    def work(self) -> Work:
        """Words in and out, a forward pass counting 1 and a training pass 3."""
        most = self.max_train or self.train.sentences
        train = self.train.words * min(1.0, most / max(self.train.sentences, 1))
        dev = self.dev.words * min(1.0, ENOUGH_DEV / max(self.dev.sentences, 1))
        return Work(
            len(self.starts) * len(self.rates) * (3 * self.recipe.epochs * train + dev),
            f"tagging with {self.encoder.name} on {self.device_kind}",
        )


def found_recipe(recipe: Recipe, folder: Path) -> Recipe:
    """The recipe with the start and the rate that a finished search chose."""
    found = read_search(folder)
    return Recipe.model_validate(recipe.model_dump() | {name: found[name] for name in ("head_start", "learning_rate")})


def read_search(folder: Path) -> Mapping[str, Any]:
    """What a search chose and why: `head_start`, `learning_rate`, `trials`, `source`, `at_edge` and so on."""
    found: dict[str, Any] = json.loads((folder / FOUND).read_text(encoding="utf-8"))
    return found
