"""Whatever a server answers ends in the whole file or in one clear error: never in a wait, a flood or a traceback."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crossglot.corpora import fetching, retrying
from crossglot.corpora.fetching import OnBytes
from crossglot.corpora.fetching import download as going_on
from crossglot.errors import CrossglotError, DataError

BODY = b"0123456789" * 5


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is waited for between two attempts."""
    monkeypatch.setattr(retrying, "pause", lambda seconds, stop: stop.is_set())  # noqa: ARG005


def download(url: str, path: Path, *, limit: int = fetching.SIZE_LIMIT, progress: OnBytes | None = None) -> Path:
    """An address fetched from its beginning: what an earlier answer of the test left is not gone on with."""
    for left in path.parent.glob(f"{path.name}*"):
        left.unlink()
    return going_on(url, path, limit=limit, progress=progress)


class Server(socketserver.ThreadingTCPServer):
    """Sends `answer` to whoever asks for anything, and closes the connection."""

    daemon_threads = True
    answer = b""
    asked = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/x"


class Handler(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        while self.rfile.readline().strip():
            pass
        self.server.asked += 1
        self.wfile.write(self.server.answer)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("no_proxy", "127.0.0.1,localhost")
            yield server
        server.shutdown()


def answer(*headers: str, status: str = "200 OK", body: bytes = BODY) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode("latin-1") + body


@pytest.mark.parametrize("length", ["abc", "-50", "", "5 0", "0x32", "50.0", "+50", "1" * 30, "\xb2", "50, 50", "5_0"])
def test_a_length_that_is_none_is_no_length(server: Server, tmp_path: Path, length: str) -> None:
    server.answer = answer(f"Content-Length: {length}")
    try:
        assert download(server.url, tmp_path / "x").read_bytes() == BODY
    except DataError as error:  # where the library that reads the answer makes something of it
        assert "broke off" in str(error)


def test_lengths_that_disagree_are_no_length(server: Server, tmp_path: Path) -> None:
    server.answer = answer("Content-Length: 50", "Content-Length: 70")
    assert download(server.url, tmp_path / "x").read_bytes() == BODY


@pytest.mark.parametrize("length", [51, 1000, 5_000_000])
def test_fewer_bytes_than_promised_are_an_error(server: Server, tmp_path: Path, length: int) -> None:
    server.answer = answer(f"Content-Length: {length}")
    with pytest.raises(DataError, match=f"broke off after 50 of {length} bytes"):
        download(server.url, tmp_path / "x")


def test_more_bytes_promised_than_allowed_are_not_waited_for(server: Server, tmp_path: Path) -> None:
    server.answer = answer(f"Content-Length: {10**15}")
    with pytest.raises(DataError, match="is larger than"):
        download(server.url, tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_chunks_know_their_own_end(server: Server, tmp_path: Path) -> None:
    chunked = b"a\r\n0123456789\r\n" * 5
    server.answer = answer("Transfer-Encoding: chunked", "Content-Length: 7", body=chunked + b"0\r\n\r\n")
    assert download(server.url, tmp_path / "x").read_bytes() == BODY
    for cut in (chunked, chunked[:-4], chunked + b"zz\r\n", chunked + b"-5\r\n", chunked + b"f" * 70_000):
        server.answer = answer("Transfer-Encoding: chunked", body=cut)
        with pytest.raises(DataError, match="broke off after"):
            download(server.url, tmp_path / "x")


@pytest.mark.parametrize(
    "status",
    [
        "204 No Content",
        "206 Partial Content",
        "203 Other",
        "304 Not Modified",
        "416 Range",
        "500 \x1b[31mred",
        "404 ",
        "999 x",
        "301 Moved",
        "407 Proxy",
    ],
)
def test_another_status_is_no_corpus(server: Server, tmp_path: Path, status: str) -> None:
    server.answer = answer(status=status)
    with pytest.raises(DataError, match=f"the server answers {status[:3]}") as caught:
        download(server.url, tmp_path / "x")
    assert len(str(caught.value).splitlines()) == 2
    assert caught.value.path == server.url


@pytest.mark.parametrize(
    "target",
    [
        "http://[::1",
        "https://host.invalid:abc/",
        "//",
        "",
        "file:///etc/passwd",
        "ftp://host.invalid/",
        "javascript:x",
        "https://a b.invalid/\x7f",
        "https://\xfc.invalid/",
        "https://",
        "https:///x",
        "http://127.0.0.1:99999/",
        "?\x1b[31m",
        "https://[v1.x]/",
        "http://127.0.0.1:-1/",
        "https://user:pass@host.invalid:x/",
        "data:text/plain,x",
        "/" * 70_000,
    ],
)
def test_a_redirect_to_what_is_no_address_is_one_error(server: Server, tmp_path: Path, target: str) -> None:
    server.answer = answer(f"Location: {target}", status="302 Found")
    with pytest.raises(DataError) as caught:
        download(server.url, tmp_path / "x")
    assert caught.value.remedy
    assert not (tmp_path / "x").exists()


def test_redirects_in_a_circle_end(server: Server, tmp_path: Path) -> None:
    server.answer = answer(f"Location: {server.url}", status="302 Found")
    server.asked = 0
    with pytest.raises(DataError, match="infinite loop"):
        download(server.url, tmp_path / "x")
    assert server.asked <= 12


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\r\n",
        b"HTTP/1.1",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"\x00" * 100,
        b"SSH-2.0-x\r\n",
        b"HTTP/1.1 200 " + b"x" * 70_000,
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200,
        b"HTTP/1.1 200 OK\r\n: \r\n\xff\xfe: x\r\n",
    ],
)
def test_what_is_no_answer_is_one_error(server: Server, tmp_path: Path, sent: bytes) -> None:
    server.answer = sent
    try:
        download(server.url, tmp_path / "x")
    except DataError as error:
        assert error.remedy
    else:
        assert sent.startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    "url", ["https://[::1", "https://host.invalid:abc/", "http://[x]/", "https://a\nb.invalid/", "https://"]
)
def test_what_is_no_address_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(CrossglotError):
        download(url, tmp_path / "x")


