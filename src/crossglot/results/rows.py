"""results.csv: the tidy table that every experiment fills and every report reads; one row per number.

The fields of `ResultRow` describe its columns; a run's page shows the same descriptions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from crossglot.csv_cells import inert_frame, restored_frame
from crossglot.errors import StorageError
from crossglot.files import whole_file
from crossglot.results.upgrading import upgraded_rows, was_written_with

if TYPE_CHECKING:
    import polars

Role = Literal["m-bert", "en-bert", "other", "floor", "baseline", "published"]

MEAN, ZERO_SHOT_MEAN, DIAGONAL_MEAN, PART_MEAN = "mean", "zero-shot mean", "diagonal mean", "mean of a part"


class ResultRow(BaseModel):
    """One number, or one cell that says why it has none. A column is empty where it does not apply.

    Raises:
        ValidationError: for a row that has both seed and aggregate or neither, bounds without a kind of interval, no
            value and no reason for that, or both.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    experiment: str = Field(
        description="`table1` … `table8`, `figure1` …, or the name of another experiment; of a matrix of one's own "
        "`matrix`, `word-order` and `groups`"
    )
    system: str = Field(
        description="what fills the row: the encoder's name (`m-bert-small`), `<name> untrained`, `<name> linear "
        "probe`, `<name> shared pieces`, `chance`, `most frequent tag`, or a cited system (`Lample et al. (2016)`)"
    )
    role: Role = Field(
        description="`m-bert`, `en-bert`: an encoder that plays one of the two parts that claims speak of; `other`: "
        "any other encoder; `floor`: most frequent tag, linear probe, untrained encoder; `baseline`: a tagger "
        "without a BERT; `published`: a cited system that was not run, whose row holds a published number alone"
    )
    task: str = Field(description="`pos`, `ner` or `labels`; `translation` in figure 3")
    source: str | None = Field(
        None,
        description="key of the language trained on, several joined by `+` (`hi+en`), or of code-switched text with "
        "its form (`hi/en:corrected`); empty in averages over cells",
    )
    source_corpus: str | None = Field(
        None, description="trained on: `UD_English-EWT`, `conll2002/es`; several joined by `+`"
    )
    target: str | None = Field(
        None,
        description="key of the language evaluated; source and target equal is the diagonal, all else is zero-shot",
    )
    target_corpus: str | None = Field(None, description="evaluated on; as `source_corpus`")
    split: str | None = Field(None, description="of the target: `test`, `dev`")
    condition: str | None = Field(
        None,
        description="an experiment's variant: the form of the text in table 6 (`corrected`), the grouping of table 5 "
        "and of `groups` (`81A`), what explains the score in figures 1 and 2 and `word-order` (`by entity overlap`), "
        "shift and metric in figure 3 (`mean shift, l2`), the knob of the causal study, in `curve` how much was "
        "trained with (`200 sentences`; `2,000 sentences, point 3 of 8`); also in rows without a value",
    )
    types: str | None = Field(
        None,
        description="in NER cells and overlaps of entities the types that were scored, sorted (`LOC ORG PER`)",
    )
    part: str | None = Field(
        None,
        description="which part of a cell the row is of: in `mean of a part` a language id of code-switched text "
        "(`hi`), in `pieces in its script` the script",
    )
    layer: int | None = Field(None, description="hidden layer; 0 is the embeddings")
    seed: int | None = Field(None, description="in rows of one seed; then `aggregate` is empty")
    aggregate: str | None = Field(
        None,
        description="`mean`: a cell of a table, the mean over its seeds (one row per cell, also of systems without "
        "seeds, of published systems and of missing cells: tables are made of these rows); `zero-shot mean`, "
        "`diagonal mean`: over a system's cells, with source and target empty; `mean of a part`: of a cell, some "
        "words alone; figures 1 to 3, table 5 and other experiments name statistics of their own. Where the interval "
        "draws genera, a row whose aggregate ends with `, languages drawn` has the other",
    )
    metric: str = Field(
        description="`accuracy`, `f1`, …; of pairs of languages `entity overlap`, `spelled entity overlap`, `seen "
        "piece types`, `seen piece tokens`, `common features` (n: comparable ones); of a tokenizer and a language "
        "`pieces per word`, `unknown words`, `known letters`, `pieces in its script` (a row for each script; n: the "
        "letters of it); in `curve` `training sentences` (of each source) and `optimiser steps` of a condition, and "
        "of a point of a training `accuracy gained until the end`; in the causal study what it measures, and "
        "`… difference` of each"
    )
    value: float | None = Field(
        None,
        description="per cent for accuracy, F1, overlaps and shares; statistics in units of their own",
    )
    ci_low: float | None = Field(None, description="lower bound of the interval")
    ci_high: float | None = Field(None, description="upper bound of the interval")
    interval: str | None = Field(None, description="what kind of interval: its level, and what was resampled")
    n: int | None = Field(
        None,
        description="what the value is counted over: words (accuracy), gold entities (F1), cells (averages over "
        "cells), pairs of sentences (translation)",
    )
    published: float | None = Field(
        None, description="the published number for this cell, in rows of encoders and of published systems"
    )
    comparable: bool = Field(
        False,
        description="`true` only where the published number is of this encoder on these data, so that a difference is "
        "an error of reproduction",
    )
    missing: str | None = Field(None, description="why there is no value; a published system's row may have neither")
    collapsed: int | None = Field(
        None,
        description="how many of the trainings behind the value gave every word one label (in statistics over cells: "
        "in how many cells any did), empty if none: such a value is about a training, not about the encoder, and "
        "decides no claim",
    )

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if (self.seed is None) == (self.aggregate is None):
            raise ValueError("a row has either a seed or an aggregate")
        if (self.ci_low is None) != (self.interval is None) or (self.ci_high is None) != (self.interval is None):
            raise ValueError("ci_low, ci_high and interval come together")
        if self.value is None and not self.missing and self.role != "published":
            raise ValueError("a row without a value says in `missing` why")
        if self.value is not None and self.missing:
            raise ValueError("a row has either a value or a reason why there is none")
        if self.comparable and self.published is None:
            raise ValueError("a row is comparable only to a published number")
        return self


