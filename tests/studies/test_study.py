from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossglot.errors import SpecError
from crossglot.languages import KEY
from crossglot.studies.reproduce import reproduce_study, run_folder
from crossglot.studies.study import PRESETS, Study, load_study, make_study, study_toml

PLAIN = {"experiments": ["table2"], "encoders": [{"encoder": "models/x"}]}

names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=8)
keys = st.from_regex(rf"{KEY}|{KEY}/{KEY}", fullmatch=True).filter(lambda key: len({*key.split("/")}) > key.count("/"))
corpora = st.lists(names.filter(lambda name: bool(name.strip())), min_size=1, max_size=1)  # a second may be of one task
studies = st.builds(
    Study,
    name=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,8}", fullmatch=True),
    experiments=st.lists(st.sampled_from(["table1", "table2", "table4"]), min_size=1, unique=True),
    encoders=st.lists(
        st.fixed_dictionaries({"encoder": names}, optional={"revision": names, "name": names}), min_size=1, max_size=3
    ),
    data=st.one_of(st.none(), st.just(Path("../some data"))),
    corpora=st.dictionaries(keys, corpora, max_size=3),
    sources=st.lists(keys, max_size=3, unique=True),
    seeds=st.lists(st.integers(0, 2**40), min_size=1, max_size=3, unique=True),
    max_train=st.one_of(st.none(), st.integers(1, 10**6)),
    max_test=st.one_of(st.none(), st.integers(1, 10**6)),
    learning_rate=st.one_of(st.none(), st.floats(1e-7, 0.5)),
    lenient=st.booleans(),
)


@given(studies)
def test_a_study_written_down_is_read_back_the_same(tmp_path_factory: pytest.TempPathFactory, study: Study) -> None:
    path = tmp_path_factory.mktemp("study") / "study.toml"
    path.write_text(study_toml(study), encoding="utf-8")
    assert load_study(path) == study


def test_the_engine_of_earlier_run_folders_is_read_over(tmp_path: Path) -> None:
    path, study = tmp_path / "study.toml", make_study({"experiments": ["table2"], "encoders": [{"encoder": "x"}]})
    for engine in ("local", "ray"):
        path.write_text(f'engine = "{engine}"\n{study_toml(study)}', encoding="utf-8")
        if engine == "local":
            assert load_study(path) == study
        else:
            with pytest.raises(SpecError, match="engine: no such field"):
                load_study(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"experiments": ["tabel2"]}, r"experiments: unknown experiment 'tabel2': did you mean table2\? known: table1"),
        ({"experiments": []}, "experiments: .*at least 1"),
        ({"seeds": [1, 1]}, "seeds: names something twice"),
        ({"seeds": []}, "seeds: .*at least 1"),
        ({"sedes": [1]}, "sedes: no such field; fields: name, experiments, encoders"),
        ({"precision": "fp16"}, "precision: .*'auto', 'fp32' or 'bf16'.*'fp16'"),
        ({"engine": "local"}, "engine: no such field"),
        ({"max_train": 0}, "max_train: .*whole number from 1 to"),
        ({"learning_rate": "fast"}, "learning_rate: .*number.*'fast'"),
        ({"encoders": [{"encoder": "x", "role": "xlm"}]}, r"encoders\.0\.role: .*'m-bert', 'en-bert' or 'other'"),
        ({"encoders": [{"role": "m-bert"}]}, r"encoders\.0\.encoder: has to be given"),
        ({"experiments": ["transfer-pos"]}, "transfer-pos needs sources and targets"),
        (
            {"encoders": [{"encoder": "a", "role": "m-bert"}, {"encoder": "b", "role": "m-bert"}]},
            "two have the same role",
        ),
        ({"name": "../up"}, "name: .*pattern"),
    ],
)
def test_a_wrong_field_is_named_with_what_is_allowed(change: dict[str, object], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        make_study(PLAIN | change)


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(SpecError, match=r"(?s)seeds.*max_train"):
        make_study(PLAIN | {"seeds": [], "max_train": 0})


def test_all_is_every_table_and_figure_of_the_paper_once() -> None:
    study = make_study(PLAIN | {"experiments": ["table4", "all"]})
    assert study.experiments[0] == "table4"
    papers = [*(f"table{number}" for number in range(1, 9)), *(f"figure{number}" for number in range(1, 4))]
    assert sorted(study.experiments) == sorted(papers)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_studies_named_after_themselves(name: str) -> None:
    study = load_study(name)
    assert study.name == name
    assert study.seeds == (1, 2, 3)


def test_what_is_no_study_is_refused_with_the_presets_named(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="no such preset; presets: causes, paper"):
        load_study(tmp_path / "nothing.toml")
    (tmp_path / "bad.toml").write_text("experiments = [", encoding="utf-8")
    with pytest.raises(SpecError, match=r"bad\.toml: not TOML"):
        load_study(tmp_path / "bad.toml")
    (tmp_path / "latin.toml").write_bytes(b'name = "\xff"')
    with pytest.raises(SpecError, match=r"latin\.toml: cannot be read"):
        load_study(tmp_path / "latin.toml")


def test_corpora_are_told_apart_by_their_names() -> None:
    study = make_study(PLAIN | {"corpora": {"es": ["UD_Spanish-AnCora", "conll2002/es"], "de": "germeval2014"}})
    assert study.chosen_corpora() == {
        ("pos", "es"): "UD_Spanish-AnCora", ("ner", "es"): "conll2002/es", ("ner", "de"): "germeval2014",
    }  # fmt: skip


def test_encoders_are_given_as_on_the_command_line(tmp_path: Path) -> None:
    odd = tmp_path / "m-bert=a@b"
    odd.mkdir()
    study = reproduce_study(["table1"], ["m-bert=models/a", "org/b@abc", "other=org/c@main", str(odd), "plain"])
    assert [(entry.role, entry.encoder, entry.revision) for entry in study.encoders] == [
        ("m-bert", "models/a", None), (None, "org/b", "abc"), ("other", "org/c", "main"), (None, str(odd), None),
        (None, "plain", None),
    ]  # fmt: skip
    by_role = reproduce_study(["table1"], {"en-bert": "models/a"}, seeds=None, max_train=5)
    assert (by_role.encoders[0].role, by_role.seeds, by_role.max_train) == ("en-bert", (1, 2, 3), 5)


def test_results_go_to_a_folder_named_after_the_study() -> None:
    assert run_folder(load_study("paper")) == Path("runs/paper")
    assert run_folder(load_study("paper"), "elsewhere") == Path("elsewhere")
