"""The executor of a Ray cluster: steps are Ray's tasks, on this machine's cores or on whatever nodes have joined.

Ray places them, starts and keeps worker processes, moves news and starts anew what a dead node was doing. Here is what
only we know: which steps may run, which are too small for a task of their own, and what a failure means.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

from crossglot import __version__
from crossglot.breaking_off import TimeToSave
from crossglot.engine.executor import Outcome, Run, running
from crossglot.engine.frontier import TOGETHER, Frontier
from crossglot.engine.memory import more_memory
from crossglot.engine.plan import Plan
from crossglot.engine.progress import Progress
from crossglot.engine.ray_cluster import connected, slots
from crossglot.engine.ray_tasks import Board, Logged, Place, Share, Told, answer, run_steps
from crossglot.engine.serving import Advanced, Began, Done, Failed
from crossglot.engine.step import Step
from crossglot.engine.store import Store
from crossglot.engine.workers import KERNELS_KEPT
from crossglot.errors import CrossglotError
from crossglot.limits import GPUS, JOBS, THREADS

if TYPE_CHECKING:
    from ray import ObjectRef

Answer = TypeVar("Answer")

_log = logging.getLogger(__name__)

RETRIES = 2
"""How often Ray starts steps again whose process or node died under them."""

IN_RAYS_HANDS = 1000
"""Most tasks that Ray is given at a time: it slows down with many more, and we look at them all after each."""

SECONDS_TO_DIE = 3.0
"""Until what was cancelled has ended, so that what it had half-written can be removed."""


@dataclass(frozen=True, slots=True)
class Ray:
    """Runs steps on a Ray cluster; see `Executor`.

    Attributes:
        address: of the cluster's head, `HOST:PORT`, or `auto`; None starts one on this machine, for this process.
        jobs: steps that run at the same time; None for as many as there is room for.
        threads: cores that each step has.
        gpus: GPUs that a step has which computes on one; several share one by halves, thirds …

    Raises:
        UsageError: for a number that cannot be.
    """

    address: str | None = None
    jobs: int | None = None
    threads: int = 1
    gpus: float = 1.0

    def __post_init__(self) -> None:
        """Checks the numbers."""
        if self.jobs is not None:
            JOBS.check(self.jobs, "jobs")
        THREADS.check(self.threads, "threads")
        GPUS.check(self.gpus, "gpus")

    @property
    def elsewhere(self) -> bool:
        """See Executor."""
        return True

    def room(self) -> int:
        """How many steps run at the same time, as the cluster is now.

        Raises:
            CrossglotError: if there is no cluster.
        """
        connected(self.address, self.jobs, self.threads)
        return min(slots(self.threads), self.jobs or IN_RAYS_HANDS)

    def ask(self, question: Callable[[], Answer]) -> Answer:
        """See Executor; asked on a node with a GPU, if there is one."""
        import ray

        connected(self.address, self.jobs, self.threads)
        options = self._options("a question", on_gpu=bool(ray.cluster_resources().get("GPU")))
        try:
            said = _got(ray.remote(max_calls=0)(answer).options(**options).remote(question, __version__))
        except ray.exceptions.RayError as error:
            raise _lost("a question about the machine", error) from error
        if isinstance(said, Failed):
            raise said.error()
        return said  # type: ignore[no-any-return]

    def run(self, plan: Plan, store: Store, progress: Progress | None = None) -> Outcome:
        """See Executor."""
        connected(self.address, self.jobs, self.threads)
        with running(plan, store, progress) as run:
            tasks = _Tasks(self, run)
            try:
                _run_all(Frontier(plan), run, tasks, self)
            except TimeToSave as stop:
                tasks.break_off(stop.seconds)
                raise
            finally:
                tasks.stop()
        return run.outcome

    def leave(self) -> None:
        """Disconnects this process from the cluster; one of our own ends."""
        import ray

        ray.shutdown()

    def _options(self, name: str, *, on_gpu: bool, node: str | None = None) -> dict[str, Any]:
        """What Ray is to know of a task; it goes to that node if there is room, else anywhere."""
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        there = NodeAffinitySchedulingStrategy(node, soft=True, _spill_on_unavailable=True) if node else "DEFAULT"
        variables = KERNELS_KEPT | {"OMP_NUM_THREADS": str(self.threads)}
        if self.address is None:  # what can be imported here, can be there
            variables["PYTHONPATH"] = os.pathsep.join(filter(None, map(os.path.abspath, sys.path)))
        return {
            "name": name,
            "num_cpus": self.threads,
            "num_gpus": self.gpus if on_gpu else 0,
            "max_retries": RETRIES,
            "runtime_env": {"env_vars": variables},
            "scheduling_strategy": there,
        }


@dataclass(slots=True)
class _Task:
    """Steps that run together; `untold` are those of which the end has not been told yet."""

    steps: Sequence[Step]
    untold: dict[str, Step]
    current: Step
    begun: set[str] = field(default_factory=set)
    halved: bool = False


class _Tasks:
    """The tasks of a run that Ray has, and where they tell how it goes."""

    def __init__(self, executor: Ray, run: Run) -> None:
        import ray
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        self._executor, self._run = executor, run
        node = ray.get_runtime_context().get_node_id()
        self._place = Place(str(run.store.folder.absolute()), node, run.store.url)
        here = NodeAffinitySchedulingStrategy(node, soft=False)
        board = ray.remote(num_cpus=0, max_restarts=-1)(Board)
        self._board = board.options(scheduling_strategy=here).remote()
        self._ready: SimpleQueue[ObjectRef[Any]] = SimpleQueue()
        self._news: ObjectRef[None] = self._awaited(self._board.wait.remote())
        self._work = ray.remote(max_calls=0)(run_steps)  # without it, Ray ends a worker after each step on a GPU
        self._tasks: dict[ObjectRef[Share], _Task] = {}
        self._task_of: dict[str, _Task] = {}
        self._node_of: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._tasks)

    def begin(self, steps: Sequence[Step], *, halved: bool = False) -> None:
        """Gives steps to Ray, to be run one after the other where what the first one needs was made.

        With `halved` the first has half as much in memory at a time, since a node's did not suffice for it.
        """
        first = steps[0]
        nodes = (self._node_of[need.id] for need in first.dependencies if need.id in self._node_of)
        options = self._executor._options(first.title, on_gpu=bool(first.gpu), node=next(nodes, None))
        needs = [need for step in steps for need in step.dependencies if self._run.store.state(need) == "finished"]
        task = _Task(steps, {step.id: step for step in steps}, first, halved=halved)
        work = self._work.options(**options)
        reference = work.remote(list(steps), needs, self._place, self._board, __version__, halved=halved)
        self._tasks[reference] = task
        self._awaited(reference)
        self._task_of |= dict.fromkeys(task.untold, task)

    def wait(self) -> list[tuple[Step, Done | Failed | None]]:
        """Waits until something happens; the steps that ended, None for those that were not run and may be run again.

        Raises:
            StorageError: if results can no longer be stored.
            RuntimeError: for a fault of ours.
        """
        ready = self._ready.get()
        if ready == self._news:
            self._news = self._awaited(self._board.wait.remote())
        ended = self._take()
        return [*ended, *self._came_back(ready)] if ready in self._tasks else ended

    def break_off(self, seconds: float) -> None:
        """Has all tasks end, with so much time for trainings to save what they have."""
        import ray

        for reference in self._tasks:
            ray.cancel(reference)
        if self._tasks:
            ray.wait(list(self._tasks), num_returns=len(self._tasks), timeout=seconds)

    def _awaited(self, reference: ObjectRef[Any]) -> ObjectRef[Any]:
        """The reference, which is put among those that are ready when it is."""
        reference.future().add_done_callback(lambda _: self._ready.put(reference))
        return reference

    def stop(self) -> None:
        """Ends what still runs; what it was writing stays half-written, which the store knows."""
        import ray

        for reference in self._tasks:
            ray.cancel(reference, force=True)
        if self._tasks:
            ray.wait(list(self._tasks), num_returns=len(self._tasks), timeout=SECONDS_TO_DIE)
        ray.kill(self._board)

    def _take(self) -> list[tuple[Step, Done | Failed | None]]:
        import ray

        try:
            told: list[Told] = _got(self._board.take.remote())
        except ray.exceptions.RayActorError:  # it is started anew, and steps tell the rest when they come back
            told = []
        return [ended for one in told for ended in self._heard(one)]

    def _heard(self, told: Told) -> list[tuple[Step, Done | Failed | None]]:
        """What a piece of news comes to; a step's end counts once, though it is told on the board and by the task."""
        news = told.news
        if isinstance(news, Logged):
            logging.getLogger(news.logger).log(news.level, "%s", news.text)
        task = self._task_of.get(told.step)
        step = None if task is None else task.untold.get(told.step)
        if task is None or step is None:
            return []
        if step.id not in task.begun:
            task.begun.add(step.id)
            self._run.began(step)
        if isinstance(news, Began):
            task.current = step
        elif isinstance(news, Advanced):
            self._run.advanced(step, news.fraction)
        elif isinstance(news, Done | Failed):
            del task.untold[step.id]
            del self._task_of[step.id]
            return [(step, news)]
        return []

    def _came_back(self, reference: ObjectRef[Share]) -> list[tuple[Step, Done | Failed | None]]:
        import ray

        task = self._tasks.pop(reference)
        try:
            share: Share = _got(reference)
        except ray.exceptions.RayTaskError as error:  # of what stands around a step, which tells of its own
            ended = self._heard(Told(task.current.id, Failed(str(error), fault=True)))
        except ray.exceptions.OutOfMemoryError as error:
            ended = self._again_or_lost(task, error)
        except ray.exceptions.RayError as error:
            ended = self._heard(Told(task.current.id, Failed(str(_lost(f"'{task.current.title}'", error)))))
        else:
            ended = [ended for told in share.told for ended in self._heard(told)]
            self._node_of |= {step.id: share.node for step in task.steps}
        for id_ in task.untold:
            del self._task_of[id_]
        return [*ended, *((step, None) for step in task.untold.values())]

    def _again_or_lost(self, task: _Task, error: Exception) -> list[tuple[Step, Done | Failed | None]]:
        """What becomes of a step that Ray ended, since its node was running out of memory: it is tried once more."""
        step = task.current
        lost = _lost(f"'{step.title}'", error)
        if (task.halved and step is task.steps[0]) or step.id not in task.untold:
            return self._heard(Told(step.id, Failed(str(lost))))
        _log.warning("%s\n  it is tried once more, with half as much at a time", str(lost).splitlines()[0])
        del task.untold[step.id]
        self.begin([step], halved=True)
        return []


