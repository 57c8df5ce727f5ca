"""A study in an MLflow store: one run for the folder that it is run in, with one nested for each step that trains."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

from crossglot import __version__
from crossglot.engine.known_steps import KnownStep
from crossglot.engine.plan import PlannedStep
from crossglot.engine.progress import Progress
from crossglot.engine.remote_store import open_store
from crossglot.engine.step import Step
from crossglot.engine.store import Store
from crossglot.files import write_whole
from crossglot.results.rows import read_results
from crossglot.steps.rows import MatrixRow
from crossglot.steps.score import ScoreRows
from crossglot.studies.planning import STORE, StudyPlan
from crossglot.studies.tracked_steps import TRACKED, measured, of_results, parameters, scored
from crossglot.tracking.asked import check_tracking
from crossglot.tracking.in_background import InBackground
from crossglot.tracking.mlflow_runs import MlflowRuns, Saying
from crossglot.tracking.mlflow_store import Measured, NestedRun, Status

TRACKING = "tracking.json"
"""File of a run's folder that says which run in a store it is: no address, so that any store may have it."""
FILES = ("report.html", "results.csv", "claims.csv", "study.toml", "versions.json")
"""What of a run's folder is kept with its run in the store."""


@contextmanager
def tracking(track: str, out: Path) -> Iterator[StudyTracker | None]:
    """A tracker to be given to `run_study`, until the block ends: what then lies in the folder is logged with the run.

    Args:
        track: `mlflow`; empty: nothing is tracked.
        out: the run's folder.

    Raises:
        UsageError: for anything else, if MLflow is not installed, or for an address that it has no store for.
    """
    check_tracking(track, "mlflow")
    if not track:
        yield None
        return
    tracker = StudyTracker(InBackground(MlflowRuns()), out)
    status: Status = "KILLED"
    try:
        yield tracker
        status = "FINISHED"
    except Exception:
        status = "FAILED"
        raise
    finally:
        tracker.end(status)


class StudyTracker(Progress):
    """Logs what a run of a study tells: steps as they end, and those that earlier runs finished, if not yet logged."""

    def __init__(self, runs: InBackground, out: Path) -> None:
        self._runs, self._out = runs, out.absolute()  # `.` has no name
        self._store: Store | None = None
        self._times: dict[str, tuple[float, float]] = {}
        self._whole = False

    @property
    def ending(self) -> str:
        """Where the run was logged, and whether all of it was; for people."""
        if not self._whole:
            return f"not all is logged to {self._runs.where}: the same command again logs what is missing"
        return f"tracked: {self._runs.where}, run {self._out.name}"

    def begin(self, plan: StudyPlan) -> None:
        """The study is planned; its folder is there or can be made."""
        self._store = open_store(self._out / STORE, plan.store.url)  # its own, since it is read from another thread
        tags = {
            "crossglot.version": __version__,
            "crossglot.experiments": " ".join(plan.study.experiments),
            "crossglot.encoders": " ".join(each.encoder.name for each in plan.setting.candidates),
        }
        self._runs.begin(_own_id(self._out), self._out.name, tags)

    def start(self, steps: Sequence[PlannedStep], earlier: Sequence[KnownStep]) -> None:
        """See Progress."""
        wanted = {planned.step.id for planned in steps}
        for known in earlier:
            if known.id in wanted:
                ended = datetime.fromisoformat(known.finished).timestamp()
                self._times[known.id] = (ended - known.seconds, ended)

    def found(self, step: Step) -> None:
        """See Progress."""
        self._say(step)

    def done(self, step: Step, seconds: float) -> None:
        """See Progress."""
        now = time.time()
        self._times[step.id] = (now - seconds, now)
        self._say(step)

    def end(self, status: Status) -> None:
        """The run is over, and what it left is in the folder."""
        if self._store is None:
            self._runs.leave()
            return
        written = [path for name in FILES if (path := self._out / name).is_file()]
        averages: list[Measured] = []
        if status != "KILLED" and (self._out / "results.csv").is_file():
            averages = of_results(read_results(self._out / "results.csv").to_dicts())
        self._whole = self._runs.end(status, averages, written if status != "KILLED" else ())

    def _say(self, step: Step) -> None:
        if isinstance(step, TRACKED):
            self._runs.say(Saying(step.id, step.digest(), partial(self._run, step), partial(self._measured, step)))
        elif isinstance(step, ScoreRows):
            for row in step.rows:
                scores = partial(self._scored, step, row)
                self._runs.say(Saying(row.id, step.digest(), partial(self._run, row), scores))

    def _run(self, step: Step) -> NestedRun:
        began, ended = self._times.get(step.id) or (time.time(),) * 2
        tags = {"crossglot.version": __version__}
        return NestedRun(step.id, step.title, parameters(step), tags, began, ended)

    def _measured(self, step: Step) -> list[Measured]:
        began, ended = self._times.get(step.id) or (0.0, 0.0)
        return measured(step, self._folder(step), ended - began)

    def _scored(self, step: ScoreRows, row: MatrixRow) -> list[Measured]:
        return scored(step, row, self._folder(step))

    def _folder(self, step: Step) -> Path:
        assert self._store is not None  # noqa: S101 - steps end after the beginning
        return self._store.result(step)


def _own_id(out: Path) -> str:
    """The id of the folder's run, the same whenever it is run again."""
    path = out / TRACKING
    try:
        known = json.loads(path.read_text(encoding="utf-8"))["run"]
        if isinstance(known, str) and known.isalnum():
            return known
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        pass  # there is none yet, or what there is says nothing
    made = uuid.uuid4().hex
    write_whole(path, json.dumps({"run": made}) + "\n")
    return made
