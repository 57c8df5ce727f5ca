"""A file server on this machine that speaks ranges, and misbehaves as it is told to; and the real sources, moved to it.

Run as a program it is the command line with its sources there: `python loopback_files.py URL data get UD_Czech-PDT`.
"""

from __future__ import annotations

import hashlib
import io
import re
import sys
import tarfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from crossglot.corpora.sources import Source, find_source


@dataclass(frozen=True)
class Answer:
    """How one request is answered instead of well.

    Attributes:
        status: another status, with `body` alone.
        headers: that it has besides, or instead; an empty one is left out.
        body: instead of the content.
        cut: after so many bytes the connection is closed.
        without_ranges: what is asked for from the middle is sent from the beginning.
        pause: seconds before each kilobyte.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    cut: int | None = None
    without_ranges: bool = False
    pause: float = 0.0


class Files(ThreadingHTTPServer):
    """Serves `content` (`/host/path?query` → bytes); remembers what was asked for, and from which byte on."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.content: dict[str, bytes] = {}
        self.answers: dict[str, list[Answer]] = {}
        """How the next requests for a path are answered, in order; the last of them for good if `forever`."""
        self.forever: set[str] = set()
        self.asked: list[tuple[str, int]] = []
        self.sent = 0
        """Bytes of content that went out."""
        self.validators = True
        self.most_at_once = self.at_once = 0
        self.counting = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def other_name(self) -> str:
        """This machine by its other name."""
        return f"http://localhost:{self.server_address[1]}"

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that has gone away is no error here."""


class _Handler(BaseHTTPRequestHandler):
    server: Files
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # the name http.server calls
        server = self.server
        with server.counting:
            server.at_once += 1
            server.most_at_once = max(server.most_at_once, server.at_once)
        try:
            self._answer()
        finally:
            with server.counting:
                server.at_once -= 1
            self.close_connection = True

    def _answer(self) -> None:
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(asked[1]) if asked else 0
        self.server.asked.append((self.path, start))
        queue = self.server.answers.get(self.path, [])
        given = Answer()
        if queue:
            given = queue[0] if len(queue) == 1 and self.path in self.server.forever else queue.pop(0)
        data = self.server.content.get(self.path)
        if given.status != 200 or (data is None and given.body is None):
            self._send(given.status if given.status != 200 else 404, {}, given, given.body or b"")
            return
        whole = data if given.body is None else given.body
        assert whole is not None
        validator = f'"{hashlib.md5(whole, usedforsecurity=False).hexdigest()}"'
        headers = {"ETag": validator, "Accept-Ranges": "bytes"} if self.server.validators else {}
        if start and not given.without_ranges and self.headers.get("If-Range", validator) == validator:
            if start >= len(whole):
                self._send(416, {"Content-Range": f"bytes */{len(whole)}"}, given, b"")
                return
            headers["Content-Range"] = f"bytes {start}-{len(whole) - 1}/{len(whole)}"
            self._send(206, headers, given, whole[start:])
            return
        self._send(200, headers, given, whole)

    def _send(self, status: int, headers: Mapping[str, str], given: Answer, body: bytes) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers, **given.headers}.items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        body = body if given.cut is None else body[: given.cut]
        for at in range(0, len(body), 1024 if given.pause else len(body) or 1):
            time.sleep(given.pause)
            piece = body[at : at + 1024] if given.pause else body
            self.server.sent += len(piece)  # first: whoever has them may look at once
            self.wfile.write(piece)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name http.server has
        """Say nothing."""


@contextmanager
def serving() -> Iterator[Files]:
    """A server that answers until the block is left."""
    with Files() as files:
        threading.Thread(target=files.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield files
        finally:
            files.shutdown()


def path_of(url: str) -> str:
    """Where the server has what a real address names: `/github.com/…`."""
    parts = urlsplit(url)
    return f"/{parts.netloc}{parts.path}" + (f"?{parts.query}" if parts.query else "")


def moved(base: str, name: str, release: str) -> Source:
    """The real source of that name, with every address on the server."""
    source = find_source(name, release)
    mirrors = tuple((base + path_of(url), "") for url, _ in source.mirrors)
    return replace(source, urls=tuple(base + path_of(url) for url in source.urls), sha256="", mirrors=mirrors)


def tar_of(files: Mapping[str, str]) -> bytes:
    """A compressed archive of these texts."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return buffer.getvalue()


def treebank(name: str, sentences: int = 3) -> bytes:
    """A repository's archive with a treebank in it, of words that compress badly."""
    code = name.removeprefix("UD_").lower().replace("-", "_")
    rows = (
        f"1\t{hashlib.sha256(f'{name}{n}'.encode()).hexdigest()}\t_\tNOUN\t_\t_\t0\t_\t_\t_\n\n"
        for n in range(sentences)
    )
    text = "".join(rows)
    files = {f"{name}-r/{code}-ud-{split}.conllu": text for split in ("train", "dev", "test")}
    return tar_of(files | {f"{name}-r/README.md": "License: CC0"})


def main() -> None:
    """The command line, with its sources on the server."""
    from functools import partial

    from crossglot import __main__ as program
    from crossglot.corpora import download

    base = sys.argv.pop(1)
    setattr(download, "find_source", partial(moved, base))  # noqa: B010 - where it is looked up
    program.main()


if __name__ == "__main__":
    main()
