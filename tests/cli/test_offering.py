"""What a run lacks is listed once before it begins; fetched with --get or after a yes at a terminal."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny_world import conllu, run, write_encoder, write_root

import loopback_files
from crossglot.corpora.download import get
from crossglot.errors import StorageError
from loopback_files import Files, serving, tar_of

QUICK = (
    "--seeds", 1, "--lr", "0.01", "--epochs", 1, "--precision", "fp32", "--device", "cpu", "--floors", "none",
)  # fmt: skip
SPANISH = "/github.com/UniversalDependencies/UD_Spanish-GSD/archive/refs/tags/r2.16.tar.gz"
ITALIAN = SPANISH.replace("Spanish-GSD", "Italian-ISDT")


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> Iterator[Files]:
    """The real sources, on a server of this machine."""
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    with serving() as server:
        texts = {split: conllu("en", count, seed) for seed, (split, count) in enumerate((("train", 30), ("test", 9)))}
        for path, code in ((SPANISH, "es_gsd"), (ITALIAN, "it_isdt")):
            server.content[path] = tar_of({f"top/{code}-ud-{split}.conllu": text for split, text in texts.items()})
        monkeypatch.setattr(
            "crossglot.corpora.download.find_source",
            lambda name, release: loopback_files.moved(server.url, name, release),
        )
        yield server


@pytest.fixture
def table2(tmp_path: Path) -> tuple[object, ...]:
    """Table 2 with corpora of English and German alone."""
    encoder, root = write_encoder(tmp_path / "encoder"), write_root(tmp_path / "root")
    return ("reproduce", "table2", "--encoder", f"m-bert={encoder}", "--data", root, "--out", tmp_path / "out", *QUICK)


def test_in_a_pipe_it_is_listed_once_and_the_rest_is_run(
    files: Files, table2: tuple[object, ...], tmp_path: Path
) -> None:
    done = run(*table2)
    assert done.exit_code == 0, done.output
    listed = [line for line in done.stderr.splitlines() if "UD_Spanish-GSD" in line and "CC BY-SA 4.0" in line]
    assert len(listed) == 1
    assert f"crossglot data get UD_Spanish-GSD UD_Italian-ISDT --data {tmp_path / 'root'}" in done.stderr
    assert done.stderr.index("UD_Italian-ISDT") < done.stderr.index("✓"), "before anything runs"
    assert files.asked == []
    results = (tmp_path / "out/results.csv").read_text()
    assert "no pos corpus of Spanish" in results
    assert ",UD_German-GSD," in results


def test_with_get_it_is_fetched_first_and_then_nothing_is_missing(
    files: Files, table2: tuple[object, ...], tmp_path: Path
) -> None:
    done = run(*table2, "--get", "--json")
    assert done.exit_code == 0, done.output
    assert sorted(files.paths) == [ITALIAN, SPANISH]
    assert done.stdout.lstrip().startswith("{"), "what was fetched is told elsewhere"
    assert "UD_Spanish-GSD: written" in done.stderr
    assert "no pos corpus of Spanish" not in (tmp_path / "out/results.csv").read_text()
    again = run(*table2)
    assert "UD_Spanish-GSD" not in again.stderr
    assert len(files.asked) == 2


def test_a_dry_run_lists_and_fetches_nothing(files: Files, table2: tuple[object, ...]) -> None:
    done = run(*table2, "--get", "--dry-run")
    assert done.exit_code == 0, done.output
    assert "UD_Spanish-GSD" in done.stderr
    assert "· to do" in done.stdout
    assert files.asked == []


def test_an_empty_cache_in_a_pipe_is_one_message_with_the_list_and_the_command(files: Files, tmp_path: Path) -> None:
    encoder = write_encoder(tmp_path / "encoder")
    done = run("reproduce", "table1", "--encoder", encoder, XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert done.exit_code == 2
    assert done.stderr.count("error: ") == 1
    for said in (
        "uner/en_ewt",
        "in place of conll2003/en",
        "germeval2014/de",
        "in place of conll2003/de",
        "conll2002/nl",
    ):
        assert said in done.stderr
    assert "crossglot data get uner/en_ewt germeval2014/de conll2002/nl conll2002/es (or" in done.stderr
    assert files.asked == []
    assert not (tmp_path / "cache/crossglot").exists()


def test_many_are_named_by_what_they_are_for(files: Files, tmp_path: Path) -> None:
    done = run(
        "reproduce", "figure2", "figure3", "--encoder", write_encoder(tmp_path / "encoder"),
        XDG_CACHE_HOME=str(tmp_path / "cache"),
    )  # fmt: skip
    assert "crossglot data get --for figure2 --for figure3 (or" in done.stderr
    assert files.asked == []


def test_a_study_has_its_corpora_fetched_too(files: Files, tmp_path: Path) -> None:
    encoder, root = write_encoder(tmp_path / "encoder"), write_root(tmp_path / "root")
    (tmp_path / "mine.toml").write_text(
        f'experiments = ["table2"]\ndata = "{root}"\nseeds = [1]\nlearning_rate = 0.01\nepochs = 1\nfloors = []\n'
        f'targets = ["es"]\nsources = ["en"]\n[[encoders]]\nencoder = "{encoder}"\nrole = "m-bert"\n'
    )
    done = run("run", tmp_path / "mine.toml", "--out", tmp_path / "out", "--get")
    assert done.exit_code == 0, done.output
    assert files.paths == [SPANISH], "Italian is none of its languages"


def test_data_get_fetches_what_an_experiment_wants_and_what_is_named(files: Files, tmp_path: Path) -> None:
    root = write_root(tmp_path / "root")
    danish = SPANISH.replace("Spanish-GSD", "Danish-DDT")
    files.content[danish] = tar_of({"top/da_ddt-ud-test.conllu": conllu("en", 5, 1)})
    done = run("data", "get", "UD_Danish-DDT", "--for", "table2", "--for", "table8", "--data", root)
    assert done.exit_code == 0, done.output
    assert sorted(files.paths) == sorted([danish, ITALIAN, SPANISH])
    again = run("data", "get", "--for", "table2", "--data", root)
    assert f"{root} has all that table2 can read" in again.stdout
    assert len(files.asked) == 3


def at_a_terminal(
    command: list[str], said: str, answer: str, environment: dict[str, str], folder: Path
) -> tuple[int, str]:
    """Runs a command at a terminal, types an answer when it has `said` something, and gives its status and output."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, cwd=folder)  # noqa: S603
    os.close(theirs)
    output, answered, deadline = b"", False, time.monotonic() + 120
    while time.monotonic() < deadline:
        if select.select([ours], [], [], 0.2)[0]:
            try:
                output += os.read(ours, 65536)
            except OSError:  # its end
                break
        if not answered and said.encode() in output:
            os.write(ours, answer.encode())
            answered = True
    os.close(ours)
    assert answered, output.decode(errors="replace")
    return process.wait(30), output.decode(errors="replace")


