"""Sentences that are trained on, or stand in text, and are evaluated: across corpora, languages and tasks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crossglot.corpora.check import check_root
from crossglot.corpora.leaks import Shared, letter_keys

File = Callable[..., Path]
Found = dict[tuple[str, str, str, str], tuple[str, int, int, int]]


def treebank(*sentences: str, texts: tuple[str, ...] = ()) -> str:
    said = [f"# text = {text}\n" for text in texts] or [""] * len(sentences)
    return "".join(
        text + "".join(f"{at}\t{word}\t_\tX\t_\t_\t_\t_\t_\t_\n" for at, word in enumerate(words.split(), 1)) + "\n"
        for text, words in zip(said, sentences, strict=True)
    )


def entities(*sentences: str) -> str:
    return "".join("".join(f"{word}\tO\n" for word in words.split()) + "\n" for words in sentences)


def found(root: Path) -> Found:
    """(seen in, its split, corpus, split) → kind, sentences, long ones, of how many."""
    shared: tuple[Shared, ...] = check_root(root).shared
    pairs = {(one.other, one.seen_in, one.corpus, one.split): one for one in shared}
    assert len(pairs) == len(shared), "each pair is told once"
    return {pair: (one.kind, one.sentences, one.long, one.of) for pair, one in pairs.items()}


def test_training_sentences_in_the_test_set_of_another_language_are_counted_pair_by_pair(
    file: File, tmp_path: Path
) -> None:
    file(treebank("a b c d e", "f g", "h i"), "ud/UD_X-GSD/x_gsd-ud-train.conllu")
    file(treebank("a b c d e", "f g", "f g", "new"), "ud/UD_Y-PUD/y_pud-ud-test.conllu")
    file(treebank("h i", "other"), "ud/UD_Y-Other/y_other-ud-dev.conllu")
    assert found(tmp_path) == {
        ("UD_X-GSD", "train", "UD_Y-PUD", "test"): ("training", 3, 1, 4),
        ("UD_X-GSD", "train", "UD_Y-Other", "dev"): ("training", 1, 0, 2),
    }


def test_training_sets_that_share_sentences_with_each_other_are_no_finding(file: File, tmp_path: Path) -> None:
    file(treebank("a b c d e"), "ud/UD_X-A/x_a-ud-train.conllu")
    file(treebank("a b c d e"), "ud/UD_X-B/x_b-ud-train.conllu")
    assert found(tmp_path) == {}


def test_one_text_in_two_tasks_is_one_pair(file: File, tmp_path: Path) -> None:
    file(treebank("a b c d e", "x"), "ud/UD_X-A/x_a-ud-test.conllu")
    file(entities("a b c d e", "y"), "ner/set/x-test.conll")
    assert found(tmp_path) == {("UD_X-A", "test", "set/x", "test"): ("evaluation", 1, 1, 2)}


def test_blanks_case_and_the_form_of_letters_make_no_difference_and_other_letters_do(
    file: File, tmp_path: Path
) -> None:
    file(treebank("STRASSE caf\u00e9 do n't go"), "ud/UD_X-A/x_a-ud-train.conllu")
    file(
        treebank("straße cafe\u0301 don't Go", "strasse cafe don't go", "straße caf\u00e9 don't go !"),
        "ud/UD_X-A/x_a-ud-test.conllu",
    )
    assert found(tmp_path) == {("UD_X-A", "train", "UD_X-A", "test"): ("own", 1, 0, 3)}


def test_plain_and_parallel_text_is_found_by_the_words_or_by_the_text_of_a_treebank(file: File, tmp_path: Path) -> None:
    written = ("Im Haus ist  es gut.", "Neu.")
    file(treebank("In dem Haus ist es gut .", "Neu .", texts=written), "ud/UD_X-A/x_a-ud-test.conllu")
    file("im Haus ist es gut.\n\nim Haus ist es gut.\n", "mono/toy.de.txt")
    file("neu .\n", "parallel/toy.de")
    assert found(tmp_path) == {
        ("mono/toy.de.txt", "", "UD_X-A", "test"): ("text", 1, 1, 2),
        ("parallel/toy.de", "", "UD_X-A", "test"): ("text", 1, 0, 2),
    }


def test_what_is_only_evaluated_counts_as_such_whatever_its_splits_are_called(file: File, tmp_path: Path) -> None:
    tweets = "1\tyaha\t_\tADV\t_\t_\t_\t_\t_\tNorm=यहाँ|Lang=hi\n\n"
    file(tweets, "codemix/hiencs-train.conllu")
    file(tweets, "codemix/hiencs_full-train.conllu")
    assert found(tmp_path) == {("codemix/hiencs", "train", "codemix/hiencs_full", "train"): ("training", 1, 0, 1)}


def test_the_longest_sentence_that_is_shared_is_the_example(file: File, tmp_path: Path) -> None:
    file(treebank("a b", "c d e", "long but not there at all"), "ud/UD_X-A/x_a-ud-train.conllu")
    file(treebank("a b", "C D e", "f"), "ud/UD_X-B/x_b-ud-test.conllu")
    (one,) = check_root(tmp_path).shared
    assert one.example == "C D e"


def test_texts_without_a_letter_are_alike_and_no_finding(file: File, tmp_path: Path) -> None:
    assert len(set(letter_keys(["", " ", "\t\u3000"]).tolist())) == 1
    file("\n\nx\n", "mono/a.de.txt")
    file(treebank("y"), "ud/UD_X-A/x_a-ud-test.conllu")
    assert found(tmp_path) == {}


def test_counts_that_are_not_the_releases_are_remarked_on(file: File, tmp_path: Path) -> None:
    file(entities("a b"), "ner/conll2002/es-test.conll")
    file(entities("c d"), "ner/nobody/es-test.conll")
    file("one\n", "parallel/ntrex128.en")
    file("eins\n", "parallel/ntrex128.de")
    said = {remark.path.name: remark.what for remark in check_root(tmp_path).remarks}
    assert said == {
        "es-test.conll": "1 sentences and 2 words, where the release has 1,517 and 51,533",
        "ntrex128.en": "1 lines, where the release has 1,997",
        "ntrex128.de": "1 lines, where the release has 1,997",
    }
    assert check_root(tmp_path).ok


def part_of(data_root: Path, root: Path, *folders: str) -> Path:
    """A data root of some of the real one's files."""
    for path in (path for folder in folders for path in sorted(data_root.glob(folder)) if path.is_file()):
        link = root / path.relative_to(data_root)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(path)
    return root


