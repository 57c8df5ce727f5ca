"""Taggers without an encoder: how long they take to train and to tag, and how well they do on real text.

Each is fitted on the training sentences of English EWT and German GSD (POS) and of CoNLL-2002 Spanish (entities), and
scored on their test sentences.

    python -m benchmarks.baselines [--data ROOT] [--only NAME…] [--sets en,de,es] [--max-train N] [--epochs 1]
        [--threads 1]

A network goes through the sentences `--epochs` times (by default once, which tells its speed and not what it can do).
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from pathlib import Path

import torch

from crossglot.corpora.catalogue import find_corpus
from crossglot.corpora.sampling import sample
from crossglot.corpora.sentences import TaggedSentence
from crossglot.corpora.tasks import Task
from crossglot.tagging.baselines import BASELINES
from crossglot.tagging.bilstm_crf.settings import Settings
from crossglot.tagging.bilstm_crf.tagger import BiLstmCrf
from crossglot.tagging.tagger import Baseline

SETS: dict[str, tuple[str, Task]] = {
    "en": ("UD_English-EWT", "pos"),
    "de": ("UD_German-GSD", "pos"),
    "es": ("conll2002/es", "ner"),
}


def fitted(
    kind: type[Baseline], train: Sequence[TaggedSentence], task: Task, dev: Sequence[TaggedSentence], epochs: int
) -> Baseline:
    """A tagger of that kind, a network after so many epochs."""
    if kind is BiLstmCrf:
        return BiLstmCrf.fit(train, task=task, seed=1, dev=dev, settings=Settings(epochs=epochs))
    return kind.fit(train, task=task, seed=1, dev=dev)


def main() -> None:
    """Prints a line for each tagger on each set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("CROSSGLOT_DATA"), help="a data root")
    parser.add_argument("--only", nargs="+", choices=list(BASELINES), default=list(BASELINES))
    parser.add_argument("--sets", default="en,de,es")
    parser.add_argument("--max-train", type=int)
    parser.add_argument("--epochs", type=int, default=1, help="of networks")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    if args.data is None:
        parser.error("name a data root with --data, or set CROSSGLOT_DATA")
    torch.set_num_threads(args.threads)
    heads = ("sentences", "words", "s to fit", "(of CPU)", "trained/s", "tagged/s", "score")
    print(" " * 37 + " ".join(f"{head:>10}" for head in heads))
    for key in args.sets.split(","):
        name, task = SETS[key]
        corpus = find_corpus(args.data, key, task, name)
        train, test = sample(corpus.read("train"), args.max_train), corpus.read("test")
        words = sum(map(len, train))
        for kind in map(BASELINES.__getitem__, args.only):
            began, of_processor = time.perf_counter(), time.process_time()
            tagger = fitted(kind, train, task, corpus.read("dev"), args.epochs)
            took, by_processor = time.perf_counter() - began, time.process_time() - of_processor
            passes = args.epochs if kind.PASSES else 1
            began = time.perf_counter()
            tagger.tag(test)
            tagged = sum(map(len, test)) / (time.perf_counter() - began)
            score = 100 * tagger.evaluate(test).value
            numbers = (
                f"{len(train):,}", f"{words:,}", f"{took:.1f}", f"{by_processor:.1f}", f"{passes * words / took:,.0f}",
                f"{tagged:,.0f}", f"{score:.1f}",
            )  # fmt: skip
            print(f"{kind.NAME:<20} {name:<16}" + " ".join(f"{number:>10}" for number in numbers), flush=True)


if __name__ == "__main__":
    main()
