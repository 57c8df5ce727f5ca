"""claims.csv: every claim about the experiments of a run, with the number that decides it and the verdict.

What the columns hold (empty where a column does not apply):

    id          the claim's name
    origin      `paper`; `related`: what another paper reports; `ours`
    where       section and page, table or figure
    sentence    the paper's words; for all others, ours
    statistic   in words
    direction   on which side of the threshold the claim puts the statistic: `above`, `below`, or `within`: nearer to
                zero, on either side
    threshold   in the unit of the statistic
    value       of the statistic in this run
    low, high, interval   its bounds, and what kind of interval they are
    verdict     `holds`, `does not hold`, `cannot tell`
    why         the reason for the verdict, read after the number if there is one; else why there is no number
    m_bert, en_bert   which systems stand for the paper's encoders in the number
    rule        when statistic, direction and threshold were set
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from crossglot.csv_cells import inert_frame, restored_frame
from crossglot.errors import StorageError
from crossglot.files import whole_file
from crossglot.results.claims import BEFORE_RUNS, Direction, Origin, claimed, line_of
from crossglot.results.rows import RUN_AGAIN, fault_of
from crossglot.results.upgrading import upgraded_claim, was_judged_with

if TYPE_CHECKING:
    import polars

Verdict = Literal["holds", "does not hold", "cannot tell"]


class JudgedClaim(BaseModel):
    """A claim and what a run says about it."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    id: str = Field(min_length=1)
    origin: Origin
    where: str = ""
    sentence: str = ""
    statistic: str = ""
    direction: Direction
    threshold: float
    value: float | None = None
    low: float | None = None
    high: float | None = None
    interval: str | None = None
    verdict: Verdict
    why: str = ""
    m_bert: str | None = None
    en_bert: str | None = None
    rule: str = BEFORE_RUNS

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if (self.low is None) != (self.interval is None) or (self.high is None) != (self.interval is None):
            raise ValueError("low, high and interval come together")
        if self.value is None and self.verdict != "cannot tell":
            raise ValueError("a claim without a value is not decided")
        return self

    @property
    def players(self) -> dict[str, str]:
        """Role → the system that stands for the paper's encoder in the number."""
        found = {"m-bert": self.m_bert, "en-bert": self.en_bert}
        return {role: name for role, name in found.items() if name is not None}

    @property
    def line(self) -> str:
        """The threshold as it is printed: `5`, `±2`."""
        return line_of(self.direction, self.threshold)

    @property
    def claimed(self) -> str:
        """Where the claim puts the statistic: `> 0`, `< 5`, `within ±2`."""
        return claimed(self.direction, self.threshold)

    @property
    def bounds(self) -> str:
        """`81.00 to 90.20`; empty without an interval."""
        return "" if self.low is None or self.high is None else f"{self.low:.2f} to {self.high:.2f}"


CLAIM_COLUMNS: tuple[str, ...] = tuple(JudgedClaim.model_fields)


def claims_frame(claims: Iterable[JudgedClaim]) -> polars.DataFrame:
    """Claims as a polars frame with the columns of claims.csv."""
    import polars as pl

    numbers = dict.fromkeys(("threshold", "value", "low", "high"), pl.Float64())
    schema = {name: numbers.get(name, pl.String()) for name in CLAIM_COLUMNS}
    return pl.DataFrame([claim.model_dump() for claim in claims], schema=schema, orient="row")


def write_claims(claims: Iterable[JudgedClaim], path: Path) -> None:
    """Writes claims.csv, whole or not at all.

    Raises:
        StorageError: if the file cannot be written.
    """
    with whole_file(path) as half:
        inert_frame(claims_frame(claims)).write_csv(half)


def read_claims(path: Path) -> tuple[JudgedClaim, ...]:
    """Reads a claims.csv back, checked; one of an earlier version is upgraded, none is a run without claims.

    Raises:
        StorageError: naming the file, the claim that is none and its fault.
    """
    if not path.exists() and not path.is_symlink():
        return ()
    import polars as pl

    try:
        if not path.is_file():
            raise StorageError(f"{path}: cannot be read: not a file")
        frame = restored_frame(pl.read_csv(path, infer_schema=False, glob=False))
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise StorageError(f"{path}: not a table of claims: {str(error).splitlines()[0]}") from error
    earlier = was_judged_with(frame.columns)
    absent = [name for name in CLAIM_COLUMNS if name not in frame.columns]
    if absent and not earlier:
        raise StorageError(f"{path}: not a table of claims, it lacks {', '.join(absent)}\n  {RUN_AGAIN}")
    claims = []
    for number, row in enumerate(frame.iter_rows(named=True), start=1):
        try:
            cells = upgraded_claim(row) if earlier else row
            there = {name: cells[name] for name in CLAIM_COLUMNS if cells.get(name) is not None}
            claims.append(JudgedClaim.model_validate(there))
        except ValidationError as error:
            raise StorageError(f"{path}: claim {number}: {fault_of(error)}\n  {RUN_AGAIN}") from error
    return tuple(claims)
