"""`crossglot verify`: whether a run's numbers are what its predictions, its data and a second run give."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crossglot.commands.executors import Where
from crossglot.commands.faults import DIFFERENT
from crossglot.commands.options import Address, Executor, Gpus, Jobs, Threads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from crossglot.comparison.verifying import Checked, Verified

SHOWN = 10  # differences in the terminal; --json has all


def verify(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A run's folder.")],
    data: Annotated[
        Path | None,
        typer.Option(metavar="ROOT", help="A data root: compare its files with the checksums that the run noted."),
    ] = None,
    rerun: Annotated[
        bool,
        typer.Option("--rerun", help="Run the study again in a folder that is then deleted, and compare every row."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
    threads: Threads = None,
    jobs: Jobs = None,
    executor: Executor = "local",
    address: Address = None,
    gpus: Gpus = None,
) -> None:
    """Check a run's numbers against what it kept, and name the first that differs.

    Scores are made anew from the predictions, averages and verdicts on claims
    from results.csv; no encoder is loaded. What cannot be made anew is counted,
    with the reason. Exit status 3 if anything differs.

    [bold]Example:[/bold]
    crossglot verify runs/first --data data
    """
    from crossglot.commands.progress import bar, print_json, stdout_console
    from crossglot.commands.streams import finish_output
    from crossglot.comparison.verifying import Verified
    from crossglot.comparison.verifying import verify as verify_folder

    where = Where(executor, address, jobs, threads, gpus)
    where.check()
    with bar("scoring anew") as moved:
        found = verify_folder(folder, data, moved)
    if rerun:
        found = Verified(folder, (*found.parts, _run_again(folder, data, where)))
    console = stdout_console()
    if as_json:
        print_json(_plain(found))
    else:
        console.print(_table(found))
        for line in _lines(found):
            console.print(line, soft_wrap=True, markup=False)
    if found.first is not None:
        finish_output()
        raise typer.Exit(DIFFERENT)


def _run_again(folder: Path, data: Path | None, where: Where) -> Checked:
    from tempfile import TemporaryDirectory

    from crossglot.commands.progress import stderr_console
    from crossglot.comparison.verifying import same_results
    from crossglot.engine.progress import Shown
    from crossglot.errors import StorageError
    from crossglot.runtime import use_threads
    from crossglot.studies.running import run_study
    from crossglot.studies.study import load_study

    if not (folder / "study.toml").is_file():
        raise StorageError(f"{folder}: has no study.toml: nothing says what to run again\n  leave --rerun out")
    study = load_study(folder / "study.toml")
    if data is not None:
        study = study.model_copy(update={"data": data})
    use_threads(where.threads)
    with TemporaryDirectory(prefix="crossglot-verify-") as again:
        with where.executor(study.device) as (chosen, jobs):
            run_study(study, Path(again), chosen, Shown(stderr_console(), jobs))
        return same_results(folder, Path(again))


def _plain(found: Verified) -> dict[str, Any]:
    from dataclasses import asdict

    first = found.first
    return {
        "folder": str(found.folder),
        "same": first is None,
        "first": None if first is None else asdict(first),
        "parts": [asdict(part) for part in found.parts],
    }


def _table(found: Verified) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from crossglot.terminal import plain

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("")
    for head in ("equal", "differ", "not checked"):
        table.add_column(head, justify="right")
    for part in found.parts:
        counts = (part.equal, len(part.differences), sum(part.unchecked.values()))
        table.add_row(plain(part.name), *(f"{count:,}" if count else "" for count in counts))
    return table


def _lines(found: Verified) -> Iterator[str]:
    reasons: dict[str, dict[str, int]] = {}
    for part in found.parts:
        for why, count in part.unchecked.items():
            reasons.setdefault(why, {})[part.name] = count
    for why, counts in reasons.items():
        yield f"not checked: {sum(counts.values()):,} of {', '.join(counts)}: {why}"
    differences = [difference for part in found.parts for difference in part.differences]
    equal = sum(part.equal for part in found.parts)
    if not equal and not differences:
        yield "Nothing could be made anew."
    elif not differences:
        yield f"All {equal:,} that could be made anew are equal."
    else:
        yield f"{len(differences):,} of {equal + len(differences):,} that could be made anew differ. The first:"
        yield from (f"  {difference}" for difference in differences[:SHOWN])
        if len(differences) > SHOWN:
            yield f"  and {len(differences) - SHOWN:,} more; --json names all"
