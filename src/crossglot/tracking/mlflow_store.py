"""An MLflow store: where it is, and what is asked of it.

Where it is, is said as to any program that uses MLflow: by MLFLOW_TRACKING_URI and its neighbours in the environment.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from crossglot.errors import UsageError
from crossglot.remedies import called
from crossglot.tracking.secrets import shown_address, without_secrets

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

EXPERIMENT = "crossglot"
"""The MLflow experiment that runs are in, where MLFLOW_EXPERIMENT_NAME names no other."""
OWN, STEP, SAID = "crossglot.run", "crossglot.step", "crossglot.said"
"""Tags: which run of ours a run is; which step; which steps have said what they have to say of it."""
PARENT = "mlflow.parentRunId"
CALM = {
    "MLFLOW_DISABLE_TELEMETRY": "true",  # nothing goes anywhere but to the store
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",  # standard output is the results', and the address may be secret
    "MLFLOW_LOGGING_LEVEL": "ERROR",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",  # seconds; MLflow's own are 120, and 7 retries in four minutes
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
}
"""What MLflow is told in the environment, where the user has not said it."""
METRICS_AT_ONCE, RUNS_AT_ONCE = 900, 1000
LONGEST_PARAM, LONGEST_REASON = 500, 200
_CAUSE = re.compile(r"""\(Caused by \w+\(["'](?:.*?\): )?(.*?)["']\)""")
"""What urllib3 has met, within what requests and MLflow make of it."""

Status = Literal["FINISHED", "FAILED", "KILLED"]


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric's value; `step` counts what it is a curve over."""

    name: str
    value: float
    step: int = 0


@dataclass(frozen=True, slots=True)
class NestedRun:
    """A run below the one of the whole.

    Attributes:
        key: finds it again.
        name: how it is called.
        params: what does not change.
        tags: of it.
        began: in seconds since 1970.
        ended: likewise.
    """

    key: str
    name: str
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    began: float = 0.0
    ended: float = 0.0


@dataclass(slots=True)
class Known:
    """A run that is in the store: its id there, who has said something of it, and its metrics' latest values."""

    run_id: str
    said: set[str]
    metrics: Mapping[str, float]


class MlflowStore:
    """The store that the environment names. All but the opening may raise whatever MLflow, or a network, does.

    Raises:
        UsageError: if the address is of a kind that MLflow, as installed here, has no store for.
    """

    def __init__(self) -> None:
        for name, value in CALM.items():
            os.environ.setdefault(name, value)
        import mlflow
        from mlflow import MlflowClient

        self._address = str(mlflow.get_tracking_uri())
        self._experiment = os.environ.get("MLFLOW_EXPERIMENT_NAME") or EXPERIMENT
        self._experiment_id = ""
        self._client = self._opened(MlflowClient)

    @property
    def where(self) -> str:
        """Address and experiment, for messages."""
        return f"{shown_address(self._address)}, experiment {self._experiment}"

    def reason(self, error: BaseException) -> str:
        """What went wrong in one line, without anything secret."""
        text = without_secrets(str(error), self._address).strip()
        cause = _CAUSE.search(text)
        first = cause[1] if cause else (text.splitlines() or [type(error).__name__])[0]
        return first[:LONGEST_REASON]

    def run(self, own: str, name: str, tags: Mapping[str, str]) -> Known:
        """The run of the whole, found by what is its own, or made; it goes on now."""
        self._experiment_id = self._experiment_id or self._found_experiment()
        found = next(iter(self._search(f"tags.`{OWN}` = '{own}'")), None)
        if found is None:
            return _known(self._client.create_run(self._experiment_id, tags={**tags, OWN: own}, run_name=name))
        for key, value in tags.items():
            if found.data.tags.get(key) != value:
                self._client.set_tag(found.info.run_id, key, value)
        self._client.update_run(found.info.run_id, "RUNNING")
        return _known(found)

    def nested(self, parent: str) -> dict[str, Known]:
        """All runs nested in one, by key."""
        return {run.data.tags.get(STEP, ""): _known(run) for run in self._search(f"tags.`{PARENT}` = '{parent}'")}

    def nest(self, parent: str, of: NestedRun) -> Known:
        """A nested run, which another process may have made meanwhile; a new one has no parameters yet."""
        for run in self._search(f"tags.`{PARENT}` = '{parent}' and tags.`{STEP}` = '{of.key}'"):
            return _known(run)
        tags = {**of.tags, PARENT: parent, STEP: of.key}
        made = _known(self._client.create_run(self._experiment_id, int(1000 * of.began), tags, of.name))
        self._client.set_terminated(made.run_id, "FINISHED", int(1000 * of.ended))
        return made

    def log(
        self,
        run_id: str,
        metrics: Sequence[Measured],
        at: float,
        params: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Logs metrics of a time (in seconds since 1970), parameters and tags; the tags last."""
        from mlflow.entities import Metric, Param, RunTag

        every = [Metric(each.name, each.value, int(1000 * at), each.step) for each in metrics]
        for begin in range(METRICS_AT_ONCE, len(every), METRICS_AT_ONCE):
            self._client.log_batch(run_id, every[begin : begin + METRICS_AT_ONCE], synchronous=True)
        settings = [Param(key, text[:LONGEST_PARAM]) for key, text in (params or {}).items()]
        said = [RunTag(key, text) for key, text in (tags or {}).items()]
        self._client.log_batch(run_id, every[:METRICS_AT_ONCE], settings, said, synchronous=True)

    def keep(self, run_id: str, files: Iterable[Path]) -> None:
        """Keeps files with a run, in the place of those of the same names."""
        for path in files:
            self._client.log_artifact(run_id, str(path))

    def end(self, run_id: str, status: Status) -> None:
        """The run is over."""
        self._client.set_terminated(run_id, status)

    def _opened(self, client: Callable[[str], MlflowClient]) -> MlflowClient:
        """A client; what is in the way of a store on this machine is the user's to mend, before any work."""
        if self._address.startswith(("http://", "https://")):
            return client(self._address)
        from mlflow.exceptions import MlflowException

        try:
            opened = client(self._address)
            opened.get_experiment_by_name(self._experiment)
        except (MlflowException, ImportError) as error:
            raise UsageError(
                f"{called('track', 'mlflow')}: {shown_address(self._address)}: MLflow cannot use this store: "
                f"{self.reason(error).partition('. ')[0]}\n"
                "  set MLFLOW_TRACKING_URI to the address of a server; for a database on this machine, "
                "pip install mlflow; for a folder, set MLFLOW_ALLOW_FILE_STORE=true"
            ) from error
        return opened

    def _found_experiment(self) -> str:
        from mlflow.exceptions import MlflowException

        found = self._client.get_experiment_by_name(self._experiment)
        if found is None:
            try:
                return str(self._client.create_experiment(self._experiment))
            except MlflowException:
                found = self._client.get_experiment_by_name(self._experiment)
                if found is None:  # or else another process has made it meanwhile
                    raise
        return str(found.experiment_id)

    def _search(self, wanted: str) -> Iterable[Run]:
        token: str | None = None
        while token != "":
            page: Any = self._client.search_runs(
                [self._experiment_id], wanted, max_results=RUNS_AT_ONCE, page_token=token or None
            )
            yield from page
            token = page.token or ""


def cannot_be(error: Exception) -> bool:
    """Whether the store will never take what it was given, which is not as it wants it."""
    from mlflow.exceptions import MlflowException

    return isinstance(error, MlflowException) and error.error_code == "INVALID_PARAMETER_VALUE"


def _known(run: Run) -> Known:
    return Known(run.info.run_id, set(run.data.tags.get(SAID, "").split()), run.data.metrics)
