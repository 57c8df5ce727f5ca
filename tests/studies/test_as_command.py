"""The line that a run leaves asks `crossglot reproduce` for the study it was, or there is none."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from crossglot.cli import app
from crossglot.commands import reproducing
from crossglot.runtime import Runtime
from crossglot.studies.as_command import as_command
from crossglot.studies.study import Study, load_study, make_study

RUNTIME = Runtime("cpu", "bf16")
COMMIT = "0" * 40
PLAIN = {"experiments": ["table2"], "encoders": [{"encoder": "google-bert/bert-base-cased", "role": "en-bert"}]}


def asked_by(line: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Study, Path]:
    """What the command line makes of it: the study that it would run, and where."""
    taken: list[tuple[Study, Path]] = []
    monkeypatch.delenv("CROSSGLOT_DATA", raising=False)
    monkeypatch.setattr(reproducing, "run_and_report", lambda study, out, *_, **__: taken.append((study, out)))
    program, *arguments = shlex.split(line)
    result = CliRunner().invoke(app, arguments)
    assert (program, result.exit_code) == ("crossglot", 0), result.output
    return taken[0]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"experiments": ["all"], "seeds": [3, 5], "max_train": 400, "max_test": 60, "keep_weights": True},
        {"learning_rate": 3e-4, "head_start": "probe", "head_learning_rate": 1e-3, "decay": "throughout", "epochs": 5},
        {"subword": "first", "cutting": "text", "floors": [], "lenient": True, "data": "a root/with blanks"},
        {"floors": ["untrained"], "sources": ["en", "hi+en"], "targets": ["de", "hi/en:corrected"]},
        {"corpora": {"es": ["UD_Spanish-AnCora", "conll2002/es"], "en-de": ["ntrex128"]}},
        {
            "experiments": ["transfer-labels"],
            "train": {"en": "my files/en.tsv", "tlh": "t.conllu"},
            "format": "columns",
            "dev": {"tlh": "d.tsv"},
            "eval": {"de": "a=b.conll"},
            "column": "xpos",
            "tag_column": -2,
            "sources": ["en+tlh"],
        },
    ],
)
def test_the_line_asks_for_the_study_with_what_was_left_open_settled(
    fields: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    study = make_study(PLAIN | {"name": "mine"} | fields)
    line = as_command(study, RUNTIME, [COMMIT])
    assert line is not None
    asked, out = asked_by(f"{line} --out runs/again", monkeypatch)
    settled = {
        "device": "cpu",
        "precision": "bf16",
        "encoders": (study.encoders[0].model_copy(update={"revision": COMMIT}),),
    }
    assert asked == study.model_copy(update={"name": asked.name} | settled)
    assert out == Path("runs/again")


def test_a_folder_is_named_without_a_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "my encoder"
    folder.mkdir()
    study = make_study(PLAIN | {"encoders": [{"encoder": str(folder), "name": folder.name}]})
    line = as_command(study, RUNTIME, ["a checksum"])
    assert line is not None
    assert asked_by(line, monkeypatch)[0].encoders == (study.encoders[0].model_copy(update={"name": None}),)


def test_what_no_option_says_has_no_line() -> None:
    entry = {"encoder": "google-bert/bert-base-cased", "name": "ours", "role": "en-bert"}
    assert as_command(make_study(PLAIN | {"encoders": [entry]}), RUNTIME, [COMMIT]) is None


def test_an_encoders_name_stands_where_its_role_would(monkeypatch: pytest.MonkeyPatch) -> None:
    study = make_study(PLAIN | {"encoders": [{"encoder": "google-bert/bert-base-cased", "name": "ours"}]})
    line = as_command(study, RUNTIME, [COMMIT])
    assert line is not None and f"--encoder ours=google-bert/bert-base-cased@{COMMIT}" in line
    (asked,) = asked_by(f"{line} --out runs/again", monkeypatch)[0].encoders
    assert (asked.name, asked.role) == ("ours", None)


def test_a_study_that_makes_its_own_data_is_named_if_it_is_a_preset() -> None:
    causes = load_study("causes")
    assert as_command(causes, RUNTIME, []) == "crossglot run causes"
    assert as_command(causes.model_copy(update={"seeds": (99,)}), RUNTIME, []) is None
