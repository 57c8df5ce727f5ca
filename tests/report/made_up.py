"""A made-up run folder: numbers nobody measured, in the schema every real run writes."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np

from crossglot.results.predictions import Predicted
from crossglot.results.row_errors import FOLDER, RowErrors, write_errors
from crossglot.results.rows import DIAGONAL_MEAN, MEAN, ZERO_SHOT_MEAN, ResultRow, Role, write_results
from crossglot.results.systems import System
from crossglot.results.verdicts import JudgedClaim, write_claims
from crossglot.tagging.error_analysis import analyse_errors
from crossglot.tagging.error_groups import Evaluated, Seen

PUBLISHED_NER = {
    "en": (90.70, 69.74, 77.36, 73.59),
    "de": (73.83, 82.00, 76.25, 70.03),
    "nl": (65.46, 65.68, 89.86, 72.10),
    "es": (65.38, 59.40, 64.39, 87.18),
}
NER_TARGETS = ("en", "de", "nl", "es")
SCRIPT_BLOCKS = (("hi", "ur"), ("en", "bg", "ja"))
VERSIONS = {
    "packages": {"torch": "2.13.0"},
    "precision": "fp32",
    "machine": {"cores": "2"},
    "encoders": {
        "small-m-bert": {
            "location": "models/small-m-bert", "revision": "0123456789abcdef", "role": "m-bert",
            "fine_tuning": {
                "pos": {
                    "departures": {"epochs": 2, "learning_rate": 0.002}, "search": None,
                    "recipe": {"subword": "first-spelled", "cutting": "words"},
                },
                "ner": {
                    "departures": {"epochs": 2, "learning_rate": 0.0003, "head_start": "probe"},
                    "search": {
                        "head_start": "probe", "learning_rate": 0.0003, "score": 0.91, "source": "en",
                        "sentences": 1500,
                        "trials": [
["random", 1e-4, 0, True], ["random", 3e-4, 0.42, False], ["probe", 3e-4, 0.914, False],
],
                        "dev_sentences": 1000, "at_edge": True,
                    },
                },
            },
        },
        "small-en-bert": {"location": "models/small-en-bert", "revision": "fedcba", "role": "en-bert"},
    },
    "remarks": [
        {"kind": "collapsed", "system": "small-m-bert untrained", "task": "ner",
         "text": "small-m-bert untrained, ner: collapsed, every word gets O; trained on es (seed 1)"},
    ],
    "data": {
        "corpus/en train": {"checksum": "ab" * 32, "sentences": 12544, "words": 204577},
        "corpus/en test": "cd" * 32,
    },
}  # fmt: skip
INTERVAL = "95 % bootstrap over sentences and seeds"


def matrix(
    experiment: str, system: str, role: Role, keys: tuple[str, ...], level: tuple[float, float], task: str = "pos"
) -> list[ResultRow]:
    """One system's mean cells over `keys` × `keys`: about `level[0]` on the diagonal, `level[1]` beside it."""
    dice = random.Random(f"{experiment}{system}{keys}")
    rows = []
    for source in keys:
        for column, target in enumerate(keys):
            value = level[source != target] + dice.uniform(-6, 6)
            published = PUBLISHED_NER[source][column] if experiment == "table1" and role == "m-bert" else None
            cell = ResultRow(
                experiment=experiment,
                system=system,
                role=role,
                task=task,
                source=source,
                target=target,
                source_corpus=f"corpus/{source}",
                target_corpus=f"corpus/{target}",
                split="test",
                aggregate=MEAN,
                types="LOC ORG PER" if task == "ner" else None,
                metric="f1" if task == "ner" else "accuracy",
                value=round(value, 4),
                ci_low=round(value - 1.3, 4),
                ci_high=round(value + 1.4, 4),
                interval=INTERVAL,
                n=4200,
                published=published,
            )
            seeds = [cell.model_copy(update={"seed": seed, "aggregate": None}) for seed in (1, 2)]
            rows += [*seeds, cell]
    return rows


def means(experiment: str, system: str, role: Role, level: tuple[float, float], task: str = "pos") -> list[ResultRow]:
    """The averages over a system's cells."""
    kinds = zip((DIAGONAL_MEAN, ZERO_SHOT_MEAN), level, strict=True)
    return [
        ResultRow(
            experiment=experiment,
            system=system,
            role=role,
            task=task,
            split="test",
            aggregate=kind,
            metric="f1" if task == "ner" else "accuracy",
            value=value,
            ci_low=value - 4,
            ci_high=value + 4,
            interval="95 % bootstrap over languages",
            n=4 if kind == DIAGONAL_MEAN else 12,
        )
        for kind, value in kinds
    ]


