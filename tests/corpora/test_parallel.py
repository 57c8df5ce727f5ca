"""Parallel text of a data root: which set serves which pair, and which lines can be told apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossglot.corpora.bitext import read_bitext
from crossglot.corpora.parallel import choose_sets, distinct_pairs, parallel_sets, read_side, require_aligned
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


def test_the_set_that_serves_most_pairs_comes_first_then_the_longest(tmp_path: Path) -> None:
    many = "a\n" * 9
    root = write(
        tmp_path, both_en="a\nb", both_de="c\nd", both_ru="e\nf", long_en=many, long_de=many, short_hi="a", short_ur="b"
    )
    chosen = choose_sets(root, [("en", "de"), ("en", "ru"), ("hi", "ur"), ("en", "ja")])
    assert {pair: found and found[0] for pair, found in chosen.items()} == {
        ("en", "de"): "both", ("en", "ru"): "both", ("hi", "ur"): "short", ("en", "ja"): None,
    }  # fmt: skip
    alone = choose_sets(root, [("en", "de")])[("en", "de")]
    assert alone is not None
    assert alone[0] == "long"
    assert [path.name for path in alone[1:]] == ["long.en", "long.de"]


def test_text_to_train_on_is_taken_only_where_there_is_no_other(tmp_path: Path) -> None:
    many = "a\n" * 9
    root = write(tmp_path, **{"mine-train_en": many, "mine-train_de": many, "mine-train_ru": many})
    alone = choose_sets(root, [("en", "de")])
    write(tmp_path, mine_en="a", mine_de="b")
    beside = choose_sets(root, [("en", "de"), ("en", "ru")])
    assert [found and found[0] for found in (*alone.values(), *beside.values())] == ["mine-train", "mine", "mine-train"]


def test_pairs_with_an_empty_or_repeated_side_are_left_out() -> None:
    source = ["one", "two", "", "one", "five", "six"]
    target = ["eins", "", "drei", "vier", "eins", "sechs"]
    assert distinct_pairs(source, target) == [0, 5]


@pytest.mark.parametrize("blank", ["\u3000", "\u00a0", "\u0085", "\u2003\t", "\x1f"])
def test_a_line_of_any_blanks_is_empty(tmp_path: Path, blank: str) -> None:
    root = write(tmp_path, news_en=f"one\n{blank}two{blank}\nthree\n", news_ja=f"一\n二\n{blank}\n")
    sides = [read_side(root / "parallel" / f"news.{language}") for language in ("en", "ja")]
    assert sides == [("one", "two", "three"), ("一", "二", "")]
    assert distinct_pairs(*sides) == [0, 1]
    paths = [root / "parallel" / f"news.{language}" for language in ("en", "ja")]
    with pytest.raises(DataError, match=r"news\.ja:3: 1 of 3 pairs have an empty side: line 3"):
        read_bitext(*paths)
    skipped: list[DataError] = []
    assert read_bitext(*paths, lenient=True, skipped=skipped).source == ("one", "two")
    assert len(skipped) == 1


def test_sides_of_different_length_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"text\.en: 1 lines, but text\.de has 2\n.*line by line"):
        require_aligned({tmp_path / "text.en": ["a"], tmp_path / "text.de": ["b", "c"]})
