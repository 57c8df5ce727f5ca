"""Taggers without an encoder: how long they take to train and to tag, and how well they do on real text.

Each is fitted on the training sentences of English EWT and German GSD (POS) and of CoNLL-2002 Spanish (entities), and
scored on their test sentences.

    python -m benchmarks.baselines [--data ROOT] [--only NAME…] [--sets en,de,es] [--max-train N] [--threads 1]
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import torch

from crossglot.corpora.catalogue import find_corpus
from crossglot.corpora.sampling import sample
from crossglot.corpora.tasks import Task
from crossglot.tagging.baselines import BASELINES

SETS: dict[str, tuple[str, Task]] = {
    "en": ("UD_English-EWT", "pos"),
    "de": ("UD_German-GSD", "pos"),
    "es": ("conll2002/es", "ner"),
}


def main() -> None:
    """Prints a line for each tagger on each set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("CROSSGLOT_DATA"), help="a data root")
    parser.add_argument("--only", nargs="+", choices=list(BASELINES), default=list(BASELINES))
    parser.add_argument("--sets", default="en,de,es")
    parser.add_argument("--max-train", type=int)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    if args.data is None:
        parser.error("name a data root with --data, or set CROSSGLOT_DATA")
    torch.set_num_threads(args.threads)
    print(
        f"{'':<20} {'':<16} {'sentences':>9} {'words':>8} {'s to fit':>9} {'(of CPU)':>9} {'tagged/s':>9} {'score':>6}"
    )
    for key in args.sets.split(","):
        name, task = SETS[key]
        corpus = find_corpus(args.data, key, task, name)
        train, test = sample(corpus.read("train"), args.max_train), corpus.read("test")
        words = sum(map(len, train))
        for kind in map(BASELINES.__getitem__, args.only):
            began, of_processor = time.perf_counter(), time.process_time()
            tagger = kind.fit(train, task=task, seed=1, dev=corpus.read("dev"))
            fitted, by_processor = time.perf_counter() - began, time.process_time() - of_processor
            began = time.perf_counter()
            tagger.tag(test)
            tagged = sum(map(len, test)) / (time.perf_counter() - began)
            score = 100 * tagger.evaluate(test).value
            print(
                f"{kind.NAME:<20} {name:<16} {len(train):>9,} {words:>8,} {fitted:>9.1f} {by_processor:>9.1f} "
                f"{tagged:>9,.0f} {score:>6.1f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
