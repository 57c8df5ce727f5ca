"""Fixtures that every part's tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # no test may reach for the network
os.environ.setdefault("OMP_NUM_THREADS", "1")  # threads cost tiny models more than they give

# A busy machine is no failure: nothing is timed in tests.
settings.register_profile("untimed", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The real data root, or a skip that says how to give one."""
    root = os.environ.get("CROSSGLOT_DATA")
    if not root:
        pytest.skip("set CROSSGLOT_DATA to a data root (ud/, ner/, parallel/, mono/) to run tests on real data")
    return Path(root)
