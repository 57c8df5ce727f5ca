"""A lab is a whole data root or none, whenever its making ends."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from broken_off import bytes_of, every_death
from crossglot.errors import StorageError, UsageError
from crossglot.files import write_whole
from crossglot.lab import load_spec, make_lab
from crossglot.lab.spec import LabSpec, Sizes


@pytest.fixture(scope="module")
def spec() -> LabSpec:
    sizes = Sizes(train=3, dev=2, test=2, mono=5, parallel=3)
    return load_spec().only(["en", "de"]).model_copy(update={"sizes": sizes})


@pytest.mark.parametrize("there", ["nothing", "an empty folder"])
@pytest.mark.parametrize("error", [None, errno.ENOSPC], ids=["killed", "disk full"])
@pytest.mark.parametrize("step", [67, pytest.param(1, marks=pytest.mark.slow)])
def test_a_making_broken_off_anywhere_leaves_the_whole_or_nothing(
    spec: LabSpec, tmp_path: Path, there: str, error: int | None, step: int
) -> None:
    make_lab(spec, tmp_path / "whole")
    whole = bytes_of(tmp_path / "whole")

    def prepare(at: int) -> Path:
        folder = tmp_path / str(at)
        (folder / "lab" if there == "an empty folder" else folder).mkdir(parents=True)
        return folder

    def make(folder: Path) -> None:
        make_lab(spec, folder / "lab")

    for at, folder in every_death(prepare, make, error=error, step=step):
        found = bytes_of(folder / "lab") if (folder / "lab").exists() else {}
        assert found in ({}, whole) if at else found == whole
        write_whole(folder / "other.txt", "sweeps")
        assert {path.name for path in folder.iterdir()} <= {"lab", "other.txt"}
        if not found:
            make_lab(spec, folder / "lab")
            assert bytes_of(folder / "lab") == whole


def test_a_lab_that_cannot_be_written_is_found_before_it_is_made(
    spec: LabSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    monkeypatch.setattr("crossglot.lab.making.build_lab", lambda _: pytest.fail("work was begun"))
    with pytest.raises(StorageError, match="a file stands where a folder is needed"):
        make_lab(spec, tmp_path / "mine" / "notes.txt")
    with pytest.raises(StorageError, match="the name is too long"):
        make_lab(spec, tmp_path / ("x" * 256))
    with pytest.raises(UsageError, match="is there already"):
        make_lab(spec, tmp_path / "mine")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="the folder you are in"):
        make_lab(spec, Path())
    assert bytes_of(tmp_path) == {"mine/notes.txt": b"mine"}
