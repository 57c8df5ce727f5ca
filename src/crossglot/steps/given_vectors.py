"""Sentence vectors of one side of a bitext that the user made elsewhere, as figure 3 takes them."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from crossglot.engine.step import Advance, Inputs, Step, Work
from crossglot.errors import DataError
from crossglot.steps.bitext_sides import Side
from crossglot.steps.embed import NUMBERS, VECTORS


class GivenVectors(Step):
    """Takes the vectors of the lines of a side that are compared out of a file; stands where `EmbedLines` stands.

    Attributes:
        name: what tables call them.
        side: whose lines they are.
        checksum: of the file.
        path: of the file; no part of its identity.
        device_kind: `cpu`, `cuda`: where translations are looked for among them.
        device: likewise, this time.
    """

    SKIP_ID_ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"path", "device"})

    name: str
    side: Side
    checksum: str
    path: Path
    device_kind: str
    device: str

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:  # noqa: ARG002
        """Writes vectors.npy, float32 (layers, lines, hidden), and lines.npy, the numbers of these lines.

        Raises:
            DataError: if the file has changed, does not fit the text, or holds a number that is not finite.
        """
        import numpy as np

        from crossglot.alignment.vector_files import read_vector_file
        from crossglot.checksums import file_checksum

        if file_checksum(self.path) != self.checksum:
            raise DataError(
                "the vectors have changed since this was planned", path=self.path, remedy="Run the same again."
            )
        numbers = np.array(self.side.numbers(), dtype=np.int64)
        vectors = read_vector_file(self.path, len(self.side.read().lines))[:, numbers].astype(np.float32)
        if not np.isfinite(vectors).all():
            layer, row, _ = np.argwhere(~np.isfinite(vectors))[0]
            raise DataError(
                f"the vector of line {numbers[row] + 1} (layer {layer}) holds a number that is not finite",
                path=self.path,
                remedy="Make the vectors anew.",
            )
        np.save(folder / VECTORS, vectors)
        np.save(folder / NUMBERS, numbers)

    @property
    def whose(self) -> str:
        """Whose vectors they are, in words for the progress."""
        return self.name

    @property
    def title(self) -> str:
        """What the progress shows."""
        return f"{self.name}: vectors of {self.side.name}.{self.side.language}"

    @property
    def work(self) -> Work:
        """By lines."""
        return Work(len(self.side.read().lines), "reading vectors")
