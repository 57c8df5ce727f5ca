"""A run is written where it can be, and replaces and deletes nothing there that no run wrote."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from crossglot.errors import StorageError, UsageError
from crossglot.results.predictions import Predicted, whose
from crossglot.results.systems import System
from crossglot.studies.run_folder import WRITTEN, check_run_folder, write_predictions, write_study
from crossglot.studies.study import load_study, make_study


def contents(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", WRITTEN)
def test_what_no_run_wrote_stays(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine") if "." in name else (tmp_path / name).mkdir()
    with pytest.raises(UsageError, match=f"holds {name}, which no run of crossglot wrote"):
        check_run_folder(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("versions", ["{", "[]", '{"packages": {"numpy": "2"}}', "\x00", '{"packages": null}'])
def test_versions_of_something_else_make_no_run(tmp_path: Path, versions: str) -> None:
    (tmp_path / "versions.json").write_text(versions)
    with pytest.raises(UsageError, match=r"versions\.json"):
        check_run_folder(tmp_path)


def test_a_folder_of_steps_that_are_none_of_ours_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "steps" / "first").mkdir(parents=True)
    with pytest.raises(UsageError, match="holds steps"):
        check_run_folder(tmp_path)


@pytest.mark.parametrize("found", ["finished", "killed at once", "killed", "with a log beside it", "nothing", "empty"])
def test_a_run_goes_on_in_its_folder(tmp_path: Path, found: str) -> None:
    out = tmp_path / "run"
    if found == "finished":
        out.mkdir()
        for name in ("results.csv", "study.toml", "report.html"):
            (out / name).write_text("ours")
        (out / "versions.json").write_text(json.dumps({"packages": {"crossglot": "1"}}))
    elif found.startswith("killed"):
        (out / "steps").mkdir(parents=True)
        if found == "killed":
            (out / "steps" / ".lock-Add-1").touch()
            (out / "steps" / "Add-2").mkdir()
            (out / "steps" / "Add-2" / "step.json").touch()
    elif found != "nothing":
        out.mkdir()
        if found == "with a log beside it":
            (out / "log.txt").write_text("mine")
    check_run_folder(out)


@pytest.mark.parametrize(
    ("kept", "stays"),
    [
        ("# my own words\nexperiments = ['table2']\nencoders = [{encoder = 'models/x'}]\nname='a'\n", True),
        ("# my own words\nexperiments = ['table3']\nencoders = [{encoder = 'models/x'}]\nname='a'\n", False),
        ("experiments = [", False),
        ("\udcff", False),
        (None, False),
    ],
)
def test_a_study_that_says_the_same_keeps_its_words(tmp_path: Path, kept: str | None, stays: bool) -> None:
    study = make_study({"name": "a", "experiments": ["table2"], "encoders": [{"encoder": "models/x"}]})
    path = tmp_path / "study.toml"
    if kept is not None:
        path.write_bytes(kept.encode(errors="surrogateescape"))
    write_study(path, study)
    assert load_study(path) == study
    assert (path.read_bytes() == (kept or "").encode(errors="surrogateescape")) is stays


def test_what_a_killed_run_left_among_predictions_is_swept(tmp_path: Path) -> None:
    (tmp_path / ".crossglot-0123abcd.half").mkdir()
    (tmp_path / ".crossglot-0123abcd.half" / "lock").touch()
    (tmp_path / ".crossglot-0123abcd.half" / "x.pos.de.parquet").write_text("half")
    write_predictions(tmp_path, [])
    assert contents(tmp_path) == {}


def predicted(seed: int) -> Predicted:
    return Predicted(system=System("x", "other"), task="pos", source="de", seed=seed, step=f"TrainAndPredict-{seed}")


def test_predictions_say_whose_they_are_and_a_users_files_beside_them_stay(tmp_path: Path) -> None:
    store, folder = tmp_path / "steps", tmp_path / "predictions"
    store.mkdir()
    folder.mkdir()
    tables = {seed: pl.DataFrame({"predicted": ["NOUN", f"X{seed}"]}) for seed in (1, 2)}
    for seed, table in tables.items():
        table.write_parquet(store / str(seed))
    mine = {"notes.txt": "mine", "mine.parquet": "mine"}
    stale = ["x.pos.en.seed1.parquet", "x.ner.en-2.parquet", "causes.cognates-0.5.seed1.parquet", "a.labels.b.parquet"]
    for name in (*mine, *stale):
        (folder / name).write_text("mine" if name in mine else "of an earlier run")
    write_predictions(folder, [(predicted(2), store / "2")])
    found = [(predicted(1), store / "1"), (predicted(1), store / "1")]
    for _ in range(2):
        write_predictions(folder, found)
        names = {path.name for path in folder.iterdir()}
        assert names == {*mine, "x.pos.de.seed1.parquet", "x.pos.de.seed1-2.parquet"}
        assert whose(folder / "x.pos.de.seed1.parquet") == predicted(1)
        assert pl.read_parquet(folder / "x.pos.de.seed1.parquet").equals(tables[1])


def test_predictions_that_say_the_same_are_not_written_again(tmp_path: Path) -> None:
    pl.DataFrame({"predicted": ["NOUN"]}).write_parquet(tmp_path / "1")
    write_predictions(tmp_path / "predictions", [(predicted(1), tmp_path / "1")])
    (tmp_path / "1").unlink()
    write_predictions(tmp_path / "predictions", [(predicted(1), tmp_path / "1")])
    assert whose(tmp_path / "predictions" / "x.pos.de.seed1.parquet") == predicted(1)


@pytest.mark.parametrize("content", ["of an earlier version", "text", "another key"])
def test_a_file_that_does_not_say_whose_it_is_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.pos.de.parquet"
    if content == "text":
        path.write_text("no table")
    else:
        metadata = {"crossglot": "{}"} if content == "another key" else None
        pl.DataFrame({"predicted": ["NOUN"]}).write_parquet(path, metadata=metadata)
    with pytest.raises(StorageError, match=r"x\.pos\.de\.parquet: does not say which system predicted this"):
        whose(path)
