"""How fast constructed languages are made: sentences written per second, on one core, everything counted.

A lab is made as `crossglot lab make` does it: meanings drawn, said, annotated and written, file by file. Processor
seconds are counted, so that a busy machine does not matter.

    python benchmarks/lab.py [--languages en,de,hi] [--rounds 3]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from crossglot.lab import LabSpec, load_spec, make_lab

AIM = 10_000  # sentences per second


def seconds_by_kind(spec: LabSpec) -> dict[str, float]:
    """Processor seconds of making a lab, by the folder that they went into; `before` is what precedes any file."""
    spent: defaultdict[str, float] = defaultdict(float)
    last = ("before", time.process_time())

    def progress(_done: int, _total: int, name: str) -> None:
        nonlocal last
        now = time.process_time()
        spent[last[0]] += now - last[1]
        last = (name.partition("/")[0], now)

    with tempfile.TemporaryDirectory() as folder:
        make_lab(spec, Path(folder) / "lab", progress=progress)
    return spent


def sentences_by_kind(spec: LabSpec) -> dict[str, int]:
    """How many sentences a lab has in each folder."""
    sizes, languages = spec.sizes, len(spec.languages)
    annotated = sizes.train + sizes.dev + sizes.test
    return {
        "ud": languages * annotated,
        "ner": languages * annotated,
        "mono": languages * sizes.mono,
        "parallel": 2 * len(spec.parallel or spec.languages) * sizes.parallel,
        "codemix": len(spec.codemix) * annotated,
    }


def main() -> None:
    """Make a lab a few times and print sentences per second of the best round, kind by kind."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--languages", default="en,de,hi", help="of the built-in lab")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    spec = load_spec().only(options.languages.split(","))
    spent = min((seconds_by_kind(spec) for _ in range(options.rounds)), key=lambda seconds: sum(seconds.values()))
    written = sentences_by_kind(spec)
    print(f"{', '.join(spec.languages)}: best of {options.rounds}, processor seconds\n")
    print(f"{'':10} {'sentences':>10} {'seconds':>8} {'sentences/s':>12}")
    for kind, seconds in spent.items():
        if kind in written:
            print(f"{kind:10} {written[kind]:10,} {seconds:8.2f} {written[kind] / seconds:12,.0f}")
    seconds, total = sum(spent.values()), sum(written.values())
    print(f"{'in all':10} {total:10,} {seconds:8.2f} {total / seconds:12,.0f}  (aim: {AIM:,})")


if __name__ == "__main__":
    main()
