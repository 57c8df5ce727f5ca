"""A run folder with everything in it that a report or a comparison reads: made-up numbers and predictions."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from made_up import matrix, write_made_up_errors, write_made_up_run

from crossglot.results.predictions import KEY, Predicted
from crossglot.results.rows import write_results
from crossglot.results.systems import System
from earlier_runs import write_earlier_claims, write_earlier_results

SYSTEM = "small-m-bert"
ROWS = matrix("transfer-pos", SYSTEM, "m-bert", ("en", "de"), (90.0, 60.0))


def write_whole_run(folder: Path) -> Path:
    """A matrix of two languages, all else as `made_up` has it, and the predictions of two seeds for one source."""
    write_made_up_run(folder)
    write_results(ROWS, folder / "results.csv")
    (folder / "predictions").mkdir()
    tags = ("DET", "NOUN", "VERB")
    for seed in (1, 2):
        words = [
            {"target": target, "sentence": sentence, "word": word, "form": f"w{word}", "gold": tag,
             "predicted": tag if (sentence * seed + word) % 5 else "X"}
            for target in ("en", "de")
            for sentence in range(40)
            for word, tag in enumerate(tags)
        ]  # fmt: skip
        said = Predicted(system=System(SYSTEM, "m-bert"), task="pos", source="en", seed=seed, step=f"made up {seed}")
        path = folder / "predictions" / f"{said.file_name}.parquet"
        pl.DataFrame(words).write_parquet(path, metadata={KEY: said.model_dump_json()})
    write_made_up_errors(folder, "pos", "en", ("en", "de"))
    return folder


def write_earlier_run(folder: Path) -> Path:
    """The same, with results and claims as earlier versions wrote them."""
    write_whole_run(folder)
    write_earlier_claims(folder / "claims.csv")
    write_earlier_results(ROWS, folder / "results.csv")
    return folder