@pytest.mark.parametrize(
    ("answer", "fetched"),
    [("y\n", True), ("\n", False), pytest.param("\x04", False, marks=pytest.mark.slow)],
)
def test_at_a_terminal_it_is_asked(
    files: Files, table2: tuple[object, ...], tmp_path: Path, answer: str, fetched: bool
) -> None:
    command = [sys.executable, loopback_files.__file__, files.url, *map(str, table2)]
    status, output = at_a_terminal(command, "[y/N] ", answer, dict(os.environ), tmp_path)
    assert status == 0, output
    assert "fetch 2 corpora into" in output
    assert sorted(files.paths) == ([ITALIAN, SPANISH] if fetched else [])
    assert ("no pos corpus of Spanish" in (tmp_path / "out/results.csv").read_text()) is not fetched


def test_what_cannot_be_had_is_said_and_the_run_goes_on_without_it(
    files: Files, table2: tuple[object, ...], tmp_path: Path
) -> None:
    del files.content[SPANISH]
    done = run(*table2, "--get")
    assert done.exit_code == 0, done.output
    assert "could not be had; their cells stay empty:\n  UD_Spanish-GSD: " in done.stderr
    assert "the server answers 404 Not Found" in done.stderr
    assert "UD_Italian-ISDT: written" in done.stderr
    assert "error" not in done.stderr
    results = (tmp_path / "out/results.csv").read_text()
    assert "no pos corpus of Spanish" in results
    assert ",UD_Italian-ISDT," in results


@pytest.mark.parametrize("broken", [b"<!DOCTYPE html><html>log in first</html>", b"no archive at all", b""])
def test_what_is_no_corpus_is_no_reason_to_stop_either(
    files: Files, table2: tuple[object, ...], tmp_path: Path, broken: bytes
) -> None:
    files.content[ITALIAN] = broken
    done = run(*table2, "--get", "--dry-run")
    assert done.exit_code == 0, done.output
    done = run(*table2, "--get", "--sources", "en", "--targets", "en,it,es")
    assert done.exit_code == 0, done.output
    assert "  UD_Italian-ISDT: " in done.stderr
    assert not list((tmp_path / "root").glob("ud/UD_Italian-ISDT/*.conllu"))


def test_if_nothing_can_be_had_that_is_one_error(files: Files, tmp_path: Path) -> None:
    files.content.clear()
    command = ("reproduce", "table2", "--encoder", write_encoder(tmp_path / "encoder"), "--get", "--targets", "en,es")
    done = run(*command, "--sources", "en", XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert done.exit_code == 2
    assert done.stderr.count("error: ") == 1
    assert "nothing that it reads can be had:\n  UD_English-EWT: " in done.stderr
    assert "  UD_Spanish-GSD: " in done.stderr


def test_a_corpus_that_was_asked_for_by_name_is_not_done_without(files: Files, table2: tuple[object, ...]) -> None:
    done = run(*table2, "--get", "--corpus", "es=UD_Spanish-AnCora")
    assert done.exit_code == 2
    assert "UD_Spanish-AnCora" in done.stderr.partition("error: ")[2]
    assert "404" in done.stderr


def test_sizes_of_treebanks_are_said_and_room_is_looked_for_before_they_are_fetched(
    files: Files, table2: tuple[object, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run(*table2, "--dry-run")
    assert re.search(r"UD_Spanish-GSD +treebank, Spanish +about 5 MB; CC BY-SA 4.0", done.stderr)
    usage = shutil.disk_usage("/")._replace(free=8_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(StorageError, match=r"the disk has 8 MB left, and 9 MB are to be downloaded"):
        get(["UD_Spanish-GSD", "UD_Italian-ISDT"], tmp_root := Path("nowhere"))
    assert not tmp_root.exists()
    assert files.asked == []
