"""`crossglot plan`: what a study would run, and what of it is finished."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crossglot.commands.estimating import print_estimate
from crossglot.commands.executors import Where
from crossglot.commands.options import AsJson, Jobs, Out, StudyName
from crossglot.commands.progress import print_json, stdout_console

if TYPE_CHECKING:
    from crossglot.studies.planning import StudyPlan


Estimated = Annotated[
    bool,
    typer.Option(
        "--estimate",
        help="Tell what is to do takes: core- or GPU-hours, memory, downloads and disk, by what this machine was "
        "measured at.",
    ),
]
Recalibrate = Annotated[bool, typer.Option("--recalibrate", help="With --estimate: measure this machine again.")]


def plan(
    study: StudyName,
    out: Out = None,
    estimated: Estimated = False,
    jobs: Jobs = None,
    recalibrate: Recalibrate = False,
    as_json: AsJson = False,
) -> None:
    """Show what a study would run and what is finished already, or what it would take.

    [bold]Example:[/bold]
    crossglot plan my-study.toml --out runs/my-study --estimate --jobs 2
    """
    from crossglot.errors import UsageError
    from crossglot.studies.planning import plan_study
    from crossglot.studies.reproduce import run_folder
    from crossglot.studies.study import load_study

    if recalibrate and not estimated:
        raise UsageError("--recalibrate: belongs to --estimate")
    loaded = load_study(study)
    found = plan_study(loaded, run_folder(loaded, out))
    if estimated:
        print_estimate(found, jobs, anew=recalibrate, as_json=as_json)
    else:
        print_plan(found, Where(jobs=jobs), as_json=as_json)


MOST_LISTED = 500
"""Steps of a plan that are listed one by one; of more than these it is said how many of each kind there are."""


def print_plan(found: StudyPlan, where: Where, *, as_json: bool) -> None:
    """Prints a plan's steps with their states, what will be missing, warnings and where they run; or that as JSON."""
    from rich.table import Table

    from crossglot.studies.remarks import warnings_before

    console = stdout_console()
    states = found.states()
    warnings = [remark.text for remark in warnings_before(found)]
    if as_json:
        steps = [{"id": each.step.id, "title": each.step.title, "state": each.state} for each in states]
        store = str(found.store.folder)
        print_json({"store": store, "steps": steps, "missing": found.missing(), "warnings": warnings})
        return
    table = Table(box=None, pad_edge=False, show_header=False)
    signs: dict[str, Any] = {"finished": "✓ finished", "damaged": "! damaged, again"}
    if len(states) <= MOST_LISTED:
        for planned in states:
            table.add_row(signs.get(planned.state, "· to do"), planned.step.title)
    else:
        kinds = Counter((each.state, each.step.title.partition(": ")[0]) for each in states)
        for (state, kind), count in kinds.items():
            table.add_row(signs.get(state, "· to do"), f"{count:,} × {kind}")
    console.print(table)
    for why in found.missing():
        console.print(f"cells stay empty: {why}", style="dim", soft_wrap=True)
    for warning in warnings:
        console.print(f"warning: {warning}", style="yellow", soft_wrap=True)
    if spread := where.spread(found):
        console.print(spread, style="dim", soft_wrap=True)
    done = sum(planned.state == "finished" for planned in states)
    console.print(
        f"{len(states)} steps, {done} finished, {len(states) - done} to do; store: {found.store.folder}",
        soft_wrap=True,
    )
