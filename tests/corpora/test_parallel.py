"""Parallel text of a data root: which set serves which pair, and which lines can be told apart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from crossglot.corpora.bitext import read_bitext
from crossglot.corpora.conllu import parse_conllu
from crossglot.corpora.parallel import (
    SideText,
    aligned,
    distinct_pairs,
    named_parallel_files,
    parallel_files,
    parallel_sets,
    read_side,
    require_aligned,
    written,
)
from crossglot.errors import DataError


def write(root: Path, **files: str) -> Path:
    """`write(root, news_en="a")` writes parallel/news.en."""
    (root / "parallel").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (root / "parallel" / ".".join(name.rsplit("_", 1))).write_text(text, encoding="utf-8")
    return root


def test_sets_are_known_by_their_languages_and_other_files_are_passed_over(tmp_path: Path) -> None:
    root = write(tmp_path, news_en="a", news_de="b", news_docids="1", talks_hi="c")
    (root / "parallel" / "LICENSE.md").write_text("free")
    (root / "parallel" / "old.pt-BR.gz").write_bytes(b"")
    found = {name: sorted(files) for name, files in parallel_sets(root).items()}
    assert found == {"news": ["de", "en"], "old": ["pt-BR"], "talks": ["hi"]}


def test_every_set_with_both_languages_serves_a_pair_and_text_to_train_on_only_alone(tmp_path: Path) -> None:
    root = write(tmp_path, **{"mine-train_en": "a", "mine-train_de": "a", "mine-train_ru": "a"})
    write(root, news_en="a", news_de="b", talks_en="a", talks_de="b", talks_hi="c")
    names = {pair: [files.name for files in parallel_files(root, pair)] for pair in (("en", "de"), ("en", "ru"))}
    assert names == {("en", "de"): ["news", "talks"], ("en", "ru"): ["mine-train"]}
    assert parallel_files(root, ("en", "ja")) == []
    assert parallel_files(root, ("de", "en"))[0].paths == ((root / "parallel/news.de",), (root / "parallel/news.en",))


def treebank(root: Path, name: str, code: str, *sentences: str, split: str = "test") -> None:
    """Sentences as `id: words`, a word a blank, where `id` may be a sent_id and a parallel_id: `n1|pud/1`."""
    text = ""
    for sentence in sentences:
        ids, _, words = sentence.partition(": ")
        own, _, shared = ids.partition("|")
        text += f"# sent_id = {own}\n" * bool(own) + f"# parallel_id = {shared}\n" * bool(shared)
        rows = ([str(at), word, "_", "X", *"______"] for at, word in enumerate(words.split(), 1))
        text += "".join("\t".join(row) + "\n" for row in rows)
        text += "\n"
    folder = root / "ud" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{code}-ud-{split}.conllu").write_text(text, encoding="utf-8")


def test_pairs_with_an_empty_or_repeated_side_are_left_out() -> None:
    source = ["one", "two", "", "one", "five", "six"]
    target = ["eins", "", "drei", "vier", "eins", "sechs"]
    assert distinct_pairs(source, target) == [0, 5]


@pytest.mark.parametrize("blank", ["\u3000", "\u00a0", "\u0085", "\u2003\t", "\x1f"])
def test_a_line_of_any_blanks_is_empty(tmp_path: Path, blank: str) -> None:
    root = write(tmp_path, news_en=f"one\n{blank}two{blank}\nthree\n", news_ja=f"一\n二\n{blank}\n")
    sides = [read_side((root / "parallel" / f"news.{language}",)).lines for language in ("en", "ja")]
    assert sides == [("one", "two", "three"), ("一", "二", "")]
    assert distinct_pairs(*sides) == [0, 1]
    paths = [root / "parallel" / f"news.{language}" for language in ("en", "ja")]
    with pytest.raises(DataError, match=r"news\.ja:3: 1 of 3 pairs have an empty side: line 3"):
        read_bitext(*paths)
    skipped: list[DataError] = []
    assert read_bitext(*paths, lenient=True, skipped=skipped).source == ("one", "two")
    assert len(skipped) == 1


def test_sides_of_different_length_are_refused(tmp_path: Path) -> None:
    paths = (tmp_path / "text.en",), (tmp_path / "text.de",)
    with pytest.raises(DataError, match=r"text\.en: 1 lines, but text\.de has 2\n.*line by line"):
        require_aligned((SideText(["a"]), SideText(["b", "c"])), paths)


def pairs_of(root: Path, pair: tuple[str, str], name: str | None = None) -> list[tuple[str, str]]:
    """What the first bitext of a pair, or the one named, says translates what."""
    files = named_parallel_files(root, pair, name) if name else parallel_files(root, pair)[0]
    sides = read_side(files.paths[0]), read_side(files.paths[1])
    require_aligned(sides, files.paths)
    return [(sides[0].lines[one], sides[1].lines[other]) for one, other in aligned(*sides)]


def test_sentences_of_parallel_treebanks_go_by_their_ids_wherever_they_stand(tmp_path: Path) -> None:
    treebank(tmp_path, "UD_English-PUD", "en_pud", "n1: one", "n2: two", "n3: three")
    treebank(tmp_path, "UD_German-PUD", "de_pud", "w9: anderes", "n3: drei", "n1: eins")
    assert pairs_of(tmp_path, ("en", "de")) == [("one", "eins"), ("three", "drei")]
    assert pairs_of(tmp_path, ("de", "en")) == [("drei", "three"), ("eins", "one")]
    assert parallel_files(tmp_path, ("en", "de"))[0].names == ("UD_English-PUD", "UD_German-PUD")


def test_what_treebanks_declare_parallel_goes_before_their_own_ids(tmp_path: Path) -> None:
    treebank(tmp_path, "UD_English-PUD", "en_pud", "1|x/a: one", "2|x/b: two")
    treebank(tmp_path, "UD_German-PUD", "de_pud", "1|x/b: zwei", "2|x/a: eins")
    treebank(tmp_path, "UD_Hindi-PUD", "hi_pud", "2: do", "1: ek")
    assert pairs_of(tmp_path, ("en", "de")) == [("one", "eins"), ("two", "zwei")]
    assert pairs_of(tmp_path, ("en", "hi")) == [("one", "ek"), ("two", "do")]


def test_an_id_that_stands_twice_translates_nothing(tmp_path: Path) -> None:
    treebank(tmp_path, "UD_English-PUD", "en_pud", "n1: one", "n1: uno", "n2: two", ": three")
    treebank(tmp_path, "UD_German-PUD", "de_pud", "n1: eins", "n2: zwei", ": drei")
    assert pairs_of(tmp_path, ("en", "de")) == [("two", "zwei")]


def test_any_two_treebanks_of_the_same_sentences_can_be_named(tmp_path: Path) -> None:
    """Theirs is the language in front of the id, and a sentence may be in another split."""
    treebank(tmp_path, "UD_French-ParTUT", "fr_partut", "fr_partut-ud-1: un", "fr_partut-ud-2: deux")
    treebank(tmp_path, "UD_Italian-ParTUT", "it_partut", "it_partut-ud-2: due")
    treebank(tmp_path, "UD_Italian-ParTUT", "it_partut", "it_partut-ud-1: uno", split="train")
    named = "UD_French-ParTUT+UD_Italian-ParTUT"
    assert pairs_of(tmp_path, ("fr", "it"), named) == [("un", "uno"), ("deux", "due")]
    assert parallel_files(tmp_path, ("fr", "it")) == []


def test_what_is_named_for_a_pair_has_to_be_there_in_both_languages(tmp_path: Path) -> None:
    root = write(tmp_path, news_en="a", news_de="b", talks_en="a")
    treebank(root, "UD_English-PUD", "en_pud", "n1: one")
    assert pairs_of(root, ("en", "de"), "news") == [("a", "b")]
    with pytest.raises(DataError, match=r"no set 'talks' with both en and de in parallel/\n.*There are news"):
        named_parallel_files(root, ("en", "de"), "talks")
    with pytest.raises(DataError, match="no treebank 'UD_German-PUD'"):
        named_parallel_files(root, ("en", "de"), "UD_English-PUD+UD_German-PUD")


def test_treebanks_of_other_sentences_and_of_text_beside_one_are_refused(tmp_path: Path) -> None:
    treebank(tmp_path, "UD_English-PUD", "en_pud", "n1: one")
    treebank(tmp_path, "UD_German-PUD", "de_pud", "m1: anderes")
    with pytest.raises(DataError, match=r"no sentence has a parallel_id or sent_id that de_pud-ud-test\.conllu has"):
        pairs_of(tmp_path, ("en", "de"))
    with pytest.raises(DataError, match="cannot be aligned"):
        require_aligned((SideText(["a"]), SideText(["b"], (["1"],))), ((tmp_path / "a",), (tmp_path / "b",)))


def test_a_treebank_released_without_its_words_is_no_bitext(tmp_path: Path) -> None:
    treebank(tmp_path, "UD_English-PUD", "en_pud", "n1: _ _")
    with pytest.raises(DataError, match="released without its text"):
        read_side((tmp_path / "ud/UD_English-PUD/en_pud-ud-test.conllu",))


def test_a_sentence_is_written_as_its_comment_or_else_its_words_say(data_root: Path) -> None:
    """Held against what the treebanks themselves say of their text: blanks, ranges, empty nodes."""
    for name, least in (
        ("Arabic", 0.99),
        ("Chinese", 1),
        ("Czech", 1),
        ("Finnish", 0.99),
        ("French", 1),
        ("Hindi", 0.99),
    ):
        (path,) = (data_root / "ud" / f"UD_{name}-PUD").glob("*.conllu.gz")
        sentences = list(parse_conllu(path))
        bare = [replace(sentence, comments=()) for sentence in sentences]
        same = sum(written(one) == sentence.comment("text") for one, sentence in zip(bare, sentences, strict=True))
        assert same >= least * len(sentences), name
        assert [written(sentence) for sentence in sentences] == [sentence.comment("text") for sentence in sentences]
