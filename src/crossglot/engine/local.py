"""The local engine: runs a plan on this machine, in this process or in several."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crossglot.engine.memory import memory_named
from crossglot.engine.plan import Plan, PlannedStep
from crossglot.engine.progress import Progress
from crossglot.engine.serving import Advanced, Done
from crossglot.engine.step import Step
from crossglot.engine.store import Store
from crossglot.engine.workers import Workers, started
from crossglot.errors import CrossglotError, StorageError
from crossglot.limits import JOBS, THREADS


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


def run_locally(
    plan: Plan, store: Store, progress: Progress | None = None, *, jobs: int = 1, threads: int | None = None
) -> Outcome:
    """Runs what is not in the store yet.

    A step that fails with an error of the user's (CrossglotError) leaves out the steps that depend on it; the others go
    on, and the outcome tells. A full disk ends the run at once, since every further step would be lost as well.

    Args:
        plan: the steps.
        store: where results are.
        progress: told what happens.
        jobs: steps that run at the same time, each in a process of its own; 1 runs all in this process.
        threads: threads of each of several processes; None shares out the cores.

    Raises:
        StorageError: if results can no longer be stored.
        UsageError: for a number of jobs that cannot be.
    """
    JOBS.check(jobs, "jobs")
    if threads is not None:
        THREADS.check(threads, "threads")
    progress = progress or Progress()
    store.sweep()
    outcome = Outcome()
    states = plan.states(store)
    progress.start(states, list(store.records()))
    try:
        if jobs > 1:
            try:
                with started(jobs, store.folder, threads) as workers:
                    _run_side_by_side(states, store, outcome, progress, workers)
            finally:
                store.sweep()  # what a worker that was ended, or died, had half-written
        else:
            for planned in states:
                if not _settled(planned.step, store, outcome, progress):
                    _run_one(planned.step, store, outcome, progress)
    finally:
        progress.stop()
    return outcome


def _settled(step: Step, store: Store, outcome: Outcome, progress: Progress) -> bool:
    """Whether the step need not run: it is in the store, or cannot run for want of what it depends on."""
    if store.state(step) == "finished":
        outcome.found.append(step)
        progress.found(step)
        return True
    blame = next((outcome.unfinished[need.id] for need in step.dependencies if need.id in outcome.unfinished), None)
    if blame is not None:
        outcome.left_out[step.id] = blame
        progress.left_out(step)
        return True
    return False


def _run_one(step: Step, store: Store, outcome: Outcome, progress: Progress) -> None:
    def do(folder: Path) -> None:
        with memory_named(step):
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


def _run_side_by_side(
    states: Sequence[PlannedStep], store: Store, outcome: Outcome, progress: Progress, workers: Workers
) -> None:
    waiting = {planned.step.id: planned.step for planned in states}
    open_steps = set(waiting)  # waiting or running
    while open_steps:
        for step in list(waiting.values()):
            if any(need.id in open_steps for need in step.dependencies):
                continue
            if _settled(step, store, outcome, progress):
                open_steps.remove(step.id)
            elif workers.free:
                progress.began(step)
                workers.begin(step)
            else:
                break
            del waiting[step.id]
        if not workers.busy:
            continue  # what was settled may have set others free
        for step, news in workers.news():
            if isinstance(news, Advanced):
                progress.advance(step, news.fraction)
                continue
            open_steps.remove(step.id)
            if isinstance(news, Done):
                outcome.done.append(step)
                progress.done(step, news.seconds)
            else:
                outcome.failed[step.id] = error = news.error()
                progress.failed(step, error)
