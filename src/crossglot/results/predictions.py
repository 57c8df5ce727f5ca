"""Files of predictions: their names, and the metadata in each that says of which system, source and seed it is."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from crossglot.errors import StorageError
from crossglot.files import whole_file
from crossglot.results.systems import System

LONGEST = 120  # bytes of a system's name in the name of a file, which may have 255
KEY = "crossglot"
"""The key in parquet's metadata."""


class Predicted(BaseModel):
    """Which system, source and seed a file of predictions is of.

    Attributes:
        system: the system that predicted.
        task: `pos`, `ner` or `labels`.
        source: as in results.csv.
        seed: of the training; None where nothing is random.
        condition: in the causal study, the condition; else empty.
        sentences: of a learning curve, how many of each source were trained on; else None.
        step: the step that predicted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: System
    task: str
    source: str
    seed: int | None
    condition: str = ""
    sentences: int | None = None
    step: str

    @property
    def file_name(self) -> str:
        """`m-bert-small.pos.en.seed1`; in the causal study `causes.cognates-0.5.seed1`; fit for a file name.

        Of a learning curve `m-bert-small.pos.en.200-sentences.seed1`.
        """
        row = f"causes.{plain_name(self.condition)}" if self.condition else self._row_name()
        return row + ("" if self.seed is None else f".seed{self.seed}")

    def _row_name(self) -> str:
        name = self.system.name
        plain = plain_name(name).encode()[:LONGEST].decode(errors="ignore")
        if plain != name.replace(" ", "-"):  # it stands for other systems, too, but for these digits
            plain += f"~{hashlib.sha256(name.encode()).hexdigest()[:8]}"
        size = "" if self.sentences is None else f".{self.sentences}-sentences"
        return f"{plain}.{self.task}.{plain_name(self.source)}{size}"


def plain_name(text: str) -> str:
    """The text with a hyphen for every character but letters, digits and `._+-`."""
    return "".join(character if character.isalnum() or character in "._+-" else "-" for character in text)


def write_predicted(target: Path, source: Path, predicted: Predicted) -> None:
    """Writes a table of predictions with its metadata; a file that is there already stays.

    Raises:
        NotWrittenError: if it cannot be written.
    """
    import polars as pl

    if said_by(target) == predicted:
        return
    with whole_file(target) as half:
        table = pl.read_parquet(source, glob=False)
        table.write_parquet(half, compression="zstd", metadata={KEY: predicted.model_dump_json()})


def said_by(path: Path) -> Predicted | None:
    """The metadata of a file; None if it has none, or is no file of predictions."""
    import polars as pl

    try:
        said = pl.read_parquet_metadata(path).get(KEY)
        return None if said is None else Predicted.model_validate_json(said)
    except (OSError, ValidationError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return None


def whose(path: Path) -> Predicted:
    """The metadata of a file of predictions.

    Raises:
        StorageError: if it has none, as files of earlier versions.
    """
    found = said_by(path)
    if found is None:
        raise StorageError(
            f"{path}: does not say which system predicted this: it is damaged, or of an earlier version\n"
            f"  run the study again in {path.parent.parent}: what is finished is found, and its predictions are "
            "written anew"
        )
    return found
