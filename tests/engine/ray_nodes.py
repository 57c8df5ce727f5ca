"""Ray clusters whose nodes are started as users start them, behind whatever command comes first, and can be killed.

Every process of a node has its mark in its environment, by which it is found: also those that its worker processes are.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from crossglot.engine.ray_cluster import OURS_TO_RETRY

MARK = "CROSSGLOT_TEST_NODE"
HERE = Path(__file__).parent
RAY = (sys.executable, "-c", "from ray.scripts.scripts import main; main()")

RAYS = (b"ray::Board", b"ray::IDLE", b"ray::DashboardAgent", b"ray::RuntimeEnvAgent")
"""Processes of Ray's own, by their beginnings; without its agents a node ends."""

NOTICED_SOON = {
    "RAY_health_check_initial_delay_ms": "1000",
    "RAY_health_check_period_ms": "1000",
    "RAY_health_check_timeout_ms": "3000",
    "RAY_health_check_failure_threshold": "3",
}
"""Of a head: that a node is gone it finds out within some ten seconds."""


def until(happened: Callable[[], object], seconds: float = 120) -> None:
    """Waits for what is bound to happen; the limit is for a test that fails."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


class Nodes:
    """A head and other nodes, which listen on all interfaces of the network that they are in.

    `address` is that of the cluster.
    """

    def __init__(self, folder: Path, *, first: Sequence[str], ip: str, cpus: int = 1) -> None:
        self.mark = str(folder)
        token = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
        self.environment = os.environ | OURS_TO_RETRY | NOTICED_SOON | token
        self.environment["PYTHONPATH"] = os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")])
        self._count = 0
        port = 20_000 + os.getpid() % 20_000
        self.address = f"{ip}:{port}"
        self._start(first, "--head", f"--port={port}", ip=ip, cpus=cpus)

    def add(self, *more: str, first: Sequence[str], ip: str, cpus: int = 1, **environment: str) -> str:
        """Starts a node, with more options and variables of the environment; what it is known by."""
        return self._start(first, f"--address={self.address}", *more, ip=ip, cpus=cpus, **environment)

    def _start(self, first: Sequence[str], *how: str, ip: str, cpus: int, **environment: str) -> str:
        self._count += 1
        name = f"{self.mark}/{self._count}"
        command = [
            *first, *RAY, "start", *how, f"--node-ip-address={ip}", f"--num-cpus={cpus}", "--disable-usage-stats",
            *(("--include-dashboard=false",) if "--head" in how else ()),
        ]  # fmt: skip
        done = subprocess.run(  # noqa: S603
            command, env=self.environment | environment | {MARK: name}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return name

    def processes(self, name: str = "") -> list[int]:
        """Of a node, or of all."""
        mark = f"{MARK}={name}\0" if name else f"{MARK}={self.mark}/"
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if mark.encode() in (process / "environ").read_bytes() + b"\0":
                    found.append(int(process.name))
        return found

    def workers(self) -> list[int]:
        """Processes in which steps run just now."""
        found = []
        for number in self.processes():
            with suppress(OSError):
                name = Path(f"/proc/{number}/cmdline").read_bytes()
                if name.startswith(b"ray::") and not name.startswith(RAYS):
                    found.append(number)
        return found

    def kill(self, name: str = "") -> None:
        """Ends a node, or all, as if the machine was switched off."""
        end = time.monotonic() + 30
        while (left := self.processes(name)) and time.monotonic() < end:
            for number in left:
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
            time.sleep(0.05)


@contextmanager
def nodes(folder: Path, *, first: Sequence[str], ip: str, cpus: int = 1) -> Iterator[Nodes]:
    """A cluster that ends with the block."""
    found = Nodes(folder, first=first, ip=ip, cpus=cpus)
    try:
        yield found
    finally:
        found.kill()
