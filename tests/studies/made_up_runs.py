"""Run folders with predictions that were never made: for tests of what is compared, and how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from crossglot.results.rows import MEAN, ResultRow, write_results

Predicted = Mapping[Any, Mapping[str, Sequence[str]]]
"""(system, source, seed) → target → tags of each sentence, blanks between."""

GOLD = ["DET NOUN VERB"] * 60


def write_run(
    folder: Path,
    predicted: Predicted,
    gold: Sequence[str] = GOLD,
    roles: Mapping[str, str] | None = None,
    task: str = "pos",
    types: str | None = None,
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
        name = f"{system}.{task}.{source}".replace(" ", "-").replace("/", "-").replace(":", "-")
        suffix = "" if seed is None else f".seed{seed}"
        pl.DataFrame(words).write_parquet(folder / "predictions" / f"{name}{suffix}.parquet")
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
