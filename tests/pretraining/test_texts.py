"""Reading, holding out and cutting the text to pretrain on."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from crossglot.errors import DataError, UsageError
from crossglot.pretraining.texts import Text, cut_to_bytes, line_bytes, read_text


def _lines(count: int, word: str = "line") -> list[str]:
    return [f"{word} number {number} of many" for number in range(count)]


def test_plain_and_compressed_files_read_alike_and_several_files_follow_each_other(tmp_path: Path) -> None:
    lines = _lines(300)
    (tmp_path / "a.txt").write_text("\n".join(lines[:100]) + "\n\n  \n", "utf-8")
    with gzip.open(tmp_path / "b.txt.gz", "wt", encoding="utf-8") as stream:
        stream.write("\n".join(lines[100:]))
    text = read_text("en", [tmp_path / "a.txt", tmp_path / "b.txt.gz"])
    assert sorted(text.training + text.held_out) == sorted(lines)
    assert list(text.training) == [line for line in lines if line in set(text.training)]


def test_about_two_percent_are_held_out_and_a_repeated_line_is_on_one_side_only(tmp_path: Path) -> None:
    lines = _lines(5_000)
    (tmp_path / "a.txt").write_text("\n".join(lines + lines), "utf-8")
    text = read_text("en", [tmp_path / "a.txt"])
    assert not set(text.training) & set(text.held_out)
    assert len(text.held_out) / 10_000 == pytest.approx(0.02, abs=0.005)


def test_a_missing_or_empty_file_is_named_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"absent\.txt"):
        read_text("en", [tmp_path / "absent.txt"])
    (tmp_path / "empty.txt").write_text("\n \n", "utf-8")
    with pytest.raises(DataError, match=r"empty\.txt.*\n.*give a plain text file"):
        read_text("en", [tmp_path / "empty.txt"])


def test_a_total_of_bytes_keeps_the_mixture() -> None:
    texts = {"en": Text(tuple(_lines(2_000)), ("x",)), "de": Text(tuple(_lines(500, "Zeile")), ("y",))}
    budget = 20_000
    cut = cut_to_bytes(texts, total=budget)
    sizes = {language: sum(len(line.encode()) + 1 for line in text.training) for language, text in cut.items()}
    assert 0.99 * budget < sum(sizes.values()) <= budget
    before = {language: sum(map(line_bytes, text.training)) for language, text in texts.items()}
    assert sizes["en"] / sizes["de"] == pytest.approx(before["en"] / before["de"], rel=0.02)
    assert cut["en"].held_out == ("x",)


def test_a_limit_a_language_leaves_smaller_ones_whole_and_drops_lines_evenly() -> None:
    texts = {"en": Text(tuple(_lines(2_000)), ("x",)), "is": Text(tuple(_lines(10)), ("y",))}
    cut = cut_to_bytes(texts, each=20_000)
    assert cut["is"] == texts["is"]
    half = len(set(cut["en"].training) & set(texts["en"].training[:1_000]))
    assert half / len(cut["en"].training) == pytest.approx(0.5, abs=0.06)
    assert cut == cut_to_bytes(texts, each=20_000)


def test_a_limit_that_leaves_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="no line of 'en'"):
        cut_to_bytes({"en": Text(("a long line",), ("x",))}, each=3)
    with pytest.raises(UsageError, match="at least 1"):
        cut_to_bytes({"en": Text(("a long line",), ("x",))}, total=0)
