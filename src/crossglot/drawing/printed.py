"""A matrix as it is printed: columns, systems and their lines in plain text; LaTeX and Markdown write out the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crossglot.drawing.matrix_exhibit import Block, Cell, Grid, MatrixExhibit, is_zero_shot
from crossglot.drawing.wording import COLLAPSED, COLLAPSED_NOTE, ROLES, language_name, number, place, title

NAMED_UP_TO = 6  # columns; wider tables are headed by keys


@dataclass(frozen=True, slots=True)
class Entry:
    """One cell.

    Attributes:
        ours: the value with one decimal; empty without one.
        published: the paper's, likewise.
        own: whether the target was trained on, where the table has cells that are zero-shot, too.
        collapsed: whether trainings behind the value collapsed.
    """

    ours: str
    published: str
    own: bool
    collapsed: bool


@dataclass(frozen=True, slots=True)
class PrintedSystem:
    """One system's lines: what each is trained on (empty where only the diagonal is there) and its cells."""

    name: str
    lines: tuple[tuple[str, tuple[Entry, ...]], ...]


def printed_columns(block: Block) -> list[str]:
    """The heads of a block's columns: names of the targets, keys where they are many."""
    name = language_name if len(block.targets) <= NAMED_UP_TO else str
    return [name(target) for target in block.targets]


def printed_systems(exhibit: MatrixExhibit, block: Block) -> Iterator[PrintedSystem]:
    """A block's systems in their order; where the exhibit is a diagonal, each has one line."""
    name = language_name if len(block.targets) <= NAMED_UP_TO else str
    for grid in block.grids:
        system = f"{grid.system} ({ROLES.get(grid.role, grid.role)})"
        if exhibit.same_language:
            lines = [("", [(target, target) for target in block.targets])]
        else:
            lines = [(name(source), [(source, target) for target in block.targets]) for source in block.sources]
        yield PrintedSystem(
            system,
            tuple(
                (label, tuple(_entry(grid, pair, mark=not exhibit.same_language) for pair in pairs))
                for label, pairs in lines
            ),
        )


def printed_caption(exhibit: MatrixExhibit) -> str:
    """What the table shows, and what brackets, lines below numbers and daggers mean."""
    caption = f"{place(exhibit)}. {title(exhibit)}, in per cent. In brackets what Pires et al. (2019) report."
    if not exhibit.same_language:
        caption += " Rows: fine-tuning, columns: evaluation; underlined cells are not zero-shot."
    if exhibit.collapsed:
        caption += f" {COLLAPSED} {COLLAPSED_NOTE}."
    return caption


def _entry(grid: Grid, pair: tuple[str, str], *, mark: bool) -> Entry:
    cell = grid.cells.get(pair, Cell())
    ours = "" if cell.value is None else number(cell.value)
    published = "" if cell.published is None else number(cell.published)
    return Entry(ours, published, mark and not is_zero_shot(*pair), bool(cell.collapsed))
