"""An exhibit as a LaTeX table (packages booktabs and inputenc or a Unicode engine), published numbers in brackets."""

from __future__ import annotations

import re

from crossglot.characters import visible
from crossglot.drawing.matrix_exhibit import Block, Cell, Grid, MatrixExhibit, is_zero_shot
from crossglot.drawing.wording import COLLAPSED, COLLAPSED_NOTE, ROLES, language_name, number, place, title

SPECIAL = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}", "→": r"$\to$",
    "†": r"$^\dagger$",
    "–": "--", "\n": " ", "\t": " ",
    "[": "{[}", "]": "{]}", "*": "{*}",  # after a line's end or \\midrule LaTeX would take them for its options
    '"': r"\textquotedbl{}", "'": r"\textquotesingle{}", "`": r"\textasciigrave{}",
}  # fmt: skip
NAMED_UP_TO = 6


def escaped(text: str) -> str:
    """Text with LaTeX's special characters escaped, unseen ones written out, and hyphens kept apart."""
    apart = re.sub("-(?=-)", "-\0", visible(text))
    return "".join(SPECIAL.get(character, character) for character in apart).replace("\0", "{}")


def latex_table(exhibit: MatrixExhibit) -> str:
    r"""A `table` float to `\input`: ours, the paper's in brackets, the diagonal underlined, missing cells as dashes."""
    caption = f"{place(exhibit)}. {title(exhibit)}, in per cent. In brackets what Pires et al. (2019) report."
    if not exhibit.same_language:
        caption += " Rows: fine-tuning, columns: evaluation; underlined cells are not zero-shot."
    if exhibit.collapsed:
        caption += f" {COLLAPSED} {COLLAPSED_NOTE}."
    lines = [
        r"% Needs \usepackage{booktabs}.",
        r"\begin{table}",
        r"\centering",
        *(line for block in exhibit.blocks for line in _tabular(exhibit, block)),
        rf"\caption{{{escaped(caption)}}}",
        rf"\label{{tab:{exhibit.name}}}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def _tabular(exhibit: MatrixExhibit, block: Block) -> list[str]:
    name = language_name if len(block.targets) <= NAMED_UP_TO else str
    columns = " & ".join(escaped(name(target)) for target in block.targets)
    lines = [rf"\begin{{tabular}}{{l{'r' * len(block.targets)}}}", r"\toprule", rf" & {columns} \\"]
    if exhibit.same_language:
        lines.append(r"\midrule")
    for grid in block.grids:
        system = escaped(f"{grid.system} ({ROLES.get(grid.role, grid.role)})")
        if exhibit.same_language:
            lines.append(rf"{system} & {_row(grid, [(target, target) for target in block.targets], mark=False)} \\")
            continue
        lines += [r"\midrule", rf"\multicolumn{{{len(block.targets) + 1}}}{{l}}{{\textit{{{system}}}}} \\"]
        for source in block.sources:
            pairs = [(source, target) for target in block.targets]
            lines.append(rf"{escaped(name(source))} & {_row(grid, pairs, mark=True)} \\")
    return [*lines, r"\bottomrule", r"\end{tabular}"]


def _row(grid: Grid, pairs: list[tuple[str, str]], *, mark: bool) -> str:
    return " & ".join(_cell(grid.cells.get(pair, Cell()), mark and not is_zero_shot(*pair)) for pair in pairs)


def _cell(cell: Cell, mark: bool) -> str:
    ours = "--" if cell.value is None else number(cell.value)
    shown = rf"\underline{{{ours}}}" if mark and cell.value is not None else ours
    shown += r"$^\dagger$" if cell.collapsed else ""
    return shown if cell.published is None else f"{shown} ({number(cell.published)})"
