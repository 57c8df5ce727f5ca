"""The command line: which commands there are. Parsing and printing are in `commands`, the work elsewhere."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from crossglot.commands import (
    analysing,
    comparing,
    data,
    demo,
    embedding,
    encoders,
    lab,
    planning,
    pretraining,
    reporting,
    reproducing,
    running,
    tagging,
    verifying,
)
from crossglot.commands.faults import CommandGroup
from crossglot.commands.given import Command

STUDIES, TAGGERS, CORPORA = "Studies", "Encoders and taggers", "Corpora"

app = typer.Typer(
    cls=CommandGroup,
    name="crossglot",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _study in (
    demo.demo,
    reproducing.reproduce,
    running.run,
    planning.plan,
    reporting.report,
    comparing.compare,
    verifying.verify,
    analysing.analyse,
):
    app.command(cls=Command, rich_help_panel=STUDIES)(_study)
app.command(cls=Command, rich_help_panel=TAGGERS)(pretraining.pretrain)
app.command(cls=Command, rich_help_panel=TAGGERS)(tagging.finetune)
app.command(cls=Command, rich_help_panel=TAGGERS)(tagging.predict)
app.command(cls=Command, rich_help_panel=TAGGERS)(tagging.evaluate)
app.command(cls=Command, rich_help_panel=TAGGERS)(embedding.embed)
app.add_typer(encoders.app, name="encoders", rich_help_panel=TAGGERS)
app.add_typer(data.app, name="data", rich_help_panel=CORPORA)
app.add_typer(lab.app, name="lab", rich_help_panel=CORPORA)


def _version(wanted: bool) -> None:
    if wanted:
        from crossglot import __version__

        typer.echo(f"crossglot {__version__}")
        raise typer.Exit


@app.callback()
def crossglot(
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of every error (also CROSSGLOT_DEBUG=1).")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """How multilingual is a language model? Zero-shot transfer of taggers, measured.

    [bold]Example:[/bold]
    crossglot reproduce table1 --encoder google-bert/bert-base-multilingual-cased
    """


def main() -> None:
    """Runs the command line on `sys.argv`; for the exit status see `commands.faults`."""
    # Libraries that draw bars and log to stderr on their own would run across our progress.
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    app()
