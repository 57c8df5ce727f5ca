"""Check a whole data root: read every file, report every fault, and what its splits share that they should not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations
from pathlib import Path
from unicodedata import is_normalized

from crossglot.corpora.catalogue import OWN_LANGUAGES, PARALLEL, SPLITS, corpus_files, list_corpora, own_languages
from crossglot.corpora.check_parallel import check_lines, check_treebanks
from crossglot.corpora.codemix import TRANSLITERATED, read_codemix
from crossglot.corpora.column_layout import decode_columns
from crossglot.corpora.columns import read_columns
from crossglot.corpora.conllu import read_conllu
from crossglot.corpora.opening import decode, plain_name, read_bytes
from crossglot.corpora.sentences import TaggedSentence
from crossglot.errors import DataError

FOLDERS = ("ud", "ner", "codemix", "parallel", "mono")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
_PAPERS = ("license", "readme", "source.", OWN_LANGUAGES, "lab.toml")  # said beside the data, not data


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a file: where, what, and what to do."""

    path: Path
    line: int | None
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class FileReport:
    """What a file holds.

    Attributes:
        path: relative to the root.
        sentences: sentences, or lines of plain and parallel text.
        words: words; 0 for text that is not divided into words.
        labels: label → how many words have it (POS) or how many spans (entities).
        encoding: as found.
        faults: how many of its sentences are faulty.
    """

    path: Path
    sentences: int = 0
    words: int = 0
    labels: Mapping[str, int] = field(default_factory=dict, hash=False)
    encoding: str = "utf-8"
    faults: int = 0


@dataclass(frozen=True, slots=True)
class Shared:
    """Sentences of one split that stand, word for word, in another split of the same corpus.

    Attributes:
        corpus: its name.
        split: where they should be new (test, or dev).
        seen_in: where they also stand.
        sentences: how many.
        long: how many of them have more than four words, so that chance is no excuse.
        example: the longest.
    """

    corpus: str
    split: str
    seen_in: str
    sentences: int
    long: int
    example: str


@dataclass(frozen=True, slots=True)
class Report:
    """A data root, checked.

    Attributes:
        root: its folder.
        files: one entry per file read.
        faults: everything wrong, in the files' order.
        remarks: what can be read and is worth a look: parallel text out of step, a file that may be cut off.
        shared: sentences that two splits share.
        missing: (corpus, split) for each split that is not there.
        unseen: (corpus, split, labels) for labels of a dev or test split that training has not.
        ignored: files and folders that are no part of the layout, relative to the root.
    """

    root: Path
    files: tuple[FileReport, ...]
    faults: tuple[Fault, ...]
    remarks: tuple[Fault, ...]
    shared: tuple[Shared, ...]
    missing: tuple[tuple[str, str], ...]
    unseen: tuple[tuple[str, str, tuple[str, ...]], ...]
    ignored: tuple[Path, ...]

    @property
    def ok(self) -> bool:
        """Whether every file could be read without a fault."""
        return not self.faults


def check_root(root: Path | str, progress: Callable[[int, int, str], None] | None = None) -> Report:
    """Read everything in a data root and report all that is wrong with it, not only the first fault.

    Args:
        root: the data root (docs/data.md says how it is laid out).
        progress: told (corpora done, corpora in all, the next one's name) before each.

    Raises:
        DataError: if there is no such folder, or nothing in it that the layout knows.
    """
    root = Path(root)
    if not root.is_dir():
        raise DataError("no such data root", path=root, remedy="Give a folder with ud/, ner/ … (see docs/data.md).")
    found = _Findings(root)
    jobs = list(_jobs(root, _keys(root, found)))
    if not jobs:
        raise DataError("holds nothing of a data root", path=root, remedy="See docs/data.md for the layout.")
    for done, (name, check) in enumerate(jobs):
        if progress is not None:
            progress(done, len(jobs), name)
        check(found)
    if progress is not None:
        progress(len(jobs), len(jobs), "")
    return found.report()


@dataclass(slots=True)
class _Findings:
    """What has been found so far."""

    root: Path
    files: list[FileReport] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    remarks: list[Fault] = field(default_factory=list)
    shared: list[Shared] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)
    unseen: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)

    def blame(self, errors: Iterable[DataError], path: Path) -> None:
        """Keep errors as faults."""
        self.faults += (self._fault(error, path) for error in errors)

    def remark(self, errors: Iterable[DataError], path: Path) -> None:
        """Keep as remarks what is no fault."""
        self.remarks += (self._fault(error, path) for error in errors)

    def _fault(self, error: DataError, path: Path) -> Fault:
        where = path if error.path is None else Path(error.path)
        inside = where.relative_to(self.root) if where.is_relative_to(self.root) else where
        return Fault(inside, error.line, error.what, error.remedy)

    def report(self) -> Report:
        """All of it, with what was passed over."""
        known = {report.path for report in self.files}
        faulty = {fault.path for fault in self.faults}
        ignored = [path.relative_to(self.root) for path in _strays(self.root)]
        return Report(
            self.root,
            tuple(self.files),
            tuple(self.faults),
            tuple(self.remarks),
            tuple(self.shared),
            tuple(self.missing),
            tuple(self.unseen),
            tuple(path for path in ignored if path not in known | faulty),
        )


def _keys(root: Path, found: _Findings) -> frozenset[str]:
    """Keys of the languages that the root itself defines."""
    try:
        return frozenset(own_languages(root))
    except DataError as error:
        found.blame([error], root / OWN_LANGUAGES)
        return frozenset()


