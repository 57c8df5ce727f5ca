"""Fixtures that every part's tests share."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # no test may reach for the network
os.environ.setdefault("OMP_NUM_THREADS", "1")  # threads cost tiny models more than they give

# What a machine has must not decide what a test sees: a GPU, a user's caches, a terminal's width, colours, language.
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
_CACHES = Path(tempfile.mkdtemp(prefix="crossglot-tests-"))
os.environ |= {"HF_HOME": str(_CACHES / "huggingface"), "XDG_CACHE_HOME": str(_CACHES), "TERM": "xterm-256color"}
for _name in (
    "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_TOKEN", "COLUMNS", "LINES", "TERMINAL_WIDTH", "NO_COLOR",
    "FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE", "PYTHONIOENCODING", "PYTHONWARNINGS", "CROSSGLOT_DEBUG",
    "http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy",
):  # fmt: skip
    os.environ.pop(_name, None)
atexit.register(shutil.rmtree, _CACHES, ignore_errors=True)

# Nor how the suite was started: what is ignored here, as under nohup or in the background, is ignored by all it starts.
for _number, _usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _usual)

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
