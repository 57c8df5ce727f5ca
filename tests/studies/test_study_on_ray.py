"""A study's results are the same bytes on Ray, started by the command as a user does; its ports are on loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from toy_world import write_encoder, write_root

pytestmark = pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed")

LISTENS = "0A"
LOOPBACK = ("0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000")


def listening(mark: str) -> set[str]:
    """Addresses, as the system writes them, at which processes listen whose environment has the mark."""
    sockets = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (process / "environ").read_bytes():
                sockets |= {str(handle.readlink()) for handle in (process / "fd").iterdir()}
        except OSError:
            continue
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            _, local, _, state, *_, _, _, inode = line.split()[:10]
            if state == LISTENS and f"socket:[{inode}]" in sockets:
                found.add(local.rpartition(":")[0])
    return found


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="this system does not say who listens")
def test_a_study_on_ray_is_the_same_to_the_byte_and_nobody_else_can_reach_it(tmp_path: Path) -> None:
    write_root(tmp_path / "data")
    write_encoder(tmp_path / "tiny")
    command = (
        f"{sys.executable} -m crossglot reproduce table2 --encoder m-bert=tiny --data data --sources en "
        "--targets en,de --floors none --seeds 1 --epochs 1 --lr 1e-3 --precision fp32 --device cpu --threads 1"
    ).split()
    here = subprocess.run([*command, "--out", "here"], cwd=tmp_path, check=False, capture_output=True)  # noqa: S603
    assert here.returncode == 0, here.stderr
    mark = f"CROSSGLOT_TEST_MARK={tmp_path}"
    environment = os.environ | dict([mark.split("=", 1)])
    there = subprocess.Popen(  # noqa: S603
        [*command, "--out", "there", "--executor", "ray", "--jobs", "2", "--json"],
        cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    seen: set[str] = set()
    while there.poll() is None:
        seen |= listening(mark)
        time.sleep(0.5)
    output, errors = there.communicate()
    assert there.returncode == 0, errors
    assert json.loads(output)["report"] == "there/report.html", "nothing else is on standard output"
    assert "raylet" not in errors
    assert seen, "it listened somewhere"
    assert seen <= set(LOOPBACK)
    for name in ("results.csv", "claims.csv"):
        assert (tmp_path / "there" / name).read_bytes() == (tmp_path / "here" / name).read_bytes()
