"""Corpora of a data root: found by language and task, and what is said when one is not there."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from crossglot.corpora.catalogue import find_corpus, list_corpora, load_corpus
from crossglot.corpora.opening import write_text
from crossglot.errors import DataError, UsageError
from crossglot.languages import PAPER_NER, PAPER_POS, language

TREEBANK = "1\t{}\t_\tNOUN\t_\t_\t_\t_\t_\t_\n\n"
File = Callable[..., Path]


@pytest.fixture
def root(file: File, tmp_path: Path) -> Path:
    for name, code, splits in [
        ("UD_German-GSD", "de_gsd", "train dev test"),
        ("UD_German-HDT", "de_hdt", "train"),
        ("UD_German-PUD", "de_pud", "test"),
        ("UD_Czech-CAC", "cs_cac", "test"),
    ]:
        for split in splits.split():
            write_text(tmp_path / f"ud/{name}/{code}-ud-{split}.conllu.gz", [TREEBANK.format(split)])
    for code in ("conll2002/es", "conll2002/nl", "uner/en_ewt", "uner/en_pud", "germeval2014/de"):
        file("Madrid\tB-LOC\n", f"ner/{code}-test.conll")
    return tmp_path


def test_without_a_name_the_first_default_that_is_there_is_taken(root: Path) -> None:
    assert language("cs").treebanks[0] != "UD_Czech-CAC"  # so that a later default is needed
    assert find_corpus(root, "cs", "pos").name == "UD_Czech-CAC"
    assert find_corpus(root, "de", "pos").name == "UD_German-GSD"
    assert find_corpus(root, "en", "ner").name == "uner/en_ewt"


@pytest.mark.parametrize(
    ("key", "name"),
    [("de", "UD_German"), ("cs", "UD_Czech"), ("pt", "UD_Portuguese"), ("pt-BR", "UD_Portuguese-BR"),
     ("nb", "UD_Norwegian-Bokmaal"), ("nn", "UD_Norwegian-Nynorsk"), ("mr", "UD_Marathi")],
)  # fmt: skip
def test_the_papers_treebanks_are_found_by_their_names_in_ud_2_0(root: Path, key: str, name: str) -> None:
    write_text(root / f"ud/{name}/{key}-ud-test.conllu", [TREEBANK.format("old")])
    assert find_corpus(root, key, "pos").name == name
    assert find_corpus(root, "de", "pos", "UD_German-GSD").name == "UD_German-GSD"


def test_a_named_corpus_is_taken_even_if_it_is_no_default(root: Path) -> None:
    corpus = find_corpus(root, "de", "pos", "UD_German-HDT")
    assert (corpus.name, corpus.language, corpus.task) == ("UD_German-HDT", "de", "pos")
    assert find_corpus(root, "en", "ner", "uner/en_pud").name == "uner/en_pud"


@pytest.mark.parametrize(("key", "name", "found"), [("es", "conll2002", "conll2002/es"), ("en", "uner", "uner/en_ewt")])
def test_a_bare_set_means_its_part_for_the_language(root: Path, key: str, name: str, found: str) -> None:
    assert find_corpus(root, key, "ner", name).name == found


def test_splits_are_read_and_checksummed_decompressed(root: Path) -> None:
    corpus = find_corpus(root, "de", "pos")
    assert [sentence.words for sentence in corpus.read("test")] == [("test",)]
    assert corpus.checksum("dev") == hashlib.sha256(TREEBANK.format("dev").encode()).hexdigest()
    assert gzip.decompress(corpus.file("dev").read_bytes()) == TREEBANK.format("dev").encode()
    assert find_corpus(root, "es", "ner").read("test")[0].tags == ("B-LOC",)


def test_a_missing_split_is_an_error_that_says_which_there_are(root: Path) -> None:
    pud = find_corpus(root, "de", "pos", "UD_German-PUD")
    assert (pud.has("test"), pud.has("train")) == (True, False)
    with pytest.raises(DataError, match="UD_German-PUD has no train split, only test"):
        pud.read("train")
    with pytest.raises(DataError, match="UD_German-HDT has no test split, only train") as caught:
        find_corpus(root, "de", "pos", "UD_German-HDT").checksum("test")
    assert "(corpora de=NAME)" in caught.value.remedy


def test_a_missing_corpus_is_an_error_that_says_what_is_near(root: Path) -> None:
    with pytest.raises(DataError, match="no pos corpus 'UD_German-GSC'") as caught:
        find_corpus(root, "de", "pos", "UD_German-GSC")
    assert "UD_German-GSD" in caught.value.remedy
    with pytest.raises(DataError, match="no pos corpus of Urdu") as caught:
        find_corpus(root, "ur", "pos")
    assert "UD_Czech-CAC" in caught.value.remedy
    with pytest.raises(DataError, match="no ner corpus 'conll2002'"):
        find_corpus(root, "de", "ner", "conll2002")


def test_a_missing_or_empty_root_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such data root"):
        find_corpus(tmp_path / "absent", "de", "pos")
    with pytest.raises(DataError, match="none of") as caught:
        find_corpus(tmp_path, "de", "pos")
    assert "docs/data.md" in caught.value.remedy


def test_unknown_tasks_and_languages_are_usage_errors(root: Path) -> None:
    with pytest.raises(UsageError, match="pos, ner"):
        find_corpus(root, "de", "parsing")
    with pytest.raises(UsageError, match="xx"):
        find_corpus(root, "xx", "pos")


def test_names_are_listed_in_order(root: Path) -> None:
    assert list_corpora(root, "pos") == ["UD_Czech-CAC", "UD_German-GSD", "UD_German-HDT", "UD_German-PUD"]
    assert list_corpora(root, "ner")[:2] == ["conll2002/es", "conll2002/nl"]


def test_every_language_of_the_paper_has_a_treebank_in_the_real_root(data_root: Path) -> None:
    for key in PAPER_POS:
        assert set(find_corpus(data_root, key, "pos").files) == {"train", "dev", "test"}, key
    there = [key for key in PAPER_NER if any(name in list_corpora(data_root, "ner") for name in language(key).ner)]
    assert len(there) >= 14


def test_sentences_of_a_language_in_one_call(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (sentence,) = load_corpus("de", "pos", root)
    assert (sentence.words, sentence.tags) == (("train",), ("NOUN",))
    assert load_corpus("de", data=root, split="test", name="UD_German-PUD")[0].words == ("test",)
    assert load_corpus("es", "ner", root, "test")[0].tags == ("B-LOC",)
    monkeypatch.setenv("XDG_CACHE_HOME", str(root.parent / "nothing"))
    with pytest.raises(DataError, match="crossglot/data: no such data root"):
        load_corpus("de")
