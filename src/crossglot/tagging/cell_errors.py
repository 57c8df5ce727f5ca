"""What a cell of a transfer matrix got wrong, as typed data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

Count = Annotated[int, Field(ge=0, lt=2**53)]


class Group(BaseModel):
    """Words, or gold entities, that have something in common, and how many of them were tagged right.

    Attributes:
        name: what they have in common: a tag, `2 to 9`, `all seen`.
        n: how many there are, counted once for each seed.
        right: how many of them were tagged right; of entities, found with their type and bounds.
        given: how many words were given the tag, how many entities of the type were predicted; None where what is
            predicted does not fall into such groups.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    n: Count
    right: Count
    given: Count | None = None


class Confusion(BaseModel):
    """How often words with one label were given another: `counts[gold][predicted]`, both numbers of `labels`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    labels: tuple[str, ...]
    counts: tuple[tuple[Count, ...], ...]

    @model_validator(mode="after")
    def _is_square(self) -> Self:
        if {len(self.labels)} != {len(self.counts), *map(len, self.counts)}:
            raise ValueError("a confusion matrix has a row and a column for each label")
        return self


class Example(BaseModel):
    """A sentence in which something is wrong; `place` is its number in the test set, from 1."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    place: Count
    words: tuple[str, ...]
    gold: tuple[str, ...]
    predicted: tuple[str, ...]

    @model_validator(mode="after")
    def _is_tagged(self) -> Self:
        if not len(self.words) == len(self.gold) == len(self.predicted):
            raise ValueError("every word of an example has a gold and a predicted tag")
        return self


class CellErrors(BaseModel):
    """The errors of one cell: a tagger of one source on one target, all seeds together.

    Attributes:
        target: key of the language.
        corpus: whose test split.
        sentences: of the split.
        seeds: how many taggers were counted together.
        types: of `ner` the entity types that are scored; other entities are not looked at.
        confusion: of words; of `ner` of the types of entities that they are in, `O` for none.
        labels: by tag, or by type of entity.
        outcomes: of `ner`, what became of gold entities (`n`: all of them); last, predicted ones where there is none.
        lengths: of `ner`, by length of the gold entity in words.
        frequencies: by how often the word, or the entity, stands in the training sentences.
        pieces: by how many of the word's pieces the training sentences have; none of a tagger without an encoder.
        examples: some sentences with errors, of the first seed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    target: str
    corpus: str
    sentences: Count
    seeds: Annotated[int, Field(ge=1, lt=2**53)]
    types: tuple[str, ...] = ()
    confusion: Confusion
    labels: tuple[Group, ...]
    outcomes: tuple[Group, ...] = ()
    lengths: tuple[Group, ...] = ()
    frequencies: tuple[Group, ...]
    pieces: tuple[Group, ...] = ()
    examples: tuple[Example, ...] = ()


_CELLS = TypeAdapter(tuple[CellErrors, ...])


def write_cells(path: Path, cells: Sequence[CellErrors]) -> None:
    """Writes the errors of one source's taggers on their targets, as JSON."""
    path.write_bytes(_CELLS.dump_json(tuple(cells)) + b"\n")


def read_cells(path: Path) -> tuple[CellErrors, ...]:
    """What `write_cells` wrote."""
    return _CELLS.validate_json(path.read_bytes())
