"""How a run was made, as its page tells it: what the run recorded, and that it did not record the rest."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from made_up import write_made_up_run

from crossglot.errors import StorageError
from crossglot.report.effort import duration, in_short
from crossglot.report.writing import write_report

EFFORT = [
    {"step": "TrainAndPredict", "device": "cuda", "steps": 12, "seconds": 7325.0, "core_seconds": 7400.0,
     "trained_sentences": 37_632, "trained_words": 613_731, "predicted_sentences": 2077, "predicted_words": 25_094},
    {"step": "ScoreRows", "device": "cpu", "steps": 12, "seconds": 14.0, "core_seconds": 13.5},
]  # fmt: skip


def told(folder: Path, **changes: Any) -> str:
    """The words of the page's last section."""
    write_made_up_run(folder)
    known = json.loads((folder / "versions.json").read_text())
    (folder / "versions.json").write_text(json.dumps(known | changes))
    page = write_report(folder).read_text(encoding="utf-8")
    section = page.partition('id="provenance"')[2].partition("</main>")[0]
    return " ".join(unescape(re.sub("<[^>]*>", " ", section)).split())


def test_effort_is_told_by_kind_of_work_and_in_all(tmp_path: Path) -> None:
    said = told(tmp_path / "run", effort=EFFORT)
    assert "What it took: 2 h 4 min of processor time and 2 h 2 min of a GPU" in said
    assert "fine-tuning, and predicting with the taggers 12 2 h 2 min 2 h 3 min 2 h 2 min 37,632 sentences" in said
    assert "scoring 12 14 s 14 s – – –" in said
    assert "all 24 2 h 2 min 2 h 4 min 2 h 2 min 37,632 sentences, 613,731 words 2,077 sentences, 25,094 words" in said


def test_processor_time_that_one_step_did_not_record_is_no_sum() -> None:
    assert in_short([*EFFORT[1:], EFFORT[1] | {"core_seconds": None}]) == "28 s"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(None, "–"), (0.04, "0.0 s"), (9.96, "10.0 s"), (59.6, "1 min 0 s"), (200, "3 min 20 s"), (3599.9, "1 h 0 min")],
)
def test_durations_are_in_the_largest_units_that_fit(seconds: float | None, said: str) -> None:
    assert duration(seconds) == said


def test_licences_say_where_they_are_from_and_when_there_is_none(tmp_path: Path) -> None:
    def of(**facts: Any) -> dict[str, Any]:
        return {"checksum": "ab" * 32, "sentences": 10, "words": 100} | facts

    data = {
        "UD_German-GSD test": of(licence="CC BY-SA 4.0", licence_from="LICENSE.txt"),
        "uner/en_ewt test": of(licence="CC BY-SA 4.0", licence_from="name"),
        "UD_Elbish-Lab test": of(licence="none needed: constructed, nobody's text", licence_from="lab"),
        "UD_Own-Text test": of(licence=None, licence_from=None),
        "UD_Old-Run test": of(),
    }
    said = told(tmp_path / "run", data=data)
    assert "UD_German-GSD test 10 100 CC BY-SA 4.0 abab" in said
    assert "uner/en_ewt test 10 100 CC BY-SA 4.0 * abab" in said and "* by the corpus's name" in said
    assert "UD_Elbish-Lab test 10 100 none needed: constructed" in said
    assert "UD_Own-Text test 10 100 not known abab" in said
    assert "UD_Old-Run test 10 100 not recorded abab" in said


def test_the_command_of_the_run_stands_beside_the_one_for_its_study(tmp_path: Path) -> None:
    said = told(tmp_path / "a run", command="crossglot reproduce table1 --seeds 1,2 --data '<b>'")
    assert "crossglot run study.toml --out 'runs/a run-again'" in said
    assert "crossglot reproduce table1 --seeds 1,2 --data '<b>' --out 'runs/a run-again'" in said
    assert "crossglot verify" not in said  # it has kept no predictions


def test_a_run_of_an_earlier_version_says_what_it_did_not_record(tmp_path: Path) -> None:
    said = told(tmp_path / "run")
    assert "Time and amounts were not recorded by this run." in said
    assert "crossglot run study.toml" in said and "crossglot reproduce" not in said


def test_every_table_has_its_signature_there(tmp_path: Path) -> None:
    said = told(tmp_path / "run")
    lines = (tmp_path / "run" / "tables" / "signatures.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 3 and all(line in said for line in lines)


@pytest.mark.parametrize("effort", [[{"step": 3}], [{**EFFORT[0], "seconds": "long"}], {"a": 1}])
def test_effort_that_no_run_wrote_is_refused(tmp_path: Path, effort: Any) -> None:
    with pytest.raises(StorageError, match=r"versions\.json: effort"):
        told(tmp_path / "run", effort=effort)
