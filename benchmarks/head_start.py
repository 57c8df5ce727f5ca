"""What a tagger's new layer should start from: random, random with a rate of its own, a linear probe, and averaged.

Each training is scored on the source's dev set, its test set and those of the targets, zero-shot; entity types that
source and target both annotate are scored. Scores go to a CSV file as they come, and what is there is not run again.
`--table` prints, for each encoder, task and start, the rate with the best mean dev score and its scores.

    python -m benchmarks.head_start --data ROOT --encoder DIR… --task pos --rates 1e-4,3e-4,1e-3 --out FILE.csv
    python -m benchmarks.head_start --table FILE.csv
"""

from __future__ import annotations

import argparse
import csv
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import polars as pl

from crossglot.corpora.catalogue import find_corpus
from crossglot.corpora.sentences import TaggedSentence
from crossglot.encoders.encoder import Encoder
from crossglot.encoders.loading import load_encoder
from crossglot.runtime import resolve_runtime
from crossglot.steps.arguments import sample
from crossglot.tagging.finetuning import DivergenceError, finetune
from crossglot.tagging.labels import entity_types
from crossglot.tagging.linear_probe import linear_probe
from crossglot.tagging.recipe import Recipe
from crossglot.tagging.tagger import Tagger

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


def taggers(
    encoder: Encoder, train: list[TaggedSentence], options: argparse.Namespace
) -> Iterator[tuple[str, float, int, Callable[[], Tagger]]]:
    """Start, rate, seed and what makes the tagger, a seed at a time, so that what is there early is balanced."""
    runtime = resolve_runtime("auto", options.precision, threads=options.threads)
    yield ALONE, 0.0, 0, lambda: linear_probe(encoder, train, task=options.task, runtime=runtime)
    for seed in options.seeds:
        for rate in options.rates:
            for start in options.starts:
                recipe = Recipe.model_validate({"learning_rate": rate, "epochs": options.epochs, **STARTS[start]})
                yield (
                    start,
                    rate,
                    seed,
                    lambda recipe=recipe, seed=seed: finetune(  # type: ignore[misc]
                        encoder, train, task=options.task, recipe=recipe, seed=seed, runtime=runtime
                    ),
                )


def measure(options: argparse.Namespace) -> None:
    """Trains and scores what the file does not have yet."""
    train, sets = read_sets(options, LANGUAGES[options.task])
    done = set()
    if options.out.exists():
        done = {row[:5] for row in pl.read_csv(options.out, infer_schema=False).iter_rows()}
    with options.out.open("a", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        if not done:
            out.writerow(COLUMNS)
        for folder in options.encoder:
            encoder = load_encoder(folder)
            for start, rate, seed, make in taggers(encoder, train, options):
                key = (Path(folder).name, options.task, start, f"{rate:g}", str(seed))
                if key in done:
                    continue
                try:
                    tagger = make()
                    found = {name: tagger.evaluate(gold, types=types).value for name, (gold, types) in sets.items()}
                except DivergenceError:
                    found = dict.fromkeys(sets, 0.0)
                out.writerows([*key, name, f"{100 * score:.2f}"] for name, score in found.items())
                file.flush()
                print(*key, *(f"{name} {100 * score:.1f}" for name, score in found.items()), flush=True)


def table(path: Path) -> None:
    """Markdown: for each start the scores at the rate that is best by the source's dev set, mean ± deviation."""
    scores = pl.read_csv(path)
    for (encoder, task), group in scores.group_by("encoder", "task", maintain_order=True):
        languages = LANGUAGES[str(task)]
        print(f"\n{encoder}, {task}, trained on {languages[0]}\n")
        print("| start | rate | seeds | dev | " + " | ".join(languages) + " | mean zero-shot |")
        print("|---|---|---|---|" + "---|" * (len(languages) + 1))
        for start in group["start"].unique(maintain_order=True):
            of_start = group.filter(pl.col("start") == start)
            by_rate = of_start.filter(pl.col("set") == DEV).group_by("rate").agg(pl.col("score").mean())
            for rate in by_rate.sort("score", descending=True)["rate"]:
                print(_line(str(start), rate, of_start.filter(pl.col("rate") == rate), languages))


def _line(start: str, rate: float, scores: pl.DataFrame, languages: tuple[str, ...]) -> str:
    by_set = {name: scores.filter(pl.col("set") == name)["score"].to_numpy() for name in (DEV, *languages)}
    by_set["zero-shot"] = np.mean([by_set[language] for language in languages[1:]], axis=0)
    cells = [f"{values.mean():.1f} ± {values.std():.1f}" for values in by_set.values()]
    return f"| {start} | {rate:g} | {len(by_set[DEV])} | " + " | ".join(cells) + " |"


def main() -> None:
    """Measures, or prints the table of what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", type=Path, help="print the table of this file and measure nothing")
    parser.add_argument("--data", type=Path, default=os.environ.get("CROSSGLOT_DATA"), help="a data root")
    parser.add_argument("--encoder", nargs="+", default=["models/m-bert-small"], help="folders or hub ids")
    parser.add_argument("--task", choices=sorted(LANGUAGES), default="pos")
    parser.add_argument("--starts", default="random,head rate,probe")
    parser.add_argument("--rates", default="1e-4,3e-4,1e-3")
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--max-train", type=int, default=600)
    parser.add_argument("--max-test", type=int, default=200)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("head_start.csv"))
    options = parser.parse_args()
    if options.table is not None:
        table(options.table)
        return
    if options.data is None:
        parser.error("name a data root with --data, or set CROSSGLOT_DATA")
    options.starts = [start.strip() for start in options.starts.split(",")]
    options.rates = [float(rate) for rate in options.rates.split(",")]
    options.seeds = [int(seed) for seed in options.seeds.split(",")]
    measure(options)


if __name__ == "__main__":
    main()
