from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from html import escape
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from crossglot.corpora.sentences import TaggedSentence
from crossglot.encoders.encoder import Encoder
from crossglot.encoders.loading import load_encoder
from crossglot.engine.local import Local
from crossglot.engine.progress import Progress
from crossglot.engine.store import Store
from crossglot.errors import CrossglotError, DataError, ModelError, StorageError, UsageError
from crossglot.report import write_report
from crossglot.results.rows import read_results
from crossglot.results.verdicts import CLAIM_COLUMNS, read_claims
from crossglot.runs import reproduce, transfer_matrix
from crossglot.steps.rows import read_predictions
from crossglot.studies.candidates import find_candidates
from crossglot.studies.planning import plan_study
from crossglot.studies.reproduce import reproduce_study
from crossglot.studies.running import run_study
from crossglot.studies.study import load_study, study_toml
from crossglot.tagging.encoder_tagger import EncoderTagger
from crossglot.tagging.fitting import fit
from crossglot.tagging.grid import Grid
from toy_world import write_encoder, write_root


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("encoders") / "tiny")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_root(tmp_path / "data")


def settings(root: Path, **changes: Any) -> dict[str, Any]:
    plain = {"data": root, "seeds": [1, 2], "learning_rate": 1e-3, "epochs": 1, "precision": "fp32", "device": "cpu"}
    return plain | changes


def remarks(folder: Path) -> list[dict[str, str]]:
    return json.loads((folder / "versions.json").read_text(encoding="utf-8"))["remarks"]  # type: ignore[no-any-return]


def cells(folder: Path, **wanted: Any) -> pl.DataFrame:
    return read_results(folder / "results.csv").filter(pl.col("aggregate") == "mean", **wanted)


