"""A damaged run folder ends a report or a comparison with one message that names the file, or is read without harm."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from damaged_runs import DAMAGES, OR_FINE, Damage
from typer.testing import CliRunner
from whole_runs import write_earlier_run, write_whole_run

from crossglot.cli import app

if TYPE_CHECKING:
    from typer.testing import Result


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_whole_run(tmp_path_factory.mktemp("runs") / "sound")


@pytest.fixture
def damaged(sound: Path, tmp_path: Path, damage: Damage) -> Path:
    folder = Path(shutil.copytree(sound, tmp_path / "damaged"))
    damage.do(folder)
    return folder


def check(result: Result, damage: Damage, folder: Path) -> None:
    """One message that names the file and what is wrong, where the damage is any; no fault of ours in any case."""
    if result.exit_code == 0:
        assert damage.said[:1] == (OR_FINE,), f"was read as if nothing were: {result.output}"
        return
    assert result.exit_code == 2, result.stderr
    assert result.stderr.count("error: ") == 1
    assert "Traceback" not in result.stderr
    assert str(folder) in result.stderr
    assert len(result.stderr) < 2000
    assert [words for words in damage.said if words != OR_FINE and words not in result.stderr] == [], result.stderr


def test_a_sound_folder_is_reported_and_compared(sound: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(sound, tmp_path / "sound"))
    for arguments in (("report", folder), ("compare", sound, folder)):
        result = run(*arguments)
        assert result.exit_code == 0, result.output


def test_a_run_of_an_earlier_version_is_reported_and_compared(sound: Path, tmp_path: Path) -> None:
    folder = write_earlier_run(tmp_path / "earlier")
    for arguments in (("report", folder), ("compare", sound, folder)):
        result = run(*arguments)
        assert result.exit_code == 0, result.output


@pytest.mark.parametrize("damage", DAMAGES, ids=[damage.name for damage in DAMAGES])
def test_the_report_names_the_file(damage: Damage, damaged: Path) -> None:
    if damage.report:
        check(run("report", damaged), damage, damaged)


@pytest.mark.parametrize("damage", DAMAGES, ids=[damage.name for damage in DAMAGES])
def test_a_comparison_names_the_file(damage: Damage, damaged: Path, sound: Path) -> None:
    if damage.compare is not False:
        may = damage._replace(said=(OR_FINE,)) if damage.compare is None else damage
        check(run("compare", sound, damaged), may, damaged)
        check(run("compare", damaged, sound), may, damaged)
