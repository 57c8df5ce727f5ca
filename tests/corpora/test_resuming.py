"""Downloads that break off, are put off, lied about or sent elsewhere end in the right bytes or in one clear error."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from email.message import Message
from email.utils import formatdate
from functools import partial
from itertools import pairwise
from pathlib import Path
from threading import Event

import pytest

from crossglot.corpora import download as downloading
from crossglot.corpora import downloads, retrying
from crossglot.corpora.download import get
from crossglot.corpora.downloads import AT_ONCE
from crossglot.corpora.fetching import GoneError, UnreachableError, download
from crossglot.corpora.partial import Partial, downloads_folder, kept_place, sweep_downloads, validator_of
from crossglot.corpora.retrying import LONGEST_ASKED, asked_wait
from crossglot.corpora.sources import Source, find_source
from crossglot.errors import CrossglotError, DataError
from loopback_files import Answer, Files, moved, path_of, serving, tar_of, treebank

BODY = os.urandom(50_000)
OTHER = os.urandom(50_000)
SUM = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that would have been waited."""
    told: list[float] = []

    def pause(seconds: float, stop: Event) -> bool:
        told.append(seconds)
        return stop.is_set()

    monkeypatch.setattr(retrying, "pause", pause)
    return told


@pytest.fixture
def files(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, waits: list[float]
) -> Iterator[Files]:
    del waits
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
    with serving() as server:
        server.content["/x"] = BODY
        monkeypatch.setattr(downloading, "find_source", partial(moved, server.url))
        yield server


def fetched(files: Files, path: Path, sha256: str = "") -> bytes:
    return download(f"{files.url}/x", path, sha256=sha256).read_bytes()


def test_a_broken_connection_goes_on_where_it_stopped(files: Files, tmp_path: Path, waits: list[float]) -> None:
    files.answers["/x"] = [Answer(cut=20_000), Answer(cut=9_000), Answer(cut=1)]
    assert fetched(files, tmp_path / "x") == BODY
    assert [start for _, start in files.asked] == [0, 20_000, 29_000, 29_001]
    assert files.sent == len(BODY), "no byte twice"
    assert len(waits) == 3


def test_the_next_run_goes_on_where_the_last_stopped(files: Files, tmp_path: Path) -> None:
    files.answers["/x"] = [Answer(cut=20_000), Answer(404)]
    with pytest.raises(GoneError):
        fetched(files, tmp_path / "x")
    assert fetched(files, tmp_path / "x", SUM) == BODY
    assert files.asked[-1] == ("/x", 20_000)
    asked = len(files.asked)
    assert fetched(files, tmp_path / "x", SUM) == BODY
    assert len(files.asked) == asked, "what is whole is not asked for again"


def test_what_changed_meanwhile_is_fetched_anew(files: Files, tmp_path: Path) -> None:
    files.answers["/x"] = [Answer(cut=20_000), Answer(404)]
    with pytest.raises(GoneError):
        fetched(files, tmp_path / "x")
    files.content["/x"] = OTHER
    assert fetched(files, tmp_path / "x") == OTHER
    assert files.asked[-1] == ("/x", 20_000), "with If-Range, which a server answers from the start"


def test_without_ranges_it_is_fetched_from_the_start(files: Files, tmp_path: Path) -> None:
    files.answers["/x"] = [Answer(cut=20_000), Answer(without_ranges=True)]
    assert fetched(files, tmp_path / "x") == BODY


def test_a_server_that_says_not_what_it_has_is_asked_from_the_start(files: Files, tmp_path: Path) -> None:
    files.validators = False
    files.answers["/x"] = [Answer(cut=20_000)]
    assert fetched(files, tmp_path / "x") == BODY
    assert [start for _, start in files.asked] == [0, 0]


def test_a_known_checksum_is_enough_to_go_on(files: Files, tmp_path: Path) -> None:
    files.validators = False
    files.answers["/x"] = [Answer(cut=20_000)]
    assert fetched(files, tmp_path / "x", SUM) == BODY
    assert [start for _, start in files.asked] == [0, 20_000]


