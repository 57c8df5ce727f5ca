"""Downloading, against a server on this machine: what is laid out where, and every way in which it can fail."""

from __future__ import annotations

import errno
import hashlib
import io
import re
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import gettempdir
from urllib.parse import urlsplit

import pytest

from broken_off import bytes_of, every_death
from crossglot.corpora import download as downloading
from crossglot.corpora.catalogue import find_corpus
from crossglot.corpora.check import check_root
from crossglot.corpora.download import data_cache, get
from crossglot.corpora.fetching import download
from crossglot.corpora.sources import Source, find_source, list_sources
from crossglot.errors import DataError, StorageError, UsageError
from crossglot.files import sweep

WORD = "1\tword\t_\tNOUN\t_\t_\t_\t_\t_\t_\n\n"


class Server(ThreadingHTTPServer):
    """Serves `content`, and remembers what was asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content: dict[str, bytes] = {}
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:  # the name http.server calls
        self.server.asked.append(self.path)
        if self.path.startswith("/to?"):
            self.send_response(302)
            self.send_header("Location", self.path.partition("?")[2])
            self.end_headers()
            return
        data = self.server.content.get(self.path)
        self.send_response(200 if data is not None else 404)
        if data is not None and not self.path.startswith("/unsized"):
            self.send_header("Content-Length", str(len(data) + 10 * self.path.startswith("/cut")))
        self.end_headers()
        self.wfile.write(data or b"")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name http.server has
        """Say nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    with Server() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


