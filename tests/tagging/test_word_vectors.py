from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from crossglot.errors import DataError
from crossglot.tagging.word_vectors import WordVectors, joined, read_word_vectors


def written(folder: Path, text: str) -> Path:
    path = folder / "vectors.txt"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        "casa 1 2 3\nel -1 .5 1e-3\n",  # GloVe
        "2 3\ncasa 1 2 3 \nel -1 .5 1e-3 \n",  # word2vec, fastText
        "casa\t1\t2\t3\nel\t-1\t.5\t1e-3",
        "casa 1 2 3\r\nel -1 .5 1e-3\r\ncasa 9 9 9\r\n",
    ],
)
def test_any_usual_text_format_is_read(tmp_path: Path, text: str) -> None:
    found = read_word_vectors(written(tmp_path, text))
    assert found.words == ("casa", "el")
    np.testing.assert_allclose(found.vectors, np.array([[1, 2, 3], [-1, 0.5, 1e-3]]), rtol=1e-6)


def test_compressed_files_and_words_with_blanks_are_read(tmp_path: Path) -> None:
    (tmp_path / "v.vec.gz").write_bytes(gzip.compress("casa 1 2\n. . . 3 4\n日本 5 6\n".encode()))
    found = read_word_vectors(tmp_path / "v.vec")
    assert found.words == ("casa", ". . .", "日本")
    assert found.vectors.tolist() == [[1, 2], [3, 4], [5, 6]]


def test_numbers_are_words_too(tmp_path: Path) -> None:
    assert read_word_vectors(written(tmp_path, "1995 1 2\n1996 3 4\n")).words == ("1995", "1996")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("casa 1 2 3\nel 1 2\n", 2, "2 numbers after 'el', where vectors of 3 are wanted"),
        ("casa 1 2 3\nel 1 2 3 4\n", 2, "4 numbers after 'el', where vectors of 3 are wanted"),
        ("2 4\ncasa 1 2 3\n", 2, "3 numbers after 'casa', where vectors of 4 are wanted"),
        ("casa 1 zwei 3\n", 1, "something else than numbers after 'casa'"),
        ("casa\n", 1, "0 numbers after 'casa'"),
        ("casa 1 nan\n", 1, "a number of 'casa' is not finite"),
    ],
)
def test_a_wrong_line_is_named_once(tmp_path: Path, text: str, line: int, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(DataError, match=said) as refused:
        read_word_vectors(path)
    assert str(refused.value).startswith(f"{path}:{line}: ")


@pytest.mark.parametrize("text", ["", "\n\n", "2 3\n"])
def test_a_file_without_vectors_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataError, match="has no word vectors"):
        read_word_vectors(written(tmp_path, text))


def test_only_words_that_are_wanted_are_read(tmp_path: Path) -> None:
    path = written(tmp_path, "2 2\ncasa 1 2\nel 3 x\nla 5 6\ncasa 7 8\n")
    found = read_word_vectors(path, {"la", "casa", "Lima"})
    assert (found.words, found.vectors.tolist()) == (("casa", "la"), [[1, 2], [5, 6]])
    none = read_word_vectors(path, {"Lima"})
    assert (none.words, none.vectors.shape) == ((), (0, 2))


def test_of_several_files_the_first_that_has_a_word_counts() -> None:
    one = WordVectors(("a", "b"), np.array([[1, 2], [3, 4]], dtype=np.float32))
    other = WordVectors(("c", "a"), np.array([[5, 6], [7, 8]], dtype=np.float32))
    both = joined([one, other])
    assert (both.words, both.vectors.tolist()) == (("a", "b", "c"), [[1, 2], [3, 4], [5, 6]])
    with pytest.raises(DataError, match="vectors of 2 and 3 numbers"):
        joined([one, WordVectors(("d",), np.zeros((1, 3), dtype=np.float32))])