def _got(reference: ObjectRef[Any]) -> Any:
    """What a reference stands for, as soon as it is there.

    Not by Ray's own way of waiting: a signal that comes meanwhile is an interrupt like any other to it, and would no
    longer say that there is time to save something.
    """
    return reference.future().result()


def _run_all(frontier: Frontier, run: Run, tasks: _Tasks, executor: Ray) -> None:
    most, room = executor.jobs or IN_RAYS_HANDS, executor.room()
    while frontier.left:
        while len(tasks) < most and (step := frontier.take()) is not None:
            if run.settled(step):
                frontier.ended(step)
                continue
            tasks.begin(_together(step, frontier, run, room))
        if not len(tasks):
            continue  # what was settled may have set others free
        for step, news in tasks.wait():
            if news is None:
                frontier.give_back([step])
                continue
            frontier.ended(step)
            if isinstance(news, Done):
                run.done(step, news.seconds)
            else:
                run.failed(step, news.error())


def _together(step: Step, frontier: Frontier, run: Run, room: int) -> list[Step]:
    """The step, and steps too small for a task of their own: those that follow on it, or else others like it."""
    steps = [step, *frontier.followers(step)]
    if step.work.size:
        return steps
    fair = min(TOGETHER - len(steps), frontier.waiting // room)
    for other in frontier.small(fair):
        if run.settled(other):
            frontier.ended(other)
        else:
            steps += [other, *frontier.followers(other)]
    return steps


def _lost(what: str, error: Exception) -> CrossglotError:
    """Why Ray gives no result, in our words."""
    import ray

    first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if isinstance(error, ray.exceptions.OutOfMemoryError):
        return CrossglotError(f"{what}: the node's memory does not suffice ({first})\n  {more_memory()}")
    where = "its own messages stand in Ray's logs, on its node below /tmp/ray/session_latest/logs"
    if isinstance(error, ray.exceptions.WorkerCrashedError | ray.exceptions.NodeDiedError):
        return CrossglotError(f"{what}: its process died {RETRIES + 1} times, perhaps for want of memory\n  {where}")
    return CrossglotError(f"{what}: Ray gave no result: {first}\n  {where}")
