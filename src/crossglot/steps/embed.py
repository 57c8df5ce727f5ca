"""Sentence vectors of one side of a bitext, at every layer of an encoder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from crossglot.engine.step import Advance, Inputs, Work
from crossglot.steps.bitext_sides import Side
from crossglot.steps.on_device import EncoderStep

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

VECTORS, NUMBERS = "vectors.npy", "lines.npy"


class EmbedLines(EncoderStep):
    """Embeds the lines of a side with an encoder, or with one of its shape and random weights.

    Attributes:
        encoder: whose vectors.
        untrained: the seed of random weights that take the place of the encoder's (the floor); None for its own.
        side: what is embedded.
    """

    VERSION: ClassVar[str] = (
        "3"  # 1 drew lines before it left out the repeated ones, 2 put a blank before texts (byte-level)
    )

    untrained: int | None = None
    side: Side

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:  # noqa: ARG002
        """Writes vectors.npy, float32 (layers, lines, hidden), and lines.npy, the numbers of these lines."""
        import numpy as np

        from crossglot.alignment.vectors import embed

        numbers, lines = self.side.numbers(), self.side.read().lines
        encoder = self.encoder.load(self.device).for_language(self.side.language)
        if self.untrained is not None:
            encoder = encoder.untrained(self.untrained)
        vectors = embed(
            encoder,
            [lines[number] for number in numbers],
            device=self.device,
            precision=self.precision,
            out=folder / VECTORS,
            progress=lambda done, total: advance(done / total),
        )
        vectors.flush()  # type: ignore[attr-defined]
        np.save(folder / NUMBERS, np.array(numbers, dtype=np.int64))

    @property
    def whose(self) -> str:
        """Whose vectors they are, in words for the progress."""
        return self.encoder.name if self.untrained is None else f"{self.encoder.name} untrained"

    @property
    def title(self) -> str:
        """What the progress shows."""
        return f"{self.whose}: vectors of {self.side.name}.{self.side.language}"

    @property
    def work(self) -> Work:
        """About as many words as there are, a forward pass counting 1: six characters each, in any script."""
        size = sum(map(len, self.side.read().lines)) / 6
        return Work(size, f"embedding with {self.encoder.name} on {self.device_kind}")


def read_vectors(folder: Path) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """What `EmbedLines` wrote: vectors (a memory map) and the numbers of their lines."""
    import numpy as np

    return np.load(folder / VECTORS, mmap_mode="r"), np.load(folder / NUMBERS)
