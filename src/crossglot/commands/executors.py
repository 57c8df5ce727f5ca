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
    from crossglot.engine.local import Local
    from crossglot.studies.planning import StudyPlan


@dataclass(frozen=True, slots=True)
class Where:
    """What `--executor` and the options around it were given, and `--store`."""

    kind: str = "local"
    address: str | None = None
    jobs: int | None = None
    threads: int | None = None
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
                here = "; on this machine --jobs N lets steps share its GPUs" if option == "--gpus" else ""
                raise UsageError(f"{option} {value}: belongs to --executor ray{here}")
        if self.store:
            from crossglot.engine.remote_store import check_url

            check_url(self.store)
        if self.kind == "ray":
            from crossglot.engine.ray_cluster import require_ray

            require_ray()

    @contextmanager
    def executor(self, device: str) -> Iterator[tuple[Executor, int]]:
        """The executor of steps on a device, until the block ends, and how many it runs at the same time.

        Ray prints what befalls its nodes to standard output, which is results': here it goes to standard error.

        Raises:
            CrossglotError: if there is no such executor, or no cluster answers at the address.
        """
        self.check()
        if self.kind == "local":
            here = self._here(device)
            yield here, here.jobs
            return
        from crossglot.engine.on_ray import Ray

        with redirect_stdout(sys.stderr):
            cluster = Ray(self.address, self.jobs, self.threads or 1, self.gpus or 1.0)
            try:
                yield cluster, cluster.room()
            finally:
                cluster.leave()

    def spread(self, plan: StudyPlan) -> str:
        """Over how many GPUs the plan's steps would be spread here, in words; empty where they are not."""
        from crossglot.engine.progress import spread_in_words

        here = self._here(plan.study.device)
        gpus = here.gpus(plan.steps.steps) if self.kind == "local" else ()
        return spread_in_words(here.jobs, len(gpus)) if gpus else ""

    def _here(self, device: str) -> Local:
        from crossglot.engine.local import Local

        return Local.on(device, self.jobs, self.threads)
