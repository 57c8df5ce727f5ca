"""The local engine: runs a plan in this process, one step after another."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from crossglot.engine.plan import Plan
from crossglot.engine.progress import Progress
from crossglot.engine.step import Step
from crossglot.engine.store import Store
from crossglot.errors import CrossglotError, StorageError


@dataclass(slots=True)
class Outcome:
    """How a run ended; failures and what could not run for them are by step id."""

    done: list[Step] = field(default_factory=list)
    found: list[Step] = field(default_factory=list)
    failed: dict[str, CrossglotError] = field(default_factory=dict)
    left_out: dict[str, CrossglotError] = field(default_factory=dict)

    @property
    def unfinished(self) -> dict[str, CrossglotError]:
        """Every step without a result, and the error that is to blame."""
        return self.failed | self.left_out

    def error(self) -> CrossglotError | None:
        """All failures in one message, each different one once; None if all went well."""
        messages = dict.fromkeys(str(error) for error in self.failed.values())
        if not messages:
            return None
        without = len(self.unfinished)
        total = without + len(self.done) + len(self.found)
        kept = (
            f"{without} of {total} steps have no result for this; the others are kept: mend it and run the same again"
        )
        return CrossglotError("\n".join([*messages, f"  {kept}"]))


def run_locally(plan: Plan, store: Store, progress: Progress | None = None) -> Outcome:
    """Runs what is not in the store yet.

    A step that fails with an error of the user's (CrossglotError) leaves out the steps that depend on it; the others go
    on, and the outcome tells. A full disk ends the run at once, since every further step would be lost as well.

    Raises:
        StorageError: if results can no longer be stored.
    """
    progress = progress or Progress()
    store.sweep()
    outcome = Outcome()
    states = plan.states(store)
    progress.start(states, list(store.records()))
    try:
        for planned in states:
            _run_one(planned.step, store, outcome, progress)
    finally:
        progress.stop()
    return outcome


def _run_one(step: Step, store: Store, outcome: Outcome, progress: Progress) -> None:
    if store.state(step) == "finished":
        outcome.found.append(step)
        progress.found(step)
        return
    blame = next((outcome.unfinished[need.id] for need in step.dependencies if need.id in outcome.unfinished), None)
    if blame is not None:
        outcome.left_out[step.id] = blame
        progress.left_out(step)
        return

    def do(folder: Path) -> None:
        step.run(folder, store.result, lambda fraction: progress.advance(step, fraction))

    progress.began(step)
    began = time.monotonic()
    try:
        store.put(step, do)
    except StorageError:
        raise
    except CrossglotError as error:
        outcome.failed[step.id] = error
        progress.failed(step, error)
    else:
        outcome.done.append(step)
        progress.done(step, time.monotonic() - began)
