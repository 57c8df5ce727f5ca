"""Fixtures that every part's tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # no test may reach for the network


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The real data root, or a skip that says how to give one."""
    root = os.environ.get("CROSSGLOT_DATA")
    if not root:
        pytest.skip("set CROSSGLOT_DATA to a data root (DESIGN: ud/, ner/, parallel/, mono/) to run tests on real data")
    return Path(root)
