"""Synthetic code-switched text: what is switched, what stays, and that it is the same every time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crossglot.corpora.catalogue import find_corpus, parallel_treebanks
from crossglot.corpora.codemix import CodeSwitchedSentence
from crossglot.corpora.mixing import mix_treebanks
from crossglot.errors import DataError

File = Callable[..., Path]
HINDI, ENGLISH = "ud/UD_Hindi-PUD/hi_pud-ud-test.conllu", "ud/UD_English-PUD/en_pud-ud-test.conllu"

# form, tag, head, relation: "Ram's new book lies on the table."
NATIVE = [
    ("राम", "PROPN", 4, "nmod:poss"), ("की", "ADP", 1, "case"), ("नई", "ADJ", 4, "amod"), ("किताब", "NOUN", 7, "nsubj"),
    ("मेज", "NOUN", 7, "obl"), ("पर", "ADP", 5, "case"), ("है", "VERB", 0, "root"), ("।", "PUNCT", 7, "punct"),
]  # fmt: skip
FOREIGN = [
    ("Ram", "PROPN", 4, "nmod:poss"), ("'s", "PART", 1, "case"), ("new", "ADJ", 4, "amod"),
    ("book", "NOUN", 5, "nsubj"), ("lies", "VERB", 0, "root"), ("on", "ADP", 8, "case"), ("the", "DET", 8, "det"),
    ("table", "NOUN", 5, "obl"),
    (".", "PUNCT", 5, "punct"),
]  # fmt: skip
POSSIBLE = {
    "subject": ("राम की नई किताब", "Ram 's new book", "Ram की नई किताब", "राम की new किताब", "Ram की new किताब"),
    "place": ("मेज पर", "the table पर"),
}


def treebank(words: list[tuple[str, str, int, str]], sentences: int = 200) -> str:
    rows = [f"{i}\t{form}\t_\t{tag}\t_\t_\t{head}\t{rel}\t_\t_" for i, (form, tag, head, rel) in enumerate(words, 1)]
    return "".join(f"# sent_id = n{number:05d}011\n" + "\n".join(rows) + "\n\n" for number in range(sentences))


@pytest.fixture
def treebanks(file: File) -> tuple[tuple[Path], tuple[Path]]:
    return (file(treebank(NATIVE), HINDI),), (file(treebank(FOREIGN), ENGLISH),)


@pytest.fixture
def mixed(treebanks: tuple[tuple[Path], tuple[Path]]) -> dict[str, list[CodeSwitchedSentence]]:
    return {split: mix_treebanks(*treebanks, split, ("hi", "en")) for split in ("train", "dev", "test")}


def test_phrases_are_switched_whole_and_postpositions_stay(mixed: dict[str, list[CodeSwitchedSentence]]) -> None:
    possible = {f"{subject} {place} है ।" for subject in POSSIBLE["subject"] for place in POSSIBLE["place"]}
    possible -= {"राम की नई किताब मेज पर है ।", "Ram की नई किताब मेज पर है ।"}  # all Hindi; a name is of no language
    found = {" ".join(sentence.native) for split in mixed.values() for sentence in split}
    assert found == possible


def test_every_word_has_its_own_tag_language_and_spelling(mixed: dict[str, list[CodeSwitchedSentence]]) -> None:
    tags = {form: tag for form, tag, _, _ in NATIVE + FOREIGN}
    hindi = {"की": "ki", "नई": "nai", "किताब": "kitab", "मेज": "mej", "पर": "par", "है": "hai", "।": ".", "राम": "ram"}
    for sentence in mixed["train"]:
        assert sentence.tags == tuple(tags[form] for form in sentence.native)
        assert sentence.written == tuple(hindi.get(form, form) for form in sentence.native)
        for form, language in zip(sentence.native, sentence.languages, strict=True):
            expected = "ne" if form in ("राम", "Ram") else "univ" if form == "।" else "hi" if form in hindi else "en"
            assert language == expected


def test_splits_share_no_sentence_and_are_the_same_every_time(
    mixed: dict[str, list[CodeSwitchedSentence]], treebanks: tuple[tuple[Path], tuple[Path]]
) -> None:
    ids = [sentence.id for split in mixed.values() for sentence in split]
    assert len(set(ids)) == len(ids)
    assert len(mixed["train"]) > len(mixed["test"]) > len(mixed["dev"]) > 0
    assert mix_treebanks(*treebanks, "test", ("hi", "en")) == mixed["test"]


def test_a_root_with_both_treebanks_has_a_synthetic_corpus(
    treebanks: tuple[tuple[Path], tuple[Path]], mixed: dict[str, list[CodeSwitchedSentence]], tmp_path: Path
) -> None:
    assert parallel_treebanks(tmp_path, ("hi", "en")) == treebanks
    corrected, written = (
        find_corpus(tmp_path, f"hi/en:synthetic-{form}", "pos") for form in ("corrected", "transliterated")
    )
    assert corrected.name == "synthetic/pud"
    assert [sentence.words for sentence in corrected.read("test")] == [sentence.native for sentence in mixed["test"]]
    assert [sentence.words for sentence in written.read("test")] == [sentence.written for sentence in mixed["test"]]
    assert corrected.checksum("test") == written.checksum("test") != corrected.checksum("train")
    before = corrected.checksum("test")
    treebanks[1][0].write_text(treebank(FOREIGN, 100), encoding="utf-8")
    assert corrected.checksum("test") != before


def test_other_scripts_and_lone_treebanks_have_none(
    file: File, treebanks: tuple[tuple[Path], tuple[Path]], tmp_path: Path
) -> None:
    del treebanks
    file(treebank(FOREIGN), "ud/UD_German-PUD/de_pud-ud-test.conllu")
    assert parallel_treebanks(tmp_path, ("de", "en")) is None
    assert parallel_treebanks(tmp_path, ("hi", "fr")) is None
    with pytest.raises(DataError, match="no treebanks of hi and fr to make synthetic"):
        find_corpus(tmp_path, "hi/fr:synthetic-corrected", "pos")
