"""What an MLflow store holds, read by MLflow's own client."""

from __future__ import annotations

from typing import Any, NamedTuple


class Told(NamedTuple):
    """A run: metrics with all their points (step, value), in the order of the steps."""

    id: str
    name: str
    status: str
    parent: str | None
    params: dict[str, str]
    metrics: dict[str, list[tuple[int, float]]]
    tags: dict[str, str]
    files: list[str]


def told(address: str, experiment: str = "crossglot") -> list[Told]:
    """All runs of an experiment, those that nest others first."""
    from mlflow import MlflowClient

    client: Any = MlflowClient(address)
    found = client.get_experiment_by_name(experiment)
    runs = client.search_runs([found.experiment_id], max_results=1000) if found else []
    return sorted((_told(client, run) for run in runs), key=lambda run: (run.parent is not None, run.name))


def _told(client: Any, run: Any) -> Told:
    metrics = {
        name: sorted((each.step, each.value) for each in client.get_metric_history(run.info.run_id, name))
        for name in run.data.metrics
    }
    return Told(
        run.info.run_id, run.info.run_name, run.info.status, run.data.tags.get("mlflow.parentRunId"),
        dict(run.data.params), metrics, dict(run.data.tags),
        sorted(each.path for each in client.list_artifacts(run.info.run_id)),
    )  # fmt: skip