def made_up_rows() -> list[ResultRow]:
    """Table 1 with floors and a missing cell, table 3 with a cited system, table 4 in its two blocks."""
    rows: list[ResultRow] = []
    ner: list[tuple[str, Role, tuple[float, float]]] = [
        ("small-m-bert", "m-bert", (62.0, 31.0)),
        ("small-m-bert untrained", "floor", (38.0, 9.0)),
        ("most frequent tag", "floor", (41.0, 14.0)),
    ]
    for system, role, level in ner:
        rows += matrix("table1", system, role, NER_TARGETS, level, "ner") + means("table1", system, role, level, "ner")
    gone = {"value": None, "ci_low": None, "ci_high": None, "interval": None, "n": None}
    why = "no German NER corpus with a train split in the data root"
    rows = [
        row.model_copy(update={**gone, "types": None, "missing": why})
        if row.experiment == "table1" and row.source == "de" and row.aggregate == MEAN
        else row
        for row in rows
        if not (row.source == "de" and row.seed is not None)
    ]
    for system, role, numbers in (
        ("Lample et al. (2016)", "published", (90.94, 78.76, 81.74, 85.75)),
        ("small-en-bert", "en-bert", (91.07, 73.32, 84.23, 81.84)),
        ("most frequent tag", "floor", (None,) * 4),
    ):
        for target, published in zip(NER_TARGETS, numbers, strict=True):
            value = None if role == "published" else 55.5 if role == "en-bert" else 41.0
            rows.append(
                ResultRow(
                    experiment="table3",
                    system=system,
                    role=role,
                    task="ner",
                    source=target,
                    target=target,
                    aggregate=MEAN,
                    metric="f1",
                    value=value,
                    published=published,
                    n=None if value is None else 900,
                )
            )
    for keys in SCRIPT_BLOCKS:
        rows += matrix("table4", "small-m-bert", "m-bert", keys, (88.0, 48.0))
        rows += matrix("table4", "most frequent tag", "floor", keys, (80.0, 22.0))
    return rows


JUDGED = (
    JudgedClaim(
        id="t1-zero-shot-beats-floor", origin="paper", where="section 2.1, p. 4997; table 1",
        sentence="zero-shot is good", statistic="zero-shot mean of m-bert minus untrained", direction="above",
        threshold=0, value=22, low=18, high=26, interval="95 % bootstrap over 4 languages", verdict="holds",
        why="all of its interval 18.00 to 26.00 is above 0", m_bert="small-m-bert",
    ),
    JudgedClaim(
        id="t4-ja-is-hard", origin="paper", where="section 3.2, p. 4998; table 4", statistic="en→ja minus en→bg",
        direction="below", threshold=0, value=-3.1, low=-7, high=0.8, interval="from the cells' own intervals",
        verdict="cannot tell", why="its interval -7.00 to 0.80 covers 0", m_bert="small-m-bert",
    ),
    JudgedClaim(
        id="t7-gap", origin="ours", where="appendix B, p. 5001", statistic="m-bert minus en-bert", direction="above",
        threshold=0, verdict="cannot tell", why="table 7 was not run",
    ),
)  # fmt: skip


def write_made_up_run(folder: Path) -> Path:
    """A whole run folder as `reproduce` leaves it, before its report."""
    folder.mkdir(parents=True, exist_ok=True)
    write_results(made_up_rows(), folder / "results.csv")
    write_claims(JUDGED, folder / "claims.csv")
    (folder / "versions.json").write_text(json.dumps(VERSIONS), encoding="utf-8")
    (folder / "study.toml").write_text(
        'experiments = ["table1", "table3", "table4"]\nseeds = [1, 2]\n', encoding="utf-8"
    )
    return folder


def write_made_up_errors(
    folder: Path, task: str, source: str, targets: tuple[str, ...], words: tuple[str, ...] = ("w0", "w1", "w2")
) -> Path:
    """What two seeds of small-m-bert got wrong on 40 sentences of these words; the last tag is the wrong one."""
    gold = ["NOUN"] * len(words) if task == "pos" else ["B-PER", *["O"] * (len(words) - 1)]
    predicted = [*gold[:-1], "VERB" if task == "pos" else "B-LOC"]
    cell = Evaluated(
        [words] * 40, [gold] * 40, [[predicted] * 40] * 2, Seen({}, {}), np.zeros(40 * len(words), np.int8)
    )
    cells = tuple(analyse_errors(cell, task, target=target, corpus=f"corpus/{target}") for target in targets)
    of = Predicted(system=System("small-m-bert", "m-bert"), task=task, source=source, seed=None, step="made up")
    write_errors(folder / FOLDER, [RowErrors(of=of, cells=cells)])
    return folder / FOLDER / f"{of.file_name}.json"
