"""Downloading, against a server on this machine: what is laid out where, and every way in which it can fail."""

from __future__ import annotations

import errno
import hashlib
import io
import re
import tarfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import gettempdir

import pytest

from broken_off import bytes_of, every_death
from crossglot.corpora import download as downloading
from crossglot.corpora import retrying
from crossglot.corpora.catalogue import find_corpus
from crossglot.corpora.check import check_root
from crossglot.corpora.download import data_cache, get
from crossglot.corpora.fetching import download
from crossglot.corpora.sources import find_source, list_sources
from crossglot.errors import DataError, StorageError, UsageError
from crossglot.files import sweep
from loopback_files import Answer, Files, moved, path_of, serving, tar_of

WORD = "1\tword\t_\tNOUN\t_\t_\t_\t_\t_\t_\n\n"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Files]:
    """Nothing is waited for between two attempts, and nothing is kept from another test."""
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.setattr(retrying, "pause", lambda seconds, stop: stop.is_set())  # noqa: ARG005
    with serving() as server:
        yield server


@pytest.fixture
def local(server: Files, monkeypatch: pytest.MonkeyPatch) -> Files:
    """The real sources, with every address moved to the server on this machine."""
    monkeypatch.setattr(downloading, "find_source", partial(moved, server.url))
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
UD_PATH = "/github.com/UniversalDependencies/UD_Czech-PDT/archive/refs/tags/r2.16.tar.gz"


def test_a_treebank_is_laid_out_with_its_parts_joined(local: Files, tmp_path: Path) -> None:
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


def test_what_is_there_is_not_fetched_again_unless_forced(local: Files, tmp_path: Path) -> None:
    local.content[UD_PATH] = tar_of(TREEBANK)
    get(["UD_Czech-PDT"], tmp_path)
    (again,) = get(["UD_Czech-PDT"], tmp_path)
    assert again.already
    assert {path.suffix for path in again.files} >= {".conllu"}
    assert len(local.paths) == 1
    get(["UD_Czech-PDT"], tmp_path, force=True)
    assert len(local.paths) == 2


def test_a_file_of_the_users_is_not_replaced_unless_that_is_wanted(local: Files, tmp_path: Path) -> None:
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
def test_a_corpus_broken_off_anywhere_is_fetched_again(local: Files, tmp_path: Path, step: int) -> None:
    local.content[UD_PATH] = tar_of(TREEBANK)
    get(["UD_Czech-PDT"], tmp_path / "whole")
    whole = bytes_of(tmp_path / "whole")
    made = every_death(lambda at: tmp_path / str(at), lambda root: get(["UD_Czech-PDT"], root), step=step)
    for at, root in made:
        already = get(["UD_Czech-PDT"], root)[0].already
        assert {name: content for name, content in bytes_of(root).items() if ".crossglot" not in name} == whole
        assert already or at
    sweep(Path(gettempdir()))


