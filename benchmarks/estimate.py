"""What `crossglot plan --estimate` says, beside what runs took: those kept in `results/`, and one that is run now.

    python -m benchmarks.estimate --data ROOT --encoders DIR [--run] [--jobs 2]

Of the kept runs those are looked at that recorded their processor's time. The encoders that their studies name are
looked for in DIR. With `--run` a part of that study (two sources, three targets, one seed, fewer sentences) is
estimated, run and compared: on this machine, with this version. Ratios are estimated to taken: from 0.67 to 1.5 is
aimed at.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from crossglot.engine.local import Local
from crossglot.estimates.estimate import Estimate, estimate
from crossglot.runtime import machine
from crossglot.studies.planning import plan_study
from crossglot.studies.running import run_study
from crossglot.studies.study import Study, load_study

RESULTS, KEPT = Path(__file__).parents[1] / "results", "ner-matrix"
NARROWED = {"sources": ("en", "tr"), "targets": ("en", "de", "tr"), "seeds": (1,), "max_train": 200, "max_test": 60}
"""Of the kept study, what is run anew."""


def main() -> None:
    """Prints a table for each run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--encoders", type=Path, required=True)
    parser.add_argument("--run", action="store_true", help="run a part of it, too")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--recalibrate", action="store_true")
    asked = parser.parse_args()
    print("  ".join(f"{name}: {value}" for name, value in machine().items()), flush=True)
    print(f"load: {os.getloadavg()[0]:.1f}", flush=True)
    anew = asked.recalibrate
    for kept in sorted(RESULTS.iterdir()):
        took = effort(kept)
        if took:
            print(f"\n{kept.name}, taken on {took_on(kept)}")
            compare(estimated(kept / "study.toml", asked, anew=anew), took)
            anew = False
    if asked.run:
        print(f"\n{KEPT}, {NARROWED}, run now")
        run_and_compare(asked, anew=anew)


def effort(run: Path) -> list[dict[str, Any]]:
    """What a run recorded; nothing if it did not."""
    found = json.loads((run / "versions.json").read_text(encoding="utf-8")).get("effort") or []
    return found if all(each.get("core_seconds") is not None for each in found) else []


def took_on(run: Path) -> str:
    """The machine that it was run on."""
    facts = json.loads((run / "versions.json").read_text(encoding="utf-8"))["machine"]
    return ", ".join(f"{name} {facts[name]}" for name in ("processor", "cores", "threads"))


def estimated(study: Path, asked: argparse.Namespace, *, anew: bool) -> Estimate:
    """What the whole study would take here."""
    with TemporaryDirectory() as out:
        plan = plan_study(placed(load_study(str(study)), asked), Path(out))
        return estimate(plan, asked.jobs, anew=anew, say=print)


def placed(study: Study, asked: argparse.Namespace) -> Study:
    """The study with its data and encoders where they are here."""
    encoders = [
        entry.model_copy(update={"encoder": str(asked.encoders / Path(entry.encoder).name)}) for entry in study.encoders
    ]
    return study.model_copy(update={"data": asked.data, "encoders": tuple(encoders), "device": "cpu"})


def compare(said: Estimate, took: Iterable[Mapping[str, Any]]) -> None:
    """A line for each kind of step, and one for all."""
    kinds = {kind.step: kind for kind in said.kinds}
    print(f"{'kind of step':<20} {'steps':>6} {'took, core s':>13} {'elapsed s':>10} {'estimated':>10} {'ratio':>6}")
    taken, told = 0.0, 0.0
    for each in took:
        kind = kinds.get(each["step"])
        taken += each["core_seconds"]
        told += kind.seconds if kind else 0.0
        line(each["step"], each["steps"], each["core_seconds"], each["seconds"], kind.seconds if kind else None)
    line("all", sum(each["steps"] for each in took), taken, sum(each["seconds"] for each in took), told)


def line(name: str, steps: int, core: float, elapsed: float, said: float | None) -> None:
    """One kind of step."""
    ratio = f"{said / core:6.2f}" if said is not None and core else "     –"
    print(
        f"{name:<20} {steps:>6} {core:>13,.1f} {elapsed:>10,.1f} {'–' if said is None else f'{said:,.1f}':>10} {ratio}"
    )


def run_and_compare(asked: argparse.Namespace, *, anew: bool) -> None:
    """Estimates a small study, runs it and compares."""
    study = placed(load_study(str(RESULTS / KEPT / "study.toml")), asked).model_copy(update=NARROWED)
    with TemporaryDirectory() as folder:
        out = Path(folder)
        said = estimate(plan_study(study, out), asked.jobs, anew=anew, say=print)
        run_study(study, out, Local(asked.jobs))
        compare(said, effort(out))


if __name__ == "__main__":
    main()
