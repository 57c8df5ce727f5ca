"""Taggers without an encoder: how long they take to train and to tag, and how well they do on real text.

Each is fitted on the training sentences of English EWT and German GSD (POS) and of CoNLL-2002 Spanish (entities), and
scored on their test sentences. `--sets nl,germeval` asks for the entities of CoNLL-2002 Dutch and of GermEval 2014,
`--sets hi+en` asks for Hindi HDTB and English EWT together, scored on the code-switched
tweets of HIENCS as they were typed (and, in a second line, in their languages' own scripts).

    python -m benchmarks.baselines [--data ROOT] [--only NAME…] [--sets en,de,es] [--max-train N] [--epochs 1]
        [--batch-size 8] [--rate 0.01] [--seed 1] [--threads 1] [--weighting one-best]

A network goes through the sentences `--epochs` times (by default once, which tells its speed and not what it can do).
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import get_args

import torch

from crossglot.corpora.catalogue import find_corpus
from crossglot.corpora.sampling import sample
from crossglot.corpora.sentences import TaggedSentence
from crossglot.corpora.tasks import Task
from crossglot.tagging.baselines import BASELINES
from crossglot.tagging.bilstm_crf.settings import Settings
from crossglot.tagging.bilstm_crf.tagger import BiLstmCrf
from crossglot.tagging.language_sides.settings import Settings as BallGarretteSettings
from crossglot.tagging.language_sides.settings import Weighting
from crossglot.tagging.language_sides.tagger import BallGarrette
from crossglot.tagging.tagger import Baseline

SETS: dict[str, tuple[dict[str, str], Task, tuple[str, ...]]] = {
    "en": ({"en": "UD_English-EWT"}, "pos", ("en",)),
    "de": ({"de": "UD_German-GSD"}, "pos", ("de",)),
    "es": ({"es": "conll2002/es"}, "ner", ("es",)),
    "nl": ({"nl": "conll2002/nl"}, "ner", ("nl",)),
    "germeval": ({"de": "germeval2014/de"}, "ner", ("de",)),
    "hi+en": (
        {"hi": "UD_Hindi-HDTB", "en": "UD_English-EWT"}, "pos", ("hi/en:transliterated", "hi/en:corrected")
    ),
}  # fmt: skip
"""Name → corpora to train on by language, their task, languages or forms of the test sentences."""


def fitted(
    kind: type[Baseline],
    train: Mapping[str, Sequence[TaggedSentence]],
    task: Task,
    dev: Sequence[TaggedSentence],
    asked: argparse.Namespace,
) -> Baseline:
    """A tagger of that kind, a network after so many epochs, trained on sentences by language."""
    every = [sentence for sentences in train.values() for sentence in sentences]
    languages = [language for language, sentences in train.items() for _ in sentences]
    if kind is BiLstmCrf:
        lample = Settings(epochs=asked.epochs, batch_size=asked.batch_size, rate=asked.rate)
        return BiLstmCrf.fit(every, task=task, seed=asked.seed, dev=dev, settings=lample)
    if kind is BallGarrette:
        settings = BallGarretteSettings(epochs=asked.epochs, weighting=asked.weighting)
        return BallGarrette.fit(every, task=task, seed=asked.seed, languages=languages, settings=settings)
    return kind.fit(every, task=task, seed=asked.seed, dev=dev, languages=languages)


def main() -> None:
    """Prints a line for each tagger on each set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("CROSSGLOT_DATA"), help="a data root")
    parser.add_argument("--only", nargs="+", choices=list(BASELINES), default=list(BASELINES))
    parser.add_argument("--sets", default="en,de,es")
    parser.add_argument("--max-train", type=int)
    parser.add_argument("--epochs", type=int, default=1, help="of networks")
    parser.add_argument("--batch-size", type=int, default=Settings().batch_size, help="of bilstm-crf, in sentences")
    parser.add_argument("--rate", type=float, default=Settings().rate, help="of bilstm-crf's steps")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--weighting", choices=get_args(Weighting), default="probabilities", help="of ball-garrette")
    args = parser.parse_args()
    if args.data is None:
        parser.error("name a data root with --data, or set CROSSGLOT_DATA")
    torch.set_num_threads(args.threads)
    heads = ("sentences", "words", "s to fit", "(of CPU)", "trained/s", "tagged/s", "score")
    print(" " * 41 + " ".join(f"{head:>10}" for head in heads))
    for key in args.sets.split(","):
        corpora, task, targets = SETS[key]
        sources = {language: find_corpus(args.data, language, task, name) for language, name in corpora.items()}
        train = {language: sample(corpus.read("train"), args.max_train) for language, corpus in sources.items()}
        dev = [sentence for corpus in sources.values() for sentence in corpus.read("dev")]
        tests = {target: find_corpus(args.data, target, task, corpora.get(target)).read("test") for target in targets}
        sentences, words = (sum(map(count, train.values())) for count in (len, lambda own: sum(map(len, own))))
        for kind in map(BASELINES.__getitem__, args.only):
            began, of_processor = time.perf_counter(), time.process_time()
            tagger = fitted(kind, train, task, dev, args)
            took, by_processor = time.perf_counter() - began, time.process_time() - of_processor
            passes = args.epochs if kind.PASSES else 1
            for target, test in tests.items():
                began = time.perf_counter()
                tagger.tag(test)
                tagged = sum(map(len, test)) / (time.perf_counter() - began)
                score = 100 * tagger.evaluate(test).value
                numbers = (
                    f"{sentences:,}", f"{words:,}", f"{took:.1f}", f"{by_processor:.1f}",
                    f"{passes * words / took:,.0f}", f"{tagged:,.0f}", f"{score:.1f}",
                )  # fmt: skip
                called = corpora.get(target, target)
                print(f"{kind.NAME:<20} {called:<20}" + " ".join(f"{number:>10}" for number in numbers), flush=True)


if __name__ == "__main__":
    main()
