"""Fetch named corpora and lay them out in a data root; the net is reached from here (for corpora) and nowhere else."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from crossglot.corpora.archives import read_members
from crossglot.corpora.chunks import IllegalTagError, detect_scheme, to_bio2
from crossglot.corpora.columns import read_columns, write_columns
from crossglot.corpora.opening import SUFFIXES, write_bytes, write_text
from crossglot.corpora.sentences import TaggedSentence
from crossglot.corpora.sources import UD_RELEASE, Source, find_source
from crossglot.errors import DataError, StorageError, UsageError

SIZE_LIMIT = 1 << 30
"""Bytes that a download may have."""

_CHUNK = 1 << 20
_THIS_MACHINE = ("localhost", "127.0.0.1")
_TIMEOUT = 60.0
_OFFLINE = "Check the network (and https_proxy); or fetch the file elsewhere and lay it out as docs/data.md says."
Progress = Callable[[str, int, int | None], None]


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


def download(
    url: str, path: Path, *, sha256: str = "", limit: int = SIZE_LIMIT, progress: Progress | None = None
) -> Path:
    """Fetch one address into a file, over https only (plain http from this machine itself), following safe redirects.

    Raises:
        UsageError: another kind of address.
        DataError: no network, an error of the server, more than `limit` bytes, fewer than promised, a wrong checksum.
        StorageError: if the file cannot be written.
    """
    if not _is_safe(url, local=True):
        raise UsageError(f"{url}: corpora are fetched over https only")
    request = urllib.request.Request(url, headers={"User-Agent": "crossglot"})  # noqa: S310  # checked above
    opener = urllib.request.build_opener(_SafeRedirects)
    try:
        with opener.open(request, timeout=_TIMEOUT) as answer:
            promised = int(answer.headers.get("Content-Length") or 0) or None
            digest = _copy(answer, path, url, promised, limit, progress)
    except urllib.error.HTTPError as error:
        remedy = "The address may have moved: see docs/data.md, or (for UD) name a release that has this treebank."
        raise DataError(f"the server answers {error.code} {error.reason}", path=url, remedy=remedy) from error
    except (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", None) or error
        raise DataError(f"cannot be reached ({reason})", path=url, remedy=_OFFLINE) from error
    if sha256 and digest != sha256:
        what = f"its checksum is {digest}, not {sha256}"
        raise DataError(what, path=url, remedy="The file was changed or damaged on its way: do not use it.")
    return path


def _copy(answer: IO[bytes], path: Path, url: str, promised: int | None, limit: int, progress: Progress | None) -> str:
    digest, size = hashlib.sha256(), 0
    too_much = DataError(f"is larger than {limit} bytes", path=url, remedy="This is not the corpus: tell us.")
    if promised is not None and promised > limit:
        raise too_much
    try:
        with path.open("wb") as file:
            while chunk := answer.read(_CHUNK):
                size += len(chunk)
                if size > limit:
                    raise too_much
                digest.update(chunk)
                file.write(chunk)
                if progress is not None:
                    progress(url, size, promised)
    except OSError as error:
        if isinstance(error, (TimeoutError, ConnectionError)):
            raise
        raise StorageError(f"{path}: cannot be written ({error.strerror or error})") from error
    if promised is not None and size != promised:
        raise DataError(f"broke off after {size} of {promised} bytes", path=url, remedy="Try again.")
    return digest.hexdigest()


def _is_safe(url: str, *, local: bool) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or (local and parts.scheme == "http" and parts.hostname in _THIS_MACHINE)


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follows a redirect from https to https only, and on this machine itself."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        if not _is_safe(newurl, local=urlsplit(req.full_url).hostname in _THIS_MACHINE):
            remedy = "Corpora are fetched over https only: the address must have moved; see docs/data.md."
            raise DataError(f"redirects to {newurl}", path=req.full_url, remedy=remedy)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


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