@pytest.mark.parametrize("proxy", ["http://[::1", "http://127.0.0.1:abc", "\x1b[31m", "http://", "127.0.0.1:1"])
def test_a_broken_proxy_is_one_error(tmp_path: Path, proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", proxy)
    with pytest.raises(DataError, match="cannot be reached") as caught:
        download("https://host.invalid/x", tmp_path / "x")
    assert "https_proxy" in caught.value.remedy


def test_a_server_that_sends_next_to_nothing_is_given_up(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answer = answer()
    clock = iter(range(0, 10_000, 50))
    monkeypatch.setattr(fetching, "monotonic", lambda: next(clock))
    assert download(server.url, tmp_path / "x").read_bytes() == BODY, "in a minute anything may happen"
    clock = iter(range(0, 10_000, 100))
    with pytest.raises(DataError, match="is too slow: 50 bytes in 100 seconds"):
        download(server.url, tmp_path / "x")


def begin(url: str, path: Path) -> None:
    """The first bytes of an address lie there."""
    download(url, path)
    about = path.with_name(f"{path.name}.about")
    about.write_text(json.dumps({"url": url, "validator": '"1"'}))


headers = st.one_of(
    st.tuples(st.just("Content-Range"), st.sampled_from(["bytes 10-49/50", "bytes 10-49/*", "bytes 9-49/50", "x"])),
    st.tuples(st.just("ETag"), st.sampled_from(['"1"', '"2"', 'W/"1"', ""])),
    st.tuples(st.just("Retry-After"), st.sampled_from(["0", "1", "999999999", "-1", "x"])),
    st.tuples(st.just("Content-Length"), st.sampled_from(["50", "49", "0", "abc", "-1", "5e1", " 50", "50;q=1", "١"])),
    st.tuples(st.just("Transfer-Encoding"), st.sampled_from(["chunked", "gzip", "CHUNKED", "identity, chunked", ""])),
    st.tuples(st.just("Location"), st.sampled_from(["/x", "http://[", "file:///x", "//[", "\t", "https://:0/"])),
    st.tuples(st.just("Content-Encoding"), st.sampled_from(["gzip", "br", "x"])),
    st.tuples(st.text(max_size=12), st.text(max_size=30)),
)


@given(
    st.sampled_from(
        [
            "200 OK",
            "200",
            "302 Found",
            "301",
            "307 \x1b",
            "100 Continue",
            "206 P",
            "1000 X",
            "20O OK",
            "404 é",
            "416 R",
            "429 T",
            "503 S",
        ]
    ),
    st.lists(headers, max_size=5),
    st.binary(max_size=80) | st.just(BODY) | st.just(b"a\r\n0123456789\r\n0\r\n\r\n"),
    st.sampled_from(["\r\n", "\n", "\r"]),
    st.booleans(),
)
@example("302 Found", [("Location", "http://[::1")], b"", "\r\n", False)
@example("302 Found", [("Location", "/"), ("Content-Length", str(10**20))], b"", "\r\n", False)
@example("206 P", [("Content-Range", "bytes 10-49/50")], BODY[10:], "\r\n", True)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_answer_is_a_file_or_one_clear_error(
    server: Server, tmp_path: Path, status: str, said: list[tuple[str, str]], body: bytes, line_end: str, begun: bool
) -> None:
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in said), "", ""]
    try:
        if begun:  # the server is asked for what follows the first ten bytes
            server.answer = answer('ETag: "1"', "Content-Length: 10", body=BODY[:10])
            begin(server.url, tmp_path / "x")
        server.answer = line_end.join(lines).encode("utf-8", "surrogatepass") + body
        path = (going_on if begun else download)(server.url, tmp_path / "x", limit=1000)
    except DataError as error:
        assert error.path == server.url
        assert error.remedy
    else:
        assert path.stat().st_size <= 1000
