"""A plan of four additions, to be killed in the middle of it."""

from __future__ import annotations

import os
from pathlib import Path

from toy_steps import Add

from crossglot.engine.local import Local
from crossglot.engine.plan import Plan
from crossglot.engine.store import Store
from kill_at_events import IN_WORKERS, kill_workers

kill_workers()


class Sum(Add):
    """An addition of which workers know where they are to be killed, as they import it from here."""


def steps(folder: Path) -> list[Sum]:
    """Two additions, one of both, and one of all."""
    log = folder.parent / "log-of-steps"
    one, two = Sum(left=1, right=1, log=log), Sum(left=2, right=2, log=log)
    three = Sum(left=one, right=two, log=log)
    return [one, two, three, Sum(left=three, right=two, log=log)]


def in_one_process(folder: Path) -> None:
    """Runs them here."""
    _run(folder, 1)


def killing_workers(folder: Path) -> None:
    """Runs them in two processes that are killed at an event of theirs, again and again until all is done."""
    for number in (4, 12, 20, 0):
        os.environ[IN_WORKERS] = f"{number} {folder}"
        try:
            _run(folder, 2)
        except RuntimeError:
            continue
        return


def _run(folder: Path, jobs: int) -> None:
    error = Local(jobs=jobs).run(Plan.of(steps(folder)), Store(folder / "steps")).error()
    if error is not None:
        raise RuntimeError(error)
