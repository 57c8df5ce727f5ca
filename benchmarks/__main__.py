"""Runs benchmarks one after another, each in a process of its own.

    python -m benchmarks [NAME…]      all but the long ones, or those named

Data come from CROSSGLOT_DATA; a benchmark that cannot do without is left out, saying so.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
TOOLS = {
    "cluster",
    "estimate",
    "kept_results",
    "own_matrix",
    "rows",
    "same_results",
    "scale",
}  # of what one names: runs, a matrix, encoders
LONG = {"head_start", "parity", "subwords"}
NEED_DATA = {
    "back_transliteration",
    "baselines",
    "head_start",
    "packing",
    "parity",
    "readers",
    "subwords",
    "transliteration",
}


def benchmarks() -> list[str]:
    """Names of all benchmarks: the modules here that have a `main`."""
    paths = (path for path in FOLDER.glob("*.py") if not path.stem.startswith("_") and path.stem not in TOOLS)
    return sorted(path.stem for path in paths if "\ndef main(" in path.read_text(encoding="utf-8"))


def main() -> int:
    """Runs what was named and gives the worst exit status."""
    known, root = benchmarks(), os.environ.get("CROSSGLOT_DATA")
    names = sys.argv[1:] or [name for name in known if name not in LONG]
    strangers = [name for name in names if name not in known]
    if strangers:
        print(f"no benchmark '{strangers[0]}': there are {', '.join(known)}", file=sys.stderr)
        return 2
    worst = 0
    for name in names:
        print(f"\n== {name} ==", flush=True)
        if name in NEED_DATA and not root:
            print("left out: set CROSSGLOT_DATA to a data root")
            continue
        data = ["--data", root] if name in NEED_DATA and root else []
        command = [sys.executable, "-m", f"benchmarks.{name}", *data]
        worst = max(worst, subprocess.run(command, cwd=FOLDER.parent, check=False).returncode)
    return worst


if __name__ == "__main__":
    sys.exit(main())