def test_a_data_root_that_cannot_be_written_is_found_before_anything_is_fetched(local: Files, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for place, said in ((tmp_path / "file", "a file stands where a folder is"), (tmp_path / ("x" * 256), "too long")):
        with pytest.raises(StorageError, match=said):
            get(["UD_Czech-PDT"], place)
    assert local.paths == []


def test_another_release_is_another_tag(local: Files, tmp_path: Path) -> None:
    local.content[UD_PATH.replace("2.16", "2.5")] = tar_of(TREEBANK)
    get(["UD_Czech-PDT"], tmp_path, release="2.5")
    assert local.paths == [UD_PATH.replace("2.16", "2.5")]


def test_entity_files_become_bio2_whatever_they_were(local: Files, tmp_path: Path) -> None:
    uner = "# sent_id = 1\n1\ta\tB-PER\tB-PER\t-\n2\tb\t-\tO\t-\n"
    path = path_of(find_source("uner/nob_norne").urls[0])
    local.content[path] = tar_of({f"top/n{k}_norne-ud-{s}.iob2": uner for k in ("ob", "no") for s in ("dev", "test")})
    get(["uner/nob_norne", "uner/nno_norne"], tmp_path)
    assert local.paths == [path]  # the archive they share
    assert (tmp_path / "ner/uner/nob_norne-test.conll").read_text() == "a\tB-PER\nb\tO\n\n"
    assert find_corpus(tmp_path, "nn", "ner", "uner/nno_norne").has("dev")


def test_wikiann_is_found_in_its_archive_of_archives(local: Files, tmp_path: Path) -> None:
    inner = {name: tar_of(dict.fromkeys(("train", "dev", "test"), f"{name}:x\tB-LOC\n" * 4)) for name in ("de", "nl")}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in inner.items():
            entry = tarfile.TarInfo(f"{name}.tar.gz")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    local.content[path_of(find_source("wikiann/de").urls[0])] = buffer.getvalue()
    get(["wikiann/de"], tmp_path)
    assert sorted(path.name for path in (tmp_path / "ner/wikiann").glob("*.conll")) == [
        *("de-dev.conll", "de-test.conll", "de-train.conll")
    ]
    assert (tmp_path / "ner/wikiann/de-test.conll").read_text() == "x\tB-LOC\n" * 4 + "\n"


def test_single_files_are_told_apart_by_their_address(local: Files, tmp_path: Path) -> None:
    for url in find_source("germeval2014/de").urls:
        local.content[path_of(url)] = b"#\tsource\n1\tFC\tB-ORG\tO\n2\tX\tI-ORG\tB-LOC\n"
    get(["germeval2014/de"], tmp_path)
    assert find_corpus(tmp_path, "de", "ner", "germeval2014").read("dev")[0].tags == ("B-ORG", "I-ORG")


def test_a_known_illegal_tag_is_mended_as_conlleval_reads_it(local: Files, tmp_path: Path) -> None:
    text = "a NC B-LOC\nb NC O\nc NC I-LOC\n"
    local.content[path_of(find_source("conll2002/es").urls[0])] = tar_of(
        {f"conll2002/esp.{part}": text for part in ("train", "testa", "testb")} | {"conll2002/README": "terms"}
    )
    get(["conll2002/es"], tmp_path)
    assert find_corpus(tmp_path, "es", "ner").read("test")[0].tags == ("B-LOC", "O", "B-LOC")
    assert (tmp_path / "ner/conll2002/README").read_text() == "terms"


def test_an_archive_without_the_corpus_is_an_error_and_leaves_nothing(local: Files, tmp_path: Path) -> None:
    local.content[UD_PATH] = tar_of({"UD_Czech-PDT-r2.16/README.md": "moved"})
    with pytest.raises(DataError, match="holds no file of UD_Czech-PDT"):
        get(["UD_Czech-PDT"], tmp_path)
    for url in find_source("germeval2014/de").urls:
        local.content[path_of(url)] = b"<html>\n<p>Too many downloads\n"
    with pytest.raises(DataError, match="germeval2014/de"):
        get(["germeval2014/de"], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_was_finished_before_a_failure_is_kept(local: Files, tmp_path: Path) -> None:
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


def test_bytes_arrive_whole_and_progress_is_told(server: Files, tmp_path: Path) -> None:
    server.content["/x"] = bytes(range(256)) * 9000
    told: list[tuple[str, int, int | None]] = []
    path = download(f"{server.url}/x", tmp_path / "x", progress=lambda *args: told.append(args))
    assert path.read_bytes() == server.content["/x"]
    assert told[-1] == (f"{server.url}/x", 256 * 9000, 256 * 9000)
    assert len(told) > 1


@pytest.mark.parametrize("length", ["5000", ""])
def test_more_than_the_limit_is_refused(server: Files, tmp_path: Path, length: str) -> None:
    server.content["/x"] = b"0" * 5000
    server.answers["/x"] = [Answer(headers={"Content-Length": length})] * 2
    with pytest.raises(DataError, match="larger than 4999 bytes"):
        download(f"{server.url}/x", tmp_path / "x", limit=4999)
    download(f"{server.url}/x", tmp_path / "x", limit=5000)


def test_a_wrong_checksum_is_an_error(server: Files, tmp_path: Path) -> None:
    server.content["/x"] = b"data"
    download(f"{server.url}/x", tmp_path / "x", sha256=hashlib.sha256(b"data").hexdigest())
    with pytest.raises(DataError, match="its checksum is"):
        download(f"{server.url}/x", tmp_path / "y", sha256="0" * 64)
    assert not (tmp_path / "y").exists()


def test_no_network_is_one_clear_error(server: Files, tmp_path: Path) -> None:
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
def test_a_redirect_cannot_lead_elsewhere(server: Files, tmp_path: Path, target: str) -> None:
    server.content["/x"] = b"data"
    server.answers["/to"] = [Answer(302, {"Location": to}) for to in (f"{server.url}/x", target)]
    assert download(f"{server.url}/to", tmp_path / "x").read_bytes() == b"data"
    with pytest.raises(DataError, match=r"redirects to|not allowed"):
        download(f"{server.url}/to", tmp_path / "y")


def test_a_full_disk_is_a_storage_error(server: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server.content["/x"] = b"data"

    class Full(io.BytesIO):
        def write(self, _: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "open", lambda *_, **__: Full())
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
