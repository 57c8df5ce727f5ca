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
settings.register_profile("long", settings.get_profile("untimed"), max_examples=2000)  # --hypothesis-profile=long
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The real data root, or a skip that says how to give one."""
    root = os.environ.get("CROSSGLOT_DATA")
    if not root:
        pytest.skip("set CROSSGLOT_DATA to a data root (ud/, ner/, parallel/, mono/) to run tests on real data")
    return Path(root)


@pytest.fixture(scope="session")
def real_encoders() -> Path:
    """A folder of real encoders (multilingual-e5-small, all-minilm-l6-v2), or a skip that says how to give one."""
    folder = os.environ.get("CROSSGLOT_ENCODERS")
    if not folder:
        pytest.skip(
            "set CROSSGLOT_ENCODERS to a folder with multilingual-e5-small and all-minilm-l6-v2 to test on them"
        )
    return Path(folder)
