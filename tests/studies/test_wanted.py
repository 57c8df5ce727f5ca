"""What the paper's experiments want, against its own lists of languages; and what of it a data root lacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossglot.errors import UsageError
from crossglot.studies.missing import download_size, missing_corpora, sources_of
from crossglot.studies.reproduce import reproduce_study
from crossglot.studies.wanted import Wanted, wanted_by, wanted_by_study
from toy_world import ENGLISH, ENGLISH_NAMES, GERMAN, write_entities, write_treebank

BOTH, TRAIN, TEST = ("train", "test"), ("train",), ("test",)
CONLL, EUROPEAN = "en de nl es", "en de es it"
PAPERS_41 = (
    "ar bg ca cs da de el en es et eu fa fi fr gl he hi hr hu id it ja ko lv mr nl nb nn pl pt pt-BR ro ru sk sl sv "
    "ta te tr ur zh"
)
PAPERS_16 = "ar bn cs de en es fr hi id it ja ko pt ru tr zh"


def places(wanted: tuple[Wanted, ...]) -> dict[tuple[str, str], tuple[str, ...]]:
    return {(one.key, one.task): one.splits for one in wanted}


@pytest.mark.parametrize(
    ("experiment", "task", "keys"),
    [
        ("table1", "ner", CONLL),
        ("table2", "pos", EUROPEAN),
        ("table3", "ner", CONLL),
        ("table4", "pos", "hi ur en bg ja"),
        ("table5", "pos", PAPERS_41),
        ("table7", "ner", CONLL),
        ("table8", "pos", EUROPEAN),
        ("figure1", "ner", PAPERS_16),
        ("figure2", "pos", PAPERS_41),
    ],
)
def test_a_matrix_wants_training_and_test_of_its_languages(experiment: str, task: str, keys: str) -> None:
    assert places(wanted_by([experiment])) == {(key, task): BOTH for key in keys.split()}


def test_table_6_wants_both_languages_apart_and_the_text_that_mixes_them() -> None:
    assert places(wanted_by(["table6"])) == {("hi", "pos"): TRAIN, ("en", "pos"): TRAIN, ("hi/en", "pos"): BOTH}


def test_figure_3_wants_the_papers_three_bitexts() -> None:
    pairs = ("en-de", "en-ru", "hi-ur")
    assert places(wanted_by(["figure3"])) == {(pair, "translation"): () for pair in pairs}


def test_all_wants_what_each_wants_once() -> None:
    every = wanted_by(["all"])
    single = [wanted_by([f"table{n}"]) for n in range(1, 9)] + [wanted_by([f"figure{n}"]) for n in (1, 2, 3)]
    assert places(every) == {place: splits for one in single for place, splits in places(one).items()} | {
        ("hi", "pos"): BOTH,
        ("en", "pos"): BOTH,
    }
    english = next(one for one in every if (one.key, one.task) == ("en", "pos"))
    assert english.experiments == ("table2", "table4", "table8", "table5", "table6", "figure2")


def test_what_makes_its_own_languages_wants_nothing() -> None:
    assert wanted_by(["causes"]) == ()


def test_an_experiment_that_is_none_or_has_no_languages_is_refused() -> None:
    with pytest.raises(UsageError, match=r"unknown experiment 'tabel2': did you mean table2\?"):
        wanted_by(["tabel2"])
    with pytest.raises(UsageError, match="transfer-pos has no languages of its own"):
        wanted_by(["transfer-pos"])


def test_a_study_wants_its_own_languages_and_what_it_names() -> None:
    study = reproduce_study(
        ["transfer-pos", "figure3"], ["any"], sources=["en+de"], targets=["it", "hi/en:corrected"],
        corpora={"it": "UD_Italian-VIT", "it-en": "mine"},
    )  # fmt: skip
    found = {(one.key, one.task): one for one in wanted_by_study(study)}
    assert {place: one.splits for place, one in found.items() if place[1] == "pos"} == {
        ("en", "pos"): TRAIN, ("de", "pos"): TRAIN, ("it", "pos"): TEST, ("hi/en", "pos"): TEST,
    }  # fmt: skip
    assert found["it", "pos"].named == "UD_Italian-VIT"
    assert wanted_by_study(reproduce_study(["figure3"], ["any"], sources=["pt-BR"], targets=["en"]))[0].languages == (
        "pt-BR", "en",
    )  # fmt: skip
    turned = reproduce_study(["figure3"], ["any"], sources=["en"], targets=["it"], corpora={"it-en": "mine"})
    assert wanted_by_study(turned)[0].named == "mine"


def names_of(experiment: str, root: Path) -> dict[str, tuple[list[str], tuple[str, ...]]]:
    gaps = missing_corpora(wanted_by([experiment]), root)
    return {gap.wanted.key: ([source.name for source in gap.sources], gap.barred) for gap in gaps}


def test_what_may_not_be_fetched_has_the_next_default_in_its_place(tmp_path: Path) -> None:
    assert names_of("table1", tmp_path / "gone") == {
        "en": (["uner/en_ewt"], ("conll2003/en",)),
        "de": (["germeval2014/de"], ("conll2003/de",)),
        "nl": (["conll2002/nl"], ()),
        "es": (["conll2002/es"], ()),
    }


def test_what_is_there_is_not_missing_whichever_of_the_defaults_it_is(tmp_path: Path) -> None:
    write_entities(tmp_path, "wikiann/de", ENGLISH_NAMES)
    write_entities(tmp_path, "conll2003/en", ENGLISH_NAMES)
    assert set(names_of("table1", tmp_path)) == {"nl", "es"}


def test_a_test_set_alone_does_not_do_where_there_is_training(tmp_path: Path) -> None:
    write_treebank(tmp_path, "UD_German-PUD", "de_pud", GERMAN, "test")
    write_treebank(tmp_path, "UD_English-EWT", "en_ewt", ENGLISH)
    assert names_of("table2", tmp_path)["de"] == (["UD_German-GSD"], ())
    assert "en" not in names_of("table2", tmp_path)
    assert "de" not in names_of("curve", tmp_path), "there German is only a target"


def test_the_tweets_have_synthetic_text_beside_them(tmp_path: Path) -> None:
    assert names_of("table6", tmp_path)["hi/en"] == (["UD_Hindi-PUD", "UD_English-PUD"], ("codemix/hiencs",))
    for name, code in (("UD_Hindi-PUD", "hi_pud"), ("UD_English-PUD", "en_pud")):
        write_treebank(tmp_path, name, code, ENGLISH, "test")
    (gap,) = (gap for gap in missing_corpora(wanted_by(["table6"]), tmp_path) if gap.wanted.switched)
    assert (gap.sources, gap.there, gap.beside) == ((), True, True)


def test_one_download_serves_several_gaps_and_counts_once(tmp_path: Path) -> None:
    sources = sources_of(missing_corpora(wanted_by(["figure3"]), tmp_path))
    assert [source.name for source in sources] == ["ntrex128"]
    gaps = missing_corpora(wanted_by(["figure1"]), tmp_path)
    wikiann = [source for source in sources_of(gaps) if source.name.startswith("wikiann/")]
    assert len(wikiann) == 8
    assert download_size(wikiann) == (234_008_884, 0)


def test_parallel_text_of_any_set_is_enough(tmp_path: Path) -> None:
    (tmp_path / "parallel").mkdir()
    for key in ("en", "de"):
        (tmp_path / f"parallel/mine.{key}").write_text("a\n")
    assert set(names_of("figure3", tmp_path)) == {"en-ru", "hi-ur"}


def test_a_named_corpus_is_fetched_if_it_can_be(tmp_path: Path) -> None:
    def gap(name: str, experiment: str = "table2") -> list[str]:
        study = reproduce_study([experiment], ["any"], sources=["de"], targets=["de"], corpora={"de": name})
        (one,) = missing_corpora(wanted_by_study(study), tmp_path)
        return [source.name for source in one.sources]

    assert gap("UD_German-HDT") == ["UD_German-HDT"]
    assert gap("UD_Mine") == []
    assert gap("wikineural", "table1") == ["wikineural/de"]
    assert gap("conll2003", "table1") == []


def test_a_treebank_that_releases_have_no_more_is_not_asked_for(tmp_path: Path) -> None:
    assert names_of("figure2", tmp_path)["pl"] == (["UD_Polish-LFG"], ("UD_Polish-SZ",))


def test_a_release_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no release 'latest'"):
        missing_corpora(wanted_by(["table2"]), tmp_path, "latest")


def test_languages_of_the_roots_own_are_nowhere_to_be_fetched(lab_root: Path) -> None:
    study = reproduce_study(["transfer-pos"], ["any"], lab_root, sources=["en"], targets=["en"])
    assert missing_corpora(wanted_by_study(study), lab_root) == ()
    for path in (lab_root / "ud").rglob("*.conllu*"):
        path.unlink()
    (gap,) = missing_corpora(wanted_by_study(study), lab_root)
    assert gap.sources == ()


@pytest.fixture
def lab_root(tmp_path: Path) -> Path:
    """A root that says itself what English is."""
    from crossglot.languages import LANGUAGES, TABLE_COLUMNS

    english = LANGUAGES["en"]
    cells = {"key": "en", "iso639_3": "eng", "name": "Toyish", "script": "Latn", "script_name": "Latin"}
    cells |= {"family": english.family, "genus": english.genus, "treebanks": "UD_Toyish-LAB"}
    row = "\t".join(cells.get(column, "") for column in TABLE_COLUMNS)
    (tmp_path / "languages.tsv").write_text("\t".join(TABLE_COLUMNS) + "\n" + row + "\n", encoding="utf-8")
    write_treebank(tmp_path, "UD_Toyish-LAB", "en_lab", ENGLISH)
    return tmp_path
