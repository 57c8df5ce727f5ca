"""Connecting to a Ray cluster, or starting one on this machine that nobody else can reach."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from crossglot.engine.workers import cores
from crossglot.errors import CrossglotError, UsageError
from crossglot.remedies import called

_log = logging.getLogger(__name__)

OWN = {
    "RAY_USAGE_STATS_ENABLED": "0",  # nothing is sent to Ray's makers
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # how Ray names, on every system: all ports on loopback
    "RAY_AUTH_MODE": "token",
}
"""Environment of a cluster of our own; what the user has set counts more."""

OURS_TO_RETRY = {
    "RAY_task_oom_retries": "0",
    "RAY_grpc_client_keepalive_time_ms": "30000",
    "RAY_grpc_client_keepalive_timeout_ms": "30000",
}
"""Of whoever gives tasks to Ray: what a node's lack of memory ended is tried once more in another way, not for ever;
what is on a node whose network is gone, so that no connection is closed, is missed within a minute and not in seven."""

RAYS_STORE = 100 * 2**20
"""Bytes of Ray's store of objects: ours are small, for results go through the store of steps."""

SECONDS_TO_ANSWER = 10.0


def connected(address: str | None, jobs: int | None, threads: int) -> None:
    """Makes sure that this process is connected to a cluster, as it stays from then on.

    Args:
        address: see `Ray`.
        jobs: steps at the same time that a cluster of our own has cores for.
        threads: cores of each.

    Raises:
        UsageError: if Ray is not installed, or the address is none.
        CrossglotError: if no cluster answers there.
    """
    require_ray()
    if "ray" not in sys.modules:  # which reads its environment as it is imported
        own = OWN | {"RAY_AUTH_TOKEN": secrets.token_hex(32)} if address is None else {}
        for name, value in (OURS_TO_RETRY | own).items():
            os.environ.setdefault(name, value)
    if address is not None:
        _look(address)
    import ray

    if ray.is_initialized():
        return
    if address is None:
        count = (jobs or max(1, cores() // threads)) * threads
        _initialise("this machine", address="local", num_cpus=count, object_store_memory=RAYS_STORE)
    else:
        _initialise(address, address=address)


def slots(threads: int) -> int:
    """How many steps of so many cores each have room on the cluster as it is now, at least one."""
    import ray

    found = sum(int(node["Resources"].get("CPU", 0) // threads) for node in ray.nodes() if node["Alive"])
    if not found:
        _log.warning("no node of the cluster has %d cores now: steps wait until one comes that has", threads)
    return max(found, 1)


def require_ray() -> None:
    """Makes sure that Ray is installed.

    Raises:
        UsageError: if it is not.
    """
    if find_spec("ray") is None:
        raise UsageError("Ray is not installed here, which runs steps on clusters\n  pip install 'crossglot[ray]'")


def _initialise(where: str, **options: object) -> None:
    import ray

    try:
        with _own_handlers():
            ray.init(include_dashboard=False, log_to_driver=False, logging_level="error", **options)
    except (ray.exceptions.RayError, ConnectionError, RuntimeError, ValueError, OSError) as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise CrossglotError(f"{where}: no Ray cluster can be used there: {first}") from error


def _look(address: str) -> None:
    """Whether anything answers at an address: Ray itself would try for minutes."""
    if address == "auto":
        return
    host, colon, port = address.rpartition(":")
    option = called("address") or "address"
    if not (colon and port.isdecimal() and host) or "//" in address:
        raise UsageError(f"{option}: {address} is no address: write HOST:PORT as `ray start` says it, or auto")
    try:
        socket.create_connection((host.strip("[]"), int(port)), SECONDS_TO_ANSWER).close()
    except (OSError, OverflowError) as error:
        raise CrossglotError(
            f"{address}: no Ray cluster answers there ({error})\n"
            "  start one with `ray start`, or name the address that it printed"
        ) from error


@contextmanager
def _own_handlers() -> Iterator[None]:
    """Ray replaces the handler of SIGTERM; a command has its own, which tidies up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
