"""`crossglot compare`: what differs between two runs, by how much, and what is within noise."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crossglot.commands.options import limited
from crossglot.limits import CONFIDENCE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import polars
    from rich.table import Table

SHOWN = 40  # lines in the terminal; the file has all


def compare(
    first: Annotated[Path, typer.Argument(metavar="DIR", help="A run's folder.")],
    second: Annotated[Path, typer.Argument(metavar="DIR", help="Another one's; or the same, with --systems.")],
    systems: Annotated[
        str | None,
        typer.Option(metavar="A=B", help="Compare A of the first run with B of the second, and nothing else."),
    ] = None,
    level: Annotated[
        float, typer.Option(metavar="X", callback=limited(CONFIDENCE), help="Level of the intervals.")
    ] = 0.95,
    out: Annotated[Path | None, typer.Option(metavar="FILE.csv", help="Write every cell to this file too.")] = None,
) -> None:
    """Say what differs between two runs, by how much, and what is within noise.

    Cells are compared on the very sentences that both predicted, from the
    predictions that the runs have kept; no encoder is loaded. With many cells,
    p-values are corrected (Holm). What only one run has, and the settings in
    which they differ, are named below.

    [bold]Example:[/bold]
    crossglot compare runs/small runs/large --out differences.csv
    """
    from crossglot.commands.outputs import check_out_file
    from crossglot.commands.progress import bar, stderr_console, stdout_console
    from crossglot.comparison.comparing import compare as compare_folders

    pair = _pair(systems)
    done = "" if out is None else check_out_file(out, first, second)
    with bar("comparing") as moved:
        found = compare_folders(first, second, systems=pair, level=level, out=out, progress=moved)
    console = stdout_console()
    for table in _tables(found, level):
        console.print(table)
    for line in (*_summary(found, level), *_alone(first, second, pair), *_settings(first, second, pair)):
        console.print(line, soft_wrap=True)
    if done:
        stderr_console().print(f"all cells: {done}", style="dim", soft_wrap=True)


def _pair(systems: str | None) -> tuple[str, str] | None:
    from crossglot.errors import UsageError

    if systems is None:
        return None
    first, equals, second = systems.partition("=")
    if not (first and equals and second):
        raise UsageError(f"--systems {systems}: name one system of each run, such as m-bert-small=en-bert-small")
    return first, second


def _tables(found: polars.DataFrame, level: float) -> Iterator[Table]:
    """One table per pair of systems and task, the largest differences first."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from crossglot.terminal import plain

    for (first, second, task, metric), cells in found.group_by(
        "first", "second", "task", "metric", maintain_order=True
    ):
        versus = str(first) if first == second else f"{first} : {second}"
        more = len(cells) - SHOWN
        table = Table(
            title=plain(f"{versus}, {task} {metric}, %", "bold"), title_justify="left", title_style="",
            caption=f"and {more} cells more; --out writes all" if more > 0 else None, caption_justify="left",
            box=SIMPLE_HEAD, pad_edge=False,
        )  # fmt: skip
        table.add_column("cell", overflow="fold")
        for head in ("first", "second", "differ by", f"{100 * level:g} %", "p (Holm)"):
            table.add_column(head, justify="right", overflow="fold")
        table.add_column("verdict", overflow="fold")
        for row in cells.head(SHOWN).iter_rows(named=True):
            table.add_row(*_entries(row))
        yield table


def _entries(row: Mapping[str, Any]) -> list[str]:
    cell = f"{row['source']} → {row['target']}"
    if row["difference"] is None:
        return [cell, *[""] * 5, row["verdict"]]
    bounds = f"{row['ci_low']:+.1f} … {row['ci_high']:+.1f}"
    values = [f"{row['value_first']:.1f}", f"{row['value_second']:.1f}", f"{row['difference']:+.1f}", bounds]
    return [cell, *values, f"{row['p_holm']:.4f}", row["verdict"]]


def _summary(found: polars.DataFrame, level: float) -> Iterator[str]:

    from crossglot.comparison.comparing import whys

    verdicts = found["verdict"].value_counts(sort=True).rows()
    yield f"{len(found)} cells: " + ", ".join(f"{count} {verdict}" for verdict, count in verdicts)
    yield (
        "Differences are first minus second, in points, on the same sentences. One is better where the interval "
        "(paired bootstrap over sentences and seeds) leaves out zero and the p-value (approximate randomisation, "
        f"corrected for {found['p'].count()} cells) is below {1 - level:.2g}; anything else is within noise."
    )
    if 1 in found["seeds_first"] or 1 in found["seeds_second"]:
        yield "Where a side has one seed, this is about these very taggers: trained again, they may differ as much."
    skipped = found.filter(found["difference"].is_null()).select("source", "target", "why")
    yield from (f"not compared: {line}" for line in whys(skipped.rows()))


def _alone(first: Path, second: Path, systems: tuple[str, str] | None) -> Iterator[str]:
    """Cells that only one run has, one line per system, task, source or target that the other run lacks."""
    from crossglot.comparison.comparable import read_comparable
    from crossglot.comparison.partners import in_short, lone_cells

    cells = lone_cells(read_comparable(first), read_comparable(second), systems)
    for side in ("first", "second"):
        own = [cell for cell in cells if cell.side == side]
        parts = [
            (preposition + in_short(getattr(cell, lacking) for cell in of_part))
            for lacking, preposition in (("system", "of "), ("task", ""), ("source", "from "), ("target", "to "))
            if (of_part := [cell for cell in own if cell.lacking == lacking])
        ]
        if own:
            yield f"only in {side}: {len(own)} cell{'s'[: len(own) > 1]} ({'; '.join(parts)})"


def _settings(first: Path, second: Path, systems: tuple[str, str] | None) -> Iterator[str]:
    """The settings in which the runs differ, one line each."""
    from crossglot.comparison.differing_settings import differing_settings
    from crossglot.comparison.partners import in_short

    alike: dict[tuple[str, ...], list[str]] = {}  # line → the encoders or corpora it is about
    for setting, of, one, other in differing_settings(first, second, systems=systems).rows():
        same = (setting,) if setting == "checksum" else (setting, one, other)
        alike.setdefault(same, []).append(of)
    if not alike:
        yield "No setting differs."
        return
    yield "Settings that differ, first : second"
    for (setting, *values), of in alike.items():
        named = in_short(filter(None, of))
        yield f"  {setting} {' : '.join(values)}{named and f' ({named})'}" if values else f"  contents of {named}"
