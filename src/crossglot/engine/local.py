"""The executor of one machine: steps run in this process, or side by side in several."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from crossglot.engine.executor import Outcome, Run, perform, running
from crossglot.engine.frontier import Frontier
from crossglot.engine.plan import Plan
from crossglot.engine.progress import Progress
from crossglot.engine.serving import Advanced, Done
from crossglot.engine.step import Step
from crossglot.engine.store import Store
from crossglot.engine.workers import Workers, started
from crossglot.errors import CrossglotError, StorageError
from crossglot.limits import JOBS, THREADS
from crossglot.runtime import visible_gpus

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Local:
    """Runs steps on this machine; see `Executor`.

    Attributes:
        jobs: steps that run at the same time, each in a process of its own; 1 runs all in this process. Several are
            spread over the machine's GPUs, where steps compute on `cuda`, whichever that is.
        threads: threads of each of several processes, if there are cores for them all; None shares out the cores.

    Raises:
        UsageError: for a number that cannot be.
    """

    jobs: int = 1
    threads: int | None = None

    @classmethod
    def on(cls, device: str, jobs: int | None = None, threads: int | None = None) -> Local:
        """As many jobs as are asked for; if none are, one for each GPU that steps on this device can be spread over.

        Args:
            device: as a study names it: `auto`, `cpu`, `cuda`, `cuda:1`.
            jobs: see `Local`; None where it is left open.
            threads: see `Local`.

        Raises:
            UsageError: see `Local`.
        """
        if jobs is None:
            several = len(visible_gpus()) if device in ("auto", "cuda") else 1
            jobs = min(max(1, several), int(JOBS.highest))
        return cls(jobs, threads)

    def __post_init__(self) -> None:
        """Checks the numbers."""
        JOBS.check(self.jobs, "jobs")
        if self.threads is not None:
            THREADS.check(self.threads, "threads")

    @property
    def elsewhere(self) -> bool:
        """See Executor."""
        return self.jobs > 1

    def gpus(self, steps: Iterable[Step]) -> tuple[str, ...]:
        """The GPUs that these steps are spread over, of several jobs: none if there is one, or steps name theirs."""
        if self.jobs == 1 or {step.gpu for step in steps} - {""} != {"cuda"}:
            return ()
        found = visible_gpus()
        return found[: self.jobs] if len(found) > 1 else ()

    def ask(self, question: Callable[[], Answer]) -> Answer:
        """See Executor."""
        return question()

    def run(self, plan: Plan, store: Store, progress: Progress | None = None) -> Outcome:
        """See Executor."""
        gpus = self.gpus(plan.steps)
        if gpus and progress is not None:
            progress.spread(self.jobs, len(gpus))
        with running(plan, store, progress) as run:
            if self.jobs == 1:
                _run_in_turn(plan.steps, run)
            else:
                with started(self.jobs, store.folder, self.threads, store.url, gpus) as workers:
                    _run_side_by_side(plan, run, workers)
        return run.outcome


def _run_in_turn(steps: Iterable[Step], run: Run) -> None:
    for step in steps:
        if run.settled(step):
            continue
        run.began(step)
        try:
            seconds = perform(step, run.store, partial(run.advanced, step))
        except StorageError:
            raise
        except CrossglotError as error:
            run.failed(step, error)
        else:
            run.done(step, seconds)


def _run_side_by_side(plan: Plan, run: Run, workers: Workers) -> None:
    frontier = Frontier(plan)
    while frontier.left:
        while workers.free and (step := frontier.take()) is not None:
            if run.settled(step):
                frontier.ended(step)
            else:
                run.began(step)
                workers.begin(step)
        if not workers.busy:
            continue  # what was settled may have set others free
        for step, news in workers.news():
            if isinstance(news, Advanced):
                run.advanced(step, news.fraction)
                continue
            frontier.ended(step)
            if isinstance(news, Done):
                run.done(step, news.seconds)
            else:
                run.failed(step, news.error())
