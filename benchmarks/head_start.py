"""What a tagger's new layer should start from: random, random with a rate of its own, a linear probe, and averaged.

Each training is scored on the source's dev set, its test set and those of the targets, zero-shot; entity types that
source and target both annotate are scored. The first seed tries every rate; the others train at the one with which that
seed did best on dev, for each start its own. Scores go to a CSV file as they come, and what is there is not run again;
`--table` prints them.

    python -m benchmarks.head_start --data ROOT --encoder DIR… --task pos --rates 1e-4,3e-4,1e-3 --out FILE.csv
    python -m benchmarks.head_start --table FILE.csv
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.taggers import parsed, tagger_options
from crossglot.corpora.catalogue import find_corpus
from crossglot.corpora.sampling import sample
from crossglot.corpora.sentences import TaggedSentence
from crossglot.encoders.encoder import Encoder
from crossglot.encoders.loading import load_encoder
from crossglot.runtime import resolve_runtime
from crossglot.tagging.encoder_tagger import EncoderTagger
from crossglot.tagging.finetuning import finetune
from crossglot.tagging.fitting import DivergenceError
from crossglot.tagging.labels import entity_types
from crossglot.tagging.linear_probe import linear_probe
from crossglot.tagging.recipe import Recipe

LANGUAGES = {"pos": ("en", "de", "es", "bg", "hi", "tr", "ja"), "ner": ("es", "nl", "de", "en", "it", "hi", "tr")}
"""The source, then its targets: near and far, in its script and in others."""

STARTS: dict[str, dict[str, object]] = {
    "random": {},
    "head rate": {"head_learning_rate": 1e-2},
    "probe": {"head_start": "probe"},
    "averaged probe": {"head_start": "probe", "averaged": 1 / 3},
}
COLUMNS = ("encoder", "task", "start", "rate", "seed", "set", "score")
DEV = "dev"
ALONE = "probe alone"

Sets = dict[str, tuple[list[TaggedSentence], tuple[str, ...] | None]]


def read_sets(options: argparse.Namespace, languages: tuple[str, ...]) -> tuple[list[TaggedSentence], Sets]:
    """Training sentences; by name the sets to score, each with the entity types that count there."""
    task = options.task
    corpora = {language: find_corpus(options.data, language, task) for language in languages}
    source = corpora[languages[0]]
    train = list(source.read("train"))
    sets = {DEV: list(source.read("dev"))} | {key: list(corpus.read("test")) for key, corpus in corpora.items()}
    ours = _types(train)
    return list(sample(train, options.max_train)), {
        name: (list(sample(gold, options.max_test)), tuple(sorted(ours & _types(gold))) if task == "ner" else None)
        for name, gold in sets.items()
    }


def _types(sentences: list[TaggedSentence]) -> set[str]:
    return set(entity_types(tag for sentence in sentences for tag in sentence.tags))


Scores = dict[str, float]
Done = dict[tuple[str, float, int], Scores]
"""Start, rate, seed → the scores by set."""


def read_done(path: Path, encoder: str, task: str) -> Done:
    """What the file has of one encoder and task."""
    found: Done = {}
    if path.exists():
        for row in pl.read_csv(path).filter(encoder=encoder, task=task).iter_rows(named=True):
            found.setdefault((row["start"], row["rate"], row["seed"]), {})[row["set"]] = row["score"]
    return found


def measure(encoder: Encoder, train: list[TaggedSentence], sets: Sets, options: argparse.Namespace, done: Done) -> None:
    """Trains and scores what is not done yet, seed by seed."""
    runtime = resolve_runtime("auto", options.precision, threads=options.threads)

    def score(start: str, rate: float, seed: int, make: Callable[[], EncoderTagger]) -> None:
        if (start, rate, seed) in done:
            return
        try:
            tagger = make()
            found = {name: 100 * tagger.evaluate(gold, types=types).value for name, (gold, types) in sets.items()}
        except DivergenceError:
            found = dict.fromkeys(sets, 0.0)
        done[start, rate, seed] = found
        write(options.out, [(encoder.name, options.task, start, rate, seed, *pair) for pair in found.items()])
        print(encoder.name, start, rate, seed, *(f"{name} {value:.1f}" for name, value in found.items()), flush=True)

    score(
        ALONE,
        0.0,
        0,
        lambda: linear_probe(encoder, train, task=options.task, device=runtime.device, precision=runtime.precision),
    )
    for seed in options.seeds:
        for start in options.starts:
            for rate in options.rates if seed == options.seeds[0] else [best_rate(done, start, options.seeds[0])]:
                recipe = Recipe.model_validate({"learning_rate": rate, "epochs": options.epochs, **STARTS[start]})
                settings = {"task": options.task, "recipe": recipe, "seed": seed, "runtime": runtime}
                score(start, rate, seed, partial(finetune, encoder, train, **settings))


def best_rate(done: Done, start: str, seed: int) -> float:
    """The rate at which this start and seed did best on dev."""
    return max((scores[DEV], rate) for (name, rate, of), scores in done.items() if (name, of) == (start, seed))[1]


def write(path: Path, rows: list[tuple[object, ...]]) -> None:
    """Adds rows to the file, below column names if it is new."""
    fresh = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerows([*([COLUMNS] if fresh else []), *rows])


def table(path: Path) -> None:
    """Markdown: for each start the mean scores over seeds at its rate, ± their standard deviation."""
    scores = pl.read_csv(path)
    for (encoder, task), group in scores.group_by("encoder", "task", maintain_order=True):
        languages = LANGUAGES[str(task)]
        print(f"\n{encoder}, {task}, trained on {languages[0]}\n")
        print("| start | rate | dev | " + " | ".join(languages) + " | zero-shot |")
        print("|---|---|---|" + "---|" * (len(languages) + 1))
        done = read_done(path, str(encoder), str(task))
        for start in group["start"].unique(maintain_order=True):
            rate = best_rate(done, str(start), int(group.filter(start=start)["seed"].min()))  # type: ignore[arg-type]
            found = [scores for (name, at, _), scores in done.items() if (name, at) == (start, rate)]
            print(f"| {start} | {rate:g} | " + " | ".join(_cells(found, languages)) + " |")


def _cells(found: list[Scores], languages: tuple[str, ...]) -> Iterator[str]:
    for name in (DEV, *languages):
        values = [scores[name] for scores in found]
        yield f"{np.mean(values):.1f} ± {np.std(values):.1f}" if len(values) > 1 else f"{values[0]:.1f}"
    yield f"{np.mean([scores[language] for scores in found for language in languages[1:]]):.1f}"


def main() -> None:
    """Measures, or prints the table of what was measured."""
    parser = tagger_options(__doc__, "head_start.csv", max_train=600, max_test=150)
    parser.add_argument("--task", choices=sorted(LANGUAGES), default="pos")
    parser.add_argument("--starts", default="random,head rate,probe")
    parser.add_argument("--rates", default="1e-4,3e-4,1e-3")
    options = parsed(parser)
    if options.table is not None:
        table(options.table)
        return
    options.starts = options.starts.split(",")
    options.rates = [float(rate) for rate in options.rates.split(",")]
    train, sets = read_sets(options, LANGUAGES[options.task])
    for folder in options.encoder:
        encoder = load_encoder(folder)
        encoder = replace(encoder, name=Path(folder).name)
        measure(encoder, train, sets, options, read_done(options.out, encoder.name, options.task))


if __name__ == "__main__":
    main()
