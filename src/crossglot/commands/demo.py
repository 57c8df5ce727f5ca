"""`crossglot demo`: every experiment, on constructed languages made for it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from crossglot.commands.executors import Where
from crossglot.commands.faults import keeping, kept_steps
from crossglot.commands.options import Address, Executor, limited
from crossglot.limits import FIRST_SEED

MOST_JOBS = 4  # each holds torch, an encoder and the corpora: about half a gigabyte


def demo(
    out: Annotated[Path, typer.Option(metavar="DIR", help="The run's folder; a second run in it goes on.")] = Path(
        "runs/demo"
    ),
    seed: Annotated[
        int,
        typer.Option(
            metavar="N",
            callback=limited(FIRST_SEED),
            help="Of taggers; with --pretrain of languages and encoders, too.",
        ),
    ] = 1,
    pretrain: Annotated[
        bool,
        typer.Option(
            "--pretrain", help="Pretrain the encoders, in some ten minutes more, instead of taking those kept."
        ),
    ] = False,
    executor: Executor = "local",
    address: Address = None,
) -> None:
    """Run everything on constructed languages, offline, in minutes.

    Makes the languages, runs every experiment of the paper with a small M-BERT
    that has read all of them and an EN-BERT that has read one, and says what
    was found. The two encoders come with crossglot; they belong to the
    languages of seed 1.

    [bold]Example:[/bold]
    crossglot demo --out runs/demo
    """
    from crossglot.commands.progress import stderr_console, stdout_console
    from crossglot.engine.progress import Shown
    from crossglot.report import terminal_ending, write_report
    from crossglot.studies.demo import DEMO_SIZE, DEVICE, run_demo
    from crossglot.studies.spending import spent

    here = None if address else min(os.cpu_count() or 1, MOST_JOBS)
    where, console = Where(executor, address, here, threads=1), stderr_console()
    where.check()

    def tell(line: str) -> None:
        console.print(line, style="bold", soft_wrap=True)

    with where.executor(DEVICE) as (chosen, jobs):
        shown = Shown(console, jobs)
        with keeping(lambda: kept_steps(out, shown.running()), goes_on=True):
            run_demo(out, chosen, seed=seed, pretrain=pretrain, progress=shown, tell=tell)
            tell("report")
            written = write_report(out)
    shares = (f"{name} {seconds:.0f} of {DEMO_SIZE.budget[name]:.0f}" for name, seconds in spent(out).items())
    console.print(f"seconds on one core: {', '.join(shares)}", style="dim", soft_wrap=True)
    for part in terminal_ending(out):
        stdout_console().print(part)
    stdout_console().print(f"report: {written}", soft_wrap=True)
