"""Parallel text of a data root: which sets there are, which of them serves a pair of languages, which lines serve."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from crossglot.corpora.catalogue import root_languages
from crossglot.corpora.opening import checksum, open_text, plain_name
from crossglot.errors import DataError

Pair = tuple[str, str]
FOLDER = "parallel"


def parallel_sets(root: Path | str) -> dict[str, dict[str, Path]]:
    """Set → language → file, for `parallel/<set>.<language>`; endings that are no language's key are passed over."""
    known = root_languages(root)
    found: dict[str, dict[str, Path]] = {}
    for path in sorted((Path(root) / FOLDER).glob("*")):
        name, _, language = plain_name(path).rpartition(".")
        if name and language in known:
            found.setdefault(name, {}).setdefault(language, path)
    return found


def choose_sets(root: Path | str, pairs: Iterable[Pair]) -> dict[Pair, tuple[str, Path, Path] | None]:
    """For each pair the set it is read from, and its two files; None where the root has no set with both languages.

    Text that encoders may have been trained on (`<set>-train`) is taken only where there is no other. Pairs are best
    compared on one text, so the set that serves most of them comes first, then the longest, then the first by name.

    Raises:
        DataError: if a set cannot be read.
    """
    sets, pairs = parallel_sets(root), list(pairs)
    serves = {name: sum(one in files and other in files for one, other in pairs) for name, files in sets.items()}
    chosen: dict[Pair, tuple[str, Path, Path] | None] = {}
    for one, other in pairs:
        fit = sorted(name for name, files in sets.items() if one in files and other in files)
        held_out = [name for name in fit if not name.endswith("-train")] or fit
        best = max(held_out, key=lambda name: (serves[name], len(read_side(sets[name][one]))), default=None)
        chosen[one, other] = None if best is None else (best, sets[best][one], sets[best][other])
    return chosen


def read_side(path: Path) -> Sequence[str]:
    """The lines of one side, blanks of any kind at both ends taken off; from memory if this process has read them.

    Raises:
        DataError: if the file is missing or damaged.
    """
    return _read(path, checksum(path))


@lru_cache(maxsize=64)
def _read(path: Path, known: str) -> Sequence[str]:
    del known  # part of the key: a file that changed is read again
    return tuple(line.strip() for line in open_text(path))


def distinct_pairs(source: Sequence[str], target: Sequence[str]) -> list[int]:
    """Numbers, from 0, of the line pairs that can be told from all others: no side empty, none seen before.

    A sentence that stands twice has two right translations; the first stands for both.

    Args:
        source: lines of one side.
        target: lines of the other; line i translates line i.
    """
    seen: tuple[set[str], set[str]] = {""}, {""}
    kept = []
    for number, pair in enumerate(zip(source, target, strict=True)):
        if not any(line in known for line, known in zip(pair, seen, strict=True)):
            kept.append(number)
        for line, known in zip(pair, seen, strict=True):
            known.add(line)
    return kept


def require_aligned(sides: Mapping[Path, Sequence[str]]) -> None:
    """Makes sure that the sides have equally many lines.

    Raises:
        DataError: if they do not.
    """
    (one, lines), (other, others) = sides.items()
    if len(lines) != len(others):
        what = f"{len(lines)} lines, but {other.name} has {len(others)}"
        raise DataError(what, path=one, remedy="The two must be aligned line by line: take both from one release.")
