"""README's first lines from an empty cache: by name, again with the servers switched off, and after kills.

With a tiny encoder, and with the two real ones where CROSSGLOT_ENCODERS and CROSSGLOT_DATA name them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from crossglot.results.rows import read_results
from loopback_files import Answer, Files
from loopback_hub import COMMIT, Hub
from toy_world import write_encoder, write_root
from try_hub import ENCODERS, world

pytestmark = pytest.mark.slow

TINY = "somebody/tiny"
SMALL = (
    "--get", "--sources", "en", "--targets", "en,de", "--max-train", "32", "--max-test", "32", "--lr", "1e-3",
    "--head-start", "random", "--epochs", "1", "--seeds", "1", "--floors", "most-frequent-tag", "--threads", "1",
)  # fmt: skip
NOWHERE = {"HF_ENDPOINT": "http://127.0.0.1:9", "CROSSGLOT_MIRROR": "http://127.0.0.1:9"}


@dataclass
class Net:
    """What a user has of the net: servers, and the line that is given."""

    hub: Hub
    files: Files
    line: tuple[str, ...]
    pause: float

    def machine(self, home: Path) -> dict[str, str]:
        """The environment of a user whose caches are below `home`, for whom the net is those servers."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CROSSGLOT_", "HF_"))}
        there = {"HF_ENDPOINT": self.hub.url, "CROSSGLOT_MIRROR": self.files.url}
        return kept | there | {"HF_HOME": str(home / "hf"), "XDG_CACHE_HOME": str(home)}

    def slow_down(self, pause: float) -> None:
        """Every answer takes its time, so that there is a middle to be killed in."""
        self.hub.pause = pause
        for path in list(self.files.content):
            self.files.answers[path] = [Answer(pause=0.0005 if len(self.files.content[path]) > 99_999 else 0.05)]
            self.files.forever.add(path)
            if not pause:
                self.files.answers.pop(path)
                self.files.forever.discard(path)


@pytest.fixture(scope="module", params=["tiny", "real"])
def net(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Net]:
    if request.param == "tiny":
        folder = tmp_path_factory.mktemp("served")
        with world({TINY: write_encoder(folder / "tiny")}, write_root(folder / "data")) as (hub, files):
            yield Net(hub, files, ("reproduce", "table2", "--encoder", TINY, *SMALL), 0.02)
        return
    encoders, data = os.environ.get("CROSSGLOT_ENCODERS"), os.environ.get("CROSSGLOT_DATA")
    if encoders is None or data is None:
        pytest.skip("CROSSGLOT_ENCODERS and CROSSGLOT_DATA do not name the real ones")
    folders = {name: Path(encoders) / folder for name, folder in ENCODERS.items()}
    named = zip(("m-bert", "en-bert"), ENCODERS, strict=True)
    options = [part for role, name in named for part in ("--encoder", f"{role}={name}")]
    with world(folders, Path(data)) as (hub, files):
        yield Net(hub, files, ("reproduce", "table2", "table8", *options, *SMALL), 0.1)


def finished(net: Net, out: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "crossglot", *net.line, "--out", str(out)], env=environment, capture_output=True,
        text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stderr


def commits(out: Path) -> set[str]:
    about = json.loads((out / "versions.json").read_text(encoding="utf-8"))
    return {encoder["revision"] for encoder in about["encoders"].values()}


def test_the_line_runs_from_an_empty_cache_and_again_with_the_servers_off(net: Net, tmp_path: Path) -> None:
    told = finished(net, tmp_path / "first", net.machine(tmp_path / "home"))
    assert "UD_English-EWT" in told
    assert "downloading model.safetensors" in told
    first = read_results(tmp_path / "first" / "results.csv")
    scores = first.filter(experiment="table2", target="de", aggregate="mean")["value"]
    assert len(scores) > 0
    assert scores.null_count() == 0
    assert commits(tmp_path / "first") == {COMMIT}
    for offline in ({}, {"HF_HUB_OFFLINE": "1"}):
        out = tmp_path / f"again{len(offline)}"
        told = finished(net, out, net.machine(tmp_path / "home") | NOWHERE | offline)
        assert "downloading" not in told
        assert read_results(out / "results.csv").equals(first)
        assert commits(out) == {COMMIT}


def killed(net: Net, out: Path, environment: dict[str, str], when: Callable[[], bool]) -> None:
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "crossglot", *net.line, "--out", str(out)], env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    until = time.monotonic() + 300
    while process.poll() is None and not when() and time.monotonic() < until:
        time.sleep(0.002)
    assert process.poll() is None, "it was to be killed in the middle of the download"
    process.kill()
    process.wait()


def test_killed_at_ten_moments_of_the_download_the_same_line_ends_as_if_undisturbed(net: Net, tmp_path: Path) -> None:
    hub, files = net.hub, net.files
    hub.sent = files.sent = 0
    finished(net, tmp_path / "undisturbed", net.machine(tmp_path / "calm"))
    treebanks, encoders = files.sent, hub.sent
    home = tmp_path / "home"
    environment = net.machine(home)
    net.slow_down(net.pause)
    files.sent = 0
    for share in (0.1, 0.4, 0.8):  # what has come in of treebanks is not sent again
        killed(net, tmp_path / "out", environment, lambda share=share: files.sent >= share * treebanks)  # type: ignore[misc]
    for share in (0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95):  # of what is left to be fetched of encoders
        hub.sent = 0
        there = [path for path in home.glob("hf/hub/*/blobs/*") if path.suffix != ".incomplete"]
        wanted = share * (encoders - sum(path.stat().st_size for path in there))
        killed(net, tmp_path / "out", environment, lambda wanted=wanted: hub.sent >= wanted)  # type: ignore[misc]
    net.slow_down(0.0)
    left = list(home.glob("hf/hub/*/blobs/*.incomplete"))
    assert left
    for path in left:
        os.utime(path, (0, 0))
    finished(net, tmp_path / "out", environment)
    results = [read_results(tmp_path / out / "results.csv") for out in ("out", "undisturbed")]
    assert results[0].equals(results[1])
    assert files.sent < 1.5 * treebanks
    assert not list(home.glob("hf/hub/*/blobs/*.incomplete")), "what was killed leaves nothing in the hub's cache"
