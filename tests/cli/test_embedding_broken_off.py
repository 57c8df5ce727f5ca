"""Vectors, index and what is said of them belong together, whenever their writing ends."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

import pytest
from tiny_world import run, write_encoder

from broken_off import bytes_of, every_death
from crossglot.commands.embedding import embed
from crossglot.files import write_whole


@pytest.mark.parametrize("error", [None, errno.ENOSPC], ids=["killed", "disk full"])
@pytest.mark.parametrize("step", [7, pytest.param(1, marks=pytest.mark.slow)])
def test_vectors_broken_off_anywhere_are_the_old_or_the_new(tmp_path: Path, error: int | None, step: int) -> None:
    encoder = write_encoder(tmp_path / "encoder")
    both = []
    for name, lines in (("old", "the dog sees\n"), ("new", "a cat\nthe red dog runs\n")):
        (tmp_path / f"{name}.txt").write_text(lines)
        embed(str(encoder), str(tmp_path / f"{name}.txt"), tmp_path / name, device="cpu")
        both.append(bytes_of(tmp_path / name))

    def prepare(at: int) -> Path:
        shutil.copytree(tmp_path / "old", tmp_path / str(at) / "vectors")
        return tmp_path / str(at)

    def work(folder: Path) -> None:
        embed(str(encoder), str(tmp_path / "new.txt"), folder / "vectors", device="cpu")

    for at, folder in every_death(prepare, work, error=error, step=step):
        found = bytes_of(folder / "vectors")
        assert found in both if at else found == both[1]
        write_whole(folder / "other.txt", "sweeps")
        assert sorted(path.name for path in folder.iterdir()) == ["other.txt", "vectors"], f"left at {at}"


def test_a_full_disk_is_found_before_the_vectors_are_computed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    encoder = write_encoder(tmp_path / "encoder")
    monkeypatch.setattr("os.posix_fallocate", full)
    monkeypatch.setattr("crossglot.alignment.vectors._computing", lambda *_: pytest.fail("work was begun"))
    result = run("embed", encoder, "-", "--out", tmp_path / "out", stdin="the dog\n")
    assert result.exit_code == 2
    assert f"{tmp_path / 'out'}/vectors.npy: cannot be written: the disk is full" in result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["encoder"]
