"""Runs kept in `results/`, and the tables and figures of the documentation that are made from them.

    python -m benchmarks.kept_results RUN…     keeps results.csv, claims.csv, study.toml and versions.json of these runs
    python -m benchmarks.kept_results          writes the pages anew

A page says between two comments what belongs there:

    <!-- cells results/pos-tables table2 -->    sources × targets of every system, the published number in brackets
    <!-- claims results/pos-tables -->          every claim that the run has a number for, with the verdict
    <!-- end -->
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import crossglot as cg
from crossglot.drawing.figures import themed
from crossglot.experiments.translation.claims import PAPERS_CONDITION
from crossglot.experiments.translation.drawing import curves
from crossglot.results.rows import MEAN, ResultRow, read_results
from crossglot.results.verdicts import JudgedClaim, read_claims

ROOT = Path(__file__).parents[1]
PAGES = ("README.md", "docs/results.md", "docs/curve.md")
FIGURES = {"figure1": "ner-matrix", "figure2": "pos-matrix", "curve": "curve"}
"""Figure → the kept run that it is drawn from, as its report has it; `draw_figure3` draws the third."""
_BLOCK = re.compile(
    r"(<!-- (?P<what>cells|claims) (?P<run>\S+)(?: (?P<experiment>\S+))? -->\n).*?(<!-- end -->)", re.DOTALL
)


def written(page: str, root: Path = ROOT) -> str:
    """The page with every block filled from the kept results under `root`."""

    def fill(block: re.Match[str]) -> str:
        folder = root / block["run"]
        if block["what"] == "claims":
            lines = claims_table(read_claims(folder / "claims.csv"))
        else:
            rows = [
                ResultRow.model_construct(**row) for row in read_results(folder / "results.csv").iter_rows(named=True)
            ]
            lines = cells_table([row for row in rows if row.experiment == block["experiment"]])
        return "\n".join([block[1], *lines, "", block[5]])

    return _BLOCK.sub(fill, page)


def cells_table(rows: Iterable[ResultRow]) -> Iterator[str]:
    """A line per system and source: the mean of each target, half its interval, the published one; * not zero-shot.

    Where no source meets another target than itself, a line per system.
    """
    cells = [row for row in rows if row.aggregate == MEAN and row.target and row.part is None]
    targets = list(dict.fromkeys(row.target for row in cells))
    own = all(row.source == row.target for row in cells)
    by_line: dict[tuple[str, str], dict[str, ResultRow]] = {}
    for row in cells:
        source = "the same" if own else row.source or ""
        by_line.setdefault((row.system or "", source), {})[row.target or ""] = row
    yield f"| system | trained on | {' | '.join(map(str, targets))} |"
    yield f"|---|---|{'---|' * len(targets)}"
    for (system, source), found in by_line.items():
        yield f"| {system} | {source} | {' | '.join(_cell(found.get(str(target))) for target in targets)} |"


def _cell(row: ResultRow | None) -> str:
    if row is None:
        return "–"
    published = "" if row.published is None else f" ({row.published:.1f})"
    if row.value is None:
        return f"–{published}"
    half = "" if row.ci_low is None or row.ci_high is None else f" ± {(row.ci_high - row.ci_low) / 2:.1f}"
    return f"{row.value:.1f}{'*' if row.target in (row.source or '').split('+') else ''}{half}{published}"


def claims_table(claims: Iterable[JudgedClaim]) -> Iterator[str]:
    """A line per claim that has a number: the paper's first."""
    yield "| claim | where | statistic | claimed | this run | verdict |"
    yield "|---|---|---|---|---|---|"
    order = {"paper": 0, "related": 1, "ours": 2}
    for claim in sorted((claim for claim in claims if claim.value is not None), key=lambda claim: order[claim.origin]):
        number = f"{claim.value:.2f}" + (f" ({claim.bounds})" if claim.bounds else "")
        whose = claim.where if claim.origin == "paper" else f"{claim.origin}: {claim.where}"
        cells = (claim.sentence, whose, claim.statistic, claim.claimed, number, f"**{claim.verdict}**")
        yield f"| {' | '.join(cell.replace('|', '∣') for cell in cells)} |"


def keep(run: Path, results: Path) -> None:
    """Copies what is kept of a run, under its own name; where its encoders lay on this machine is left out."""
    folder = results / run.name
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("results.csv", "claims.csv", "study.toml"):
        shutil.copyfile(run / name, folder / name)
    versions = json.loads((run / "versions.json").read_text(encoding="utf-8"))
    for encoder in versions["encoders"].values():
        place, name = encoder["location"], Path(encoder["location"]).name
        encoder["location"] = name
        if versions.get("command"):
            versions["command"] = versions["command"].replace(place, name)
    (folder / "versions.json").write_text(json.dumps(versions, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def draw_figure3(run: Path, svg: Path) -> None:
    """Figure 3 as the paper has it: both encoders, the paper's shift and distance, with the floors."""
    rows = [ResultRow.model_construct(**row) for row in read_results(run / "results.csv").iter_rows(named=True)]
    papers = [row for row in rows if row.condition in (PAPERS_CONDITION, None)]
    chart = curves(papers).chart
    assert chart is not None
    themed(chart).save(svg)


def main() -> None:
    """Keeps the runs that are named and writes the pages anew."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="*", type=Path, metavar="RUN")
    for run in parser.parse_args().runs:
        keep(run, ROOT / "results")
    for name in PAGES:
        path = ROOT / name
        path.write_text(written(path.read_text(encoding="utf-8")), encoding="utf-8")
    draw_figure3(ROOT / "results" / "figure3", ROOT / "docs" / "figure3.svg")
    for name, run in FIGURES.items():
        themed(cg.read_run(ROOT / "results" / run).charts[name]).save(ROOT / "docs" / f"{name}.svg")


if __name__ == "__main__":
    main()