@pytest.fixture(scope="module")
def run(encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables 2 and 3 on the toy root."""
    base = tmp_path_factory.mktemp("run")
    encoders = [f"m-bert={encoder}", f"en-bert={write_encoder(base / 'english', seed=1)}"]
    return reproduce(["table2", "table3"], encoders, out=base / "out", **settings(write_root(base / "data"))).folder


def test_a_run_leaves_what_the_design_says(run: Path) -> None:
    assert sorted(path.name for path in run.iterdir()) == [
        "claims.csv", "errors", "predictions", "results.csv", "steps", "study.toml", "versions.json",
    ]  # fmt: skip
    assert load_study(run / "study.toml").experiments == ("table2", "table3")
    facts = json.loads((run / "versions.json").read_text(encoding="utf-8"))
    assert facts["encoders"]["tiny"]["role"] == "m-bert"
    tuned = facts["encoders"]["tiny"]["fine_tuning"]
    assert {task: of["departures"] for task, of in tuned.items()} == {"pos": {"learning_rate": 1e-3, "epochs": 1}}
    assert (tuned["pos"]["recipe"]["head_start"], tuned["pos"]["search"]) == ("random", None)
    assert facts["precision"] == "fp32"
    assert {"UD_English-EWT train", "UD_German-GSD test", "conll2003/en test"} <= set(facts["data"])
    assert {"torch", "crossglot"} <= set(facts["packages"])


def test_a_run_says_what_it_took_and_read(run: Path) -> None:
    facts = json.loads((run / "versions.json").read_text(encoding="utf-8"))
    by_kind = {each["step"]: each for each in facts["effort"]}
    records = [json.loads(path.read_text(encoding="utf-8")) for path in run.glob("steps/*/step.json")]
    assert sum(each["steps"] for each in facts["effort"]) == len(records)
    seconds = sum(record["seconds"] for record in records)
    assert sum(each["seconds"] for each in facts["effort"]) == pytest.approx(seconds, abs=0.05 * len(by_kind))
    # Table 2: taggers of three languages, which read 4, 3 and 2 sentences once, each asked for all nine, and their
    # untrained twins; table 3: taggers of English names, 3 sentences, and of German ones, 2; each for two seeds.
    tuned = by_kind["TrainAndPredict"]
    assert tuned["steps"] == 2 * 2 * (3 + 2)
    assert (tuned["trained_sentences"], tuned["predicted_sentences"]) == (2 * 2 * (9 + 5), 2 * 2 * (3 * 9 + 5))
    assert tuned["core_seconds"] > 0


def test_a_run_says_under_which_licences_its_data_are(run: Path) -> None:
    data = json.loads((run / "versions.json").read_text(encoding="utf-8"))["data"]
    said = {
        name: (data[name]["licence"], data[name]["licence_from"])
        for name in ("UD_German-GSD test", "germeval2014/de test")
    }
    assert said == {"UD_German-GSD test": (None, None), "germeval2014/de test": ("CC BY 4.0", "name")}


def test_every_table_has_its_encoder_its_floors_and_its_cited_system(run: Path) -> None:
    systems = {(row["experiment"], row["system"], row["role"]) for row in cells(run).iter_rows(named=True)}
    assert systems == {
        ("table2", "tiny", "m-bert"), ("table2", "tiny untrained", "floor"), ("table2", "most frequent tag", "floor"),
        ("table2", "tiny linear probe", "floor"), ("table3", "english linear probe", "floor"),
        ("table3", "english", "en-bert"), ("table3", "english untrained", "floor"),
        ("table3", "most frequent tag", "floor"), ("table3", "Lample et al. (2016)", "published"),
    }  # fmt: skip


def test_the_floor_is_right_where_it_can_be_reckoned_by_hand(run: Path) -> None:
    floor = cells(run, experiment="table2", system="most frequent tag")
    value = {(row["source"], row["target"]): row["value"] for row in floor.iter_rows(named=True)}
    assert value["en", "en"] == value["de", "de"] == value["es", "es"] == 100.0
    # From Spanish, German has Anna and the full stops; the rest gets the most frequent Spanish tag,
    # PROPN, PUNCT and VERB being equally frequent: the first in the alphabet, right for Rom alone.
    assert value["es", "de"] == pytest.approx(100 * 5 / 14)


def test_rows_of_seeds_and_their_mean_agree(run: Path) -> None:
    results = read_results(run / "results.csv").filter(experiment="table2", system="tiny", source="en", target="de")
    seeds = results.filter(pl.col("seed").is_not_null())
    assert seeds["seed"].to_list() == [1, 2]
    assert results.filter(aggregate="mean")["value"].item() == pytest.approx(seeds["value"].mean())
    assert results["n"].to_list() == [14, 14, 14]


def test_cells_without_data_say_why_and_the_others_are_there(run: Path) -> None:
    table = cells(run, experiment="table2", system="tiny")
    italian = table.filter((pl.col("source") == "it") | (pl.col("target") == "it"))
    assert italian["value"].null_count() == italian.height == 7
    assert italian["missing"].str.contains("no pos corpus of Italian").all()
    assert table.height - italian.height == 9
    averages = read_results(run / "results.csv").filter(experiment="table2", system="tiny", aggregate="zero-shot mean")
    assert averages["n"].item() == 6


def test_entity_types_scored_are_named(run: Path) -> None:
    english, german = (cells(run, experiment="table3", system="english", target=target) for target in ("en", "de"))
    assert (english["types"].item(), german["types"].item()) == ("LOC ORG PER", "LOC PER")


def test_predictions_are_one_file_a_row(run: Path) -> None:
    names = {path.name for path in (run / "predictions").iterdir()}
    assert {
        "tiny.pos.en.seed1.parquet",
        "tiny-untrained.pos.de.seed2.parquet",
        "most-frequent-tag.ner.en.parquet",
    } <= names
    table = read_predictions(run / "predictions" / "tiny.pos.en.seed1.parquet")
    assert set(table["target"]) == {"de", "en", "es"}


def test_claims_are_judged(run: Path) -> None:
    assert pl.read_csv(run / "claims.csv").columns == list(CLAIM_COLUMNS)
    assert read_claims(run / "claims.csv")


def test_a_second_run_finds_everything_and_gives_the_same_results(run: Path) -> None:
    before = (run / "results.csv").read_bytes()
    plan = plan_study(load_study(run / "study.toml"), run)
    assert {planned.state for planned in plan.states()} == {"finished"}
    run_study(load_study(run / "study.toml"), run, Local())
    assert (run / "results.csv").read_bytes() == before


def test_a_dry_run_shows_the_steps_and_writes_nothing(encoder: Path, root: Path, tmp_path: Path) -> None:
    plan = plan_study(reproduce_study(["table2"], [str(encoder)], **settings(root)), tmp_path / "out")
    assert {planned.state for planned in plan.states()} == {"to do"}
    assert "tiny, pos: en, seed 2 → de, en, es" in [planned.step.title for planned in plan.states()]
    (absence,) = plan.missing()
    assert "Italian" in absence
    assert not (tmp_path / "out").exists()


def test_a_language_added_later_trains_its_own_row_and_leaves_finished_predictions(
    encoder: Path, root: Path, tmp_path: Path
) -> None:
    given = settings(root, seeds=[1], sources=["en"])
    reproduce(["table2"], [str(encoder)], out=tmp_path, **given, targets=["en", "de"])
    before = cells(tmp_path, system="tiny")
    plan = plan_study(reproduce_study(["table2"], [str(encoder)], **given, targets=["en", "de", "es"]), tmp_path)
    waiting = [planned.step.title for planned in plan.states() if planned.state == "to do"]
    assert "tiny, pos: en, seed 1 → es" in waiting
    reproduce(["table2"], [str(encoder)], out=tmp_path, **given, targets=["en", "de", "es"])
    after = cells(tmp_path, system="tiny")
    assert after.filter(pl.col("target") != "es")["value"].to_list() == before["value"].to_list()
    assert {"tiny.pos.en.seed1.parquet", "tiny.pos.en.seed1-2.parquet"} <= {
        path.name for path in (tmp_path / "predictions").iterdir()
    }


def test_tables_share_rows(encoder: Path, root: Path, tmp_path: Path) -> None:
    tables = ["table2", "table4", "table8"]
    plan = plan_study(reproduce_study(tables, [f"other={encoder}"], **settings(root, seeds=[1])), tmp_path)
    titles = [planned.step.title for planned in plan.states()]
    assert len(set(titles)) == len(titles)
    assert sum("tiny, pos: en, seed 1" in title for title in titles) == 1


def test_a_faulty_treebank_ends_before_any_training(encoder: Path, root: Path, tmp_path: Path) -> None:
    (root / "ud" / "UD_German-GSD" / "de_gsd-ud-test.conllu").write_text("1\tHallo\n\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"de_gsd-ud-test\.conllu:1"):
        reproduce(["table2"], [str(encoder)], out=tmp_path / "out", **settings(root))
    assert not (tmp_path / "out").exists()


def test_a_step_that_fails_empties_its_cells_and_keeps_the_others(
    encoder: Path, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_on_german(encoder: Encoder, sentences: list[TaggedSentence], *how: Any, **settings: Any) -> EncoderTagger:
        if sentences[0].words[0] == "die":
            raise CrossglotError("the training loss is not a number")
        return fit(encoder, sentences, *how, **settings)

    monkeypatch.setattr("crossglot.tagging.fitting.fit", fail_on_german)
    with pytest.raises(CrossglotError, match="not a number") as told:
        reproduce(["table2"], [str(encoder)], out=tmp_path, **settings(root))
    assert str(told.value).count("not a number") == 1  # though four rows failed for it
    table = cells(tmp_path, system="tiny")
    german = table.filter(source="de", target="en")
    assert german["value"].item() is None
    assert german["missing"].item() == "the training loss is not a number"
    assert table.filter(source="en", target="de")["value"].item() is not None
    (said,) = [one["text"] for one in remarks(tmp_path) if one["kind"] == "unfinished"]
    assert re.match(r"Not everything was run: \d+ of \d+ steps .*: the training loss is not a number\. Failed: ", said)
    assert "tiny, pos: de, seed 1" in said
    write_report(tmp_path)
    assert escape(said) in (tmp_path / "report.html").read_text(encoding="utf-8")
    monkeypatch.undo()
    reproduce(["table2"], [str(encoder)], out=tmp_path, **settings(root))
    assert not [one for one in remarks(tmp_path) if one["kind"] == "unfinished"]


def test_a_study_of_which_nothing_can_run_says_so(encoder: Path, root: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no cell of the study can be filled: .*Japanese"):
        reproduce(["table2"], [str(encoder)], out=tmp_path, **settings(root, sources=["ja"], targets=["ja"]))
    with pytest.raises(DataError, match="no such data root"):
        reproduce(["table2"], [str(encoder)], out=tmp_path, **settings(root / "nowhere"))


def test_an_encoder_that_cannot_be_loaded_ends_before_any_training(encoder: Path, root: Path, tmp_path: Path) -> None:
    broken = write_encoder(tmp_path / "broken")
    (broken / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(ModelError, match="broken"):
        reproduce(["table2"], [str(encoder), str(broken)], out=tmp_path / "out", **settings(root))
    assert not (tmp_path / "out").exists()


def test_roles_and_rates_come_from_beside_the_encoder(encoder: Path, tmp_path: Path) -> None:
    noted = write_encoder(tmp_path / "noted")
    (noted / "crossglot.json").write_text('{"learning_rate": 0.002, "role": "en-bert"}', encoding="utf-8")
    by_notes, plain = find_candidates(reproduce_study(["table1"], [str(noted), str(encoder)]))
    assert by_notes.role == "en-bert"
    assert {task: by_notes.recipe_for(task).learning_rate for task in ("pos", "ner")} == {"pos": 0.002, "ner": 0.002}
    assert (plain.role, plain.by_task, plain.papers) == ("other", {}, False)
    assert plain.grid == Grid(("random", "probe"), (1e-4, 3e-4, 1e-3, 3e-3))
    (given,) = find_candidates(reproduce_study(["table1"], [f"m-bert={noted}"], learning_rate=0.5))
    assert (given.role, given.recipe_for("ner").learning_rate, given.grid) == ("m-bert", 0.5, None)
    with pytest.raises(UsageError, match="2 encoders take the role en-bert"):
        find_candidates(reproduce_study(["table1"], [str(noted), f"en-bert={encoder}"]))


def test_encoders_of_one_name_are_told_apart(encoder: Path, tmp_path: Path) -> None:
    twin = write_encoder(tmp_path / "tiny", seed=2)
    names = [one.encoder.name for one in find_candidates(reproduce_study(["table1"], [str(encoder), str(twin)]))]
    assert names == [str(encoder), str(twin)]
    with pytest.raises(UsageError, match="two encoders are called"):
        find_candidates(reproduce_study(["table1"], [str(encoder), str(encoder)]))


def test_without_a_data_root_the_data_cache_is_read(
    encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    asked = settings(tmp_path) | {"data": None}
    with pytest.raises(DataError, match=r"(?s)crossglot/data: no such data root.*name it \(data\)"):
        plan_study(reproduce_study(["table2"], [str(encoder)], **asked), tmp_path / "out")
    write_root(tmp_path / "crossglot" / "data")
    assert plan_study(reproduce_study(["table2"], [str(encoder)], **asked), tmp_path / "out").states()


def test_a_matrix_from_python(encoder: Path, root: Path, tmp_path: Path) -> None:
    loaded = load_encoder(encoder)
    matrix = transfer_matrix(
        loaded, "pos", ["en", "de"], ["en", "de", "es"], root, out=tmp_path, seeds=[1], learning_rate=1e-3, epochs=1
    )
    assert matrix.columns == ["system", "source", "en", "de", "es"]
    assert matrix.rows()[0][:2] == ("tiny", "en")
    assert matrix.height == 8  # two sources: the encoder, its probe, its untrained twin, the most frequent tag
    tidy = transfer_matrix(
        str(encoder), "pos", ["en", "de"], ["en", "de", "es"], root, out=tmp_path, seeds=[1], learning_rate=1e-3,
        epochs=1, tidy=True, jobs=2,
    )  # fmt: skip
    assert tidy.filter(aggregate="mean", system="tiny")["value"].to_list() == [
        value for row in matrix.rows()[:2] for value in row[2:]
    ]


def test_a_result_that_is_lost_before_the_end_is_blamed_and_made_anew(
    encoder: Path, root: Path, tmp_path: Path
) -> None:
    class Lose(Progress):
        def stop(self) -> None:
            for lost in list((tmp_path / "steps").glob("ScoreRows-*/scores.json"))[:1]:
                lost.unlink()

    given = settings(root, seeds=[1], sources=["en"], targets=["en", "de"])
    with pytest.raises(
        StorageError, match=r"(?s)scores.json: no such file.*damaged while this ran.*run the same again"
    ):
        reproduce(["table2"], [str(encoder)], out=tmp_path, progress=Lose(), **given)
    assert not (tmp_path / "results.csv").exists()
    reproduce(["table2"], [str(encoder)], out=tmp_path, **given)
    assert cells(tmp_path, system="tiny").height


KILLED = """
from crossglot.engine.local import Local
from crossglot.studies.running import run_study
from crossglot.studies.study import load_study, study_toml
from crossglot.tagging.finetuning import finetune
from crossglot.tagging.grid import Grid
from crossglot.tagging.encoder_tagger import EncoderTagger
from pathlib import Path
run_study(load_study({study!r}), Path({out!r}), Local())
"""


def test_a_study_killed_anywhere_comes_to_the_same_results(encoder: Path, root: Path, tmp_path: Path) -> None:
    study = reproduce_study(["table2"], [str(encoder)], **settings(root))
    (tmp_path / "study.toml").write_text(study_toml(study), encoding="utf-8")
    script = KILLED.format(study=str(tmp_path / "study.toml"), out=str(tmp_path / "killed"))
    process = subprocess.Popen([sys.executable, "-c", script])  # noqa: S603
    steps = tmp_path / "killed" / "steps"
    while len(list(steps.glob("TrainAndPredict-*"))) < 2 and process.poll() is None:
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    kept = len(list(Store(steps).known()))
    assert kept >= 2
    resumed, whole = run_study(study, tmp_path / "killed", Local()), run_study(study, tmp_path / "whole", Local())
    assert (resumed / "results.csv").read_bytes() == (whole / "results.csv").read_bytes()
    assert not list(steps.glob(".*"))
