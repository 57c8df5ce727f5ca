"""README's first lines from an empty cache: by name, again with the servers switched off, and after kills."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crossglot.results.rows import read_results
from loopback_files import Answer, Files
from loopback_hub import Hub
from toy_world import write_encoder, write_root
from try_hub import world

pytestmark = pytest.mark.slow

NAME = "somebody/tiny"
LINE = (
    "-m", "crossglot", "reproduce", "table2", "--encoder", NAME, "--get", "--sources", "en", "--targets", "en,de",
    "--lr", "1e-3", "--head-start", "random", "--epochs", "1", "--seeds", "1", "--floors", "most-frequent-tag",
    "--threads", "1",
)  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Hub, Files]]:
    folder = tmp_path_factory.mktemp("served")
    with world({NAME: write_encoder(folder / "tiny")}, write_root(folder / "data")) as both:
        yield both


def machine(served: tuple[Hub, Files], home: Path) -> dict[str, str]:
    """The environment of a user whose cache is below `home`, for whom the net is those servers."""
    hub, files = served
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CROSSGLOT_", "HF_"))}
    there = {"HF_ENDPOINT": hub.url, "CROSSGLOT_MIRROR": files.url}
    return kept | there | {"HF_HOME": str(home / "hf"), "XDG_CACHE_HOME": str(home)}


def finished(out: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(  # noqa: S603
        [sys.executable, *LINE, "--out", str(out)], env=environment, capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_the_line_runs_from_an_empty_cache_and_again_with_the_servers_off(
    served: tuple[Hub, Files], tmp_path: Path
) -> None:
    told = finished(tmp_path / "first", machine(served, tmp_path / "home"))
    assert "UD_English-EWT" in told and "downloading model.safetensors" in told
    first = read_results(tmp_path / "first" / "results.csv")
    assert first.filter(system="tiny", target="de", aggregate="mean")["value"].null_count() == 0
    nowhere = {"HF_ENDPOINT": "http://127.0.0.1:9", "CROSSGLOT_MIRROR": "http://127.0.0.1:9"}
    for offline in ({}, {"HF_HUB_OFFLINE": "1"}):
        out = tmp_path / f"again{len(offline)}"
        told = finished(out, machine(served, tmp_path / "home") | nowhere | offline)
        assert "downloading" not in told
        assert read_results(out / "results.csv").equals(first)


def test_killed_at_ten_moments_of_the_download_the_same_line_ends_as_if_undisturbed(
    served: tuple[Hub, Files], tmp_path: Path
) -> None:
    hub, files = served
    finished(tmp_path / "undisturbed", machine(served, tmp_path / "calm"))
    environment = machine(served, tmp_path / "home")
    paths = list(files.content)
    for moment in range(10):
        hub.asked.clear()
        files.asked.clear()
        for path in paths:
            files.answers[path] = [Answer(pause=0.05)]
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, *LINE, "--out", str(tmp_path / "out")], env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until = time.monotonic() + 120
        while process.poll() is None and len(hub.asked) + len(files.asked) <= moment and time.monotonic() < until:
            time.sleep(0.005)
        process.kill()
        process.wait()
    for path in paths:
        files.answers.pop(path, None)
    finished(tmp_path / "out", environment)
    assert read_results(tmp_path / "out" / "results.csv").equals(read_results(tmp_path / "undisturbed" / "results.csv"))