WRITING = ".writing"
"""The lock of whoever writes into a run folder, so that what is written there belongs together."""

RUN_AGAIN = "run the study again in the same folder: it writes the table anew from what is finished"
COLUMNS: tuple[str, ...] = tuple(ResultRow.model_fields)
LONGEST_HEADER, LONGEST_SAID, MOST_SAID = 10_000, 200, 5
"""Bytes of a first line that is read, letters and names of one that are said: whatever a damaged file has there."""


def schema() -> dict[str, polars.DataType]:
    """Column names, in the file's order, and their polars types."""
    import polars as pl

    numbers: dict[str, polars.DataType] = {
        **dict.fromkeys(("value", "ci_low", "ci_high", "published"), pl.Float64()),
        **dict.fromkeys(("layer", "seed", "n", "collapsed"), pl.Int64()),
        "comparable": pl.Boolean(),
    }
    return {name: numbers.get(name, pl.String()) for name in COLUMNS}


def results_frame(rows: Iterable[ResultRow]) -> polars.DataFrame:
    """Rows as a polars frame in the schema, in the order given."""
    import polars as pl

    return pl.DataFrame([row.model_dump() for row in rows], schema=schema(), orient="row")


def write_results(results: polars.DataFrame | Sequence[ResultRow], path: Path) -> None:
    """Writes results.csv, whole or not at all.

    Raises:
        StorageError: if columns or rows are not what the schema says, or the file cannot be written.
    """
    import polars as pl

    frame = results if isinstance(results, pl.DataFrame) else results_frame(results)
    validate_results(frame, path)
    with whole_file(path) as half:
        inert_frame(frame).write_csv(half)


def entity_types(types: str | None) -> tuple[str, ...]:
    """A row's `types`, one by one: `LOC ORG PER` → (`LOC`, `ORG`, `PER`)."""
    return tuple((types or "").split())


def read_results(path: Path) -> polars.DataFrame:
    """Reads a results.csv back, in the schema, checked; one of an earlier version is upgraded.

    Raises:
        StorageError: if the file is missing, or its columns or a row are not what the schema says (names the line).
    """
    import polars as pl

    try:
        if not path.is_file():
            raise StorageError(f"{path}: cannot read the results: not a file")
        with path.open("rb") as file:
            header = file.readline(LONGEST_HEADER).decode("utf-8").rstrip("\r\n").split(",")
    except OSError as error:
        raise StorageError(f"{path}: cannot read the results: {error}") from error
    except UnicodeDecodeError as error:
        raise StorageError(f"{path}: not a results table: not UTF-8 (byte {error.start})") from error
    earlier = was_written_with(header)
    if not earlier:
        _check_columns(header, path)
    try:
        kinds = schema()
        frame = restored_frame(pl.read_csv(path, schema={name: kinds[name] for name in header}, glob=False))
        if earlier:
            frame = pl.DataFrame(list(upgraded_rows(frame.iter_rows(named=True))), schema=kinds, orient="row")
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise StorageError(f"{path}: not a results table: {_briefly(str(error).splitlines()[0])}") from error
    validate_results(frame, path)
    return frame


def validate_results(frame: polars.DataFrame, path: Path | str = "results") -> None:
    """Checks columns and every row.

    Raises:
        StorageError: naming the file, the line and the fault.
    """
    _check_columns(frame.columns, path)
    for line, row in enumerate(frame.iter_rows(named=True), start=2):
        try:
            ResultRow.model_validate(row)
        except ValidationError as error:
            raise StorageError(f"{path}:{line}: {fault_of(error)}\n  {RUN_AGAIN}") from error


def fault_of(error: ValidationError) -> str:
    """What is wrong with a line of a table, with its column: `verdict: Input should be …, not 'maybe'`."""
    first = error.errors(include_url=False)[0]
    where, said = ".".join(map(str, first["loc"])), first["msg"].removeprefix("Value error, ")
    given = "" if first["type"] == "missing" or not where else f", not {_briefly(str(first['input']))!r}"
    return f"{where}: {said}{given}" if where else said


def _check_columns(found: Sequence[str], path: Path | str) -> None:
    if tuple(found) != COLUMNS:
        absent = [name for name in COLUMNS if name not in found]
        surplus = [name for name in found if name not in COLUMNS]
        surplus = [_briefly(name) for name in surplus[:MOST_SAID]]
        fault = (
            f"lacks {', '.join(absent)}"
            if absent
            else f"has unknown {', '.join(surplus)}"
            if surplus
            else "in another order"
        )
        raise StorageError(
            f"{path}: not a results table, its columns are not those of this version ({fault})\n  {RUN_AGAIN}"
        )


def _briefly(text: str) -> str:
    return text if len(text) <= LONGEST_SAID else text[:LONGEST_SAID] + " …"
