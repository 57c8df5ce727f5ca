"""With HF_HUB_OFFLINE all that is cached runs as it does online, and what is missing is listed before the start."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny_world import write_encoder, write_root

from loopback_hub import COMMIT, Hub, files_below, serving

NAME = "somebody/tiny-bert"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with serving({NAME: files_below(write_encoder(tmp_path / "encoder"))}) as hub:
        yield hub


@pytest.fixture
def machine(tmp_path: Path, hub: Hub) -> dict[str, str]:
    """A user's machine whose caches are empty; https leads nowhere."""
    return os.environ | {
        "HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "hub-cache"), "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "HF_HUB_OFFLINE": "0", "no_proxy": "127.0.0.1,localhost", "https_proxy": "http://127.0.0.1:9",
    }  # fmt: skip


def reproduce(
    root: Path, out: Path, machine: dict[str, str], *more: str, encoder: str = NAME
) -> subprocess.CompletedProcess[str]:
    command = (
        "reproduce", "table2", "--encoder", f"m-bert={encoder}", "--data", str(root), "--out", str(out), "--seeds", "1",
        "--lr", "0.01", "--epochs", "1", "--precision", "fp32", "--device", "cpu", "--floors", "most-frequent-tag",
    )  # fmt: skip
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "crossglot", *command, *more], env=machine, capture_output=True, text=True, check=False
    )


def test_what_is_cached_runs_as_it_does_online(hub: Hub, machine: dict[str, str], tmp_path: Path) -> None:
    root = write_root(tmp_path / "root")
    online = reproduce(root, tmp_path / "online", machine)
    assert online.returncode == 0, online.stderr
    asked = len(hub.asked)
    off = machine | {"HF_HUB_OFFLINE": "1"}
    offline = reproduce(root, tmp_path / "offline", off, "--get")
    assert offline.returncode == 0, offline.stderr
    assert len(hub.asked) == asked
    results = [(tmp_path / run / "results.csv").read_text(encoding="utf-8") for run in ("online", "offline")]
    assert results[0] == results[1]
    assert offline.stderr.count("UD_Spanish-GSD") == 1, "listed, though not fetched"
    assert "HF_HUB_OFFLINE is set: nothing is fetched" in offline.stderr
    assert NAME not in offline.stderr, "nothing of it is missing"

    for weights in (tmp_path / "hub-cache").rglob("model.safetensors"):
        weights.unlink()
    again = reproduce(root, tmp_path / "offline", off)
    assert again.returncode == 0, "finished work needs no weights"
    assert f"{NAME}" in again.stderr
    assert "the hub's cache lacks weights" in again.stderr
    shutil.rmtree(tmp_path / "hub-cache")
    gone = reproduce(root, tmp_path / "elsewhere", off)
    assert gone.returncode == 2
    assert "the hub's cache lacks config.json, tokenizer, weights" in gone.stderr
    assert gone.stderr.index("UD_Spanish-GSD") < gone.stderr.index("error: "), "one list, before anything else"
    assert COMMIT not in gone.stderr


@pytest.mark.slow
def test_without_a_network_what_is_there_is_run_too(hub: Hub, machine: dict[str, str], tmp_path: Path) -> None:
    root = write_root(tmp_path / "root")
    online = reproduce(root, tmp_path / "online", machine)
    assert online.returncode == 0, online.stderr
    hub.shutdown()
    hub.server_close()
    cut = reproduce(root, tmp_path / "cut", machine)
    assert cut.returncode == 0, cut.stderr
    results = [(tmp_path / run / "results.csv").read_text(encoding="utf-8") for run in ("online", "cut")]
    assert results[0] == results[1]
    refused = reproduce(root, tmp_path / "cut", machine, "--get")
    assert refused.returncode == 2
    assert refused.stderr.count("error: ") == 1
    assert "cannot be reached" in refused.stderr
