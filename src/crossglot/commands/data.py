"""`crossglot data`: what corpora there are, getting them, checking them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crossglot.commands.faults import BAD_INPUT
from crossglot.commands.given import Command

app = typer.Typer(help="List, download and check corpora.", no_args_is_help=True)

Everything = Annotated[bool, typer.Option("--all", help="Print every finding, however many there are.")]
LINE = 100  # columns at most in which names are listed


@app.command("list", cls=Command)
def list_corpora(
    root: Annotated[Path | None, typer.Argument(metavar="ROOT", help="List what this data root holds instead.")] = None,
    task: Annotated[str | None, typer.Option(metavar="TASK", help="Of a root: pos or ner alone.")] = None,
) -> None:
    """List corpora that can be downloaded, or those that a data root holds.

    Any other UD treebank (UD_Czech-CAC) and WikiANN language (wikiann/sw) can
    be downloaded by name as well.

    [bold]Example:[/bold]
    crossglot data list
    """
    from rich.padding import Padding

    from crossglot.commands.progress import stdout_console
    from crossglot.corpora import catalogue
    from crossglot.corpora.sources import list_sources
    from crossglot.corpora.tasks import TASKS
    from crossglot.errors import DataError, UsageError

    console = stdout_console()
    if task is not None and (root is None or task not in TASKS):
        what = "names a task of a data root's corpora; name the root, too" if root is None else "is no task of corpora"
        raise UsageError(f"--task {task}: {what} ({' or '.join(TASKS)})")
    if root is not None:
        if not root.is_dir():
            raise DataError(
                "no such data root", path=root, remedy="`crossglot data list` without it says what there is."
            )
        for kind in (task,) if task else TASKS:
            for name in catalogue.list_corpora(root, kind):
                console.print(name, soft_wrap=True)
        return
    groups: dict[str, list[str]] = {}
    for source in list_sources():
        how = "" if source.urls else "; not downloadable, `get` says how to come by it"
        groups.setdefault(f"{source.title} ({source.licence}{how})", []).append(source.name)
    for heading, names in groups.items():
        console.print(heading, style="bold")
        console.print(Padding("  ".join(names), (0, 0, 1, 2), expand=False), width=min(console.width, LINE))


@app.command(cls=Command)
def get(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="Corpora, as `crossglot data list` names them.")
    ] = None,
    experiments: Annotated[
        list[str] | None,
        typer.Option(
            "--for", metavar="EXPERIMENT", help="What this experiment (table1 …, or all) reads and is not there yet."
        ),
    ] = None,
    root: Annotated[
        Path | None,
        typer.Option("--data", metavar="ROOT", envvar="CROSSGLOT_DATA", help="Where to; else the data cache."),
    ] = None,
    release: Annotated[str | None, typer.Option(metavar="R", help="Of Universal Dependencies, as 2.16.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Fetch again what is there already.")] = False,
) -> None:
    """Download corpora into a data root, by name or by what they are for.

    [bold]Example:[/bold]
    crossglot data get UD_English-EWT UD_German-GSD --data corpora
    crossglot data get --for table2 --for figure3
    """
    from crossglot.commands.getting import get_corpora
    from crossglot.commands.offering import describe
    from crossglot.commands.progress import stdout_console
    from crossglot.corpora import download
    from crossglot.corpora.releases import UD_RELEASE
    from crossglot.errors import UsageError

    if not names and not experiments:
        raise UsageError("name corpora, or say with --for what they are for, as --for table2")
    where, release = root or download.data_cache(), release or UD_RELEASE
    wanted = list(names or ())
    if experiments:
        from crossglot.studies.missing import missing_corpora, sources_of
        from crossglot.studies.wanted import wanted_by

        gaps = missing_corpora(wanted_by(experiments), where, release)
        wanted += [source.name for source in sources_of(gaps) if source.name not in wanted]
        for line in describe(gaps, where) or [f"{where} has all that {', '.join(experiments)} can read"]:
            stdout_console().print(line, soft_wrap=True)
    if wanted:
        get_corpora(wanted, where, release=release, force=force)


@app.command(cls=Command)
def check(
    root: Annotated[Path, typer.Argument(metavar="ROOT", help="The data root to read.")],
    everything: Everything = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything that was found as JSON.")] = False,
) -> None:
    """Read a whole data root and report every fault in it.

    A fault names file, line and remedy. What spoils a study is told as well:
    sentences of a dev or test set that the corpus or another one trains on,
    parallel text out of step, missing splits, labels that training lacks,
    counts that are not the release's. Exit status 2 if a file is faulty.

    [bold]Example:[/bold]
    crossglot data check ~/corpora
    """
    from crossglot.commands import data_checked
    from crossglot.commands.progress import bar, print_json, stdout_console
    from crossglot.commands.streams import finish_output
    from crossglot.corpora.check import check_root

    with bar("reading") as moved:
        report = check_root(root, lambda done, total, _: moved(done, total))
    if as_json:
        print_json(data_checked.as_json(report))
    else:
        data_checked.print_report(report, stdout_console(), everything=everything)
    if not report.ok:
        finish_output()
        raise typer.Exit(BAD_INPUT)
