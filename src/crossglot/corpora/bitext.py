"""Parallel text, line-aligned: line n of one file translates line n of the other."""

from __future__ import annotations

from pathlib import Path

from crossglot.corpora.opening import open_text, plain_name
from crossglot.corpora.plain import write_lines
from crossglot.corpora.sentences import Bitext
from crossglot.errors import DataError


def read_bitext(
    source_path: Path | str, target_path: Path | str, *, lenient: bool = False, skipped: list[DataError] | None = None
) -> Bitext:
    """Two files of a data root's `parallel/` as one bitext; the languages are the names' endings (`ntrex128.de`).

    Args:
        source_path: the source's file; .gz and .xz are found too.
        target_path: the target's.
        lenient: leave out pairs with an empty side instead of stopping at them.
        skipped: gets the error of every pair left out; without it, a warning with the count is logged.

    Raises:
        DataError: missing or empty files, unequal lengths, empty lines (the first few are named).
    """
    paths = Path(source_path), Path(target_path)
    source, target = ([line.strip() for line in open_text(path)] for path in paths)
    if len(source) != len(target):
        what = f"{len(source)} lines, but {paths[1].name} has {len(target)}"
        raise DataError(what, path=paths[0], remedy="The two must be aligned line by line: take both from one release.")
    if not source:
        raise DataError("has no line", path=paths[0], remedy="The file is empty: download or write it again.")
    empty = [at for at, pair in enumerate(zip(source, target, strict=True), 1) if not all(pair)]
    if empty and not lenient:
        shown = ", ".join(map(str, empty[:8])) + (", …" if len(empty) > 8 else "")
        blank = paths[0] if not source[empty[0] - 1] else paths[1]
        raise DataError(
            f"{len(empty)} of {len(source)} pairs have an empty side: lines {shown}",
            path=blank,
            line=empty[0],
            remedy="Leave such pairs out in both files, or read with --lenient.",
        )
    return Bitext(*(plain_name(path).rpartition(".")[2] for path in paths), tuple(source), tuple(target))
