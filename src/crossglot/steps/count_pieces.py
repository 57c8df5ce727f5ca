"""Word pieces of an annotated split in an encoder's own tokenizer: what overlap and spelling are told by."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from crossglot.corpora.sampling import sample
from crossglot.encoders.spelling import Spelling
from crossglot.engine.step import Advance, Inputs, Step
from crossglot.steps.arguments import CorpusSplit, EncoderReference
from crossglot.tagging.overlap import PieceUse

PIECES = "pieces.json"


class Counted(BaseModel):
    """What the step found: the fields of `tagging.overlap.PieceUse`, and how the text is spelled."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    in_entities: dict[str, tuple[int, ...]]
    counts: dict[int, int]
    unspelled_in_entities: dict[str, tuple[str, ...]]
    unspelled: dict[str, int]
    spelling: Spelling

    @property
    def use(self) -> PieceUse:
        """The pieces as `tagging.overlap` takes them."""
        return PieceUse(
            {name: frozenset(ids) for name, ids in self.in_entities.items()},
            self.counts,
            {name: frozenset(forms) for name, forms in self.unspelled_in_entities.items()},
            self.unspelled,
        )


class CountPieces(Step):
    """Counts the word pieces of one split, once for every pair that it is part of; loads no weights.

    Attributes:
        encoder: whose tokenizer.
        split: sentences with named entities (tags other than `O`).
        at_most: at most so many sentences: the same ones that are trained on.
    """

    # 4 counted bare marks, 3 cut words as if they stood alone, 2 did not tell entity types apart, and 1 left out what
    # cannot be spelled
    VERSION: ClassVar[str] = "5"

    encoder: EncoderReference
    split: CorpusSplit
    at_most: int | None = None

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:  # noqa: ARG002
        """Writes pieces.json."""
        from crossglot.encoders.spelling import spelling
        from crossglot.tagging.overlap import piece_use

        tokenizer = self.encoder.load_tokenizer()
        sentences = sample(self.split.read(), self.at_most)
        use = piece_use(sentences, tokenizer)
        found = Counted(
            in_entities={name: tuple(sorted(ids)) for name, ids in use.in_entities.items()},
            counts=dict(use.counts),
            unspelled_in_entities={name: tuple(sorted(forms)) for name, forms in use.unspelled_in_entities.items()},
            unspelled=dict(use.unspelled),
            spelling=spelling([sentence.words for sentence in sentences], tokenizer),
        )
        (folder / PIECES).write_text(found.model_dump_json() + "\n", encoding="utf-8")

    @property
    def title(self) -> str:
        """What the progress shows."""
        return f"{self.encoder.name}: word pieces of {self.split.corpus} {self.split.split}"


def read_counted(folder: Path) -> Counted:
    """What `CountPieces` wrote."""
    return Counted.model_validate_json((folder / PIECES).read_bytes())
