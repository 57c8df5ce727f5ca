"""`python ray_driver.py ADDRESS FOLDER PLAN [URL]`: runs one of the plans below on a Ray cluster, as a user's process.

A step of theirs that computes on a GPU has half of one.

Prints `done N` at last, the number of steps that it ran, and what a tree gives. What users can mend is said on standard
error, exit status 2.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from toy_steps import Add, Lack, Tell, result

from crossglot.engine.on_ray import Ray
from crossglot.engine.plan import Plan
from crossglot.engine.remote_store import open_store
from crossglot.engine.step import Advance, Inputs, Step, Work
from crossglot.errors import CrossglotError

LEAVES = 16


class OnGpu(Step):
    """Writes down what it sees of GPUs, and waits for a file to be there."""

    SKIP_ID_ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"folder"})

    number: int
    folder: Path

    @property
    def gpu(self) -> str:
        return "cuda"

    @property
    def work(self) -> Work:
        return Work(1.0, "on a GPU")

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:  # noqa: ARG002
        with (self.folder / "seen").open("a") as file:
            file.write(json.dumps([os.getpid(), os.environ.get("CUDA_VISIBLE_DEVICES")]) + "\n")
        while not (self.folder / "go").exists():
            time.sleep(0.01)
        (folder / "done").touch()


def tree(folder: Path, leaves: int = LEAVES) -> Step:
    """Additions of two, of which the first take 0.3 seconds each."""
    row = [Add(left=number, right=1, log=folder / "log", pause=0.3) for number in range(leaves)]
    while len(row) > 1:
        row = [Add(left=row[i], right=row[i + 1], log=folder / "log", pause=0.1) for i in range(0, len(row), 2)]
    return row[0]


TREE_GIVES = sum(range(LEAVES)) + LEAVES


def tells(folder: Path) -> list[Step]:
    """Four steps that wait until there is a file `go`."""
    return [Tell(number=number, where=folder / "who", until=folder / "go") for number in range(4)]


PLANS: dict[str, Callable[[Path], list[Step]]] = {
    "tree": lambda folder: [tree(folder)],
    "tells": tells,
    "tell": lambda folder: tells(folder)[:1],
    "on GPUs": lambda folder: [OnGpu(number=number, folder=folder) for number in range(6)],
    "lacks": lambda folder: [Lack(how="raises", log=folder / "log")],
    "always lacks": lambda folder: [Lack(how="raises", suffices=False, log=folder / "log")],
}


def main(address: str, folder: str, plan: str, url: str = "") -> None:
    logging.basicConfig(level=logging.WARNING)
    steps = PLANS[plan](Path(folder))
    store = open_store(Path(folder) / "steps", url)
    outcome = Ray(address, gpus=0.5).run(Plan.of(steps), store)
    error = outcome.error()
    if error is not None:
        raise error
    gives = f", gives {result(store.result(steps[0]))}" if plan == "tree" else ""
    print(f"done {len(outcome.done)}{gives}")  # noqa: T201


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except CrossglotError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
