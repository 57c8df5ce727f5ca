"""In what settings two runs differ: what can change a number counts, where the data lie does not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from crossglot.comparison.differing_settings import differing_settings
from crossglot.errors import SpecError, StorageError
from crossglot.results.rows import MEAN, ResultRow, write_results
from crossglot.studies.study import make_study, study_toml

Rows = list[tuple[str, ...]]
CORPORA = {"UD_Spanish-GSD train": "aaaa", "UD_German-GSD test": "bbbb"}


def encoder(role: str = "m-bert", revision: str = "1234567890abcdef", rate: float = 1e-3, epochs: int = 3) -> Any:
    recipe = {"epochs": epochs, "learning_rate": rate}
    return {"location": "here", "revision": revision, "role": role, "fine_tuning": {"pos": {"recipe": recipe}}}


def write_settings(
    folder: Path,
    study: Mapping[str, Any] | None = None,
    *,
    encoders: Mapping[str, Any] | None = None,
    data: Mapping[str, str] = CORPORA,
    precision: str = "bf16",
) -> Path:
    """A run folder with one cell, es → de, on the corpora named in `data`: the first trained on, the second tagged."""
    folder.mkdir()
    fields = {"experiments": ["table1"], "encoders": [{"encoder": "small"}], **(study or {})}
    (folder / "study.toml").write_text(study_toml(make_study(fields)))
    versions = {
        "device": "cpu",
        "precision": precision,
        "encoders": {"small": encoder()} if encoders is None else encoders,
        "systems": {f"{name}'s twin": {"twin_of": name} for name in encoders or ()},
        "data": {name: {"checksum": checksum, "sentences": 1} for name, checksum in data.items()},
    }
    (folder / "versions.json").write_text(json.dumps(versions))
    trained, tagged = (name.split()[0] for name in data)
    row = ResultRow(
        experiment="table1", system="small", role="m-bert", task="pos", source="es", source_corpus=trained, target="de",
        target_corpus=tagged, split="test", aggregate=MEAN, metric="accuracy", value=50.0,
    )  # fmt: skip
    write_results([row], folder / "results.csv")
    return folder


def differences(first: Path, second: Path, systems: tuple[str, str] | None = None) -> Rows:
    return differing_settings(first, second, systems=systems).rows()


def test_what_cannot_change_a_number_is_no_difference(tmp_path: Path) -> None:
    ours = write_settings(tmp_path / "a", {"data": "here", "name": "one", "keep_weights": True})
    theirs = write_settings(tmp_path / "b", {"data": "there", "precision": "bf16", "experiments": ["table2"]})
    assert differences(ours, theirs) == []
    assert differing_settings(ours, theirs).columns == ["setting", "of", "first", "second"]


def test_settings_of_the_study_and_the_machine(tmp_path: Path) -> None:
    ours = write_settings(tmp_path / "a", {"max_train": 100, "seeds": [1, 2]})
    theirs = write_settings(tmp_path / "b", {"max_test": 60}, precision="fp32")
    assert differences(ours, theirs) == [
        ("seeds", "", "1, 2", "1, 2, 3"),
        ("max_train", "", "100", "all"),
        ("max_test", "", "all", "60"),
        ("precision", "", "bf16", "fp32"),
    ]


def test_settings_of_encoders_that_go_together(tmp_path: Path) -> None:
    ours = write_settings(tmp_path / "a", encoders={"small": encoder(), "tiny": encoder("en-bert", "fedc")})
    theirs = write_settings(
        tmp_path / "b",
        encoders={"small": encoder(rate=3e-3), "mini": encoder("en-bert", "ba98", epochs=1), "alone": encoder("other")},
    )
    assert differences(ours, theirs) == [
        ("learning_rate", "small pos", "0.001", "0.003"),
        ("revision", "tiny : mini", "fedc", "ba98"),
        ("epochs", "tiny : mini pos", "3", "1"),
    ]
    assert differences(ours, theirs, ("small", "alone's twin")) == []
    assert differences(ours, ours, ("small", "tiny's twin")) == [("revision", "small : tiny", "1234567890", "fedc")]


def test_data_count_by_their_contents(tmp_path: Path) -> None:
    ours = write_settings(tmp_path / "a")
    changed = write_settings(tmp_path / "b", data=CORPORA | {"UD_German-GSD test": "cccc"})
    assert differences(ours, changed) == [("checksum", "UD_German-GSD test", "bbbb", "cccc")]
    renamed = write_settings(tmp_path / "c", data={"UD_Spanish-GSD train": "aaaa", "UD_German-Mine test": "bbbb"})
    assert differences(ours, renamed) == []
    other = write_settings(tmp_path / "d", data={"UD_Spanish-AnCora train": "dddd", "UD_German-GSD test": "bbbb"})
    assert differences(ours, other) == [("corpus", "pos es train", "UD_Spanish-GSD", "UD_Spanish-AnCora")]


def test_what_a_folder_does_not_say_is_told_from_what_is_equal(tmp_path: Path) -> None:
    ours, theirs = write_settings(tmp_path / "a"), write_settings(tmp_path / "b")
    (theirs / "versions.json").unlink()
    assert differences(ours, theirs) == [("versions.json", "", "is there", "is missing")]
    (theirs / "versions.json").write_text("{")
    with pytest.raises(StorageError, match=r"versions\.json: cannot read it"):
        differences(ours, theirs)
    (ours / "study.toml").write_text("seeds = [")
    with pytest.raises(SpecError, match=r"study\.toml: not TOML"):
        differences(ours, theirs)
    (ours / "study.toml").unlink()
    (theirs / "versions.json").write_text('{"data": {"UD_German-GSD test": "bbbb"}, "encoders": []}')
    differences_known = {setting for setting, *_ in differences(ours, theirs)}
    assert differences_known == {"study.toml", "device", "precision"}
