"""Runs in an MLflow store: one with others nested in it, each thing said once, and never at the cost of the work.

Where the store is, is said as to any program that uses MLflow: by MLFLOW_TRACKING_URI and its neighbours in the
environment. A store that does not answer is asked again later; what is to be logged waits until then.
"""

from __future__ import annotations

import logging
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from crossglot.errors import CrossglotError, UsageError
from crossglot.tracking.secrets import shown_address, without_secrets

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Run
    from mlflow.exceptions import MlflowException

_log = logging.getLogger(__name__)

EXPERIMENT = "crossglot"
"""The MLflow experiment that runs are in, where MLFLOW_EXPERIMENT_NAME names no other."""
OWN, STEP, SAID = "crossglot.run", "crossglot.step", "crossglot.said"
"""Tags: which run of ours a run is; which step; which steps have said what they have to say of it."""
PARENT = "mlflow.parentRunId"
CALM = {
    "MLFLOW_DISABLE_TELEMETRY": "true",  # nothing goes anywhere but to the store
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",  # standard output is the results'
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",  # seconds; MLflow's own are 120, and 7 retries in four minutes
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
}
"""What MLflow is told in the environment, where the user has not said it."""
LEAST_WAIT, MOST_OF_TIME = 60.0, 0.05
"""A store that failed is left alone for so many seconds, and so that failing takes no more of the time than this."""
METRICS_AT_ONCE, RUNS_AT_ONCE = 900, 1000
LONGEST_PARAM, LONGEST_REASON = 500, 300
BAD_REQUEST = 400

Status = Literal["FINISHED", "FAILED", "KILLED"]


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric's value; `step` counts what it is a curve over, and `at` says when, in seconds since 1970."""

    name: str
    value: float
    step: int = 0
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class NestedRun:
    """A run below the one of the whole: its key, which finds it again, how it is called, and what does not change."""

    key: str
    name: str
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    began: float = 0.0
    ended: float = 0.0


@dataclass(frozen=True, slots=True)
class Saying:
    """What is to be said of a nested run, once.

    Attributes:
        key: of the run.
        by: who says it.
        run: gives the run, when it is logged.
        metrics: gives its metrics, likewise.
    """

    key: str
    by: str
    run: Callable[[], NestedRun]
    metrics: Callable[[], Sequence[Measured]]


@dataclass(slots=True)
class _Known:
    """A nested run that is in the store: its id there, and who has said something of it."""

    run_id: str
    said: set[str]


