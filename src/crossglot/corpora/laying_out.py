"""A corpus that was downloaded, laid out in a data root: all or nothing, and no file of the user's replaced."""

from __future__ import annotations

import filecmp
import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from crossglot.corpora.archives import read_members
from crossglot.corpora.chunks import IllegalTagError, detect_scheme, to_bio2
from crossglot.corpora.columns import read_columns, write_columns
from crossglot.corpora.opening import SUFFIXES, write_bytes, write_text
from crossglot.corpora.sentences import TaggedSentence
from crossglot.corpora.sources import Source
from crossglot.corpora.unpacking import Limits
from crossglot.errors import DataError, UsageError
from crossglot.files import scratch_folder, whole_file, write_whole
from crossglot.remedies import way

_PAGE = 4096  # first bytes that tell a web page
_OF_A_RELEASE = Limits(passed=1 << 34)
"""An archive of all treebanks is gone through until the wanted one comes: some gigabytes, unpacked."""


def present(source: Source, root: Path) -> tuple[Path, ...]:
    """The corpus's files that are there, if its test split (or, of a bitext, any side) is among them."""
    folders = {str(Path(template).parent) for _, template in source.members}
    try:
        files = [path for folder in sorted(folders) for path in sorted((root / folder).glob("*")) if path.is_file()]
    except OSError:  # such as a name that is too long: what is to be written there is checked, and says why
        return ()
    templates = [re.escape(template).replace(r"\\1", r"[\w-]+") for _, template in source.members]
    expected = re.compile(f"(?:{'|'.join(templates)})(?:{'|'.join(map(re.escape, SUFFIXES))})")
    ours = tuple(path for path in files if expected.fullmatch(path.relative_to(root).as_posix()))
    whole = any("-test." in path.name or path.parent.name == "parallel" for path in ours)
    return ours if whole and not _mark(source, root).exists() else ()


def _mark(source: Source, root: Path) -> Path:
    """A mark in the root while the corpus's files are put there, since a process may be killed between two of them."""
    return root / f".getting.{source.name.replace('/', '.')}"


def lay_out(source: Source, fetched: Mapping[str, Path], root: Path, *, force: bool) -> tuple[Path, ...]:
    """Writes the source's members where they belong in the data root, and says where they came from.

    Args:
        source: the corpus.
        fetched: address → its download: all of the source's, or one of those that have the same.
        root: the data root.
        force: replaces files that are there and differ.

    Returns:
        Its files.

    Raises:
        DataError: a damaged, oversized or unsafe archive, or one that has nothing of the corpus.
        UsageError: if a file is there that would have to be replaced.
        StorageError: if something cannot be written.
    """
    patterns = [(re.compile(pattern), template) for pattern, template in source.members]
    parts: dict[str, list[tuple[str, bytes]]] = {}

    def destination(member: str) -> str | None:
        found = ((pattern.fullmatch(member), template) for pattern, template in patterns)
        return next((match.expand(template) for match, template in found if match), None)

    def wanted(member: str) -> bool:
        nested = any(pattern.pattern.startswith(re.escape(member) + "/") for pattern, _ in patterns)
        return nested or destination(member) is not None

    for url, path in fetched.items():
        _refuse_web_page(path, f"{source.name}: {url}")
        limits = _OF_A_RELEASE if url in dict(source.mirrors) else Limits()
        for member, data in read_members(path, wanted, name=url, limits=limits):
            if (where := destination(member)) is not None:
                parts.setdefault(where, []).append((member, data))
    if not any(Path(where).suffix in (".conllu", ".conll") or where.startswith("parallel/") for where in parts):
        remedy = "Its layout must have changed: fetch it by hand and lay it out as docs/data.md says."
        raise DataError(f"holds no file of {source.name}", path=", ".join(fetched), remedy=remedy)
    with scratch_folder(root) as scratch:  # all is made before anything is put into its place
        for where, pieces in sorted(parts.items()):
            joined = [piece for _, piece in sorted(pieces)]
            is_columns = source.columns and where.endswith(".conll")
            write = partial(_write_columns, source) if is_columns else write_bytes
            write(scratch / where, joined)
        note = f"{source.title}\n{chr(10).join(fetched)}\nlicence: {source.licence}\ncite: {source.citation}\n"
        beside = Path(min(parts)).with_name(f"SOURCE.{source.name.rpartition('/')[2]}.txt")
        write_text(scratch / beside, [note])
        _put([*sorted(parts), str(beside)], scratch, root, _mark(source, root), force=force)
    return tuple(root / where for where in sorted(parts))


def _put(names: Sequence[str], scratch: Path, root: Path, mark: Path, *, force: bool) -> None:
    """Puts files into their places; no corpus that is there and differs is replaced, unless that is wanted."""
    for name in names[:-1]:
        there = root / name
        if there.exists() and not force and not (there.is_file() and filecmp.cmp(there, scratch / name, shallow=False)):
            what = "is there already, and is not the file that was fetched"
            raise UsageError(f"{there}: {what}\n  move it away, or {way('have it replaced', 'force')}")
    write_whole(mark, "")
    for name in names:
        with whole_file(root / name) as half:
            (scratch / name).replace(half)
    mark.unlink(missing_ok=True)  # another process may have laid out the same


def _refuse_web_page(path: Path, what: str) -> None:
    """Refuses a web page in place of a file, which servers send (status 200) to ask for consent or when overloaded."""
    with path.open("rb") as file:
        head = file.read(_PAGE).lstrip().lower()
        if head.startswith(b"<") and (b"<html" in head or b"<!doctype html" in head):
            remedy = "Open the address in a browser to see what it says, and lay the file out as docs/data.md says."
            raise DataError("the server sends a web page in place of the corpus", path=what, remedy=remedy)


def _write_columns(source: Source, path: Path, pieces: Sequence[bytes]) -> Path:
    """Any column format, as BIO2; tags that the release gets wrong are read as conlleval reads them."""
    with scratch_folder(path.parent) as folder:
        raw = write_bytes(folder / path.name, pieces)
        try:
            sentences = read_columns(raw, scheme="none")
        except DataError as error:
            remedy = "The release differs from what is known of it: fetch it by hand (docs/data.md)."
            raise DataError(error.what, path=f"{source.name}: {path.name}", line=error.line, remedy=remedy) from error
    tags = [["O" if tag in source.outside else tag for tag in sentence.tags] for sentence in sentences]
    scheme = detect_scheme(tags)
    scheme = "conlleval" if scheme in ("bio2", "iob1") else scheme
    try:
        mended = [
            TaggedSentence(sentence.words, to_bio2(labels, scheme), sentence.id)
            for sentence, labels in zip(sentences, tags, strict=True)
        ]
    except IllegalTagError as error:
        raise DataError(error.what, path=f"{source.name}: {path.name}", remedy="Report this corpus.") from error
    return write_columns(mended, path)
