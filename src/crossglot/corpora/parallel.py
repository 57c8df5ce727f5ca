"""Parallel text of a data root: which sets there are, which serve a pair of languages, what translates what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path

from crossglot.corpora.catalogue import SPLITS, corpus_files, parallel_treebank, root_languages
from crossglot.corpora.conllu import ConlluSentence, parse_conllu
from crossglot.corpora.conllu_faults import require_words
from crossglot.corpora.opening import checksum, open_text, plain_name
from crossglot.corpora.sentence_ids import Ids, aligned_by_ids, sentence_ids
from crossglot.errors import DataError

Pair = tuple[str, str]
Paths = tuple[Path, ...]
FOLDER = "parallel"


@dataclass(frozen=True, slots=True)
class ParallelFiles:
    """Where two languages say the same.

    Attributes:
        names: of the set (`ntrex128`) for both, or of two treebanks.
        paths: of both: one file, or the splits of a treebank.
    """

    names: Pair
    paths: tuple[Paths, Paths]

    @property
    def name(self) -> str:
        """What messages call it, and `--corpus en-de=NAME`: the set, or both treebanks joined by `+`."""
        return "+".join(dict.fromkeys(self.names))


@dataclass(frozen=True, slots=True)
class SideText:
    """The sentences of one side.

    Attributes:
        lines: blanks of any kind at both ends taken off.
        ids: of a treebank, what its sentences are known by; empty for text whose line n translates the other's line n.
    """

    lines: Sequence[str]
    ids: Ids = ()


def parallel_sets(root: Path | str) -> dict[str, dict[str, Path]]:
    """Set → language → file, for `parallel/<set>.<language>`; endings that are no language's key are passed over."""
    known = root_languages(root)
    found: dict[str, dict[str, Path]] = {}
    for path in sorted((Path(root) / FOLDER).glob("*")):
        name, _, language = plain_name(path).rpartition(".")
        if name and language in known:
            found.setdefault(name, {}).setdefault(language, path)
    return found


def parallel_files(root: Path | str, pair: Pair) -> list[ParallelFiles]:
    """All that a root has in both languages: parallel (PUD) treebanks, then sets of `parallel/` by name.

    Text that encoders may have been trained on (`<set>-train`) is among them only where there is nothing else.
    """
    one, other = pair
    sets = [
        ParallelFiles((name, name), ((files[one],), (files[other],)))
        for name, files in sorted(parallel_sets(root).items())
        if one in files and other in files
    ]
    treebanks = [parallel_treebank(root, key) for key in pair]
    if treebanks[0] and treebanks[1]:
        sets.insert(0, _treebanks(Path(root), (treebanks[0], treebanks[1])))
    return [found for found in sets if not found.names[0].endswith("-train")] or sets


def named_parallel_files(root: Path | str, pair: Pair, name: str) -> ParallelFiles:
    """What the user names for a pair: a set of `parallel/`, or two treebanks, `UD_French-ParTUT+UD_Italian-ParTUT`.

    Raises:
        DataError: if the root has no such thing in both languages; says what it has.
    """
    root, (one, other) = Path(root), pair
    treebanks = name.split("+")
    if len(treebanks) == 2:
        absent = [treebank for treebank in treebanks if not corpus_files(root, "pos", treebank)]
        if not absent:
            return _treebanks(root, (treebanks[0], treebanks[1]))
        what = f"no treebank {' and no '.join(map(repr, absent))}"
    elif {one, other} <= set(files := parallel_sets(root).get(name, {})):
        return ParallelFiles((name, name), ((files[one],), (files[other],)))
    else:
        what = f"no set {name!r} with both {one} and {other} in parallel/"
    there = ", ".join(found.name for found in parallel_files(root, pair))
    remedy = f"There are {there}." if there else "Name two parallel treebanks, or put one there (see docs/data.md)."
    raise DataError(what, path=root, remedy=remedy)


def _treebanks(root: Path, names: Pair) -> ParallelFiles:
    one, other = (
        tuple(files[split] for split in SPLITS if split in files)
        for files in (corpus_files(root, "pos", name) for name in names)
    )
    return ParallelFiles(names, (one, other))


def read_side(paths: Paths) -> SideText:
    """The sentences of one side; from memory if this process has read them.

    Raises:
        DataError: if a file is missing, damaged or malformed, or is a treebank without its words.
    """
    return _read(paths, tuple(map(checksum, paths)))


@lru_cache(maxsize=64)
def _read(paths: Paths, known: tuple[str, ...]) -> SideText:
    del known  # part of the key: a file that changed is read again
    if not plain_name(paths[0]).endswith(".conllu"):
        return SideText(tuple(line.strip() for path in paths for line in open_text(path)))
    sentences = [_with_words(path) for path in paths]
    return SideText(tuple(map(written, chain(*sentences))), sentence_ids(chain(*sentences)))


def _with_words(path: Path) -> list[ConlluSentence]:
    sentences = list(parse_conllu(path))
    forms = [row.form for sentence in sentences for row in sentence.words]
    require_words(forms.count("_"), len(forms), path)
    return sentences


def written(sentence: ConlluSentence) -> str:
    """A treebank's sentence as it was written: its `# text`, or else its words with the blanks between them."""
    if text := sentence.comment("text"):
        return text
    covered = 0
    parts = []
    for row in sentence.rows:
        first, _, last = row.id.partition("-")
        if "." in first or int(first) <= covered:  # an empty node, or a word inside a range
            continue
        covered = int(last or 0)
        parts.append(row.form + ("" if row.attribute("SpaceAfter") == "No" else " "))
    return "".join(parts).strip()


def aligned(source: SideText, target: SideText) -> list[tuple[int, int]]:
    """Numbers, from 0, of the sentences that translate each other: by ids or, where there are none, line by line."""
    if source.ids and target.ids:
        return aligned_by_ids(source.ids, target.ids)
    return [(number, number) for number in range(min(len(source.lines), len(target.lines)))]


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


def require_aligned(sides: tuple[SideText, SideText], paths: tuple[Paths, Paths]) -> None:
    """Makes sure that two sides can be aligned: by their sentences' ids, or with equally many lines.

    Raises:
        DataError: if they cannot.
    """
    (source, target), (here, there) = sides, paths
    if bool(source.ids) != bool(target.ids):
        what = f"a treebank and a text, {there[0].name}, cannot be aligned"
        raise DataError(what, path=here[0], remedy="Take both sides from treebanks, or both from parallel/.")
    if source.ids and not aligned(source, target):
        what = f"no sentence has a parallel_id or sent_id that {there[0].name} has, too"
        raise DataError(what, path=here[0], remedy="Name two treebanks of the same sentences.")
    if not source.ids and len(source.lines) != len(target.lines):
        what = f"{len(source.lines)} lines, but {there[0].name} has {len(target.lines)}"
        remedy = "The two must be aligned line by line: take both from one release."
        raise DataError(what, path=here[0], remedy=remedy)
