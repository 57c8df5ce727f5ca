"""`crossglot data`: what corpora there are, getting them, checking them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crossglot.commands.faults import BAD_INPUT
from crossglot.commands.given import Command

if TYPE_CHECKING:
    from rich.console import Console

    from crossglot.corpora.check import Fault, Report

app = typer.Typer(help="List, download and check corpora.", no_args_is_help=True)

Everything = Annotated[bool, typer.Option("--all", help="Print every finding, however many there are.")]
LINE = 100  # columns at most in which names are listed
SHOWN = 20  # findings of one kind; the rest is counted


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
    root: Annotated[Path, typer.Argument(metavar="ROOT", help="The data root to read.")], everything: Everything = False
) -> None:
    """Read a whole data root and report every fault in it.

    A fault names file, line and remedy. Parallel text that is out of step,
    sentences that two splits of a corpus share, missing splits and labels that
    training lacks are told as well.
    Exit status 2 if a file is faulty.

    [bold]Example:[/bold]
    crossglot data check ~/corpora
    """
    from crossglot.commands.progress import bar, stdout_console
    from crossglot.corpora.check import check_root

    with bar("reading") as moved:
        report = check_root(root, lambda done, total, _: moved(done, total))
    _print_report(report, stdout_console(), None if everything else SHOWN)
    if not report.ok:
        raise typer.Exit(BAD_INPUT)


def _print_report(report: Report, console: Console, most: int | None) -> None:
    def say(line: str, style: str = "") -> None:
        console.print(line, style=style, soft_wrap=True)

    def section(heading: str, lines: list[str], style: str = "") -> None:
        if lines:
            say(f"\n{heading}", "bold")
            for line in lines[:most]:
                say(f"  {line}", style)
            if most is not None and len(lines) > most:
                say(f"  … and {len(lines) - most} more (--all shows them)", "dim")

    faults = f"{len(report.faults) or 'no'} fault{'s' if len(report.faults) != 1 else ''}"
    sentences, words = sum(file.sentences for file in report.files), sum(file.words for file in report.files)
    say(f"{report.root}: {len(report.files)} files, {sentences:,} sentences, {words:,} words")
    section(faults, [_fault(fault) for fault in report.faults], "red")
    section("no fault, but worth a look", [_fault(remark) for remark in report.remarks])
    shared = (
        f"{one.corpus}: {one.sentences} of {one.split} also in {one.seen_in}"
        f" ({one.long} of them longer than four words), the longest: {one.example[:70]}"
        for one in sorted(report.shared, key=lambda one: -one.long)
    )
    section("sentences that splits share", list(shared))
    section(
        "labels that training lacks", [f"{c}: {split} has {', '.join(labels)}" for c, split, labels in report.unseen]
    )
    missing: dict[str, list[str]] = {}
    for corpus, split in report.missing:
        missing.setdefault(corpus, []).append(split)
    section("missing splits", [f"{corpus}: {', '.join(splits)}" for corpus, splits in missing.items()])
    section("not part of the layout, not read", [str(path) for path in report.ignored])
    say(f"\n{faults}", "bold green" if report.ok else "bold red")


def _fault(fault: Fault) -> str:
    place = f"{fault.path}:{fault.line}" if fault.line else str(fault.path)
    return f"{place}: {fault.what}" + (f"\n    {fault.remedy}" if fault.remedy else "")
