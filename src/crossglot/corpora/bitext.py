"""Parallel text, line-aligned: line n of one file translates line n of the other."""

from __future__ import annotations

from pathlib import Path

from crossglot.corpora.opening import open_text, plain_name
from crossglot.corpora.sentences import Bitext
from crossglot.corpora.skipping import Faults
from crossglot.errors import DataError
from crossglot.remedies import way, ways


def read_bitext(
    source_path: Path | str, target_path: Path | str, *, lenient: bool = False, skipped: list[DataError] | None = None
) -> Bitext:
    """Two files of a data root's `parallel/` as one bitext; the languages are the names' endings (`ntrex128.de`).

    Blanks of any kind at both ends of a line are taken off; a line of nothing else is empty.

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
    faults = Faults(lenient=lenient, skipped=skipped)
    empty = [at for at, pair in enumerate(zip(source, target, strict=True)) if not all(pair)]
    if empty and not lenient:
        raise _empty_lines(empty, len(source), paths[0] if not source[empty[0]] else paths[1])
    for at in empty:
        faults.add(_empty_lines([at], len(source), paths[0] if not source[at] else paths[1]))
    left_out = set(empty)
    pairs = [pair for at, pair in enumerate(zip(source, target, strict=True)) if at not in left_out]
    faults.finish(paths[0], len(pairs))
    source_language, target_language = (plain_name(path).rpartition(".")[2] for path in paths)
    return Bitext(source_language, target_language, tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs))


def _empty_lines(at: list[int], total: int, path: Path) -> DataError:
    shown = ", ".join(str(index + 1) for index in at[:8]) + (", …" if len(at) > 8 else "")
    what = f"{len(at)} of {total} pairs have an empty side: line{'s' * (len(at) > 1)} {shown}"
    remedy = f"{ways('Leave such pairs out of both files', way('let them be skipped', 'lenient'))}."
    return DataError(what, path=path, line=at[0] + 1, remedy=remedy)
