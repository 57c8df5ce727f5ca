"""Kills work at its file-system events, one after the other, and lets it go on: run as a program, outside of pytest.

    python kill_at_events.py MODULE:FUNCTION FOLDER KILLS SEED

calls the function with `FOLDER/whole` in a child process and counts the events there. Then, KILLS times, drawn over
the whole range: in a child on a folder of its own, which SIGKILL ends at the event, and once more, to the end. On
standard output it tells as JSON how each child ended, and which finished steps the killed one had left (see `Told`).
Children are forked from a process that has imported all and computed nothing, so that each costs its work alone.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

EVENTS = {
    "open", "fcntl.flock", "os.chmod", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink",
    "os.truncate", "os.utime", "shutil.copyfile", "shutil.move", "shutil.rmtree",
}  # fmt: skip
"""What Python tells of the file system, before it happens."""

IN_WORKERS = "CROSSGLOT_TESTS_KILL_AT"
"""Variable of the environment: workers that import the steps are killed at this event, `NUMBER FOLDER`."""

Finished = dict[str, tuple[int, int]]


class Told(NamedTuple):
    """How a kill went.

    Attributes:
        event: its number.
        folder: the name of the folder.
        ended: 9 if it was killed; 0 if it came to its end before.
        finished: finished steps after the kill: id → inode and time of their records.
        again: the same when it had come to its end.
        error: what the second child said, if it failed.
    """

    event: int
    folder: str
    ended: int
    finished: Finished
    again: Finished
    error: str


def kills(work: str, folder: Path, count: int, *, seed: int, paths: tuple[Path, ...] = ()) -> tuple[int, list[Told]]:
    """Runs this program; how many events there are, and how each kill went."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([*map(str, paths), os.environ.get("PYTHONPATH", "")])}
    program = [sys.executable, __file__, work, str(folder), str(count), str(seed)]
    ran = subprocess.run(program, capture_output=True, text=True, env=environment, check=False)  # noqa: S603
    assert ran.returncode == 0, ran.stderr
    total, told = json.loads(ran.stdout.splitlines()[-1])
    return total, [Told(*one) for one in told]


def kill_at(number: int, folder: str) -> Callable[[], int]:
    """From now on the events in a folder are counted, and at that one this process is killed; returns the counter."""
    seen = 0

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal seen
        here = any(isinstance(one, str) and folder in one for one in arguments)
        if event not in EVENTS or not (here or event == "fcntl.flock"):
            return
        if event == "open" and not arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            return
        seen += 1
        if seen == number:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    return lambda: seen


def kill_workers() -> None:
    """In a worker process, if the environment says so: be killed at an event of its own."""
    number, _, folder = os.environ.get(IN_WORKERS, "").partition(" ")
    if folder and sys.argv[0] == "-c":
        kill_at(int(number), folder)


def finished(folder: Path) -> Finished:
    """Finished steps: id → inode and time of their records."""
    records = sorted((folder / "steps").glob("[!.]*/step.json"))
    return {path.parent.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in records}


def _child(work: Callable[[Path], object], folder: Path, number: int, log: Path) -> tuple[int, int]:
    """How a child ended that is killed at an event, and how many events it told of (if it was not killed)."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        with log.open("w") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        counter = kill_at(number, str(folder))
        try:
            work(folder)
            os.write(theirs, str(counter()).encode())
        except BaseException:
            import traceback

            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as file:
        said = file.read()
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), int(said or 0)


def _main() -> None:
    work_name, base, count, seed = sys.argv[1:]
    module, _, name = work_name.partition(":")
    work: Callable[[Path], object] = getattr(importlib.import_module(module), name)
    folder, log = Path(base), Path(base) / "log"
    folder.mkdir(parents=True, exist_ok=True)
    ended, total = _child(work, folder / "whole", 0, log)
    if ended:
        sys.exit(log.read_text())
    chosen = sorted(random.Random(int(seed)).sample(range(1, total + 1), min(int(count), total)))
    told = []
    for number in chosen:
        own = folder / f"killed-{number}"
        ended, _ = _child(work, own, number, log)
        before = finished(own)
        again, _ = _child(work, own, 0, log)
        error = log.read_text() if again else ""
        told.append(Told(number, own.name, -ended if ended < 0 else ended, before, finished(own), error))
    print(json.dumps([total, told]))  # noqa: T201


if __name__ == "__main__":
    _main()
