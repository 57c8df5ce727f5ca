"""The hub's endpoints on this machine, as far as its own client needs them to find a model and download its files."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LARGE = (".safetensors", ".bin", ".model", ".onnx", "tokenizer.json")
"""Endings of files that the hub keeps elsewhere: it answers with their hash and size, and where to fetch them."""

_API = re.compile(r"/api/models/([^/]+/[^/]+)(?:/(revision|tree)/([^/]+)(?:/(.*))?)?")
_FILE = re.compile(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)")


class Hub(ThreadingHTTPServer):
    """Serves `models` (id → path in the repository → file here), all at one commit; remembers what was asked for."""

    daemon_threads = True

    def __init__(self, models: Mapping[str, Mapping[str, Path]]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.models = models
        self.asked: list[str] = []
        """`HEAD path` or `GET path`, in order; of files the path in the repository alone."""
        self.fetched: set[str] = set()
        """Files whose content was sent, as paths in their repository."""
        self.times: Counter[str] = Counter()
        """How often each was sent."""
        self.broken: set[str] = set()
        """Files of which half is sent before the connection ends."""
        self.pause = 0.0
        """Seconds before each sixty-fourth of a file's content (of small files before each kilobyte)."""
        self.sent = 0
        """Bytes of content that went out."""
        self.page = b""
        """What is answered to all that is asked of the API instead, as a network's page to log in is."""
        self.renamed: dict[str, str] = {}
        """Former id → the one that the hub knows a model by now; the former leads to it."""

    @property
    def url(self) -> str:
        """What HF_ENDPOINT is to be."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def elsewhere(self) -> str:
        """Where large files are: another host, because the client follows redirects within one."""
        return f"http://localhost:{self.server_address[1]}/elsewhere"


@contextmanager
def serving(models: Mapping[str, Mapping[str, Path]]) -> Iterator[Hub]:
    """A hub that answers until the block is left."""
    with Hub(models) as hub:
        threading.Thread(target=hub.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield hub
        finally:
            hub.shutdown()


def files_below(folder: Path) -> dict[str, Path]:
    """A folder's files, by the paths that they have in a repository."""
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


class _Handler(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # the name http.server calls
        self._answer(urlsplit(unquote(self.path)).path)

    do_HEAD = do_GET  # noqa: N815 - likewise

    def _answer(self, path: str) -> None:
        if self.server.page and path.startswith("/api/"):
            self._send(200, self.server.page, {"Content-Type": "text/html"})
        elif api := _API.fullmatch(path):
            name, kind, revision, below = api.groups()
            self.server.asked.append(f"{self.command} {path}")
            if self._known(name, revision):
                listing = self._tree(name, below or "") if kind == "tree" else self._about(name)
                self._send(200, json.dumps(listing).encode(), {"Content-Type": "application/json"})
        elif file := _FILE.fullmatch(path):
            name, revision, inner = file.groups()
            self.server.asked.append(f"{self.command} {inner}")
            if self._known(name, revision):
                self._send_file(name, inner)
        elif path.startswith("/elsewhere/"):
            owner, model, inner = path.removeprefix("/elsewhere/").split("/", 2)
            self._send_content(inner, self.server.models[f"{owner}/{model}"][inner], {})
        else:
            self._send(404, b"", {})

    def _known(self, name: str, revision: str | None) -> bool:
        """Answers for what is not there as the hub does: it keeps silent about whether a model is private or none."""
        if name not in self.server.models:
            self._send(401, b"", {"X-Error-Code": "RepoNotFound", "X-Error-Message": "Repository not found"})
        elif revision not in (None, "main", COMMIT):
            self._send(404, b"", {"X-Error-Code": "RevisionNotFound", "X-Error-Message": "Invalid rev id"})
        else:
            return True
        return False

    def _about(self, name: str) -> object:
        siblings = [
            {"rfilename": inner, "size": file.stat().st_size} for inner, file in self.server.models[name].items()
        ]
        name = self.server.renamed.get(name, name)
        return {"_id": "1", "id": name, "modelId": name, "sha": COMMIT, "private": False, "siblings": siblings}

    def _tree(self, name: str, below: str) -> object:
        return [
            {"type": "file", "path": inner, "size": file.stat().st_size, "oid": _oid(file)}
            for inner, file in self.server.models[name].items()
            if inner.startswith(f"{below}/" if below else "")
        ]

    def _send_file(self, name: str, inner: str) -> None:
        file = self.server.models[name].get(inner)
        commit = {"X-Repo-Commit": COMMIT}
        if file is None:
            self._send(404, b"", commit | {"X-Error-Code": "EntryNotFound", "X-Error-Message": "Entry not found"})
        elif inner.endswith(LARGE):
            large = {"X-Linked-Etag": f'"{_oid(file)}"', "X-Linked-Size": str(file.stat().st_size)}
            self._send(302, b"", commit | large | {"Location": f"{self.server.elsewhere}/{name}/{inner}"})
        else:
            self._send_content(inner, file, commit)

    def _send_content(self, inner: str, file: Path, headers: Mapping[str, str]) -> None:
        size = file.stat().st_size
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(asked[1]) if asked else 0
        self.send_response(206 if asked else 200)
        ranged = {"Content-Range": f"bytes {start}-{size - 1}/{size}"} if asked else {}
        self._headers({**headers, **ranged, "ETag": f'"{_oid(file)}"', "Content-Length": str(size - start)})
        if self.command == "GET":
            self.server.fetched.add(inner)
            self.server.times[inner] += 1
            with file.open("rb") as content:
                content.seek(start)
                if inner in self.server.broken:
                    self.wfile.write(content.read(size // 2))
                    self.close_connection = True
                    return
                while piece := content.read(max(1 << 10, size >> 6)):
                    time.sleep(self.server.pause)
                    self.server.sent += len(piece)
                    self.wfile.write(piece)

    def _send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        self._headers({**headers, "Content-Length": str(len(body))})
        if self.command == "GET":
            self.wfile.write(body)

    def _headers(self, headers: Mapping[str, str]) -> None:
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name http.server has
        """Say nothing."""


def _oid(file: Path) -> str:
    """A name of the content, as the hub's entity tags are; of path and size alone, since nothing here changes."""
    return hashlib.sha256(f"{file}\0{file.stat().st_size}".encode()).hexdigest()
