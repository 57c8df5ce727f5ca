"""One address fetched into a file: over https, within bounds, and whatever a server answers ends in a clear error.

Nowhere else does crossglot reach for the net for a corpus.
"""

from __future__ import annotations

import hashlib
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPException, HTTPMessage, HTTPResponse
from pathlib import Path
from time import monotonic
from typing import IO
from urllib.parse import urlsplit

from crossglot.errors import DataError, StorageError, UsageError
from crossglot.files import why_not_written

SIZE_LIMIT = 1 << 30
"""Bytes that a download may have: the largest known corpus has a fifth of them."""

SLOWEST = 1_000.0
"""Bytes per second that a server has to send on the average, once it had a minute: slower ones never come to an end."""

_CHUNK = 1 << 20
_THIS_MACHINE = ("localhost", "127.0.0.1")
_TIMEOUT = 60.0  # seconds of silence
_MOVED = "The address may have moved: see docs/data.md, or (for UD) name a release that has this treebank."
_OFFLINE = "Check the network (and https_proxy); or fetch the file elsewhere and lay it out as docs/data.md says."

OnBytes = Callable[[str, int, int | None], None]
"""Told (address, bytes so far, bytes in all if known)."""


def download(
    url: str, path: Path, *, sha256: str = "", limit: int = SIZE_LIMIT, progress: OnBytes | None = None
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
            if answer.status != HTTPStatus.OK:
                raise DataError(f"the server answers {answer.status} {answer.reason}", path=url, remedy=_MOVED)
            digest = _copy(answer, path, url, _promised(answer.headers), limit, progress)
    except urllib.error.HTTPError as error:
        error.close()
        said = " ".join(f"the server answers {error.code} {error.reason}".split())
        raise DataError(said, path=url, remedy=_MOVED) from error
    except (HTTPException, OSError, ValueError) as error:  # ValueError: a redirect or a proxy that is no address
        reason = getattr(error, "reason", None) or str(error) or type(error).__name__
        raise DataError(f"cannot be reached ({reason})", path=url, remedy=_OFFLINE) from error
    if sha256 and digest != sha256:
        what = f"its checksum is {digest}, not {sha256}"
        raise DataError(what, path=url, remedy="The file was changed or damaged on its way: do not use it.")
    return path


def _promised(headers: HTTPMessage) -> int | None:
    """How many bytes are to come; None if the server does not say, or says nothing that could be."""
    if "chunked" in headers.get("Transfer-Encoding", "").lower():  # which knows its own end
        return None
    lengths = {length.strip() for length in headers.get_all("Content-Length", [])}
    length = lengths.pop() if len(lengths) == 1 else ""
    return int(length) if re.fullmatch("[0-9]{1,18}", length) else None


def _copy(
    answer: HTTPResponse, path: Path, url: str, promised: int | None, limit: int, progress: OnBytes | None
) -> str:
    digest, size, began = hashlib.sha256(), 0, monotonic()
    too_much = DataError(f"is larger than {limit} bytes", path=url, remedy="This is not the corpus: tell us.")
    if promised is not None and promised > limit:
        raise too_much
    with _written(path) as file:
        while chunk := _received(answer, url, size, promised):
            size += len(chunk)
            if size > limit:
                raise too_much
            digest.update(chunk)
            with _disk_named(path):
                file.write(chunk)
            if progress is not None:
                progress(url, size, promised)
            seconds = monotonic() - began
            if seconds > _TIMEOUT and size < SLOWEST * seconds:
                what = f"is too slow: {size} bytes in {seconds:.0f} seconds"
                raise DataError(what, path=url, remedy="Try again later, or another network.")
    if promised is not None and size != promised:
        raise _broken_off(url, size, promised)
    return digest.hexdigest()


def _received(answer: HTTPResponse, url: str, size: int, promised: int | None) -> bytes:
    """What has come in since the last time; nothing at the end."""
    try:
        return answer.read1(_CHUNK)
    except (HTTPException, OSError, ValueError) as error:
        raise _broken_off(url, size, promised) from error


def _broken_off(url: str, size: int, promised: int | None) -> DataError:
    of = "" if promised is None else f" of {promised}"
    return DataError(f"broke off after {size}{of} bytes", path=url, remedy="Try again.")


@contextmanager
def _written(path: Path) -> Iterator[IO[bytes]]:
    with _disk_named(path):
        file = path.open("wb")
    try:
        yield file
    finally:
        with _disk_named(path):
            file.close()


@contextmanager
def _disk_named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = (why_not_written(error) or (str(error), ""))[0]
        remedy = "downloads pass through the folder of temporary files: make room there, or name another one in TMPDIR"
        raise StorageError(f"{path}: cannot be written: {reason}\n  {remedy}") from error


def _is_safe(url: str, *, local: bool) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:  # no address at all
        return False
    return parts.scheme == "https" or (local and parts.scheme == "http" and parts.hostname in _THIS_MACHINE)


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follows a redirect from https to https only, and on this machine itself."""

    def http_error_302(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage
    ) -> IO[bytes] | None:
        """A redirect of any kind; urllib leaves the connection open where it leads to no address."""
        try:
            return super().http_error_302(req, fp, code, msg, headers)
        except OverflowError as error:  # urllib reads what it redirects from, however long that says it is
            fp.close()
            raise ValueError("a redirect of impossible length") from error
        except Exception:
            fp.close()
            raise

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        if not _is_safe(newurl, local=urlsplit(req.full_url).hostname in _THIS_MACHINE):
            remedy = "Corpora are fetched over https only: the address must have moved; see docs/data.md."
            raise DataError(f"redirects to {newurl}", path=req.full_url, remedy=remedy)
        return super().redirect_request(req, fp, code, msg, headers, newurl)
