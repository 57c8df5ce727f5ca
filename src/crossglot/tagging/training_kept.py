"""What a fine-tuning needs to go on where it was broken off: weights, moments, chance, losses, and whose they are.

The place in the data is the number of steps done: the order of each epoch is drawn anew from the seed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch

from crossglot import breaking_off
from crossglot.checkpoints import Keeper
from crossglot.encoders.encoder import Encoder
from crossglot.runtime import Runtime
from crossglot.tagging.batches import TrainingSet
from crossglot.tagging.labels import Labels
from crossglot.tagging.optimisation import Optimisation
from crossglot.tagging.recipe import Recipe

if TYPE_CHECKING:
    from numpy.typing import NDArray

VERSION = "1"
"""Raise it when a change of code changes what a training comes to, or what is kept of it."""


def training_identity(
    encoder: Encoder,
    data: TrainingSet,
    labels: Labels,
    recipe: Recipe,
    *,
    seed: int,
    runtime: Runtime,
    at_once: int | None,
) -> dict[str, object]:
    """All that the result depends on, besides the machine; two trainings go on from each other's checkpoints if equal.

    Torch's version is part of it: another one may round otherwise.
    """
    read = hashlib.sha256()
    sequences = data.sequences
    arrays: list[NDArray[Any]] = [*sequences.ids, sequences.words, sequences.offsets, sequences.starts, data.labels]
    for array in arrays:
        read.update(array.tobytes())
    return {
        "version": VERSION,
        "torch": torch.__version__,
        "encoder": encoder.revision,
        "language": encoder.language,
        "sentences": read.hexdigest(),
        "task": labels.task,
        "labels": list(labels.names),
        "recipe": recipe.model_dump(mode="json"),
        "seed": seed,
        "precision": runtime.precision,
        "device": runtime.kind,
        "pieces at once": at_once,
    }


@contextmanager
def heeding(keeper: Keeper | None) -> Iterator[None]:
    """In the block the training ends when it is asked to, having saved what it has, if it keeps anything."""
    if keeper is None:
        yield
        return
    with breaking_off.heeding():
        yield


def save_if_due(
    keeper: Keeper, optimisation: Optimisation, losses: torch.Tensor, identity: Mapping[str, object]
) -> None:
    """Writes a checkpoint if it is time for one, and ends the program if that was asked.

    Raises:
        KeyboardInterrupt: if it was.
    """
    if keeper.due():
        done, device = optimisation.done, losses.device
        tensors = optimisation.state() | {"losses": losses[:done], "chance": torch.get_rng_state()}
        if device.type == "cuda":
            tensors["chance of the device"] = torch.cuda.get_rng_state(device)
        counters = {"identity": identity, "done": done, "shrunk": optimisation.shrunk}
        keeper.save(done / optimisation.steps, tensors, counters)
    breaking_off.leave_if_asked()


def put_back(
    kept: tuple[Mapping[str, torch.Tensor], Mapping[str, Any]], optimisation: Optimisation, losses: torch.Tensor
) -> int:
    """Puts a training as it was when it was saved; how many steps are done."""
    tensors, counters = kept
    done = int(counters["done"])
    optimisation.go_on_from(tensors, done, counters["shrunk"])
    losses[:done] = tensors["losses"].to(losses.device)
    torch.set_rng_state(tensors["chance"])
    if losses.device.type == "cuda":
        torch.cuda.set_rng_state(tensors["chance of the device"], losses.device)
    return done
