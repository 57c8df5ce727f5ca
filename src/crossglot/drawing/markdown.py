"""Tables in Markdown as GitHub reads it: the cells that LaTeX tables have, the signature in a line beneath."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from crossglot.characters import visible
from crossglot.drawing.matrix_exhibit import Block, MatrixExhibit
from crossglot.drawing.printed import Entry, printed_caption, printed_columns, printed_systems
from crossglot.drawing.wording import COLLAPSED, NO_VALUE

_SPECIAL = re.compile(r"([\\|`*_\[\]<>#~$&])")
_OPENS_A_BLOCK = re.compile(r"^([-+=]|\d+(?=[.)]))")


def plain_markdown(text: str) -> str:
    """Text that Markdown shows as it is, in one line: marks escaped, unseen characters written out."""
    return _SPECIAL.sub(r"\\\1", " ".join(visible(text).split()))


def markdown_rows(heads: Sequence[str], numeric: Sequence[bool], lines: Iterable[Sequence[str]]) -> list[str]:
    """The lines of one table; heads and cells are Markdown already, columns of numbers stand to the right."""
    rule = ["---:" if right else "---" for right in numeric]
    return [f"| {' | '.join(line)} |" for line in (heads, rule, *lines)]


def markdown_page(caption: str, tables: Iterable[Sequence[str]], signature: str = "") -> str:
    """Caption, tables and, in a line of its own, the signature."""
    said = plain_markdown(caption)
    opens = _OPENS_A_BLOCK.match(said)  # a list, a line below a heading
    if opens:
        said = f"{said[: opens.end()]}\\{said[opens.end() :]}" if opens[0].isdigit() else f"\\{said}"
    parts = [said, *("\n".join(rows) for rows in tables)]
    if signature:
        parts.append(_code(signature))
    return "\n\n".join(parts) + "\n"


def markdown_table(exhibit: MatrixExhibit, signature: str = "") -> str:
    """A table per block: ours, the paper's in brackets, cells that are not zero-shot underlined, others as dashes."""
    tables = [_rows(exhibit, block) for block in exhibit.blocks]
    return markdown_page(printed_caption(exhibit), tables, signature)


def _rows(exhibit: MatrixExhibit, block: Block) -> list[str]:
    own = ["system"] if exhibit.same_language else ["system", "trained on"]
    heads = [*own, *map(plain_markdown, printed_columns(block))]
    lines = [
        [plain_markdown(system.name), *([] if exhibit.same_language else [plain_markdown(label)]), *map(_cell, entries)]
        for system in printed_systems(exhibit, block)
        for label, entries in system.lines
    ]
    return markdown_rows(heads, [False] * len(own) + [True] * len(block.targets), lines)


def _cell(entry: Entry) -> str:
    shown = f"<ins>{entry.ours}</ins>" if entry.own and entry.ours else entry.ours or NO_VALUE
    shown += COLLAPSED if entry.collapsed else ""
    return f"{shown} ({entry.published})" if entry.published else shown


def _code(text: str) -> str:
    """Text as code, between more backticks than it has in a row itself."""
    line = " ".join(visible(text).split())
    fence = "`" * (1 + max((len(found) for found in re.findall("`+", line)), default=0))
    return f"{fence}{line}{fence}" if len(fence) == 1 else f"{fence} {line} {fence}"
