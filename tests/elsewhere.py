"""An executor of another kind: steps have only what is sent with them, and stand in another folder."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from contextlib import chdir
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar, TypeVar

from crossglot.engine.executor import Outcome, perform, running
from crossglot.engine.plan import Plan
from crossglot.engine.progress import Progress
from crossglot.engine.store import Store
from crossglot.errors import CrossglotError

Answer = TypeVar("Answer")


def unheard(fraction: float) -> None:
    """Where nobody listens."""
    del fraction


@dataclass(frozen=True)
class Elsewhere:
    """Runs steps one after another, each as it comes out of its pickle, in a folder of its own; see `Executor`."""

    folder: Path
    elsewhere: ClassVar[bool] = True

    def ask(self, question: Callable[[], Answer]) -> Answer:
        with chdir(self.folder):
            sent: Callable[[], Answer] = pickle.loads(pickle.dumps(question))  # noqa: S301
            return sent()

    def run(self, plan: Plan, store: Store, progress: Progress | None = None) -> Outcome:
        with running(plan, store, progress) as run:
            for step in plan.steps:
                if run.settled(step):
                    continue
                run.began(step)
                try:
                    seconds = self.ask(partial(perform, step, Store(store.folder.absolute()), unheard))
                except CrossglotError as error:
                    run.failed(step, error)
                else:
                    run.done(step, seconds)
        return run.outcome