def tar_of(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return buffer.getvalue()


@pytest.fixture
def local(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The real sources, with every address moved to the server on this machine."""

    def moved(name: str, release: str) -> Source:
        source = find_source(name, release)
        urls = tuple(
            server.url + urlsplit(url).path + ("?" + urlsplit(url).query) * ("?" in url) for url in source.urls
        )
        return Source(**{field: getattr(source, field) for field in source.__slots__} | {"urls": urls, "sha256": ""})

    monkeypatch.setattr(downloading, "find_source", moved)
    return server


TREEBANK = {
    "UD_Czech-PDT-r2.16/README.md": "readme",
    "UD_Czech-PDT-r2.16/LICENSE.txt": "licence",
    "UD_Czech-PDT-r2.16/cs_pdt-ud-train-m.conllu": WORD.replace("word", "second"),
    "UD_Czech-PDT-r2.16/cs_pdt-ud-train-c.conllu": WORD.replace("word", "first"),
    "UD_Czech-PDT-r2.16/cs_pdt-ud-test.conllu": WORD,
    "UD_Czech-PDT-r2.16/not-to-release/cs_pdt-ud-dev.conllu": "not this",
    "UD_Czech-PDT-r2.16/stats.xml": "nor this",
}
UD_PATH = "/UniversalDependencies/UD_Czech-PDT/archive/refs/tags/r2.16.tar.gz"


def test_a_treebank_is_laid_out_with_its_parts_joined(local: Server, tmp_path: Path) -> None:
    local.content[UD_PATH] = tar_of(TREEBANK)
    (fetched,) = get(["UD_Czech-PDT"], tmp_path)
    corpus = find_corpus(tmp_path, "cs", "pos", "UD_Czech-PDT")
    assert set(corpus.files) == {"train", "test"}
    assert [sentence.words for sentence in corpus.read("train")] == [("first",), ("second",)]
    assert sorted(path.name for path in (tmp_path / "ud/UD_Czech-PDT").iterdir()) == [
        *("LICENSE.txt", "README.md", "SOURCE.UD_Czech-PDT.txt", "cs_pdt-ud-test.conllu", "cs_pdt-ud-train.conllu")
    ]
    assert len(fetched.files) == 4
    assert not fetched.already
    report = check_root(tmp_path)
    assert report.ok
    assert report.ignored == ()


def test_what_is_there_is_not_fetched_again_unless_forced(local: Server, tmp_path: Path) -> None:
    local.content[UD_PATH] = tar_of(TREEBANK)
    get(["UD_Czech-PDT"], tmp_path)
    (again,) = get(["UD_Czech-PDT"], tmp_path)
    assert again.already
    assert {path.suffix for path in again.files} >= {".conllu"}
    assert len(local.asked) == 1
    get(["UD_Czech-PDT"], tmp_path, force=True)
    assert len(local.asked) == 2


def test_a_file_of_the_users_is_not_replaced_unless_that_is_wanted(local: Server, tmp_path: Path) -> None:
    local.content[UD_PATH] = tar_of(TREEBANK)
    mine = tmp_path / "ud/UD_Czech-PDT/cs_pdt-ud-train.conllu"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    with pytest.raises(UsageError, match=r"cs_pdt-ud-train\.conllu: is there already, and is not the file that was"):
        get(["UD_Czech-PDT"], tmp_path)
    assert [path.name for path in tmp_path.rglob("*")] == ["ud", "UD_Czech-PDT", "cs_pdt-ud-train.conllu"]
    assert mine.read_text() == "mine"
    get(["UD_Czech-PDT"], tmp_path, force=True)
    assert mine.read_text() == WORD.replace("word", "first") + WORD.replace("word", "second")


@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.slow)])
def test_a_corpus_broken_off_anywhere_is_fetched_again(local: Server, tmp_path: Path, step: int) -> None:
    local.content[UD_PATH] = tar_of(TREEBANK)
    get(["UD_Czech-PDT"], tmp_path / "whole")
    whole = bytes_of(tmp_path / "whole")
    made = every_death(lambda at: tmp_path / str(at), lambda root: get(["UD_Czech-PDT"], root), step=step)
    for at, root in made:
        already = get(["UD_Czech-PDT"], root)[0].already
        assert {name: content for name, content in bytes_of(root).items() if ".crossglot" not in name} == whole
        assert already or at
    sweep(Path(gettempdir()))


def test_a_data_root_that_cannot_be_written_is_found_before_anything_is_fetched(local: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for place, said in ((tmp_path / "file", "a file stands where a folder is"), (tmp_path / ("x" * 256), "too long")):
        with pytest.raises(StorageError, match=said):
            get(["UD_Czech-PDT"], place)
    assert local.asked == []


def test_another_release_is_another_tag(local: Server, tmp_path: Path) -> None:
    local.content[UD_PATH.replace("2.16", "2.5")] = tar_of(TREEBANK)
    get(["UD_Czech-PDT"], tmp_path, release="2.5")
    assert local.asked == [UD_PATH.replace("2.16", "2.5")]


def test_entity_files_become_bio2_whatever_they_were(local: Server, tmp_path: Path) -> None:
    uner = "# sent_id = 1\n1\ta\tB-PER\tB-PER\t-\n2\tb\t-\tO\t-\n"
    path = urlsplit(find_source("uner/nob_norne").urls[0]).path
    local.content[path] = tar_of({f"top/n{k}_norne-ud-{s}.iob2": uner for k in ("ob", "no") for s in ("dev", "test")})
    get(["uner/nob_norne", "uner/nno_norne"], tmp_path)
    assert local.asked == [path]  # the archive they share
    assert (tmp_path / "ner/uner/nob_norne-test.conll").read_text() == "a\tB-PER\nb\tO\n\n"
    assert find_corpus(tmp_path, "nn", "ner", "uner/nno_norne").has("dev")


def test_wikiann_is_found_in_its_archive_of_archives(local: Server, tmp_path: Path) -> None:
    inner = {name: tar_of(dict.fromkeys(("train", "dev", "test"), f"{name}:x\tB-LOC\n" * 4)) for name in ("de", "nl")}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in inner.items():
            entry = tarfile.TarInfo(f"{name}.tar.gz")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    local.content[urlsplit(find_source("wikiann/de").urls[0]).path] = buffer.getvalue()
    get(["wikiann/de"], tmp_path)
    assert sorted(path.name for path in (tmp_path / "ner/wikiann").glob("*.conll")) == [
        *("de-dev.conll", "de-test.conll", "de-train.conll")
    ]
    assert (tmp_path / "ner/wikiann/de-test.conll").read_text() == "x\tB-LOC\n" * 4 + "\n"


def test_single_files_are_told_apart_by_their_address(local: Server, tmp_path: Path) -> None:
    for url in find_source("germeval2014/de").urls:
        local.content[f"/uc?{urlsplit(url).query}"] = b"#\tsource\n1\tFC\tB-ORG\tO\n2\tX\tI-ORG\tB-LOC\n"
    get(["germeval2014/de"], tmp_path)
    assert find_corpus(tmp_path, "de", "ner", "germeval2014").read("dev")[0].tags == ("B-ORG", "I-ORG")


def test_a_known_illegal_tag_is_mended_as_conlleval_reads_it(local: Server, tmp_path: Path) -> None:
    text = "a NC B-LOC\nb NC O\nc NC I-LOC\n"
    local.content[urlsplit(find_source("conll2002/es").urls[0]).path] = tar_of(
        {f"conll2002/esp.{part}": text for part in ("train", "testa", "testb")} | {"conll2002/README": "terms"}
    )
    get(["conll2002/es"], tmp_path)
    assert find_corpus(tmp_path, "es", "ner").read("test")[0].tags == ("B-LOC", "O", "B-LOC")
    assert (tmp_path / "ner/conll2002/README").read_text() == "terms"


def test_an_archive_without_the_corpus_is_an_error_and_leaves_nothing(local: Server, tmp_path: Path) -> None:
    local.content[UD_PATH] = tar_of({"UD_Czech-PDT-r2.16/README.md": "moved"})
    with pytest.raises(DataError, match="holds no file of UD_Czech-PDT"):
        get(["UD_Czech-PDT"], tmp_path)
    for url in find_source("germeval2014/de").urls:
        local.content[f"/uc?{urlsplit(url).query}"] = b"<html>\n<p>Too many downloads\n"
    with pytest.raises(DataError, match="germeval2014/de"):
        get(["germeval2014/de"], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_was_finished_before_a_failure_is_kept(local: Server, tmp_path: Path) -> None:
    local.content[UD_PATH] = tar_of(TREEBANK)
    with pytest.raises(DataError, match="404"):
        get(["UD_Czech-PDT", "UD_Czech-CAC"], tmp_path)
    assert find_corpus(tmp_path, "cs", "pos").name == "UD_Czech-PDT"


def test_what_cannot_be_downloaded_says_how_to_get_it(tmp_path: Path) -> None:
    for name, what in {"conll2003/en": "Reuters", "conll2003/de": "ECI", "codemix/hiencs": "crawl"}.items():
        with pytest.raises(UsageError, match=what):
            get([name], tmp_path)
    with pytest.raises(UsageError, match=r"near: .*conll2002/es"):
        get(["conll2002/fr"], tmp_path)


def test_a_release_is_a_number() -> None:
    assert find_source("UD_X-Y", "r2.14") == find_source("UD_X-Y", "2.14")
    with pytest.raises(UsageError, match=r"numbered as 2\."):
        find_source("UD_X-Y", "latest")


def test_bytes_arrive_whole_and_progress_is_told(server: Server, tmp_path: Path) -> None:
    server.content["/x"] = bytes(range(256)) * 9000
    told: list[tuple[str, int, int | None]] = []
    path = download(f"{server.url}/x", tmp_path / "x", progress=lambda *args: told.append(args))
    assert path.read_bytes() == server.content["/x"]
    assert told[-1] == (f"{server.url}/x", 256 * 9000, 256 * 9000)
    assert len(told) > 1


@pytest.mark.parametrize("path", ["/x", "/unsized"])
def test_more_than_the_limit_is_refused(server: Server, tmp_path: Path, path: str) -> None:
    server.content[path] = b"0" * 5000
    with pytest.raises(DataError, match="larger than 4999 bytes"):
        download(server.url + path, tmp_path / "x", limit=4999)
    download(server.url + path, tmp_path / "x", limit=5000)


def test_a_broken_off_download_is_an_error(server: Server, tmp_path: Path) -> None:
    server.content["/cut"] = b"0" * 50
    with pytest.raises(DataError, match="broke off after 50 of 60 bytes"):
        download(f"{server.url}/cut", tmp_path / "x")


def test_a_wrong_checksum_is_an_error(server: Server, tmp_path: Path) -> None:
    server.content["/x"] = b"data"
    download(f"{server.url}/x", tmp_path / "x", sha256=hashlib.sha256(b"data").hexdigest())
    with pytest.raises(DataError, match="its checksum is"):
        download(f"{server.url}/x", tmp_path / "x", sha256="0" * 64)


def test_no_network_is_one_clear_error(server: Server, tmp_path: Path) -> None:
    url = server.url
    server.shutdown()
    server.server_close()
    with pytest.raises(DataError, match="cannot be reached") as caught:
        download(f"{url}/x", tmp_path / "x")
    assert "Check the network" in caught.value.remedy


@pytest.mark.parametrize("url", ["http://example.org/x", "ftp://example.org/x", "file:///etc/passwd", "x", ""])
def test_only_https_is_fetched(tmp_path: Path, url: str) -> None:
    with pytest.raises(UsageError, match="https only"):
        download(url, tmp_path / "x")


@pytest.mark.parametrize("target", ["http://example.org/x", "ftp://example.org/x", "file:///etc/passwd"])
def test_a_redirect_cannot_lead_elsewhere(server: Server, tmp_path: Path, target: str) -> None:
    server.content["/x"] = b"data"
    assert download(f"{server.url}/to?{server.url}/x", tmp_path / "x").read_bytes() == b"data"
    with pytest.raises(DataError, match=r"redirects to|not allowed"):
        download(f"{server.url}/to?{target}", tmp_path / "y")


def test_a_full_disk_is_a_storage_error(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server.content["/x"] = b"data"

    class Full(io.BytesIO):
        def write(self, _: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "open", lambda *_: Full())
    with pytest.raises(StorageError, match="the disk is full"):
        download(f"{server.url}/x", tmp_path / "x")


def test_every_source_is_whole() -> None:
    sources = list_sources()
    assert len({source.name for source in sources}) == len(sources) > 100
    for source in sources:
        assert source.title, source.name
        assert source.licence, source.name
        assert source.citation, source.name
        assert bool(source.urls) != bool(source.instructions), source.name
        assert all(url.startswith("https://") for url in source.urls), source.name
        assert all(re.compile(pattern).groups == template.count("\\1") for pattern, template in source.members)
        assert all(template.startswith(("ud/", "ner/", "parallel/")) for _, template in source.members)
        assert ".." not in "".join(template for _, template in source.members)
        assert find_source(source.name) == source


def test_the_cache_follows_the_users_cache_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert data_cache() == tmp_path / "crossglot" / "data"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert data_cache() == tmp_path / ".cache" / "crossglot" / "data"
