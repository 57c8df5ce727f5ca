"""What a check of a data root finds: what each file holds, faults, remarks, and what else spoils a study."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from crossglot.corpora.catalogue import OWN_LANGUAGES
from crossglot.corpora.leaks import Shared, SharedText
from crossglot.errors import DataError

FOLDERS = ("ud", "ner", "codemix", "parallel", "mono")
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
class Report:
    """A data root, checked.

    Attributes:
        root: its folder.
        files: one entry per file read.
        faults: everything wrong, in the files' order.
        remarks: what can be read and is worth a look: parallel text out of step, a file that may be cut off.
        shared: sentences that two splits share, of one corpus or of two, or a split and plain or parallel text.
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


@dataclass(slots=True)
class Findings:
    """What has been found so far; `text` has taken in all sentences."""

    root: Path
    files: list[FileReport] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    remarks: list[Fault] = field(default_factory=list)
    text: SharedText = field(default_factory=SharedText)
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
            tuple(self.text.found()),
            tuple(self.missing),
            tuple(self.unseen),
            tuple(path for path in ignored if path not in known | faulty),
        )


def is_paper(path: Path) -> bool:
    """Whether a file says something about data (a licence, a source) and is none."""
    return path.name.lower().startswith(_PAPERS)


def _strays(root: Path) -> Iterator[Path]:
    for path in sorted(root.iterdir()):
        if path.is_dir() and path.name in FOLDERS:
            deep = "*/*" if path.name in ("ud", "ner") else "*"
            yield from (inner for inner in sorted(path.glob(deep)) if not is_paper(inner))
        elif not is_paper(path):
            yield path
