"""Where the steps of a command run, as its options say."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crossglot.errors import UsageError

if TYPE_CHECKING:
    from crossglot.engine.executor import Executor


@dataclass(frozen=True, slots=True)
class Where:
    """What `--executor` and the options around it were given, and `--store`."""

    kind: str
    address: str | None
    jobs: int | None
    threads: int | None
    gpus: float | None = None
    store: str = ""

    def check(self) -> None:
        """Refuses what cannot be, before any work.

        Raises:
            UsageError: for a kind that there is none of, or an option that belongs to another one.
        """
        if self.kind not in ("local", "ray"):
            raise UsageError(f"--executor {self.kind}: there are two, local and ray")
        for option, value in (("--address", self.address), ("--gpus", self.gpus)):
            if value is not None and self.kind != "ray":
                raise UsageError(f"{option} {value}: belongs to --executor ray")
        if self.store:
            from crossglot.engine.remote_store import check_url

            check_url(self.store)
        if self.kind == "ray":
            from crossglot.engine.ray_cluster import require_ray

            require_ray()

    @contextmanager
    def executor(self) -> Iterator[tuple[Executor, int]]:
        """The executor, until the block ends, and how many steps it runs at the same time.

        Ray prints what befalls its nodes to standard output, which is results': here it goes to standard error.

        Raises:
            CrossglotError: if there is no such executor, or no cluster answers at the address.
        """
        self.check()
        if self.kind == "local":
            from crossglot.engine.local import Local

            yield Local(self.jobs or 1, self.threads), self.jobs or 1
            return
        from crossglot.engine.on_ray import Ray

        with redirect_stdout(sys.stderr):
            cluster = Ray(self.address, self.jobs, self.threads or 1, self.gpus or 1.0)
            try:
                yield cluster, cluster.room()
            finally:
                cluster.leave()
