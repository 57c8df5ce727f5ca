"""Long steps that are checkpointed all the time, to be killed in the middle of it; they count the optimiser's steps."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from crossglot import checkpoints
from crossglot.corpora.catalogue import find_corpus
from crossglot.engine.executor import perform
from crossglot.engine.step import Step
from crossglot.engine.store import Store
from crossglot.pretraining import loop
from crossglot.pretraining.shapes import SHAPES
from crossglot.runtime import Runtime
from crossglot.steps.arguments import describe_split
from crossglot.steps.find_recipe import FindRecipe
from crossglot.steps.pretrain import plan_pretraining
from crossglot.steps.train_and_predict import TrainAndPredict
from crossglot.tagging.optimisation import Optimisation
from crossglot.tagging.recipe import Recipe
from toy_world import reference_to

for _needed in (
    "polars", "torch", "transformers", "crossglot.encoders.loading", "crossglot.tagging.finetuning",
    "crossglot.pretraining.pretrain", "crossglot.pretraining.objectives", "transformers.models.bert.modeling_bert",
):  # fmt: skip
    import_module(_needed)

WORLD = "CROSSGLOT_TESTS_WORLD"
"""Variable of the environment: the folder with `root`, `encoder` and `en.txt`."""

COUNT = "count"


def fields() -> dict[str, Any]:
    world = Path(os.environ[WORLD])
    root = world / "root"
    en, de = (find_corpus(root, language, "pos") for language in ("en", "de"))
    return {
        "task": "pos", "seed": 3, "encoder": reference_to(world / "encoder", "tiny"), "precision": "fp32",
        "device_kind": "cpu", "device": "cpu", "recipe": Recipe(epochs=6, batch_size=2, learning_rate=1e-2),
        "train": describe_split(en, "train", root=root), "dev": describe_split(en, "dev", root=root),
        "targets": (describe_split(de, "test", root=root),),
    }  # fmt: skip


def row(folder: Path) -> None:
    """Predicts at three points of twelve steps."""
    given = fields()
    given |= {"sources": (given.pop("train"),), "system": "tiny", "checkpoints": 3}
    del given["dev"]
    _run(TrainAndPredict.model_validate(given), folder)


def search(folder: Path) -> None:
    """Two starts and two rates: four trainings of twelve steps."""
    given = fields()
    del given["targets"]
    _run(FindRecipe.model_validate(given | {"starts": ("random", "probe"), "rates": (1e-2, 1e-3)}), folder)


def pretraining(folder: Path) -> None:
    """Twelve steps."""
    shape = SHAPES["tiny"].changed(
        name="test", layers=1, hidden=16, heads=2, vocab_size=120, positions=24, length=16, batch_pieces=96, steps=12
    )
    text = Path(os.environ[WORLD]) / "en.txt"
    _run(plan_pretraining("mine", {"en": text}, shape=shape, runtime=Runtime("cpu", "fp32")), folder)


def _run(step: Step, folder: Path) -> None:
    checkpoints.SECONDS_BETWEEN, checkpoints.MOST_OF_TIME = 0.0, float("inf")
    folder.mkdir(exist_ok=True)
    log = os.open(folder / COUNT, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    Optimisation.step = _counted(Optimisation.step, log)  # type: ignore[method-assign]
    loop.train_step = _counted(loop.train_step, log)
    store = Store(folder / "steps")
    store.sweep()
    perform(step, store, lambda _: None)


def _counted(real: Callable[..., Any], log: int) -> Callable[..., Any]:
    def call(*given: Any) -> Any:
        os.write(log, b".")
        return real(*given)

    return call