def test_parts_of_two_files_are_never_put_together(files: Files, tmp_path: Path) -> None:
    """A server that goes on with something else, and lies about it: the checksum tells, and all is fetched anew."""
    lie = Answer(status=206, body=OTHER[20_000:], headers={"Content-Range": "bytes 20000-49999/50000"})
    files.answers["/x"] = [Answer(cut=20_000), lie]
    assert fetched(files, tmp_path / "x", SUM) == BODY
    assert [start for _, start in files.asked] == [0, 20_000, 0]


@pytest.mark.parametrize(
    "said", ["bytes 0-29999/50000", "bytes 20001-49999/50000", "bytes */50000", "", "bytes 20000-/50000", "20000-49999"]
)
def test_a_range_that_was_not_asked_for_is_not_taken(files: Files, tmp_path: Path, said: str) -> None:
    lie = Answer(status=206, body=OTHER[20_000:], headers={"Content-Range": said})
    files.answers["/x"] = [Answer(cut=20_000), lie]
    assert fetched(files, tmp_path / "x") == BODY


def test_more_than_a_server_has_is_fetched_anew(files: Files, tmp_path: Path) -> None:
    longer = Partial(tmp_path / "x", f"{files.url}/x")
    told = Message()
    told["ETag"] = f'"{hashlib.md5(BODY, usedforsecurity=False).hexdigest()}"'
    longer.begin(told)
    longer.path.write_bytes(BODY + b"more")
    assert fetched(files, tmp_path / "x") == BODY
    assert [start for _, start in files.asked] == [len(BODY) + 4, 0]


