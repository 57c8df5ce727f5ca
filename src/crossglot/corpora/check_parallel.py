"""What is wrong with parallel text: files of unequal length, gaps, lines and sentences that are out of step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crossglot.corpora.conllu import parse_conllu
from crossglot.corpora.in_step import out_of_step
from crossglot.corpora.opening import open_text
from crossglot.corpora.sentence_ids import Ids, aligned_by_ids, sentence_ids
from crossglot.errors import DataError


@dataclass(slots=True)
class ParallelFindings:
    """Of the files of a set: the lines of each that can be read, what is wrong with it and what is worth a look."""

    lines: dict[Path, list[str]] = field(default_factory=dict)
    faults: list[DataError] = field(default_factory=list)
    remarks: list[DataError] = field(default_factory=list)


def check_lines(paths: Sequence[Path]) -> ParallelFindings:
    """Line-aligned files (or a single one): readable, of one length, without gaps, and in step with each other."""
    found = ParallelFindings()
    sides = found.lines
    for path in paths:
        try:
            sides[path] = [line.strip() for line in open_text(path)]
        except DataError as error:
            found.faults.append(error)
    lengths = {path: len(lines) for path, lines in sides.items()}
    usual = Counter(lengths.values()).most_common(1)[0][0] if sides else 0
    filled = {path: {number for number, line in enumerate(lines, 1) if line} for path, lines in sides.items()}
    everywhere = set().union(*filled.values())
    for path, length in lengths.items():
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


def check_treebanks(paths: Sequence[Path]) -> list[DataError]:
    """What sets treebanks of the same sentences apart: some that are missing or stand twice, another order."""
    known: dict[Path, Ids] = {}
    for path in paths:
        try:
            known[path] = sentence_ids(parse_conllu(path, lenient=True, skipped=[]))
        except DataError:
            continue  # said where the treebank itself is checked
    if len(known) < 2:
        return []
    order = Counter(tuple(own) for _, own, _ in known.values()).most_common(1)[0][0]
    usual = next(ids for ids in known.values() if tuple(ids[1]) == order)
    return [
        DataError(what, path=path, remedy=remedy)
        for path, ids in known.items()
        for what, remedy in _differences(ids, usual)
    ]


def _differences(ids: Ids, usual: Ids) -> Iterator[tuple[str, str]]:
    own, others = ids[1], usual[1]
    if nameless := own.count(None):
        yield f"{nameless} of its {len(own)} sentences have no sent_id", "Without one, a sentence has no translation."
    if twice := [one for one, times in Counter(own).items() if one and times > 1]:
        what = f"{len(twice)} sent_ids stand twice, the first of them {twice[0]}: nobody knows which sentence is meant"
        yield what, "Keep one sentence of each: as it is, none of them has a translation."
    pairs = aligned_by_ids(usual, ids)
    if absent := len(others) - len(pairs):
        first = next(name for number, name in enumerate(others) if number not in dict(pairs))
        what = f"{absent} of {len(others)} sentences of the other parallel treebanks are not there, {first} first"
        yield what, "They are left out where a language is paired with this one."
    places = [place for _, place in pairs]
    if moved := sum(place != straight for place, straight in zip(places, sorted(places), strict=True)):
        what = f"{moved} sentences stand in another place than in the other parallel treebanks"
        yield what, "Harmless here: they are aligned by their ids. But make no line-aligned file of it."
