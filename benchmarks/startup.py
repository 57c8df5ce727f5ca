"""How long `crossglot --help` takes and how much memory it needs, beside a bare Python and `import torch`.

python -m benchmarks.startup [--rounds 10]
"""

from __future__ import annotations

import argparse
import os
import sys
import time

COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "import crossglot": ["-c", "import crossglot"],
    "crossglot --help": ["-m", "crossglot", "--help"],
    "import torch": ["-c", "import torch"],
}


def one_run(arguments: list[str]) -> tuple[float, float]:
    """Seconds and peak resident megabytes of one fresh interpreter, its output thrown away."""
    start = time.perf_counter()
    nowhere = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    process = os.posix_spawn(sys.executable, [sys.executable, *arguments], os.environ, file_actions=nowhere)
    _, status, usage = os.wait4(process, 0)
    if status:
        raise SystemExit(f"{' '.join(arguments)} failed")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def main() -> None:
    """Prints the best and the median time and the peak memory of each command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    rounds = parser.parse_args().rounds
    print(f"{'':<20} {'best s':>8} {'median s':>9} {'peak MB':>8}")
    for name, arguments in COMMANDS.items():
        runs = [one_run(arguments) for _ in range(rounds)]
        seconds = sorted(run[0] for run in runs)
        print(f"{name:<20} {seconds[0]:>8.2f} {seconds[rounds // 2]:>9.2f} {max(run[1] for run in runs):>8.0f}")


if __name__ == "__main__":
    main()