def test_what_lies_there_of_another_address_is_no_beginning(files: Files, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(OTHER[:1000])
    assert fetched(files, tmp_path / "x") == BODY
    files.content["/y"] = OTHER
    assert download(f"{files.url}/y", tmp_path / "x").read_bytes() == OTHER


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_passing_trouble_is_tried_again_with_longer_and_longer_waits(
    files: Files, tmp_path: Path, waits: list[float], status: int
) -> None:
    files.answers["/x"] = [Answer(status)] * 4
    assert fetched(files, tmp_path / "x") == BODY
    assert len(waits) == 4
    assert all(later > earlier for earlier, later in pairwise(waits))
    assert 0.5 < waits[0] < 2
    assert 4 < waits[-1] < 16


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_trouble_that_does_not_pass_is_one_error(files: Files, tmp_path: Path, status: int) -> None:
    files.answers["/x"] = [Answer(status)]
    files.forever.add("/x")
    with pytest.raises(DataError, match=f"the server answers {status}"):
        fetched(files, tmp_path / "x")
    assert len(files.asked) == retrying.TRIES
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_what_is_refused_for_good_is_not_tried_again(files: Files, tmp_path: Path, status: int) -> None:
    files.answers["/x"] = [Answer(status)] * 2
    with pytest.raises(DataError, match=f"the server answers {status}"):
        fetched(files, tmp_path / "x")
    assert len(files.asked) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_is_waited_for_as_long_as_it_asks(
    files: Files, tmp_path: Path, waits: list[float], status: int, caplog: pytest.LogCaptureFixture
) -> None:
    in_a_minute = formatdate(time.time() + 60, usegmt=True)
    files.answers["/x"] = [Answer(status, {"Retry-After": said}) for said in ("7", in_a_minute, "0")]
    assert fetched(files, tmp_path / "x") == BODY
    assert waits[0] == 7
    assert 55 < waits[1] < 61
    assert waits[2] == 0
    assert "tried again in 7 seconds" in caplog.text


def test_a_server_that_asks_for_too_long_is_not_waited_for(files: Files, tmp_path: Path, waits: list[float]) -> None:
    files.answers["/x"] = [Answer(429, {"Retry-After": str(int(LONGEST_ASKED) + 1)})]
    with pytest.raises(DataError, match=r"429 .*asks to be left alone for 121 seconds"):
        fetched(files, tmp_path / "x")
    assert waits == []


@pytest.mark.parametrize("said", ["soon", "-5", "", "1e9", "99999999999", "Mon, 99 Foo 2020 00:00:00 GMT", "½", "٣"])
def test_a_wait_that_is_none_is_no_wait(said: str) -> None:
    headers = Message()
    headers["Retry-After"] = said
    assert asked_wait(headers) is None


def test_a_redirect_to_another_name_is_followed_with_what_is_asked_for(files: Files, tmp_path: Path) -> None:
    files.answers["/x"] = [Answer(302, {"Location": f"{files.other_name}/y"})]
    files.forever.add("/x")
    files.content["/y"] = BODY
    files.answers["/y"] = [Answer(cut=20_000)]
    assert fetched(files, tmp_path / "x") == BODY
    assert files.asked[-1] == ("/y", 20_000)


def test_redirects_in_a_circle_are_one_error(files: Files, tmp_path: Path) -> None:
    files.answers["/x"] = [Answer(302, {"Location": "/y"})]
    files.answers["/y"] = [Answer(302, {"Location": f"{files.other_name}/x"})]
    files.forever |= {"/x", "/y"}
    with pytest.raises(DataError, match="infinite loop"):
        fetched(files, tmp_path / "x")
    assert len(files.asked) <= 12


def test_fewer_bytes_than_promised_are_never_a_file(files: Files, tmp_path: Path) -> None:
    files.answers["/x"] = [Answer(headers={"Content-Length": "60000"})]
    files.forever.add("/x")
    with pytest.raises(DataError, match=r"broke off after 50000 of 60000 bytes|answers 416"):
        fetched(files, tmp_path / "x")
    assert not Partial(tmp_path / "x", f"{files.url}/x").whole


def test_no_such_host_and_a_refused_connection_are_told_at_once(tmp_path: Path, waits: list[float]) -> None:
    with serving() as gone:
        url = gone.url
    gone.server_close()
    with pytest.raises(UnreachableError, match="cannot be reached"):
        download(f"{url}/x", tmp_path / "x")
    assert waits == []


@pytest.mark.parametrize(
    ("tag", "changed", "known"),
    [
        ('"abc"', "", '"abc"'),
        ('W/"abc"', "", ""),
        ('W/"abc"', "Sat, 01 Jan 2022 00:00:00 GMT", "Sat, 01 Jan 2022 00:00:00 GMT"),
        ("abc", "", ""),
        ('""', "", ""),
        ('"\x01"', "", ""),
        ('"é"', "", ""),
    ],
)
def test_only_what_names_bytes_for_certain_is_asked_for_again(tag: str, changed: str, known: str) -> None:
    headers = Message()
    headers["ETag"], headers["Last-Modified"] = tag, changed
    assert validator_of(headers) == known


def test_two_processes_never_write_to_one_place(tmp_path: Path) -> None:
    with kept_place(tmp_path, "https://a.invalid/x") as one, kept_place(tmp_path, "https://a.invalid/x") as other:
        assert one != other
    with kept_place(tmp_path, "https://a.invalid/x") as again:
        assert again == one


def test_what_nobody_came_back_for_is_removed(tmp_path: Path) -> None:
    for url in ("https://a.invalid/old", "https://a.invalid/new"):
        with kept_place(tmp_path, url) as place:
            Partial(place, url).begin(Message())
            place.write_bytes(b"half")
            if url.endswith("old"):
                os.utime(place, (0, 0))
                os.utime(place.with_name(f"{place.name}.lock"), (0, 0))
    with kept_place(tmp_path, "https://a.invalid/held") as held:
        held.write_bytes(b"half")
        sweep_downloads(tmp_path)
    names = {path.name.partition("-")[0] for path in tmp_path.iterdir()}
    assert names == {hashlib.sha256(f"https://a.invalid/{n}".encode()).hexdigest()[:24] for n in ("new", "held")}


NAMES = ("UD_Czech-CAC", "UD_German-GSD", "UD_Spanish-GSD", "UD_Italian-ISDT", "UD_Hindi-HDTB", "UD_Urdu-UDTB")


def address(name: str) -> str:
    return path_of(find_source(name).urls[0])


def archive(release: str = "2.16") -> str:
    return path_of(find_source("UD_Czech-CAC", release).mirrors[0][0])


def test_several_are_fetched_at_once_and_no_more_than_a_few(files: Files, tmp_path: Path) -> None:
    for name in NAMES:
        files.content[address(name)] = treebank(name)
        files.answers[address(name)] = [Answer(pause=0.3)]
    done: list[str] = []
    get(NAMES, tmp_path, on_done=lambda one: done.append(one.source.name))
    assert done == list(NAMES)
    assert 1 < files.most_at_once <= AT_ONCE
    assert list(downloads_folder().iterdir()) == [], "what was laid out is not kept twice"


def test_what_cannot_be_had_does_not_keep_the_others_away(files: Files, tmp_path: Path) -> None:
    for name in NAMES:
        files.content[address(name)] = treebank(name)
    files.content[address(NAMES[1])] = b"no archive"
    del files.content[address(NAMES[3])]
    with pytest.raises(DataError, match=rf"(?s){NAMES[1]}.*does not help.*Nor could {NAMES[3]} be had"):
        get(NAMES, tmp_path)
    assert sorted(path.name for path in (tmp_path / "ud").iterdir()) == sorted({*NAMES} - {NAMES[1], NAMES[3]})


@pytest.mark.parametrize("trouble", [Answer(404), Answer(500), Answer(200, body=b"<html>consent</html>"), Answer(403)])
def test_a_treebank_comes_from_its_releases_archive_if_its_repository_fails(
    files: Files, tmp_path: Path, trouble: Answer
) -> None:
    files.content[archive()] = tar_of(
        {
            f"ud-treebanks-v2.16/{name}/{code}-ud-{split}.conllu": f"1\t{code}\t_\tNOUN\t_\t_\t_\t_\t_\t_\n\n"
            for name, code in (("UD_Czech-CAC", "cs_cac"), ("UD_German-GSD", "de_gsd"), ("UD_Urdu-UDTB", "ur_udtb"))
            for split in ("train", "test")
        }
    )
    for name in ("UD_German-GSD", "UD_Czech-CAC"):
        files.answers[address(name)] = [trouble]
        files.forever.add(address(name))
    get(["UD_German-GSD", "UD_Czech-CAC"], tmp_path)
    assert files.paths.count(archive()) == 1, "one archive for both"
    assert (tmp_path / "ud/UD_German-GSD/de_gsd-ud-train.conllu").read_text().startswith("1\tde_gsd")
    assert (tmp_path / "ud/UD_Czech-CAC/cs_cac-ud-test.conllu").read_text().startswith("1\tcs_cac")
    assert archive() in (tmp_path / "ud/UD_German-GSD/SOURCE.UD_German-GSD.txt").read_text()
    assert not (tmp_path / "ud/UD_Urdu-UDTB").exists()


def test_the_archive_is_left_alone_where_the_repository_serves(files: Files, tmp_path: Path) -> None:
    files.content[address("UD_Czech-CAC")] = treebank("UD_Czech-CAC")
    files.answers[address("UD_Czech-CAC")] = [Answer(503), Answer(cut=100)]
    get(["UD_Czech-CAC"], tmp_path)
    assert set(files.paths) == {address("UD_Czech-CAC")}


def test_a_treebank_that_may_not_exist_is_not_looked_for_in_the_archive(files: Files, tmp_path: Path) -> None:
    with pytest.raises(GoneError):
        get(["UD_Nowhere-XYZ"], tmp_path)
    assert archive() not in files.paths


def test_mirrors_have_a_checksum_and_are_the_releases_own() -> None:
    for release in ("2.16", "2.12"):
        ((url, checksum),) = find_source("UD_Czech-CAC", release).mirrors
        assert url.startswith("https://lindat.mff.cuni.cz/")
        assert url.endswith(f"ud-treebanks-v{release}.tgz")
        assert len(checksum) == 64
    assert find_source("UD_Czech-CAC", "2.1").mirrors == ()


def test_a_damaged_archive_is_not_kept_for_the_next_time(files: Files, tmp_path: Path) -> None:
    whole = treebank("UD_Czech-CAC", 400)
    files.content[address("UD_Czech-CAC")] = whole[: len(whole) // 2]
    with pytest.raises(DataError, match="cannot be unpacked"):
        get(["UD_Czech-CAC"], tmp_path)
    assert not (tmp_path / "ud").exists()
    files.content[address("UD_Czech-CAC")] = whole
    get(["UD_Czech-CAC"], tmp_path)


def test_what_came_in_before_an_error_is_gone_on_with(files: Files, tmp_path: Path) -> None:
    files.content[address("UD_Czech-CAC")] = treebank("UD_Czech-CAC", 400)
    files.answers[address("UD_Czech-CAC")] = [Answer(cut=5000), Answer(403)]
    with pytest.raises(DataError, match="403"):
        get(["UD_Czech-CAC"], tmp_path)
    get(["UD_Czech-CAC"], tmp_path)
    assert files.asked[-1] == (address("UD_Czech-CAC"), 5000)


def test_a_host_that_is_out_of_reach_is_tried_once(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def unreachable(url: str, *_: object, **__: object) -> Path:
        asked.append(url)
        raise UnreachableError("cannot be reached", path=url, remedy="Check the network.")

    monkeypatch.setattr(downloads, "download", unreachable)
    with pytest.raises(CrossglotError, match="cannot be reached"):
        get(NAMES, tmp_path)
    assert len(asked) <= AT_ONCE
    assert files.asked == []


def test_offline_what_is_there_is_there_and_the_rest_is_one_list(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.content[address("UD_Czech-CAC")] = treebank("UD_Czech-CAC")
    get(["UD_Czech-CAC"], tmp_path)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert get(["UD_Czech-CAC"], tmp_path)[0].already
    with pytest.raises(DataError, match="HF_HUB_OFFLINE is set, so nothing is fetched: UD_German-GSD, UD_Urdu-UDTB"):
        get(["UD_German-GSD", "UD_Czech-CAC", "UD_Urdu-UDTB"], tmp_path)
    assert len(files.asked) == 1


def test_an_archive_that_is_said_to_be_shorter_than_it_is_is_never_laid_out(files: Files, tmp_path: Path) -> None:
    files.content[address("UD_Czech-CAC")] = treebank("UD_Czech-CAC", 400)
    files.answers[address("UD_Czech-CAC")] = [Answer(headers={"Content-Length": "9000"})]
    with pytest.raises(DataError, match="cannot be unpacked"):
        get(["UD_Czech-CAC"], tmp_path)
    assert list(tmp_path.iterdir()) == []
    get(["UD_Czech-CAC"], tmp_path)
    assert files.asked[-1] == (address("UD_Czech-CAC"), 0)


@pytest.mark.parametrize("of_mirror", [False, True])
def test_what_has_a_wrong_checksum_is_never_laid_out(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, of_mirror: bool
) -> None:
    wrong = "0" * 64

    def source(name: str, release: str) -> Source:
        there = moved(files.url, name, release)
        mirrors = tuple((url, wrong) for url, _ in there.mirrors)
        return replace(there, mirrors=mirrors) if of_mirror else replace(there, sha256=wrong, mirrors=())

    monkeypatch.setattr(downloading, "find_source", source)
    files.content[archive()] = treebank("UD_Czech-CAC")
    if not of_mirror:
        files.content[address("UD_Czech-CAC")] = treebank("UD_Czech-CAC")
    with pytest.raises(DataError, match=r"(?s)its checksum is [0-9a-f]{64}, not 0{64}"):
        get(["UD_Czech-CAC"], tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert [path for path in downloads_folder().iterdir() if path.suffix != ".lock"] == []
