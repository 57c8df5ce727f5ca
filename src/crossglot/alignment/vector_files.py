"""Vectors of a text's lines that a program of the user made, for encoders that are not loaded here (LASER's pickles).

One file for each text, beside each other in a folder: `ntrex128.de.npy` for `parallel/ntrex128.de`, a number array
(lines, hidden), or (layers, lines, hidden) with the embeddings first; or `ntrex128.de.raw`, bare float32 line after
line, as LASER's own tools write it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.format import MAGIC_PREFIX

from crossglot.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

SUFFIXES = (".npy", ".raw")
ONE_A_LINE = "Make one for each line, also for empty and repeated ones."
BY_NUMPY = "Write it with numpy.save, of plain floats."


def vector_file(folder: Path, name: str, language: str) -> Path | None:
    """The file with the vectors of a text's side, if the folder has one."""
    paths = (folder / f"{name}.{language}{suffix}" for suffix in SUFFIXES)
    return next((path for path in paths if path.is_file()), None)


def read_vector_file(path: Path, lines: int) -> NDArray[np.floating]:
    """The vectors, (layers, lines, hidden), as a memory map.

    Args:
        path: the file.
        lines: of the text, empty ones and repeated ones among them.

    Raises:
        DataError: if it is no such file, or has another number of lines.
    """
    given = _raw(path, lines) if path.suffix == ".raw" else _array(path)
    if given.ndim not in (2, 3) or given.dtype.kind != "f" or not given.size:
        raise DataError(
            f"holds {given.dtype} of shape {given.shape}, and not vectors", path=path,
            remedy="Write floats of (lines, hidden), or of (layers, lines, hidden).",
        )  # fmt: skip
    if given.shape[-2] != lines:
        raise DataError(
            f"has vectors of {given.shape[-2]:,} lines, its text has {lines:,} lines", path=path, remedy=ONE_A_LINE
        )
    return given if given.ndim == 3 else given[None]


def _array(path: Path) -> NDArray[np.floating]:
    with path.open("rb") as file:
        if not file.read(len(MAGIC_PREFIX)).startswith(MAGIC_PREFIX):
            raise DataError("is no array of numpy's", path=path, remedy=BY_NUMPY)
    try:
        found: NDArray[np.floating] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:  # Python objects, which only pickle can read, among others
        raise DataError(f"is no array of plain numbers: {error}", path=path, remedy=BY_NUMPY) from error
    return found


def _raw(path: Path, lines: int) -> NDArray[np.floating]:
    size = path.stat().st_size
    if not lines or not size or size % (4 * lines):
        raise DataError(
            f"has {size:,} bytes, which is no float32 vector for each of {lines:,} lines", path=path, remedy=ONE_A_LINE
        )
    return np.memmap(path, dtype=np.float32, mode="r", shape=(lines, size // (4 * lines)))
