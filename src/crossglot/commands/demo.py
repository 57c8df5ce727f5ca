"""`crossglot demo`: the whole of it, from nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crossglot.commands.faults import keeping


def demo(
    out: Annotated[Path, typer.Option(metavar="DIR", help="The run's folder; a second run in it goes on.")] = Path(
        "runs/demo"
    ),
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Of languages, encoders and taggers.")] = 1,
) -> None:
    """Run everything on constructed languages, offline, in minutes.

    Makes the languages, pretrains a small M-BERT on all of them and an EN-BERT
    on one, runs every experiment of the paper, and says what was found.

    [bold]Example:[/bold]
    crossglot demo --out runs/demo
    """
    from crossglot.commands.progress import stderr_console, stdout_console
    from crossglot.engine.progress import Shown
    from crossglot.report import terminal_findings, write_report
    from crossglot.studies.demo import run_demo

    console = stderr_console()
    with keeping(f"finished steps are kept in {out / 'steps'}; the same command goes on from there"):
        run_demo(out, seed=seed, progress=Shown(console, 2), tell=lambda line: console.print(line, style="bold"))
        written = write_report(out)
    for part in terminal_findings(out):
        stdout_console().print(part)
    typer.echo(f"report: {written}")
