"""Sentences translated by nearest neighbours: for each pair of lines, which line was found, at every layer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from crossglot.corpora.sampling import sample
from crossglot.engine.step import Advance, Inputs, Step, Work
from crossglot.steps.arguments import EncoderReference
from crossglot.steps.bitext_sides import Side, usable_pairs
from crossglot.steps.embed import EmbedLines, read_vectors
from crossglot.steps.given_vectors import GivenVectors
from crossglot.steps.on_device import OnDevice

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOUND = "found.npy"
ShiftName = Literal["mean shift", "held-out mean shift", "no shift", "centred"]
Condition = tuple[ShiftName, Literal["l2", "cosine", "csls"]]

CONDITIONS: tuple[Condition, ...] = (
    ("mean shift", "l2"),
    ("held-out mean shift", "l2"),
    ("no shift", "l2"),
    ("no shift", "cosine"),
    ("centred", "cosine"),
    ("no shift", "csls"),
    ("centred", "csls"),
)
"""The paper's condition, then ours; centring in l2 is left out, since it is the same as the mean shift."""


def condition_name(condition: Condition) -> str:
    """How a condition is called: `mean shift, l2`."""
    return ", ".join(condition)


class Translate(Step):
    """Looks for the translation of each sentence among those of the other side, in both directions.

    Attributes:
        source: vectors of the one side.
        target: vectors of the other.
        pairs: how many pairs at most, the pool: the same whatever encoder looks; accuracy falls as it grows.
        conditions: shift and metric of each search.
    """

    source: EmbedLines | GivenVectors
    target: EmbedLines | GivenVectors
    pairs: int
    conditions: tuple[Condition, ...] = CONDITIONS

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:
        """Writes found.npy, int32 (directions, conditions, layers, pairs): the place of what was found in the pool."""
        import numpy as np

        from crossglot.alignment.translations import translations

        pool = sample(usable_pairs(self.source.side, self.target.side), self.pairs)
        embedded = (read_vectors(inputs(step)) for step in (self.source, self.target))
        sides = [_of_pool(*found, lines) for found, lines in zip(embedded, zip(*pool, strict=True), strict=True)]
        layers = len(sides[0][0])
        found = np.empty((2, len(self.conditions), layers, len(pool)), np.int32)
        for layer in range(layers):
            source, target = (np.asarray(vectors[layer])[places] for vectors, places in sides)
            found[:, :, layer] = translations(source, target, self.conditions, device=self.source.device)
            advance((layer + 1) / layers)
        np.save(folder / FOUND, found)

    @property
    def gpu(self) -> str:
        """See Step."""
        return "" if self.source.device_kind == "cpu" else self.source.device

    @property
    def requirements(self) -> tuple[OnDevice, ...]:
        """See Step."""
        return (OnDevice(self.source.device),)

    @property
    def title(self) -> str:
        """What the progress shows."""
        languages = f"{self.source.side.language}-{self.target.side.language}"
        return f"{self.source.whose}: {languages} translations among {self.pairs:,}"

    @property
    def work(self) -> Work:
        """Comparisons, of which some hundred, at every layer, cost as much as a word's forward pass."""
        return Work(self.pairs**2 / 100, f"translating with {self.source.whose} on {self.source.device_kind}")


class TranslateByPieces(Step):
    """Looks for translations by the word pieces that sentences share: the floor without an encoder.

    Attributes:
        encoder: whose tokenizer.
        source: the one side.
        target: the other.
        pairs: as in `Translate`.
    """

    VERSION: ClassVar[str] = "2"  # 1 counted unknown pieces as shared, and drew lines before it left out repeated ones

    encoder: EncoderReference
    source: Side
    target: Side
    pairs: int

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:  # noqa: ARG002
        """Writes found.npy, int32 (directions, pairs); -1 where no piece is shared."""
        import numpy as np

        from crossglot.alignment.shared_pieces import nearest_by_pieces
        from crossglot.alignment.texts import every_piece

        pool = sample(usable_pairs(self.source, self.target), self.pairs)
        tokenizer = self.encoder.load_tokenizer()
        texts = (side.read().lines for side in (self.source, self.target))
        sides = [
            every_piece(tokenizer, [lines[number] for number in numbers])
            for lines, numbers in zip(texts, zip(*pool, strict=True), strict=True)
        ]
        np.save(folder / FOUND, np.stack(nearest_by_pieces(*sides)).astype(np.int32))

    @property
    def title(self) -> str:
        """What the progress shows."""
        languages = f"{self.source.language}-{self.target.language}"
        return f"{self.encoder.name}: {languages} translations among {self.pairs:,} by shared pieces"


def read_found(folder: Path) -> NDArray[np.int32]:
    """What `Translate` or `TranslateByPieces` wrote."""
    import numpy as np

    found: NDArray[np.int32] = np.load(folder / FOUND)
    return found


def _of_pool(
    vectors: NDArray[np.float32], numbers: NDArray[np.int64], lines: Sequence[int]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The vectors, and the indices of the pool's lines among them."""
    import numpy as np

    return vectors, np.searchsorted(numbers, lines)
