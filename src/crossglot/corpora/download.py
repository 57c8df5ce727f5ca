"""Fetch named corpora and lay them out in a data root."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from crossglot.corpora.archives import read_members
from crossglot.corpora.chunks import IllegalTagError, detect_scheme, to_bio2
from crossglot.corpora.columns import read_columns, write_columns
from crossglot.corpora.fetching import Progress, download
from crossglot.corpora.opening import SUFFIXES, write_bytes, write_text
from crossglot.corpora.sentences import TaggedSentence
from crossglot.corpora.sources import UD_RELEASE, Source, find_source
from crossglot.errors import DataError, UsageError

_PAGE = 4096  # first bytes that tell a web page


def data_cache() -> Path:
    """The data root that is used where none is named: `crossglot/data` in the user's cache folder (XDG_CACHE_HOME)."""
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "crossglot" / "data"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What `get` did for one name.

    Attributes:
        source: the corpus.
        files: its files in the data root.
        already: they were there before, and were left alone.
    """

    source: Source
    files: tuple[Path, ...]
    already: bool


def get(
    names: Iterable[str],
    root: Path | str,
    *,
    release: str = UD_RELEASE,
    force: bool = False,
    progress: Progress | None = None,
) -> list[Fetched]:
    """Download corpora by name into a data root; what several of them share is fetched once.

    Args:
        names: as `list_sources` has them; any UD treebank (`UD_Czech-CAC`) or WikiANN language (`wikiann/sw`) too.
        root: the data root; made if it is not there.
        release: of Universal Dependencies.
        force: fetch again what is there already.
        progress: told (address, bytes so far, bytes in all if known).

    Raises:
        UsageError: an unknown name, or a corpus that cannot be downloaded (the message says how to get it).
        DataError: no network, an address that is gone, a damaged, oversized or unsafe archive.
        StorageError: a full disk or a folder that cannot be written.
    """
    root = Path(root)
    sources = [find_source(name, release) for name in names]
    for source in sources:
        if not source.urls:
            raise UsageError(f"{source.name} cannot be downloaded freely. {source.instructions}")
    done = []
    with tempfile.TemporaryDirectory(prefix="crossglot-") as folder:
        fetched: dict[str, Path] = {}
        for source in sources:
            there = () if force else _present(source, root)
            if not there:
                for url in source.urls:
                    if url not in fetched:
                        fetched[url] = Path(folder) / str(len(fetched))
                        download(url, fetched[url], sha256=source.sha256, progress=progress)
            files = there or _lay_out(source, {url: fetched[url] for url in source.urls}, root)
            done.append(Fetched(source, files, bool(there)))
    return done


def _present(source: Source, root: Path) -> tuple[Path, ...]:
    """The corpus's files that are there, if its test split (or, of a bitext, any side) is among them."""
    folders = {str(Path(template).parent) for _, template in source.members}
    files = [path for folder in sorted(folders) for path in sorted((root / folder).glob("*")) if path.is_file()]
    templates = [re.escape(template).replace(r"\\1", r"[\w-]+") for _, template in source.members]
    expected = re.compile(f"(?:{'|'.join(templates)})(?:{'|'.join(map(re.escape, SUFFIXES))})")
    ours = tuple(path for path in files if expected.fullmatch(path.relative_to(root).as_posix()))
    whole = any("-test." in path.name or path.parent.name == "parallel" for path in ours)
    return ours if whole else ()


def _lay_out(source: Source, fetched: dict[str, Path], root: Path) -> tuple[Path, ...]:
    """Write the source's members where they belong in the data root, and say where they came from."""
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
        for member, data in read_members(path, wanted, name=url):
            if (where := destination(member)) is not None:
                parts.setdefault(where, []).append((member, data))
    if not any(Path(where).suffix in (".conllu", ".conll") or where.startswith("parallel/") for where in parts):
        remedy = "Its layout must have changed: fetch it by hand and lay it out as docs/data.md says."
        raise DataError(f"holds no file of {source.name}", path=", ".join(fetched), remedy=remedy)
    written = []
    for where, pieces in sorted(parts.items()):
        joined = [piece for _, piece in sorted(pieces)]
        is_columns = source.columns and where.endswith(".conll")
        write = partial(_write_columns, source) if is_columns else write_bytes
        written.append(write(root / where, joined))
    note = f"{source.title}\n{chr(10).join(source.urls)}\nlicence: {source.licence}\ncite: {source.citation}\n"
    write_text(written[0].parent / f"SOURCE.{source.name.rpartition('/')[2]}.txt", [note])
    return tuple(written)


def _refuse_web_page(path: Path, what: str) -> None:
    """Servers answer so, with status 200, where they ask for consent, or have too much to do."""
    with path.open("rb") as file:
        head = file.read(_PAGE).lstrip().lower()
        if head.startswith(b"<") and (b"<html" in head or b"<!doctype html" in head):
            remedy = "Open the address in a browser to see what it says, and lay the file out as docs/data.md says."
            raise DataError("the server sends a web page in place of the corpus", path=what, remedy=remedy)


def _write_columns(source: Source, path: Path, pieces: Sequence[bytes]) -> Path:
    """Any column format, as BIO2; tags that the release gets wrong are read as conlleval reads them."""
    with tempfile.TemporaryDirectory(prefix="crossglot-") as folder:
        raw = write_bytes(Path(folder) / path.name, pieces)
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
