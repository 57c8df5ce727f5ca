"""Run folders with predictions that were never made: for tests of what is compared, and how."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from crossglot.results.predictions import KEY, Predicted, write_predicted
from crossglot.results.rows import MEAN, ResultRow, write_results
from crossglot.results.systems import System

Tags = Mapping[Any, Mapping[str, Sequence[str]]]
"""(system, source, seed) → target → tags of each sentence, blanks between."""

GOLD = ["DET NOUN VERB"] * 60


def write_run(
    folder: Path,
    predicted: Tags,
    gold: Sequence[str] = GOLD,
    roles: Mapping[str, str] | None = None,
    task: str = "pos",
    types: str | None = None,
    systems: Mapping[str, System] | None = None,
) -> Path:
    """A run folder with nothing but results.csv and predictions/."""
    (folder / "predictions").mkdir(parents=True)
    rows = {}
    for (system, source, seed), targets in predicted.items():
        words = [
            {
                "target": target, "sentence": sentence, "word": word, "form": f"w{word}", "gold": tag,
                "predicted": guess,
            }
            for target, guesses in targets.items()
            for sentence, (tags, guessed) in enumerate(zip(gold, guesses, strict=True))
            for word, (tag, guess) in enumerate(zip(tags.split(), guessed.split(), strict=True))
        ]  # fmt: skip
        said = Predicted(
            system=(systems or {}).get(system) or System(system, (roles or {}).get(system, "other")),  # type: ignore[arg-type]
            task=task, source=source, seed=seed, step=f"made up {seed}",
        )  # fmt: skip
        pl.DataFrame(words).write_parquet(folder / "made up.parquet")
        write_predicted(folder / "predictions" / f"{said.file_name}.parquet", folder / "made up.parquet", said)
        (folder / "made up.parquet").unlink()
        for target in targets:
            rows[system, source, target] = ResultRow(
                experiment="table2", system=system, role=(roles or {}).get(system, "other"), task=task, source=source,
                target=target, aggregate=MEAN, metric="f1" if task == "ner" else "accuracy", value=0.0, types=types,
            )  # fmt: skip
    write_results(list(rows.values()), folder / "results.csv")
    return folder


def right(times: int, of: int = 60) -> list[str]:
    """So many sentences all right, the others with one word of three wrong."""
    return ["DET NOUN VERB"] * times + ["DET NOUN X"] * (of - times)


def change_predictions(path: Path, change: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    """Puts other predictions of the same system in a file's place."""
    metadata = {key: value for key, value in pl.read_parquet_metadata(path).items() if key == KEY}
    change(pl.read_parquet(path)).write_parquet(path, metadata=metadata)
