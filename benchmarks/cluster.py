"""Rows of a study on Ray, with 1, 2 and 4 workers: how much of the time is neither training nor predicting.

The same rows as `benchmarks.rows` watches (POS; English and German are the sources), each with its score, as steps of a
cluster on this machine; each worker has one thread. What counts as tagging is what counts there. The rest of the
processor's time is that of the workers (loading, reading, cutting into pieces, writing, scoring), of the process that
has the plan, and of Ray itself; of starting Ray and the workers, which a run does once, it is told apart.

    python -m benchmarks.cluster --encoder FOLDER [--data ROOT] [--workers 1,2,4] [--rows 8] [--max-train 400]

Each worker has `--rows` rows, however many workers there are: what a worker does once (importing torch, loading the
encoder, reading the corpora) then has the same share, as in a study that is larger where more nodes run it. What that
takes, and what is not tagging in each row after a worker's first, is told as well, so that the share can be worked out
for any number of rows. Processor's seconds, of this process and all that it started, because more workers than cores
wait for each other; wall-clock time beside them. Reads /proc, so on Linux.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.watched_row import MARK, TOLD, WatchedRow
from crossglot.engine.on_ray import Ray
from crossglot.engine.plan import Plan
from crossglot.engine.store import Store
from crossglot.steps.score import ScoreRows
from crossglot.steps.train_and_predict import TrainAndPredict
from crossglot.studies.planning import plan_study
from crossglot.studies.reproduce import reproduce_study

WHOSE = ("the workers", "the plan", "Ray")
RAYS = (b"ray::Board", b"ray::DashboardAgent", b"ray::RuntimeEnvAgent")


def processor_seconds() -> dict[str, float]:
    """Of all living processes that carry our mark, and of those of their children that ended, by whose they are."""
    mark = f"{MARK}={os.environ[MARK]}".encode()
    found: dict[str, float] = dict.fromkeys(WHOSE, 0.0)
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark not in (process / "environ").read_bytes():
                continue
            fields = (process / "stat").read_text().rpartition(")")[2].split()
            name = (process / "cmdline").read_bytes()
        except OSError:
            continue
        worker = name.startswith(b"ray::") and not name.startswith(RAYS)
        whose = "the workers" if worker else "the plan" if int(process.name) == os.getpid() else "Ray"
        found[whose] += sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return found


def less(after: dict[str, float], before: dict[str, float]) -> dict[str, float]:
    """What was spent in between."""
    return {whose: after[whose] - before[whose] for whose in WHOSE}


def measure(args: argparse.Namespace, workers: int) -> None:
    """Runs the rows with so many workers and prints a line."""
    seeds = list(range(1, args.rows * workers // 2 + 1))
    study = reproduce_study(
        ["table2"], [f"m-bert={args.encoder}"], args.data, sources=["en", "de"], seeds=seeds,
        max_train=args.max_train, max_test=args.max_test, learning_rate=3e-4, head_start="probe", precision="fp32",
        device="cpu", floors=[],
    )  # fmt: skip
    executor, began = Ray(jobs=workers), time.monotonic()
    with TemporaryDirectory() as folder:
        planned = plan_study(study, Path(folder)).steps.steps
        rows = {
            step.id: WatchedRow.model_construct(**{name: getattr(step, name) for name in TrainAndPredict.model_fields})
            for step in planned
            if isinstance(step, TrainAndPredict)
        }
        scores = [
            step.model_copy(update={"rows": tuple(rows[row.id] for row in step.rows)})
            for step in planned
            if isinstance(step, ScoreRows)
        ]
        for score in scores:
            score.__dict__.pop("id", None)
            score.__dict__.pop("dependencies", None)
        before = processor_seconds()
        executor.ask(os.getpid)
        warm = time.monotonic()
        started, store = processor_seconds(), Store(Path(folder) / "steps")
        error = executor.run(Plan.of([*rows.values(), *scores]), store).error()
        assert error is None, error
        wall, spent = time.monotonic() - warm, less(processor_seconds(), started)
        told = [json.loads((store.result(row) / TOLD).read_text(encoding="utf-8")) for row in rows.values()]
        tagging = sum(one["tagging"] for one in told)
    total, starting = sum(spent.values()), sum(less(started, before).values())
    spent["the workers"] -= tagging
    print(
        f"{workers} workers, {len(rows)} rows: {total:.1f} s of processors, {tagging:.1f} of them tagging: "
        f"{100 * (1 - tagging / total):.1f} % is not "
        f"({', '.join(f'{whose} {seconds:.1f} s' for whose, seconds in sorted(spent.items()))}); "
        f"{wall:.1f} s of wall clock on {os.cpu_count()} cores; before them Ray's start, {warm - began:.1f} s "
        f"({starting:.1f} of processors)\n  {once_and_each(told)}",
        flush=True,
    )


def once_and_each(told: Sequence[Mapping[str, float]]) -> str:
    """What a worker spends before it tags for the first time and in its first row, and what it spends in each other."""
    firsts = [min(own, key=itemgetter("began")) for own in by_process(told)]
    others = [one for one in told if one not in firsts]
    each = median(one["ended"] - one["began"] - one["tagging"] for one in others) if others else 0.0
    once = median(one["ended"] - one["tagging"] - each for one in firsts)
    row = median(one["tagging"] for one in told)
    enough = 9 * once / max(row - 9 * each, 1e-9)  # of it and the rows' rest a tenth is not tagging then
    return (
        f"of a worker {once:.1f} s once, {each:.1f} s each row beside {row:.1f} s of tagging: "
        f"with {enough:.1f} rows and more a worker, a tenth and less is not"
    )


def by_process(told: Sequence[Mapping[str, float]]) -> list[list[Mapping[str, float]]]:
    """What rows told, those of each process together."""
    found: dict[float, list[Mapping[str, float]]] = {}
    for one in told:
        found.setdefault(one["process"], []).append(one)
    return list(found.values())


def main() -> None:
    """A process for each number of workers: Ray is started anew in it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", required=True, type=Path)
    parser.add_argument("--data", type=Path, default=os.environ.get("CROSSGLOT_DATA"))
    parser.add_argument("--workers", default="1,2,4")
    parser.add_argument("--rows", type=int, default=8, help="of each worker, an even number")
    parser.add_argument("--max-train", type=int, default=400)
    parser.add_argument("--max-test", type=int, default=80)
    args = parser.parse_args()
    if MARK in os.environ:
        measure(args, int(args.workers))
        return
    for workers in args.workers.split(","):
        own = [*sys.argv[1:], "--workers", workers]
        environment = os.environ | {MARK: f"{os.getpid()}-{workers}", "OMP_NUM_THREADS": "1"}
        subprocess.run([sys.executable, "-m", "benchmarks.cluster", *own], env=environment, check=True)


if __name__ == "__main__":
    main()