# counted outside of Python, by `zcat`, a line of Perl that folds case and drops blanks, `sort -u` and `awk`
COUNTED = {
    ("UD_Danish-DDT", "train", "uner/da_ddt", "dev"): ("training", 479, 442, 564),
    ("UD_Finnish-FTB", "test", "UD_Finnish-TDT", "test"): ("evaluation", 197, 161, 1555),
    ("UD_Polish-LFG", "train", "UD_Polish-PDB", "dev"): ("training", 391, 324, 2215),
}


@pytest.mark.parametrize(("pair", "counts"), COUNTED.items(), ids=lambda value: str(value[0]))
def test_real_corpora_share_as_much_as_was_counted_by_other_means(
    data_root: Path, tmp_path: Path, pair: tuple[str, str, str, str], counts: tuple[str, int, int, int]
) -> None:
    parts = [f"ner/{name}*" if "/" in name else f"ud/{name}/*" for name in (pair[0], pair[2])]
    assert found(part_of(data_root, tmp_path, *parts))[pair] == counts


def test_the_lines_of_pud_are_the_sentences_of_the_treebank_though_words_are_written_together(
    data_root: Path, tmp_path: Path
) -> None:
    root = part_of(data_root, tmp_path, "ud/UD_German-PUD/*", "parallel/pud.de*", "ner/uner/de_pud*")
    shared = {pair: counts[1] for pair, counts in found(root).items()}
    name = next((root / "parallel").iterdir()).name
    assert shared[f"parallel/{name}", "", "UD_German-PUD", "test"] == 1000
    assert shared["UD_German-PUD", "test", "uner/de_pud", "test"] == 1000
