"""An MLflow store in a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossglot.tracking.mlflow_store import CALM


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a new store, which the environment names."""
    address = str(tmp_path / "mlruns")
    for name, value in {**CALM, "MLFLOW_ALLOW_FILE_STORE": "true", "MLFLOW_TRACKING_URI": address}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("MLFLOW_EXPERIMENT_NAME", raising=False)
    return address
