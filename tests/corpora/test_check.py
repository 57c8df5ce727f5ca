"""Checking a data root: every fault is reported, and what splits share or lack."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from crossglot.corpora.check import check_root
from crossglot.errors import DataError

File = Callable[..., Path]


def treebank(*sentences: str, upos: str = "NOUN") -> str:
    return "".join(
        "".join(f"{at}\t{word}\t_\t{upos}\t_\t_\t_\t_\t_\t_\n" for at, word in enumerate(words.split(), 1)) + "\n"
        for words in sentences
    )


@pytest.fixture
def root(file: File, tmp_path: Path) -> Path:
    file(treebank("a b", "c d e f g", "h"), "ud/UD_X-Y/x_y-ud-train.conllu")
    file(gzip.compress(treebank("a b", "c d e f g", "new").encode()), "ud/UD_X-Y/x_y-ud-test.conllu.gz")
    file("licence", "ud/UD_X-Y/LICENSE.txt")
    file("x\tB-PER\n", "ner/set/de-train.conll")
    file("x\tB-PER\ny\tB-LOC\nz\tI-LOC\n", "ner/set/de-dev.conll")
    file("Coruña O\n".encode("latin-1"), "ner/set/de-test.conll")
    file("eins\nzwei\n", "parallel/toy.de")
    file("one\ntwo\n", "parallel/toy.en")
    file("text\n", "mono/toy.de.txt")
    return tmp_path


def test_a_clean_root_is_counted_and_has_no_fault(root: Path) -> None:
    report = check_root(root)
    assert report.ok
    by_name = {str(entry.path): entry for entry in report.files}
    assert len(by_name) == 8
    train = by_name["ud/UD_X-Y/x_y-ud-train.conllu"]
    assert (train.sentences, train.words, train.labels) == (3, 8, {"NOUN": 8})
    assert by_name["ner/set/de-dev.conll"].labels == {"PER": 1, "LOC": 1}
    assert by_name["ner/set/de-test.conll"].encoding == "iso-8859-1"
    assert by_name["parallel/toy.en"].sentences == 2


def test_sentences_shared_by_train_and_test_are_counted(root: Path) -> None:
    (shared,) = check_root(root).shared
    assert (shared.corpus, shared.split, shared.seen_in) == ("UD_X-Y", "test", "train")
    assert (shared.sentences, shared.long, shared.example) == (2, 1, "c d e f g")


def test_missing_splits_and_labels_never_trained_on_are_named(root: Path) -> None:
    report = check_root(root)
    assert report.missing == (("UD_X-Y", "dev"),)
    assert report.unseen == (("set/de", "dev", ("LOC",)),)


def test_every_fault_is_reported_and_not_only_the_first(root: Path, file: File) -> None:
    bad = treebank("a b").replace("NOUN", "NOMEN", 1)
    file(bad + treebank("good") + treebank("a b").replace("2\tb", "3\tb"), "ud/UD_X-Y/x_y-ud-dev.conllu")
    file("a\tB-LOC\nb\tI-PER\n\nc\n\nd\tO\n", "ner/set/de-train.conll")
    file(b"not an archive", "ud/UD_Z-Z/z_z-ud-test.conllu.gz")
    file("", "ner/set/fr-test.conll")
    file(treebank("_ _ _"), "codemix/tweets-test.conllu")
    file("one\n", "parallel/toy.en")
    file("un\n\n", "parallel/toy.fr")
    file(b"ok\n\xff\n", "mono/toy.fr.txt")
    faults = {(str(fault.path), fault.line): fault.what for fault in check_root(root).faults}
    assert {place: what for place, what in faults.items() if place[0].startswith("ud/UD_X")} == {
        ("ud/UD_X-Y/x_y-ud-dev.conllu", 1): "unknown UPOS tag 'NOMEN' of 'a'",
        ("ud/UD_X-Y/x_y-ud-dev.conllu", 7): "word id '3' where 2 should be",
    }
    assert {place[1] for place in faults if place[0] == "ner/set/de-train.conll"} == {2, 4}
    assert "cannot be decompressed" in faults["ud/UD_Z-Z/z_z-ud-test.conllu.gz", None]
    assert "no sentence" in faults["ner/set/fr-test.conll", None]
    assert "3 of its 3 words are `_`" in faults["codemix/tweets-test.conllu", None]
    assert "1 lines, where the set's others have 2" in faults["parallel/toy.en", None]
    assert "1 lines are empty" in faults["parallel/toy.fr", 2]
    assert "0xff" in faults["mono/toy.fr.txt", 2]
    assert len(faults) == 10
    assert all(fault.remedy for fault in check_root(root).faults)


def told(root: Path) -> dict[tuple[str, int | None], list[str]]:
    found: dict[tuple[str, int | None], list[str]] = {}
    for remark in check_root(root).remarks:
        assert remark.remedy
        found.setdefault((remark.path.name, remark.line), []).append(remark.what)
    return found


def test_what_may_be_cut_off_or_spelled_apart_is_remarked_on_and_no_fault(root: Path, file: File) -> None:
    file(treebank("a b", "c").removesuffix("\n"), "ud/UD_X-Y/x_y-ud-train.conllu")
    file(treebank("a b", "cafe\u0301", "caf\u00e9"), "ud/UD_X-Y/x_y-ud-dev.conllu")
    assert told(root) == {
        ("x_y-ud-train.conllu", 5): ["no empty line after the last sentence"],
        ("x_y-ud-dev.conllu", 4): ["1 lines are not in Unicode's normal form C"],
    }
    assert check_root(root).ok


def test_lines_out_of_step_are_remarked_on_with_their_numbers(root: Path, file: File) -> None:
    lines = ["x" * (7 * number % 97 + 1) for number in range(400)]
    for language in ("de", "en", "fr"):
        file("".join(f"{line}\n" for line in lines), f"parallel/news.{language}")
    assert told(root) == {}
    moved = lines[:200] + lines[300:] + lines[200:300]
    file("".join(f"{line}\n" for line in moved), "parallel/news.fr")
    ((place, (what,)),) = told(root).items()
    assert place == ("news.fr", 201)
    assert "lines 201–400 hardly translate those of the set's others" in what
    (root / "parallel/news.en").unlink()
    ((place, (what,)),) = told(root).items()
    assert "lines 201–400 hardly translate those of news.fr" in what
    assert check_root(root).ok


def named(*ids: str) -> str:
    return "".join(f"# sent_id = {one}\n" * bool(one) + treebank(f"w{number}") for number, one in enumerate(ids))


def test_treebanks_of_the_same_sentences_are_held_against_each_other(root: Path, file: File) -> None:
    for name, code, ids in (
        ("English", "en", ("n1", "n2", "n3", "n4")),
        ("German", "de", ("n1", "n2", "n3", "n4")),
        ("Icelandic", "is", ("n1", "n4", "n3", "n2")),
        ("Thai", "th", ("n1", "n2", "n2", "")),
        ("Turkish", "tr", ("n1", "n2", "n4")),
    ):
        file(named(*ids), f"ud/UD_{name}-PUD/{code}_pud-ud-test.conllu")
    found = {path: whats for (path, _), whats in told(root).items()}
    assert found == {
        "is_pud-ud-test.conllu": ["2 sentences stand in another place than in the other parallel treebanks"],
        "th_pud-ud-test.conllu": [
            "1 of its 4 sentences have no sent_id",
            "1 sent_ids stand twice, the first of them n2: nobody knows which sentence is meant",
            "3 of 4 sentences of the other parallel treebanks are not there, n2 first",
        ],
        "tr_pud-ud-test.conllu": ["1 of 4 sentences of the other parallel treebanks are not there, n3 first"],
    }
    assert check_root(root).ok


def test_what_is_no_part_of_the_layout_is_named_as_ignored(root: Path, file: File) -> None:
    file("x", "vocab/words.txt")
    file("x", "ud/UD_X-Y/stats.xml")
    file("x", "README.md")
    assert [str(path) for path in check_root(root).ignored] == ["ud/UD_X-Y/stats.xml", "vocab"]


def test_progress_is_told_of_every_corpus(root: Path) -> None:
    told: list[tuple[int, int, str]] = []
    check_root(root, lambda done, total, name: told.append((done, total, name)))
    assert [done for done, _, _ in told] == list(range(len(told)))
    assert {total for _, total, _ in told} == {len(told) - 1}
    assert told[0][2] == "UD_X-Y"


def test_what_is_no_data_root_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds nothing"):
        check_root(tmp_path)
    with pytest.raises(DataError, match="no such"):
        check_root(tmp_path / "absent")