class MlflowRuns:
    """Logs a run with nested ones. The store is not asked for anything before `begin`.

    Args:
        clock: seconds, for how long a store is left alone.

    Raises:
        UsageError: if the address is of a kind that MLflow, as installed here, has no store for.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        for name, value in CALM.items():
            os.environ.setdefault(name, value)
        import mlflow
        from mlflow import MlflowClient

        self._address = str(mlflow.get_tracking_uri())
        self._clock = clock
        self._waiting: deque[Saying] = deque()
        self._leave_until = float("-inf")
        self._warned = False
        self._refused = 0
        self._nested: dict[str, _Known] = {}
        self._own, self._name, self._tags = "", "", dict[str, str]()
        self._run: Run | None = None
        self._id, self._experiment = "", ""
        self._client: MlflowClient = self._opened(MlflowClient)

    @property
    def experiment(self) -> str:
        """The MLflow experiment's name."""
        return os.environ.get("MLFLOW_EXPERIMENT_NAME") or EXPERIMENT

    @property
    def where(self) -> str:
        """Address and experiment, for messages."""
        return f"{shown_address(self._address)}, experiment {self.experiment}"

    def begin(self, own: str, name: str, tags: Mapping[str, str]) -> None:
        """The run of the whole begins, or goes on if the store has it.

        Args:
            own: finds it again.
            name: how it is called.
            tags: of it.
        """
        self._own, self._name, self._tags = own, name, dict(tags)
        self._try(self._found_run)

    def say(self, saying: Saying) -> None:
        """Logs what has not been said yet, at once or when the store answers again."""
        known = self._nested.get(saying.key)
        if known is None or saying.by not in known.said:
            self._waiting.append(saying)
            self._try(self._deliver)

    def end(self, status: Status, metrics: Sequence[Measured] = (), files: Iterable[Path] = ()) -> int:
        """The run of the whole ends; what waited is tried a last time.

        Args:
            status: how it ended.
            metrics: of the whole; values that the store has already are not logged again.
            files: to be kept with it.

        Returns:
            How many things could not be logged, the ending counted as one.
        """
        if status != "KILLED":  # who is stopped has no time for a store that does not answer
            self._leave_until = float("-inf")
        ended = self._try(lambda: self._end(status, metrics, files))
        return len(self._waiting) + self._refused + (not ended)

    def _opened(self, client: Callable[[str], MlflowClient]) -> MlflowClient:
        """A client; what is in the way of a store on this machine is the user's to mend, before any work."""
        if self._address.startswith(("http://", "https://")):
            return client(self._address)
        from mlflow.exceptions import MlflowException

        try:
            opened = client(self._address)
            opened.get_experiment_by_name(self.experiment)
        except (MlflowException, ImportError) as error:
            raise UsageError(
                f"--track mlflow: {shown_address(self._address)}: MLflow cannot use this store: {self._reason(error)}\n"
                "  set MLFLOW_TRACKING_URI to the address of a server; or, for a database on this machine, "
                "pip install mlflow"
            ) from error
        return opened

    def _try(self, do: Callable[[], None]) -> bool:
        """Does something with the store; one that fails is left alone for a while. Whether it was done."""
        began = self._clock()
        if began < self._leave_until:
            return False
        try:
            do()
        except Exception as error:  # whatever a network, a server or a library makes of it: the work goes on
            now = self._clock()
            self._leave_until = now + max(LEAST_WAIT, (now - began) / MOST_OF_TIME)
            self._warn(error)
            return False
        return True

    def _warn(self, error: Exception) -> None:
        if not self._warned:
            self._warned = True
            _log.warning(
                "%s: cannot be logged to: %s\n  the work goes on; what is not logged yet follows once it answers",
                self.where,
                self._reason(error),
            )

    def _reason(self, error: BaseException) -> str:
        """The first line of what went wrong, without anything secret."""
        lines = without_secrets(str(error), self._address).strip().splitlines()
        return (lines[0] if lines else type(error).__name__)[:LONGEST_REASON]

    def _deliver(self) -> None:
        """Logs what waits, oldest first."""
        from mlflow.exceptions import MlflowException

        self._found_run()
        while self._waiting:
            try:
                self._log(self._waiting[0])
            except CrossglotError as error:  # a finished step that cannot be read
                self._refuse(error)
            except MlflowException as error:
                if _status(error) != BAD_REQUEST:
                    raise
                self._refuse(error)  # it is not as this store wants it, and will not be the next time
            self._waiting.popleft()

    def _refuse(self, error: Exception) -> None:
        self._refused += 1
        self._warn(error)

    def _log(self, saying: Saying) -> None:
        from mlflow.entities import Metric, Param, RunTag

        known = self._nested.get(saying.key)
        if known is not None and saying.by in known.said:
            return
        run, measured = saying.run(), saying.metrics()
        known = known or self._created(run)
        if saying.by in known.said:
            return
        params = [] if known.said else [Param(key, text[:LONGEST_PARAM]) for key, text in run.params.items()]
        metrics = [Metric(each.name, each.value, int(1000 * (each.at or run.ended)), each.step) for each in measured]
        self._log_metrics(known.run_id, metrics[METRICS_AT_ONCE:])
        said = RunTag(SAID, " ".join(sorted(known.said | {saying.by})))  # stores write tags last
        self._client.log_batch(known.run_id, metrics[:METRICS_AT_ONCE], params, [said], synchronous=True)
        known.said.add(saying.by)

    def _log_metrics(self, run_id: str, metrics: Sequence[Metric]) -> None:
        for begin in range(0, len(metrics), METRICS_AT_ONCE):
            self._client.log_batch(run_id, metrics[begin : begin + METRICS_AT_ONCE], synchronous=True)

    def _created(self, of: NestedRun) -> _Known:
        """A nested run, looked for first: another process may have made it meanwhile."""
        for run in self._search(f"tags.`{PARENT}` = '{self._id}' and tags.`{STEP}` = '{of.key}'"):
            self._nested[of.key] = _known(run)
            return self._nested[of.key]
        began, ended = int(1000 * of.began), int(1000 * of.ended)
        tags = {**of.tags, PARENT: self._id, STEP: of.key}
        run = self._client.create_run(self._experiment, began, tags, of.name)
        self._nested[of.key] = _Known(run.info.run_id, set())
        self._client.set_terminated(run.info.run_id, "FINISHED", ended)
        return self._nested[of.key]

    def _found_run(self) -> None:
        """Finds the run of the whole in the store, or makes it, and looks what is nested in it."""
        if self._run is not None:
            return
        self._experiment = self._found_experiment()
        run = next(iter(self._search(f"tags.`{OWN}` = '{self._own}'")), None)
        if run is None:
            run = self._client.create_run(self._experiment, tags={**self._tags, OWN: self._own}, run_name=self._name)
        else:
            for name, value in self._tags.items():
                if run.data.tags.get(name) != value:
                    self._client.set_tag(run.info.run_id, name, value)
        self._id = run.info.run_id
        self._client.update_run(self._id, "RUNNING")
        for nested in self._search(f"tags.`{PARENT}` = '{self._id}'"):
            self._nested[nested.data.tags.get(STEP, "")] = _known(nested)
        self._run = run

    def _found_experiment(self) -> str:
        from mlflow.exceptions import MlflowException

        found = self._client.get_experiment_by_name(self.experiment)
        if found is None:
            try:
                return str(self._client.create_experiment(self.experiment))
            except MlflowException:  # another process has made it meanwhile
                found = self._client.get_experiment_by_name(self.experiment)
                if found is None:
                    raise
        return str(found.experiment_id)

    def _search(self, wanted: str) -> Iterable[Run]:
        token: str | None = None
        while token != "":
            page: Any = self._client.search_runs(
                [self._experiment], wanted, max_results=RUNS_AT_ONCE, page_token=token or None
            )
            yield from page
            token = page.token or ""

    def _end(self, status: Status, metrics: Sequence[Measured], files: Iterable[Path]) -> None:
        from mlflow.entities import Metric

        self._found_run()
        assert self._run is not None  # noqa: S101 - it was found
        self._deliver()
        there, now = self._run.data.metrics, int(1000 * time.time())
        new = [each for each in metrics if there.get(each.name) != each.value]
        self._log_metrics(self._id, [Metric(each.name, each.value, now, each.step) for each in new])
        for path in files:
            self._client.log_artifact(self._id, str(path))
        self._client.set_terminated(self._id, status)


def _known(run: Run) -> _Known:
    return _Known(run.info.run_id, set(run.data.tags.get(SAID, "").split()))


def _status(error: MlflowException) -> int:
    return int(error.get_http_status_code())  # type: ignore[no-untyped-call]
