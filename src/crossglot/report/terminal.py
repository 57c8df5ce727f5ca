"""An exhibit's tables for the terminal: compact, readable at 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from crossglot.drawing.chart_exhibit import terminal_of
from crossglot.drawing.matrix_exhibit import Block, Cell, Grid, MatrixExhibit, is_zero_shot
from crossglot.drawing.wording import (
    COLLAPSED,
    NO_VALUE,
    ROLES,
    TASKS,
    calling,
    language_name,
    number,
    place,
    title,
    verdict,
)
from crossglot.experiments.exhibits import exhibits_of
from crossglot.report.claims import WHOSE, claims_counted, rounded, rule_set_later
from crossglot.report.findings import constructed
from crossglot.report.fine_tuning import choices, remarks
from crossglot.report.folder import RunFolder, read_run_folder
from crossglot.report.in_short import in_short
from crossglot.report.reach import reaches_in
from crossglot.results.verdicts import JudgedClaim

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

SHORT = 40  # characters shown of a reason beside a claim
WIDE = 7  # with more targets than fit a terminal, each source's row is summed up


def terminal_tables(folder: Path) -> Iterator[RenderableType]:
    """Rich tables of a run folder, one per block of an experiment, then the claims.

    Raises:
        StorageError: if `folder` is no run folder or damaged.
    """
    run = read_run_folder(Path(folder))
    with calling(run.languages):
        matrices, charts = exhibits_of(run.rows())
        tables = [_table(exhibit, block) for exhibit in matrices for block in exhibit.blocks]
    yield from (*tables, *map(terminal_of, charts), *_of_trainings(run))
    yield from terminal_findings(folder)


def terminal_ending(folder: Path) -> Iterator[RenderableType]:
    """What a run ends with: remarks on its trainings and what was found in a few sentences; tables if there are none.

    Raises:
        StorageError: if `folder` is no run folder or damaged.
    """
    from crossglot.terminal import plain

    run = read_run_folder(Path(folder))
    said = in_short(run, reaches_in(run.rows()))
    if not said:
        yield from terminal_tables(folder)
        return
    yield from _of_trainings(run)
    for sentence in said:
        yield plain(sentence)


def _of_trainings(run: RunFolder) -> Iterator[RenderableType]:
    """What was chosen for each encoder and task and by which scores, then remarks on trainings."""
    from rich.text import Text

    from crossglot.terminal import plain

    for choice in choices(run):
        head = f"{choice.encoder}, {TASKS.get(choice.task, choice.task)}: {choice.in_words()}"
        yield Text.assemble(plain(head, "bold"), plain(f"\n  {choice.why()}", "dim"))
    for remark in remarks(run):
        yield plain(f"! {remark}", "yellow")


def terminal_findings(folder: Path) -> Iterator[RenderableType]:
    """The run's own languages if it has any, and its claims, one line each.

    Raises:
        StorageError: if `folder` is no run folder or damaged.
    """
    from crossglot.terminal import plain

    run = read_run_folder(Path(folder))
    if made_up := constructed(run.languages):
        yield plain(made_up, "dim")
    for origin in WHOSE:
        if claims := [claim for claim in run.claims if claim.origin == origin]:
            yield _claims_table(claims)


def _claims_table(claims: Sequence[JudgedClaim]) -> RenderableType:
    """Claims of one origin, one line each: name, our value and the threshold, or shortly why there is no value.

    A double dagger marks rules that were not set before the first run; a note below the table says when they were set.
    """
    from rich.table import Table

    from crossglot.terminal import plain

    heading = plain(claims_counted(claims), "bold")
    table = Table(title=heading, title_justify="left", title_style="", box=None, pad_edge=False, header_style="dim")
    for name in ("verdict", "claim", "ours"):
        table.add_column(name, overflow="fold")
    for claim in claims:
        marked = f"{claim.id} ‡" if rule_set_later(claim) else claim.id
        bounds = f" [{claim.bounds}]" if claim.bounds else ""
        shown = f"{rounded(claim.value)}{bounds}, claimed {claim.claimed}"
        if claim.value is None:
            shown = textwrap.shorten(claim.why, SHORT, placeholder=" …")
        table.add_row(*map(plain, (verdict(claim.verdict), marked, shown)))
    rules = dict.fromkeys(filter(None, map(rule_set_later, claims)))
    table.caption = plain(f"‡ {'; '.join(rules)}", "dim") if rules else None
    table.caption_justify = "left"
    return table


def _table(exhibit: MatrixExhibit, block: Block) -> RenderableType:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    from crossglot.terminal import plain

    heading = plain(f"{place(exhibit)}  {title(exhibit)}, %", "bold")
    table = Table(
        title=heading,
        title_justify="left",
        title_style="",
        caption=_legend(exhibit, block),
        caption_justify="left",
        box=SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1),
    )
    wide = len(block.targets) > WIDE
    heads = list(SUMMARIES) if wide else [language_name(target) for target in block.targets]
    table.add_column("system" if exhibit.same_language else "trained on", overflow="fold")
    for head in heads:
        table.add_column(plain(head), justify="right", overflow="fold")
    for grid in block.grids:
        name = Text.assemble(plain(grid.system, "bold"), plain(f" {ROLES.get(grid.role, grid.role)}", "dim"))
        if exhibit.same_language:
            table.add_row(name, *(_cell(grid, target, target, star="") for target in block.targets))
            continue
        table.add_section()
        table.add_row(name)
        for source in block.sources:
            cells = _summary(grid, source, block) if wide else [_cell(grid, source, target) for target in block.targets]
            table.add_row(plain(f"  {language_name(source)}"), *cells)
    return table


SUMMARIES = ("same language", "zero-shot mean", "best target", "worst target")


def _legend(exhibit: MatrixExhibit, block: Block) -> str:
    parts = ["± half the interval"] if exhibit.intervals else []
    if any(cell.published is not None for grid in block.grids for cell in grid.cells.values()):
        parts.append("(published)")
    if not exhibit.same_language:
        parts.append("* not zero-shot")
    if exhibit.collapsed:
        parts.append(f"{COLLAPSED} training collapsed")
    if any(cell.why_empty for grid in block.grids for cell in grid.cells.values() if grid.role != "published"):
        parts.append("– no value: the report says why")
    return ", ".join(parts)


def _cell(grid: Grid, source: str, target: str, star: str = "*") -> Text:
    """`35.8±1.3`, with the published number on a second line; `*` after cells that are not zero-shot."""
    from crossglot.terminal import plain

    cell = grid.cells.get((source, target), Cell())
    star = "" if is_zero_shot(source, target) else star
    if grid.role == "published":
        return plain(f"({number(cell.published)})")
    bare = cell.low is None or cell.high is None or cell.collapsed
    half = "" if bare else f"±{number(((cell.high or 0) - (cell.low or 0)) / 2)}"
    shown = plain(number(cell.value) if cell.value is not None else NO_VALUE)
    shown.append(half, style="dim").append(star).append(COLLAPSED if cell.collapsed else "", style="red")
    if cell.published is not None:
        shown.append(f"\n({number(cell.published)})", style="dim")
    return shown


def _summary(grid: Grid, source: str, block: Block) -> list[Text]:
    """One source's row of a large matrix in four numbers."""
    from crossglot.terminal import plain

    values = {
        target: cell.value
        for target in block.targets
        if (cell := grid.cells.get((source, target))) is not None and cell.value is not None
    }
    there = {target: value for target, value in values.items() if is_zero_shot(source, target)}
    same = [value for target, value in values.items() if target not in there]
    if not there:
        return [plain(number(same[0]) if same else NO_VALUE), *[plain(NO_VALUE)] * 3]
    mark = COLLAPSED if any(grid.cells[source, target].collapsed for target in values) else ""
    best, worst = max(there, key=lambda key: there[key]), min(there, key=lambda key: there[key])
    said = (
        number(same[0]) if same else NO_VALUE,
        number(sum(there.values()) / len(there)) + mark,
        f"{best} {number(there[best])}",
        f"{worst} {number(there[worst])}",
    )
    return [plain(text) for text in said]
