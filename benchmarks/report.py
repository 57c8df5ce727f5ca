"""How large a report's page is, how long it takes to write, and when a browser first paints it.

    python -m benchmarks.report [RUN…]      without runs: those kept in results/

Each run is copied, its report written by `crossglot report`, and the page opened from disk by headless Chromium, which
says when it first painted text (the median of three). Wants `chromium` on the path.
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.kept_results import ROOT

KEPT = ("results.csv", "claims.csv", "study.toml", "versions.json")
CHROMIUM = (
    "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1280,800", "--timeout=15000",
    "--enable-logging=stderr",
)  # fmt: skip
PROBE = """<script>new PerformanceObserver((seen) => {
  const [paint] = seen.getEntriesByName("first-contentful-paint");
  if (paint) console.log(`painted after ${paint.startTime} ms`);
}).observe({ type: "paint", buffered: true });</script></html>"""


def write(run: Path, folder: Path) -> float:
    """Seconds that `crossglot report` takes on a copy of the run in `folder`, its start included."""
    for name in KEPT:
        if (run / name).exists():
            shutil.copyfile(run / name, folder / name)
    for errors in (run / "errors").glob("*.json"):  # runs kept in results/ have none
        (folder / "errors").mkdir(exist_ok=True)
        shutil.copyfile(errors, folder / "errors" / errors.name)
    began = time.perf_counter()
    command = [sys.executable, "-m", "crossglot", "report", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def first_paint(page: Path) -> float:
    """Milliseconds from opening the page until text stands on the screen."""
    head, _, _ = page.read_text(encoding="utf-8").rpartition("</html>")
    probed = page.with_name("probed.html")
    probed.write_text(head + PROBE, encoding="utf-8")
    command = [*CHROMIUM, f"--screenshot={probed.with_suffix('.png')}", probed.as_uri()]
    opened = subprocess.run(command, check=True, capture_output=True, text=True)
    found = re.search(r"painted after ([\d.]+) ms", opened.stderr)
    if found is None:
        raise SystemExit(f"{page}: the browser painted nothing")
    return float(found[1])


def main() -> None:
    """Prints a line per run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="*", type=Path, metavar="RUN")
    if shutil.which(CHROMIUM[0]) is None:
        parser.error("chromium is not on the path")
    for run in parser.parse_args().runs or sorted((ROOT / "results").iterdir()):
        with TemporaryDirectory() as folder:
            seconds = write(run, Path(folder))
            page = Path(folder) / "report.html"
            paint = statistics.median(first_paint(page) for _ in range(3))
            size = page.stat().st_size / 1e6
            print(f"{run.name:12} {size:4.1f} MB, written in {seconds:4.1f} s, first text after {paint:4.0f} ms")


if __name__ == "__main__":
    main()
