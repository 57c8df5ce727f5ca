"""`crossglot report`, and what any run ends with: its page, its tables, and a few lines on the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from crossglot.commands.options import AsJson
from crossglot.commands.outputs import check_out_file
from crossglot.commands.progress import print_json, remark, stdout_console, waiting


def report(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR", help="Run folders; each gets its own report.")],
    out: Annotated[
        Path,
        typer.Option(metavar="FILE", help="Of several folders: the page that has them side by side."),
    ] = Path("side-by-side.html"),
    quiet: Annotated[bool, typer.Option("--quiet", help="Write the files only, print no tables.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write report.html, tables/ and figures/ of a finished run, and print its tables.

    Reads results.csv and its neighbours in the folder; loads no encoder. Of
    several runs (encoders, or checkpoints of one) a page more has them side by
    side, on the cells that all of them have.

    [bold]Example:[/bold]
    crossglot report runs/first runs/second
    """
    from crossglot.results.folder import require_run_folder

    for folder in folders:
        require_run_folder(folder)
    several = len(folders) > 1
    said = check_out_file(out, *folders) if several else ""
    for folder in folders:
        print_report(folder, quiet=quiet or several or as_json)
    if several:
        _put_side_by_side(folders, out, quiet=quiet or as_json)
        remark(said)
    if as_json:
        print_json({"runs": [_summary(folder) for folder in folders], "side_by_side": str(out) if several else None})


def _put_side_by_side(folders: list[Path], out: Path, *, quiet: bool) -> None:
    from crossglot.comparison.differing_settings import differing_settings
    from crossglot.report import settings_in_short, side_by_side_tables, write_side_by_side

    differing = [differing_settings(folders[0], folder).rows() for folder in folders[1:]]
    write_side_by_side(folders, out, differing)
    if quiet:
        return
    for table in side_by_side_tables(folders):
        stdout_console().print(table)
    differ = settings_in_short(differing)
    said = f"Settings differ: {differ}; the page says which." if differ else "No setting differs."
    stdout_console().print(said, soft_wrap=True)


def print_report(folder: Path, *, quiet: bool) -> None:
    """Writes a run's report and prints its tables."""
    from crossglot.report import terminal_tables, write_report

    with waiting(f"writing the report of {folder}"):
        written = write_report(folder)
    console = stdout_console()
    for table in () if quiet else terminal_tables(folder):
        console.print(table)
        console.print()
    remark(f"report: {written}")


def print_ending(folder: Path, *, as_json: bool) -> None:
    """Writes a run's report and prints what was found, in a few lines or as JSON."""
    from crossglot.report import terminal_ending, write_report

    with waiting("writing the report"):
        written = write_report(folder)
    if as_json:
        print_json(_summary(folder))
    for part in () if as_json else terminal_ending(folder):
        stdout_console().print(part)
    remark(f"tables and every claim: crossglot report {folder}")
    remark(f"report: {written}")


def _summary(folder: Path) -> dict[str, Any]:
    """What a run found, where its page is, and its tables and figures as files."""
    from crossglot.report import summary

    files = sorted(str(path) for name in ("tables", "figures") for path in (folder / name).glob("*"))
    return summary(folder) | {"report": str(folder / "report.html"), "files": files}