def _jobs(root: Path, keys: frozenset[str]) -> Iterator[tuple[str, Callable[[_Findings], None]]]:
    for task in ("pos", "ner", "codemix"):
        for name in list_corpora(root, task):
            yield name, partial(_check_corpus, task=task, name=name)
    sets: dict[str, list[Path]] = {}
    for path in sorted((root / "parallel").glob("*")):
        name, _, language = plain_name(path).rpartition(".")
        if path.is_file() and (language in keys or _LANGUAGE.fullmatch(language)) and not _is_paper(path):
            sets.setdefault(name, []).append(path)
    for name, paths in sets.items():
        yield f"parallel/{name}", partial(_check_lines, paths=paths)
    for path in sorted((root / "mono").glob("*.txt*")):
        if plain_name(path).endswith(".txt") and not _is_paper(path):
            yield f"mono/{path.name}", partial(_check_lines, paths=[path])
    parallel = [name for name in list_corpora(root, "pos") if name.endswith(PARALLEL)]
    tests = [files["test"] for name in parallel if "test" in (files := corpus_files(root, "pos", name))]
    if len(tests) > 1:
        yield "parallel treebanks", partial(_check_treebanks, paths=tests)


def _is_paper(path: Path) -> bool:
    return path.name.lower().startswith(_PAPERS)


def _strays(root: Path) -> Iterator[Path]:
    for path in sorted(root.iterdir()):
        if path.is_dir() and path.name in FOLDERS:
            deep = "*/*" if path.name in ("ud", "ner") else "*"
            yield from (inner for inner in sorted(path.glob(deep)) if not _is_paper(inner))
        elif not _is_paper(path):
            yield path


def _check_corpus(found: _Findings, task: str, name: str) -> None:
    splits: dict[str, list[TaggedSentence]] = {}
    labels: dict[str, Counter[str]] = {}
    for split, path in corpus_files(found.root, task, name).items():
        skipped: list[DataError] = []
        encoding, sentences = "utf-8", []
        try:
            if task == "ner":
                encoding = decode_columns(read_bytes(path), path)[1]
                sentences = read_columns(path, lenient=True, skipped=skipped)
            elif task == "codemix":
                both = read_codemix(path, lenient=True, skipped=skipped)
                sentences = [sentence.in_form(TRANSLITERATED) for sentence in both]
            else:
                sentences = read_conllu(path, lenient=True, skipped=skipped)
        except DataError as error:
            if not skipped:  # otherwise the sentences' own faults say more
                skipped.append(error)
        found.blame(skipped, path)
        if task != "ner":
            found.remark(_form_remarks(path), path)
        splits[split], labels[split] = sentences, _labels(sentences, task)
        words = sum(map(len, sentences))
        inside = path.relative_to(found.root)
        found.files.append(FileReport(inside, len(sentences), words, labels[split], encoding, len(skipped)))
    found.missing.extend((name, split) for split in SPLITS if split not in splits)
    for earlier, later in combinations([split for split in SPLITS if split in splits], 2):
        if shared := _shared(name, splits, later, earlier):
            found.shared.append(shared)
    if labels.get("train"):
        for split in ("dev", "test"):
            if unseen := sorted(set(labels.get(split, ())) - set(labels["train"])):
                found.unseen.append((name, split, tuple(unseen)))


def _labels(sentences: Iterable[TaggedSentence], task: str) -> Counter[str]:
    tags = Counter(tag for sentence in sentences for tag in sentence.tags)
    if task != "ner":
        return Counter(dict(tags.most_common()))
    return Counter({tag[2:]: count for tag, count in tags.most_common() if tag.startswith("B-")})


def _shared(name: str, splits: Mapping[str, list[TaggedSentence]], split: str, seen_in: str) -> Shared | None:
    seen = {sentence.words for sentence in splits[seen_in]}
    both = [sentence.words for sentence in splits[split] if sentence.words in seen]
    if not both:
        return None
    longest = " ".join(max((len(words), words) for words in both)[1])
    return Shared(name, split, seen_in, len(both), sum(len(words) > 4 for words in both), longest)


def _check_lines(found: _Findings, paths: list[Path]) -> None:
    parallel = check_lines(paths)
    faulty = Counter(error.path for error in parallel.faults)
    found.blame(parallel.faults, paths[0])
    found.remark(parallel.remarks, paths[0])
    for path, length in parallel.lengths.items():
        found.files.append(FileReport(path.relative_to(found.root), length, faults=faulty[path]))


def _check_treebanks(found: _Findings, paths: list[Path]) -> None:
    found.remark(check_treebanks(paths), found.root)


def _form_remarks(path: Path) -> Iterator[DataError]:
    """Remarks on what level 1 of the UD validator refuses and our readers take."""
    try:
        text = decode(read_bytes(path), path, lenient=True)
    except DataError:
        return
    if text.strip("\n") and not text.endswith("\n\n"):
        remedy = "Compare it with the release: it may be cut off."
        yield DataError("no empty line after the last sentence", path=path, line=text.count("\n") + 1, remedy=remedy)
    if not is_normalized("NFC", text):
        lines = [line for line, written in enumerate(text.split("\n"), 1) if not is_normalized("NFC", written)]
        what = f"{len(lines):,} lines are not in Unicode's normal form C"
        remedy = "Words are read as they are written: an encoder may spell these otherwise than text from elsewhere."
        yield DataError(what, path=path, line=lines[0], remedy=remedy)
