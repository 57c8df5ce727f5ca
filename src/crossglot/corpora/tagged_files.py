"""Files with gold tags that a user names, in any format that is read: CoNLL-U or columns, told apart by their names."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, Literal, get_args

from pydantic import BaseModel, ConfigDict

from crossglot.corpora.chunks import is_tag
from crossglot.corpora.columns import read_columns
from crossglot.corpora.conllu import read_conllu
from crossglot.corpora.opening import checksum, plain_name, resolve
from crossglot.corpora.sentences import TaggedSentence
from crossglot.corpora.tasks import UPOS, TaggerTask
from crossglot.errors import DataError, UsageError
from crossglot.remedies import called, way

Format = Literal["auto", "plain", "conllu", "columns"]
BY_NAME: dict[str, Format] = {".conllu": "conllu", ".conll": "columns", ".tsv": "columns", ".iob": "columns",
                              ".bio": "columns", ".iob2": "columns", ".txt": "plain"}  # fmt: skip
UPOS_COLUMN, LAST_COLUMN = "upos", -1
"""Where tags stand unless it is said: of CoNLL-U, and of column files."""


def named_format(path: Path | str, given: str = "auto") -> Format:
    """The format of a file: the one given, or the one that its name tells.

    Raises:
        UsageError: for an unknown format, or a name that tells none.
        DataError: if the name tells none and there is no such file.
    """
    if given not in get_args(Format):
        raise UsageError(f"unknown format '{given}': use {', '.join(get_args(Format))}")
    if given != "auto":
        return given  # type: ignore[return-value]
    suffix = Path(plain_name(path)).suffix.lower()
    if suffix not in BY_NAME:
        resolve(path)  # a folder, or nothing at all, has no format
        known = ", ".join(sorted(BY_NAME))
        remedy = way("give it", "format") or "rename the file"
        raise UsageError(f"{path}: its name does not tell the format, as {known} do\n  {remedy}")
    return BY_NAME[suffix]


class TaggedFile(BaseModel):
    """A file with gold tags, and where in it they stand; a step's argument, known by its content.

    Attributes:
        path: the file, as errors call it; of a step absolute, since it may run elsewhere.
        format: CoNLL-U or columns.
        column: of CoNLL-U the field with the tags; None in column files.
        tag_column: of column files the index of the tags' field; None in CoNLL-U.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    SKIP_ID_ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"path"})

    path: Path
    format: Literal["conllu", "columns"]
    column: str | None = None
    tag_column: int | None = None

    @property
    def name(self) -> str:
        """The file's name, whether it is compressed or not."""
        return plain_name(self.path)

    def checksum(self) -> str:
        """SHA-256 of its decompressed bytes.

        Raises:
            DataError: if it is not there, damaged, or a pipe.
        """
        return checksum(self.path)

    def read(self, task: str, *, lenient: bool = False) -> list[TaggedSentence]:
        """Its sentences: BIO2 tags for `ner`, whatever the scheme is that it is written in, else tags as they are.

        Raises:
            DataError: for a missing or malformed file.
            UsageError: for CoNLL-U, which has no column for entities, where the task is `ner`; an unknown column.
        """
        if self.format == "conllu":
            if task == "ner":
                raise UsageError(f"{self.path}: CoNLL-U has no column for entities; give a column file for task ner")
            return read_conllu(self.path, column=self.column or UPOS_COLUMN, lenient=lenient)
        column = LAST_COLUMN if self.tag_column is None else self.tag_column
        scheme = "auto" if task == "ner" else "none"
        return read_columns(self.path, tag_column=column, scheme=scheme, lenient=lenient)


def tagged_file(
    path: Path | str, given: str = "auto", *, column: str | None = None, tag_column: int | None = None
) -> TaggedFile:
    """A file with gold tags; it is there, but not read yet.

    Args:
        path: the file; `path.gz` and `path.xz` are found too.
        given: its format; `auto`: the one that its name tells.
        column: of CoNLL-U the field with the tags; None for `upos`.
        tag_column: of column files the index of the tags' field; None for the last, see `read_columns`.

    Raises:
        UsageError: for a plain-text file, which has no tags, or a name that tells no format.
        DataError: for a missing file.
    """
    found = named_format(path, given)
    if found == "plain":
        raise UsageError(f"{path}: plain text has no tags; give a CoNLL-U or column file")
    where = resolve(path)
    if found == "conllu":
        return TaggedFile(path=where, format="conllu", column=column or UPOS_COLUMN)
    return TaggedFile(path=where, format="columns", tag_column=LAST_COLUMN if tag_column is None else tag_column)


def find_task(files: Iterable[TaggedFile], *, lenient: bool = False) -> TaggerTask:
    """What the tags of files are, all of one kind: UPOS (`pos`), spans (`ner`), or any other labels.

    Column files are read for it; of CoNLL-U the column says it.

    Raises:
        DataError: for a faulty file, or if some have spans and others not.
        UsageError: for a column that column files have not.
    """
    found: dict[TaggerTask, TaggedFile] = {}
    for file in files:
        found.setdefault(_task_of(file, lenient=lenient), file)
    if "ner" in found and len(found) > 1:
        other = next(file for task, file in found.items() if task != "ner")
        what = f"has entities, while {other.path} has other tags"
        remedy = f"Give files of one task, or look at the columns of tags ({called('column')}, {called('tag_column')})."
        raise DataError(what, path=found["ner"].path, remedy=remedy)
    return next((task for task in ("ner", "labels") if task in found), "pos")


def _task_of(file: TaggedFile, *, lenient: bool) -> TaggerTask:
    if file.format == "conllu":
        return "pos" if file.column == UPOS_COLUMN else "labels"
    tags = {tag for sentence in file.read("labels", lenient=lenient) for tag in sentence.tags}
    if tags <= set(UPOS):
        return "pos"
    return "ner" if all(map(is_tag, tags)) else "labels"
