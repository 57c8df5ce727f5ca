"""One address fetched into a file: over https, within bounds, and whatever a server answers ends in a clear error.

What broke off goes on where it stopped, if the server can tell that it still has the same; what it says of a passing
trouble is obeyed. Nowhere else does crossglot reach for the net for a corpus.
"""

from __future__ import annotations

import os
import re
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable
from email.message import Message
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from threading import Event
from time import monotonic

from crossglot.corpora.partial import Partial, disk_named
from crossglot.corpora.redirects import SafeRedirects, is_safe, mirrored
from crossglot.corpora.retrying import PASSING_STATUS, PassingError, Tries, asked_wait
from crossglot.errors import DataError, UsageError

SIZE_LIMIT = 1 << 30
"""Bytes that a download may have: the largest known corpus has a fifth of them, a whole release of UD two thirds."""

SLOWEST = 1_000.0
"""Bytes per second that a server has to send on the average, once it had a minute: slower ones never come to an end."""

_CHUNK = 1 << 20
_TIMEOUT = 60.0  # seconds of silence
_MOVED = "The address may have moved: see docs/data.md, or (for UD) name a release that has this treebank."
_OFFLINE = "Check the network (and https_proxy); or fetch the file elsewhere and lay it out as docs/data.md says."
_OFFLINE_WORDS = ("1", "ON", "YES", "TRUE")

OnBytes = Callable[[str, int, int | None], None]
"""Told (address, bytes so far, bytes in all if known)."""


class GoneError(DataError):
    """The server answers, and has nothing at this address."""


class UnreachableError(DataError):
    """There is no server that answers: no network, no such name, a connection that is refused."""


def is_offline() -> bool:
    """Whether HF_HUB_OFFLINE says that nothing is to be fetched; corpora go by it as encoders do."""
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in _OFFLINE_WORDS


def download(
    url: str,
    path: Path,
    *,
    sha256: str = "",
    limit: int = SIZE_LIMIT,
    progress: OnBytes | None = None,
    stop: Event | None = None,
) -> Path:
    """Fetch one address into a file, over https only (plain http from this machine itself), following safe redirects.

    Bytes that an earlier attempt left at `path` are gone on with; where that brings a wrong checksum, all is fetched
    anew. Broken connections and passing troubles of the server are tried again, see `retrying`.

    Args:
        url: the address.
        path: the file; what is known of it lies beside it (`Partial`).
        sha256: of all bytes, where it is known.
        limit: bytes that it may have.
        progress: told what has come in.
        stop: once it is set, the download ends.

    Raises:
        UsageError: another kind of address.
        DataError: no network, an error of the server, more than `limit` bytes, fewer than promised, a wrong checksum.
        StorageError: if the file cannot be written.
    """
    if not is_safe(mirrored(url), local=True):
        raise UsageError(f"{mirrored(url)}: corpora are fetched over https only")
    kept, stop = Partial(path, url), stop or Event()
    if kept.whole and sha256 in ("", kept.checksum()):
        return path
    tries, in_parts, anew = Tries(stop), kept.size > 0, False
    while True:
        before = kept.size
        try:
            _attempt(kept, sha256, limit, progress, stop)
        except PassingError as fault:
            can_go_on = bool(kept.validator or sha256)
            tries.failed(fault, gained=can_go_on and kept.size > before)
            in_parts = True
            continue
        if not sha256 or (digest := kept.checksum()) == sha256:
            kept.finish()
            return path
        kept.discard()
        if anew or not in_parts:
            what = f"its checksum is {digest}, not {sha256}"
            raise DataError(what, path=url, remedy="The file was changed or damaged on its way: do not use it.")
        anew = True


def _attempt(kept: Partial, sha256: str, limit: int, progress: OnBytes | None, stop: Event) -> None:
    """Asks once, for what is not there yet if the server can go on, and takes what it sends."""
    url, start = kept.url, kept.size if kept.validator or sha256 else 0
    headers = {"User-Agent": "crossglot"}
    if start:
        headers["Range"] = f"bytes={start}-"
        if kept.validator:
            headers["If-Range"] = kept.validator
    request = urllib.request.Request(mirrored(url), headers=headers)  # noqa: S310  # checked by the caller
    opener = urllib.request.build_opener(SafeRedirects)
    try:
        with opener.open(request, timeout=_TIMEOUT) as answer:
            if start and answer.status == HTTPStatus.PARTIAL_CONTENT:
                promised = _end_of(answer, start, kept)
            elif answer.status == HTTPStatus.OK:
                start, promised = 0, _promised(answer.headers)
                if promised is not None and promised > limit:
                    raise _too_much(url, limit)
                kept.begin(answer.headers)
            else:
                raise DataError(f"the server answers {answer.status} {answer.reason}", path=url, remedy=_MOVED)
            _copy(answer, kept, start, promised, limit, progress, stop)
    except urllib.error.HTTPError as error:
        error.close()
        raise _refused(error, kept, start) from error
    except (HTTPException, OSError, ValueError) as error:  # ValueError: a redirect or a proxy that is no address
        raise _unreached(error, url) from error


