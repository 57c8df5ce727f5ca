"""Files of vectors that others made: what numpy and LASER write is read, anything else is named with its file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from crossglot.alignment.vector_files import read_vector_file, vector_file
from crossglot.errors import DataError

VECTORS = np.random.default_rng(1).normal(size=(2, 5, 3)).astype(np.float32)  # layers, lines, hidden


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_arrays_of_floats_are_read_with_layers_or_without(dtype: type, tmp_path: Path) -> None:
    np.save(tmp_path / "all.npy", VECTORS.astype(dtype))
    np.save(tmp_path / "one.npy", VECTORS[1].astype(dtype))
    np.testing.assert_array_equal(read_vector_file(tmp_path / "all.npy", 5), VECTORS.astype(dtype))
    np.testing.assert_array_equal(read_vector_file(tmp_path / "one.npy", 5), VECTORS[1:].astype(dtype))


def test_bare_floats_are_read_line_after_line(tmp_path: Path) -> None:
    (tmp_path / "text.raw").write_bytes(VECTORS[0].tobytes())
    np.testing.assert_array_equal(read_vector_file(tmp_path / "text.raw", 5), VECTORS[:1])


def test_a_folder_has_a_file_for_each_text_and_language(tmp_path: Path) -> None:
    (tmp_path / "news.test.de.raw").touch()
    assert vector_file(tmp_path, "news.test", "de") == tmp_path / "news.test.de.raw"
    assert vector_file(tmp_path, "news.test", "en") is None


def _saved(array: object) -> Callable[[Path], None]:
    return lambda path: np.save(path, np.asarray(array), allow_pickle=True)


@pytest.mark.parametrize(
    ("name", "write", "message"),
    [
        ("x.npy", _saved(VECTORS[:, :4]), r"vectors of 4 lines, its text has 5 lines"),
        ("x.npy", _saved(np.zeros((5, 3), dtype=np.int64)), r"int64 of shape \(5, 3\), and not vectors"),
        ("x.npy", _saved(np.zeros(5)), r"shape \(5,\), and not vectors"),
        ("x.npy", _saved(np.zeros((2, 2, 5, 3))), r"and not vectors"),
        ("x.npy", _saved(np.zeros((5, 0))), r"and not vectors"),
        ("x.npy", _saved(np.array([{"a": 1}] * 5, dtype=object)), r"no array of plain numbers: .*Python objects"),
        ("x.npy", lambda path: path.write_bytes(b"no array"), r"no array of numpy's"),
        ("x.npy", lambda path: path.touch(), r"no array of numpy's"),
        ("x.raw", lambda path: path.write_bytes(bytes(28)), r"28 bytes, which is no float32 vector for each of 5"),
        ("x.raw", lambda path: path.touch(), r"0 bytes"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_with_its_file(
    name: str, write: Callable[[Path], None], message: str, tmp_path: Path
) -> None:
    write(tmp_path / name)
    with pytest.raises(DataError, match=message) as caught:
        read_vector_file(tmp_path / name, 5)
    assert str(tmp_path / name) in str(caught.value)
