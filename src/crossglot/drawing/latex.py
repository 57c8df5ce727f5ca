"""Tables in LaTeX (packages booktabs and inputenc or a Unicode engine), published numbers in brackets."""

from __future__ import annotations

import re

from crossglot.characters import visible
from crossglot.drawing.matrix_exhibit import Block, MatrixExhibit
from crossglot.drawing.printed import Entry, printed_caption, printed_columns, printed_systems

SPECIAL = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}", "→": r"$\to$",
    "†": r"$^\dagger$",
    "–": "--", "\n": " ", "\t": " ",
    "[": "{[}", "]": "{]}", "*": "{*}",  # after a line's end or \\midrule LaTeX would take them for its options
    '"': r"\textquotedbl{}", "'": r"\textquotesingle{}", "`": r"\textasciigrave{}",
}  # fmt: skip


def escaped(text: str) -> str:
    """Text with LaTeX's special characters escaped, unseen ones written out, and hyphens kept apart."""
    apart = re.sub("-(?=-)", "-\0", visible(text))
    return "".join(SPECIAL.get(character, character) for character in apart).replace("\0", "{}")


def latex_float(tabulars: list[str], caption: str, name: str, signature: str = "") -> str:
    r"""A `table` float to `\input`: rows of tabulars, caption and label; below it the signature as a comment."""
    lines = [
        r"% Needs \usepackage{booktabs}.",
        r"\begin{table}",
        r"\centering",
        *tabulars,
        rf"\caption{{{escaped(caption)}}}",
        rf"\label{{tab:{name}}}",
        r"\end{table}",
    ]
    if signature:
        lines.append("% " + " ".join(visible(signature).split()))  # a line's end would end the comment
    return "\n".join(lines) + "\n"


def latex_table(exhibit: MatrixExhibit, signature: str = "") -> str:
    r"""A `table` float to `\input`: ours, the paper's in brackets, the diagonal underlined, missing cells as dashes."""
    tabulars = [line for block in exhibit.blocks for line in _tabular(exhibit, block)]
    return latex_float(tabulars, printed_caption(exhibit), exhibit.name, signature)


def _tabular(exhibit: MatrixExhibit, block: Block) -> list[str]:
    columns = " & ".join(map(escaped, printed_columns(block)))
    lines = [rf"\begin{{tabular}}{{l{'r' * len(block.targets)}}}", r"\toprule", rf" & {columns} \\"]
    if exhibit.same_language:
        lines.append(r"\midrule")
    for system in printed_systems(exhibit, block):
        name = escaped(system.name)
        if not exhibit.same_language:
            lines += [r"\midrule", rf"\multicolumn{{{len(block.targets) + 1}}}{{l}}{{\textit{{{name}}}}} \\"]
        for label, entries in system.lines:
            first = name if exhibit.same_language else escaped(label)
            lines.append(rf"{first} & {' & '.join(map(_cell, entries))} \\")
    return [*lines, r"\bottomrule", r"\end{tabular}"]


def _cell(entry: Entry) -> str:
    shown = rf"\underline{{{entry.ours}}}" if entry.own and entry.ours else entry.ours or "--"
    shown += r"$^\dagger$" if entry.collapsed else ""
    return f"{shown} ({entry.published})" if entry.published else shown
