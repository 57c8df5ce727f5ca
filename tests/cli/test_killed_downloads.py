"""A `data get` that is killed (SIGKILL) at any moment: the same command goes on from there, and the files are right."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

import loopback_files
from broken_off import bytes_of
from crossglot.corpora import download
from crossglot.corpora.sources import find_source
from loopback_files import Answer, Files, moved, path_of, serving, treebank

NAMES = ("UD_Czech-CAC", "UD_German-GSD", "UD_Spanish-GSD")
SENTENCES = 1500


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Files]:
    """Three treebanks, which come in slowly."""
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with serving() as server:
        for name in NAMES:
            path = path_of(find_source(name).urls[0])
            server.content[path] = treebank(name, SENTENCES)
            server.answers[path] = [Answer(pause=0.01)]
            server.forever.add(path)
        yield server


def begun(files: Files, root: Path) -> subprocess.Popen[str]:
    command = [sys.executable, loopback_files.__file__, files.url, "data", "get", *NAMES, "--data", str(root)]
    return subprocess.Popen(  # noqa: S603
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ)
    )


def test_the_same_command_goes_on_whenever_it_was_killed(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, size = tmp_path / "root", sum(map(len, files.content.values()))
    for share in (0.0, 0.1, 0.35, 0.6, 0.85, 0.999):
        process = begun(files, root)
        while files.sent < share * size or not files.asked:
            assert process.poll() is None, process.communicate()
            time.sleep(0.002)
        process.kill()
        process.communicate()
        for path in (root / "ud").glob("*/*.conllu") if root.exists() else ():
            assert path.read_text(encoding="utf-8").count("\n\n") == SENTENCES, "whole, or not there"
    last = begun(files, root)
    said, complaints = last.communicate(timeout=120)
    assert last.returncode == 0, complaints
    assert all(f"{name}: w" in said for name in NAMES)
    assert files.sent < 1.5 * size, "what had come in was not fetched again"

    monkeypatch.setattr(download, "find_source", partial(moved, files.url))
    download.get(NAMES, tmp_path / "never killed")
    assert {name: found for name, found in bytes_of(root).items() if ".crossglot" not in name} == bytes_of(
        tmp_path / "never killed"
    )
    left = [path for path in (tmp_path / "cache/crossglot/downloads").iterdir() if path.suffix != ".lock"]
    assert left == [], "what was laid out is not kept twice"


def test_a_stopped_one_says_that_it_can_be_gone_on_with(files: Files, tmp_path: Path) -> None:
    process = begun(files, tmp_path / "root")
    while files.sent < 2000:
        assert process.poll() is None, process.communicate()
        time.sleep(0.002)
    process.terminate()
    said, complaints = process.communicate(timeout=30)
    assert process.returncode == 143, said + complaints
    assert "the same command goes on from there" in complaints
    assert "Traceback" not in complaints


def test_two_at_the_same_time_do_not_get_into_each_others_way(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = [begun(files, tmp_path / "root") for _ in range(2)]
    for process in both:
        said, complaints = process.communicate(timeout=120)
        assert process.returncode == 0, said + complaints
    monkeypatch.setattr(download, "find_source", partial(moved, files.url))
    download.get(NAMES, tmp_path / "alone")
    assert bytes_of(tmp_path / "root") == bytes_of(tmp_path / "alone")