def _refused(error: urllib.error.HTTPError, kept: Partial, start: int) -> Exception:
    """What an answer that is an error means: for good, or for now."""
    said = " ".join(f"the server answers {error.code} {error.reason}".split())
    if error.code in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        return GoneError(said, path=kept.url, remedy=_MOVED)
    if error.code in PASSING_STATUS:
        busy = DataError(said, path=kept.url, remedy="Try again later: what has come in is kept.")
        return PassingError(busy, asked=asked_wait(error.headers))
    fault = DataError(said, path=kept.url, remedy=_MOVED)
    if start and error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        kept.discard()  # it has not so many bytes: this is no beginning of what it has
        return PassingError(fault)
    return fault


def _unreached(error: Exception, url: str) -> Exception:
    """What it means that there was no answer."""
    reason = getattr(error, "reason", None) or error
    said = f"cannot be reached ({str(reason) or type(reason).__name__})"
    fault = UnreachableError(said, path=url, remedy=_OFFLINE)
    for_good = isinstance(reason, socket.gaierror | ConnectionRefusedError | ssl.SSLCertVerificationError)
    if isinstance(reason, ConnectionError | TimeoutError) and not for_good:
        return PassingError(fault, answered=False)
    return fault


def _end_of(answer: HTTPResponse, start: int, kept: Partial) -> int | None:
    """How many bytes there are in all, if an answer goes on where the file ends; else all is asked for again."""
    said = re.fullmatch(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)", answer.headers.get("Content-Range", "").strip())
    tag = answer.headers.get("ETag", "").strip()
    other = kept.validator.startswith('"') and tag and tag != kept.validator
    if said is None or int(said[1]) != start or other:
        kept.discard()
        what = "the server goes on with something else than was asked for"
        raise PassingError(DataError(what, path=kept.url, remedy="Try again."))
    return int(said[2]) + 1 if said[3] == "*" else int(said[3])


def _promised(headers: Message) -> int | None:
    """How many bytes are to come; None if the server does not say, or says nothing that could be."""
    if "chunked" in headers.get("Transfer-Encoding", "").lower():  # which knows its own end
        return None
    lengths = {length.strip() for length in headers.get_all("Content-Length", [])}
    length = lengths.pop() if len(lengths) == 1 else ""
    return int(length) if re.fullmatch("[0-9]{1,18}", length) else None


def _copy(
    answer: HTTPResponse,
    kept: Partial,
    start: int,
    promised: int | None,
    limit: int,
    progress: OnBytes | None,
    stop: Event,
) -> None:
    url, size, began = kept.url, start, monotonic()
    if promised is not None and promised > limit:
        raise _too_much(url, limit)
    with disk_named(kept.path):
        file = kept.path.open("ab")
    try:
        while chunk := _received(answer, url, size, promised):
            if stop.is_set():
                raise DataError("was stopped", path=url, remedy="Give the same command again.")
            size += len(chunk)
            if size > limit:
                kept.discard()
                raise _too_much(url, limit)
            with disk_named(kept.path):
                file.write(chunk)
                file.flush()
            if progress is not None:
                progress(url, size, promised)
            seconds = monotonic() - began
            if seconds > _TIMEOUT and size - start < SLOWEST * seconds:
                what = f"is too slow: {size - start} bytes in {seconds:.0f} seconds"
                raise DataError(what, path=url, remedy="Try again later, or another network: what has come in is kept.")
    finally:
        with disk_named(kept.path):
            file.close()
    if promised is not None and size != promised:
        if size > promised:
            kept.discard()
        raise _broken_off(url, size, promised)


def _received(answer: HTTPResponse, url: str, size: int, promised: int | None) -> bytes:
    """What has come in since the last time; nothing at the end."""
    try:
        return answer.read1(_CHUNK)
    except (HTTPException, OSError, ValueError) as error:
        raise _broken_off(url, size, promised) from error


def _too_much(url: str, limit: int) -> DataError:
    return DataError(f"is larger than {limit} bytes", path=url, remedy="This is not the corpus: tell us.")


def _broken_off(url: str, size: int, promised: int | None) -> PassingError:
    of = "" if promised is None else f" of {promised}"
    remedy = "Try again: what has come in is kept."
    return PassingError(DataError(f"broke off after {size}{of} bytes", path=url, remedy=remedy))
