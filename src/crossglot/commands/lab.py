"""`crossglot lab`: making constructed languages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crossglot.commands.given import Command
from crossglot.commands.options import limited
from crossglot.limits import SEED

app = typer.Typer(help="Make constructed languages.", no_args_is_help=True)


@app.command(cls=Command)
def make(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The data root to write; new or empty.")],
    spec: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Which languages, in TOML; else the built-in lab.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(metavar="N", callback=limited(SEED), help="Instead of the spec's.")
    ] = None,
) -> None:
    """Make constructed languages and write them as a data root.

    Treebanks, named entities, plain, parallel and code-switched text, which
    every other command reads as it reads real data.

    [bold]Example:[/bold]
    crossglot lab make lab
    """
    from crossglot.commands.progress import bar, stdout_console
    from crossglot.lab import load_spec, make_lab, make_spec

    wanted = load_spec(spec)
    if seed is not None:
        wanted = make_spec(wanted.model_dump() | {"seed": seed}, "--seed")
    with bar("writing") as moved:
        make_lab(wanted, folder, progress=lambda done, total, _: moved(done, total))
    said = f"{folder}: {len(wanted.languages)} languages (seed {wanted.seed}): {', '.join(wanted.languages)}"
    stdout_console().print(said, soft_wrap=True)
