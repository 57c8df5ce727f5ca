"""A matrix of files of one's own: no data root, any language, any labels, and the numbers that a data root gives."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from crossglot.comparison.verifying import verify
from crossglot.errors import CrossglotError, DataError, SpecError, UsageError
from crossglot.report import write_report
from crossglot.results.rows import read_results
from crossglot.runs import reproduce, transfer_matrix
from crossglot.steps.find_recipe import FindRecipe
from crossglot.steps.rows import MatrixRow
from crossglot.studies.planning import StudyPlan, plan_study
from crossglot.studies.remarks import warnings_before
from crossglot.studies.reproduce import reproduce_study
from crossglot.studies.study import load_study, make_study, study_toml
from toy_world import ENGLISH, ENGLISH_NAMES, GERMAN, GERMAN_NAMES, Tagged, write_encoder

PLAIN: dict[str, Any] = {"seeds": [1], "learning_rate": 1e-3, "epochs": 1, "precision": "fp32", "device": "cpu"}
MORE: list[Tagged] = [[("a", "DET"), ("cat", "NOUN"), ("sees", "VERB"), ("Anna", "PROPN"), ("in", "ADP")]]
MORE_NAMES: list[Tagged] = [[("Rome", "B-LOC"), ("sees", "O"), ("Anna", "B-PER"), (".", "O")]]


def columns(path: Path, sentences: Sequence[Tagged]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join("".join(f"{word}\t{tag}\n" for word, tag in sentence) + "\n" for sentence in sentences)
    path.write_text(text, encoding="utf-8")
    return path


def treebank(path: Path, sentences: Sequence[Tagged], xpos: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        "\n".join(f"{i}\t{w}\t_\t{t}\t{t[0]}{xpos}\t_\t0\t_\t_\t_" for i, (w, t) in enumerate(s, 1)) for s in sentences
    ]
    path.write_text("\n\n".join(rows) + "\n\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("encoders") / "tiny")


@pytest.fixture
def my(tmp_path: Path) -> Path:
    """English to train on and a target in German and in a language that nobody knows, of each task."""
    folder = tmp_path / "my"
    treebank(folder / "en.conllu", ENGLISH)
    treebank(folder / "de.conllu", GERMAN)
    treebank(folder / "klingon.conllu", MORE, xpos="y")
    columns(folder / "en.conll", ENGLISH_NAMES)
    columns(folder / "de.conll", GERMAN_NAMES)
    columns(folder / "new.conll", MORE_NAMES)
    return folder


def planned(encoder: Path, out: Path, **files: Any) -> StudyPlan:
    return plan_study(reproduce_study("transfer", [str(encoder)], **(PLAIN | files)), out)


def warnings(plan: StudyPlan, kind: str) -> list[str]:
    return [one.text for one in warnings_before(plan) if one.kind == kind]


def cells(folder: Path) -> dict[tuple[str, str, str], float]:
    found = read_results(folder / "results.csv").filter(pl.col("aggregate") == "mean")
    return {(row["system"], row["source"], row["target"]): row["value"] for row in found.iter_rows(named=True)}


@pytest.mark.parametrize("task", ["pos", "ner"])
def test_the_numbers_are_those_of_a_data_root_with_the_same_files(
    encoder: Path, my: Path, tmp_path: Path, task: str
) -> None:
    ending = "conllu" if task == "pos" else "conll"
    new = "klingon.conllu" if task == "pos" else "new.conll"
    places = {  # of the same files in a root
        "pos": {"ud/UD_English-EWT/en_ewt-ud-train.conllu": "en", "ud/UD_German-GSD/de_gsd-ud-test.conllu": "de",
                "ud/UD_English-EWT/en_ewt-ud-test.conllu": new},
        "ner": {"ner/conll2003/en-train.conll": "en", "ner/germeval2014/de-test.conll": "de",
                "ner/conll2003/en-test.conll": new},
    }  # fmt: skip
    root = tmp_path / "root"
    for place, name in places[task].items():
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(my / (name if "." in name else f"{name}.{ending}"), root / place)
    files = {"train": {"en": my / f"en.{ending}"}, "eval": {"en": my / new, "de": my / f"de.{ending}"}}
    ours = reproduce("transfer", encoder, out=tmp_path / "ours", **(PLAIN | files)).folder
    languages = {"sources": ["en"], "targets": ["en", "de"]}
    theirs = reproduce(f"transfer-{task}", encoder, root, tmp_path / "theirs", **(PLAIN | languages)).folder
    assert cells(ours) == cells(theirs)
    assert {target for _, _, target in cells(ours)} == {"en", "de"}


def test_a_language_is_any_word_and_its_cell_with_itself_is_not_zero_shot(
    encoder: Path, my: Path, tmp_path: Path
) -> None:
    files = {"train": {"tlh": my / "en.conllu"}, "eval": {"tlh": my / "klingon.conllu", "de": my / "de.conllu"}}
    run = reproduce("transfer", encoder, out=tmp_path / "out", floors=["most-frequent-tag"], **(PLAIN | files))
    averages = run.results.filter(pl.col("aggregate").is_in(["diagonal mean", "zero-shot mean"]), system="tiny")
    assert dict(averages.select("aggregate", "n").iter_rows()) == {"diagonal mean": 1, "zero-shot mean": 1}
    assert write_report(run).is_file()
    assert run.tables["transfer-pos"].columns == ["system", "source", "tlh", "de"]


def test_what_a_run_leaves_makes_it_again_and_is_verified(encoder: Path, my: Path, tmp_path: Path) -> None:
    files = {"train": {"en": my / "en.conllu"}, "eval": {"de": my / "de.conllu"}}
    out = reproduce("transfer", encoder, out=tmp_path / "out", column="xpos", **(PLAIN | files)).folder
    plan = plan_study(load_study(out / "study.toml"), out)
    assert {step.state for step in plan.states()} == {"finished"}
    facts = json.loads((out / "versions.json").read_text(encoding="utf-8"))
    assert {name: of["file"] for name, of in facts["data"].items()} == {
        "de/de.conllu test": str(my / "de.conllu"), "en/en.conllu train": str(my / "en.conllu"),
    }  # fmt: skip
    assert f"--train en={my}/en.conllu --eval de={my}/de.conllu" in facts["command"]
    assert "--column xpos" in facts["command"]
    parts = {part.name: part for part in verify(out).parts}
    assert (parts["data"].equal, parts["data"].differences) == (2, ())
    treebank(my / "de.conllu", GERMAN[:2])
    (changed,) = {part.name: part for part in verify(out).parts}["data"].differences
    assert changed.of == {"corpus": "de/de.conllu test"}


def test_another_column_is_another_gold(encoder: Path, my: Path, tmp_path: Path) -> None:
    """The taggers are the same, trained on columns; what is asked for of CoNLL-U is not."""
    train = columns(my / "mixed.tsv", [[("the", "Dx"), ("cat", "NOUN"), (".", "PUNCT")]])
    files = {"train": {"en": train}, "eval": {"de": my / "de.conllu"}, "task": "labels", "floors": []}
    golds = []
    for column in ("upos", "xpos"):
        run = reproduce("transfer", encoder, out=tmp_path / "out", column=column, **(PLAIN | files))
        (path,) = (run.folder / "predictions").iterdir()
        golds.append(pl.read_parquet(path)["gold"].to_list()[:3])
    assert golds == [["DET", "NOUN", "VERB"], ["Dx", "Nx", "Vx"]]


def test_files_may_be_moved_between_two_runs_in_one_folder(encoder: Path, my: Path, tmp_path: Path) -> None:
    """What is finished is found, and what is new reads the files where they lie now."""
    how: dict[str, Any] = PLAIN | {"out": tmp_path / "out", "floors": ["most-frequent-tag"]}
    reproduce("transfer", encoder, train={"en": my / "en.conllu"}, eval={"de": my / "de.conllu"}, **how)
    moved = my.rename(tmp_path / "moved")
    files: dict[str, Any] = {"train": {"en": moved / "en.conllu"}, "eval": {"de": moved / "de.conllu"}}
    assert {step.state for step in planned(encoder, how["out"], **files, floors=how["floors"]).states()} == {"finished"}
    files["eval"]["tlh"] = moved / "klingon.conllu"
    run = reproduce("transfer", encoder, **files, **how)
    assert {target for _, _, target in cells(run.folder)} == {"de", "tlh"}


def test_a_study_says_the_same(my: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        'experiments = ["transfer"]\ncolumn = "xpos"\n[[encoders]]\nencoder = "any"\n'
        f'[train]\nen = "{my}/en.conllu"\n[eval]\n"pt-BR" = "{my}/de.conllu"\n',
        encoding="utf-8",
    )
    study = load_study(path)
    assert study.experiments == ("transfer-labels",)
    path.write_text(study_toml(study), encoding="utf-8")
    assert load_study(path) == study


def test_without_a_dev_file_a_tenth_of_the_training_file_is_set_aside(encoder: Path, my: Path, tmp_path: Path) -> None:
    train = columns(my / "many.tsv", [[("a", "DET"), ("cat", "NOUN"), (str(i), "NUM")] for i in range(40)])
    files = {"train": {"en": train}, "eval": {"de": my / "de.conllu"}, "learning_rate": None}
    (search,) = planned(encoder, tmp_path, **files).searches
    assert isinstance(search, FindRecipe) and search.title.endswith("on en sentences set aside")
    kept, aside = (set(map(tuple, (s.words for s in part.read()))) for part in (search.train, search.dev))
    assert (len(kept), len(aside), len(kept & aside)) == (36, 4, 0)
    (search,) = planned(encoder, tmp_path, **files, dev={"en": columns(my / "dev.tsv", MORE)}).searches
    assert search.title.endswith("on en dev") and search.dev.sentences == 1


def test_entity_types_that_one_file_alone_has_are_not_scored_and_named(encoder: Path, my: Path, tmp_path: Path) -> None:
    plan = planned(
        encoder, tmp_path, train={"en": my / "en.conll"}, eval={"de": my / "de.conll", "en": my / "new.conll"}
    )
    assert plan.rows[0].types == {"de": ("LOC", "PER"), "en": ("LOC", "ORG", "PER")}
    (text,) = warnings(plan, "label sets")
    assert text == "ner: scored are the entity types that both files annotate: en → de (not ORG)"


def test_labels_that_training_has_not_are_told_before_it(encoder: Path, my: Path, tmp_path: Path) -> None:
    files = {"train": {"en": my / "en.conllu"}, "eval": {"de": my / "de.conllu", "tlh": my / "klingon.conllu"}}
    assert warnings(planned(encoder, tmp_path, **files), "label sets") == []
    plan = planned(encoder, tmp_path, **files, column="xpos")
    assert plan.missing() == ["the labels of en (Ax, Dx, Nx, Px, Vx) and tlh (Ay, Dy, Ny, Py, Vy) have none in common"]
    trained = [step for step in plan.steps.steps if isinstance(step, MatrixRow)]
    assert {split.language for step in trained for split in step.targets} == {"de"}
    columns(my / "part.tsv", [[("a", "Dx"), ("b", "Q"), ("c", "Q")]])
    plan = planned(encoder, tmp_path, **files | {"eval": {"de": my / "part.tsv"}}, column="xpos")
    assert warnings(plan, "label sets")[0].endswith("count as wrong: en → de 2 of 3 (Q)")
    with pytest.raises(DataError, match="have none in common"):
        planned(encoder, tmp_path, **files | {"eval": {"tlh": my / "klingon.conllu"}}, column="xpos")


def test_sentences_that_are_trained_on_are_told_before_it(encoder: Path, my: Path, tmp_path: Path) -> None:
    treebank(my / "leak.conllu", [*GERMAN, [(word.upper(), tag) for word, tag in ENGLISH[1]]])
    plan = planned(encoder, tmp_path, train={"en": my / "en.conllu"}, eval={"de": my / "leak.conllu"})
    (text,) = warnings(plan, "tested on training")
    assert "en → de 1 of 4 (1 longer than four words)" in text


@pytest.mark.parametrize(
    ("source", "target", "said"),
    [
        ("de", "deu", "German"),
        ("German", "de", "German"),
        ("de", "de-Twitter", "German"),
        ("tlh", "tlh-old", "tlh"),
        ("pt", "pt-BR", ""),
        ("nb", "nn", ""),
        ("de", "dehkan", ""),
    ],
)
def test_two_keys_of_one_language_are_told_of(
    encoder: Path, my: Path, tmp_path: Path, source: str, target: str, said: str
) -> None:
    plan = planned(encoder, tmp_path, train={source: my / "en.conllu"}, eval={target: my / "de.conllu"})
    found = warnings(plan, "one language")
    assert len(found) == bool(said)
    assert all(f"{source} → {target} is taken for zero-shot, though both seem to be {said};" in text for text in found)


def test_two_sources_can_be_joined(encoder: Path, my: Path, tmp_path: Path) -> None:
    train = {"en": my / "en.conllu", "tlh": my / "klingon.conllu"}
    plan = planned(encoder, tmp_path, train=train, eval={"de": my / "de.conllu"}, sources=["en", "en+tlh"])
    assert list(dict.fromkeys(row.source for row in plan.rows)) == ["en", "en+tlh"]


def test_files_of_one_name_are_told_apart(encoder: Path, my: Path, tmp_path: Path) -> None:
    files = {key: my / key / "test.conllu" for key in ("de", "tlh")}
    treebank(files["de"], GERMAN)
    treebank(files["tlh"], MORE)
    run = reproduce(
        "transfer", encoder, out=tmp_path / "out", train={"en": my / "en.conllu"}, eval=files,
        **PLAIN | {"floors": []},
    )  # fmt: skip
    facts = json.loads((run.folder / "versions.json").read_text(encoding="utf-8"))
    assert [of["sentences"] for name, of in facts["data"].items() if name.endswith("test")] == [3, 1]


def test_from_python_a_mapping_names_files(encoder: Path, my: Path) -> None:
    files = {"en": my / "en.conllu"}, {"tlh": my / "klingon.conllu", "de": my / "de.conllu"}
    matrix = transfer_matrix(encoder, "labels", *files, column="xpos", **PLAIN | {"floors": []})
    assert matrix.columns == ["system", "source", "tlh", "de"]
    assert matrix["tlh"].to_list() == [None]
    with pytest.raises(UsageError, match="both"):
        transfer_matrix(encoder, "pos", files[0], ["de"])


EN, DE = {"en": "my/en.conllu"}, {"de": "my/de.conllu"}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"train": EN}, "eval: has to be given"),
        ({"eval": DE}, "train: has to be given"),
        ({"train": EN, "eval": DE, "dev": DE}, "dev: de is no language of train, which has en"),
        ({"train": EN, "eval": DE, "targets": ["en"]}, "targets: en is no language of eval"),
        ({"train": EN, "eval": DE, "sources": ["en+de"]}, "sources: de is no language of train"),
        ({"train": {"hi+en": "x"}, "eval": DE}, "train: 'hi+en' names no language"),
        ({"train": {"en": ""}, "eval": DE}, "train: en: the name of the file is empty"),
        ({"train": EN, "eval": DE, "data": "root"}, "data: the files of train and eval are all that is read"),
        ({"train": EN, "eval": DE, "experiments": ["table2"]}, "read by transfer alone, not by table2"),
        ({"train": EN, "eval": DE, "experiments": ["transfer", "table2"]}, "transfer is a matrix of files"),
        ({}, "transfer is of files of one's own: name them"),
        ({"experiments": ["transfer-labels"]}, "transfer-labels is of files of one's own"),
        ({"experiments": ["table2"], "column": "xpos"}, "column: is about files of one's own, and there are none"),
        ({"train": EN, "eval": DE, "format": "excel"}, "format: Input should be 'conllu' or 'columns'"),
        ({"experiments": ["causes"], "encoders": [], "train": EN, "eval": DE}, "train: causes makes its own"),
    ],
)
def test_files_that_do_not_go_together_are_refused(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecError, match="not a study that can be run") as found:
        make_study({"experiments": ["transfer"], "encoders": [{"encoder": "any"}], **fields})
    assert said in str(found.value)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"train": {"en": "gone.conll"}}, "gone.conll: no such file"),
        ({"train": {"en": "de.conllu"}}, "de.conllu: is given as eval of de, and what it holds as train of en, too"),
        ({"train": {"en": "copy.conllu.gz"}}, "eval of de, and what it holds as train of en ("),
        ({"dev": {"en": "en.conllu"}}, "en.conllu: is given as dev of en, and what it holds as train of en"),
        ({"train": {"en": "en.conll"}}, "en.conll: has entities, while"),
        ({"train": {"en": "empty.conll"}}, "empty.conll: has no sentence"),
        ({"task": "ner"}, "CoNLL-U has no column for entities"),
        ({"train": {"en": "stts.tsv"}, "task": "pos"}, "stts.tsv: has tags that are none of UPOS (ART)"),
        ({"train": {"en": "stts.tsv"}, "tag_column": 7}, "stts.tsv:1: 2 tab-divided fields where 8 should be"),
    ],
)
def test_a_file_that_cannot_serve_is_refused_before_any_training(
    encoder: Path, my: Path, tmp_path: Path, files: dict[str, Any], said: str
) -> None:
    import gzip

    (my / "empty.conll").write_text("", encoding="utf-8")
    (my / "copy.conllu.gz").write_bytes(gzip.compress((my / "de.conllu").read_bytes()))
    columns(my / "stts.tsv", [[("die", "ART"), ("gut", "ADJ")]])
    given = {"train": {"en": "en.conllu"}, "eval": {"de": "de.conllu"}} | files
    for name in ("train", "dev", "eval"):
        if name in given:
            given[name] = {key: str(my / file) for key, file in given[name].items()}
    with pytest.raises(CrossglotError) as found:
        planned(encoder, tmp_path / "out", **given)
    assert said in str(found.value)
    assert not (tmp_path / "out").exists()
