"""What is wrong with parallel text: files of unequal length, gaps, lines and sentences that are out of step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crossglot.corpora.conllu import parse_conllu
from crossglot.corpora.in_step import out_of_step
from crossglot.corpora.opening import open_text
from crossglot.corpora.sentence_ids import sentence_ids
from crossglot.errors import DataError


@dataclass(slots=True)
class ParallelFindings:
    """Of the files of a set: how long each is, what is wrong with it and what is worth a look."""

    lengths: dict[Path, int] = field(default_factory=dict)
    faults: list[DataError] = field(default_factory=list)
    remarks: list[DataError] = field(default_factory=list)


def check_lines(paths: Sequence[Path]) -> ParallelFindings:
    """Line-aligned files (or a single one): readable, of one length, without gaps, and in step with each other."""
    found = ParallelFindings()
    sides: dict[Path, list[str]] = {}
    for path in paths:
        try:
            sides[path] = [line.strip() for line in open_text(path)]
        except DataError as error:
            found.faults.append(error)
    found.lengths = {path: len(lines) for path, lines in sides.items()}
    usual = Counter(found.lengths.values()).most_common(1)[0][0] if sides else 0
    filled = {path: {number for number, line in enumerate(lines, 1) if line} for path, lines in sides.items()}
    everywhere = set().union(*filled.values())
    for path, length in found.lengths.items():
        if not filled[path]:
            remedy = "The file is empty: download or write it again."
            found.faults.append(DataError("has no line", path=path, remedy=remedy))
        elif length != usual:
            what = f"{length} lines, where the set's others have {usual}"
            remedy = "Take all languages of a set from one release."
            found.faults.append(DataError(what, path=path, remedy=remedy))
        elif len(paths) > 1 and (empty := sorted(everywhere - filled[path])):
            what = f"{len(empty)} lines are empty, though another language has text there"
            remedy = "Leave such lines out in every language."
            found.faults.append(DataError(what, path=path, line=empty[0], remedy=remedy))
    found.remarks += _strayed({path: lines for path, lines in sides.items() if len(lines) == usual})
    return found


def _strayed(sides: Mapping[Path, Sequence[str]]) -> list[DataError]:
    by_name = {path.name: path for path in sides}
    runs_of = out_of_step({path.name: lines for path, lines in sides.items()})
    both = list(runs_of) if len(sides) == 2 else []
    remarks = []
    for name, runs in runs_of.items():
        if both and name != both[0]:
            continue  # of two, one remark says it of both
        where = ", ".join(f"{first}–{last}" for first, last in runs)
        others = both[1] if both else "the set's others"
        what = f"lines {where} hardly translate those of {others}: long ones stand where short ones do"
        remedy = (
            "Take all languages from one release, in one order. Treebanks of the same sentences need no such files."
        )
        remarks.append(DataError(what, path=by_name[name], line=runs[0][0], remedy=remedy))
    return remarks


def check_treebanks(files: Mapping[str, Path]) -> ParallelFindings:
    """Treebanks of the same sentences: which of them lack some, name some twice, or have them in another order.

    Args:
        files: name of the treebank → its file.
    """
    found = ParallelFindings()
    ids: dict[Path, list[str]] = {}
    for path in files.values():
        try:
            known = sentence_ids(parse_conllu(path, lenient=True, skipped=[]))
        except DataError:
            continue  # said where the treebank itself is checked
        ids[path] = [own or "" for own in known[1]]
    if len(ids) < 2:
        return found
    order = Counter(tuple(own) for own in ids.values()).most_common(1)[0][0]
    usual = {one for one in order if one}
    for path, own in ids.items():
        for what, remedy in _differences(own, order, usual):
            found.remarks.append(DataError(what, path=path, remedy=remedy))
    return found


def _differences(own: Sequence[str], order: Sequence[str], usual: set[str]) -> list[tuple[str, str]]:
    differences = []
    nameless = own.count("")
    twice = [one for one, times in Counter(own).items() if one and times > 1]
    if nameless:
        what = f"{nameless} of its {len(own)} sentences have no sent_id, and so no translation"
        differences.append((what, "Take the treebank from a release."))
    if twice:
        what = f"{len(twice)} sent_ids stand twice, {twice[0]} first: nobody knows which sentence is meant"
        differences.append((what, "Keep one sentence of each sent_id: until then neither is aligned."))
    if absent := usual.difference(own):
        what = (
            f"{len(absent)} of {len(usual)} sentences of the other parallel treebanks are missing, {min(absent)} first"
        )
        differences.append((what, "What is missing is left out for all pairs with this language."))
    shared = [one for one in order if one in set(own)]
    if moved := sum(one != other for one, other in zip((one for one in own if one in usual), shared, strict=False)):
        what = f"{moved} sentences stand in another place than in the other parallel treebanks"
        differences.append((what, "Harmless here: they are aligned by their ids. Make no line-aligned file of it."))
    return differences
