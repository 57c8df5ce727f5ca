"""Where words are read and how sentences are cut: taggers of every combination, scored on nine languages.

English is the source. `first-spelled` reads a word at the first piece that covers a character of it, `first` at its
first piece, which may be a bare mark; `words` cuts words one by one, `text` the sentence's text as it was written.
Scores go to a CSV file as they come, and what is there is not run again; `--table` prints means over seeds.

    python -m benchmarks.subwords --data ROOT --encoder DIR… --seeds 1,2,3 --out FILE.csv
    python -m benchmarks.subwords --table FILE.csv
    python -m benchmarks.subwords --count --data ROOT --encoder DIR…       how many words the ways differ in
"""

from __future__ import annotations

import argparse
import csv
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import numpy as np
import polars as pl

from benchmarks.taggers import parsed, tagger_options
from crossglot.corpora.catalogue import find_corpus
from crossglot.corpora.sampling import sample
from crossglot.corpora.sentences import TaggedSentence
from crossglot.encoders.loading import load_encoder
from crossglot.encoders.pieces import Cutting, Reading, Subword
from crossglot.encoders.tokenizers import load_tokenizer
from crossglot.encoders.written import piece_sentences
from crossglot.runtime import resolve_runtime
from crossglot.tagging.finetuning import finetune
from crossglot.tagging.recipe import Recipe

if TYPE_CHECKING:
    from numpy.typing import NDArray

LANGUAGES = ("en", "de", "es", "ru", "tr", "hi", "ko", "zh", "ja")
"""The source, then its targets: with blanks between words, and, at last, without."""

COLUMNS = ("encoder", "rate", "cutting", "subword", "seed", "language", "accuracy")
WAYS = tuple(product(get_args(Cutting), get_args(Subword)))


def read_sets(options: argparse.Namespace) -> tuple[list[TaggedSentence], dict[str, list[TaggedSentence]]]:
    """Training sentences, and the test sentences of each language."""
    corpora = {language: find_corpus(options.data, language, "pos") for language in LANGUAGES}
    train = list(corpora[LANGUAGES[0]].read("train"))[: options.max_train]
    return train, {key: list(sample(list(corpus.read("test")), options.max_test)) for key, corpus in corpora.items()}


def measure(options: argparse.Namespace) -> None:
    """Trains and scores what the file does not have yet, a seed at a time, so that what is there early is balanced."""
    train, sets = read_sets(options)
    runtime = resolve_runtime("auto", options.precision, threads=options.threads)
    done = set()
    if options.out.exists():
        done = {row[:5] for row in pl.read_csv(options.out, infer_schema=False).iter_rows()}
    with options.out.open("a", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        if not done:
            out.writerow(COLUMNS)
        for folder in options.encoder:
            encoder = load_encoder(folder)
            rate = encoder.learning_rate or options.rate
            for seed, (cutting, subword) in product(options.seeds, options.ways):
                key = (Path(folder).name, f"{rate:g}", cutting, subword, str(seed))
                if key in done:
                    continue
                recipe = Recipe(
                    learning_rate=rate, epochs=options.epochs, head_start=options.head_start, cutting=cutting,
                    subword=subword,
                )  # fmt: skip
                tagger = finetune(
                    encoder, train, recipe=recipe, seed=seed, device=runtime.device, precision=runtime.precision
                )
                found = {language: 100 * tagger.evaluate(gold).value for language, gold in sets.items()}
                out.writerows([*key, language, f"{accuracy:.2f}"] for language, accuracy in found.items())
                file.flush()
                print(*key, *(f"{language} {accuracy:.1f}" for language, accuracy in found.items()), flush=True)


def table(path: Path) -> None:
    """Markdown: for each encoder and way the mean accuracy over seeds, with its range over seeds."""
    scores = pl.read_csv(path)
    for (encoder, rate), group in scores.group_by("encoder", "rate", maintain_order=True):
        print(f"\n{encoder}, rate {rate:g}\n")
        print("| cut | read at | seeds | " + " | ".join(LANGUAGES) + " | mean zero-shot |")
        print("|---|---|---|" + "---|" * (len(LANGUAGES) + 1))
        for cutting, subword in WAYS:
            of_way = group.filter(pl.col("cutting") == cutting, pl.col("subword") == subword)
            if of_way.is_empty():  # WordPiece has no marks: both rules read the same piece
                continue
            by_language = {name: of_way.filter(pl.col("language") == name)["accuracy"].to_numpy() for name in LANGUAGES}
            zero_shot = np.mean([by_language[language] for language in LANGUAGES[1:]], axis=0)
            values = [*by_language.values(), zero_shot]
            cells = map(_cell, values)
            print(f"| {cutting} | {subword} | {len(zero_shot)} | " + " | ".join(cells) + " |")


def _cell(found: NDArray[np.float64]) -> str:
    """The mean, and half the range over seeds where there are several."""
    return f"{found.mean():.1f}" + (f" ± {(found.max() - found.min()) / 2:.1f}" if len(found) > 1 else "")


def count(options: argparse.Namespace) -> None:
    """Markdown: per cent of the words of test sets that begin with a bare mark, and that have no piece in a text."""
    sets = {key: find_corpus(options.data, key, "pos").read("test") for key in LANGUAGES}
    print("| encoder | words | " + " | ".join(LANGUAGES) + " |")
    print("|---|---|" + "---|" * len(LANGUAGES))
    for folder in options.encoder:
        tokenizer, marked, without = load_tokenizer(folder), [], []
        for gold in sets.values():
            pieces = piece_sentences(tokenizer, gold)
            marked.append(f"{100 * np.mean(pieces.begins != pieces.first_pieces):.1f}")
            text = piece_sentences(tokenizer, gold, Reading(cutting="text"))
            without.append(f"{100 * np.mean(np.diff(np.append(text.begins, len(text.ids))) == 0):.1f}")
        print(f"| {Path(folder).name} | that begin with a bare mark | " + " | ".join(marked) + " |")
        print("| | without a piece of their own, text cut whole | " + " | ".join(without) + " |")


def main() -> None:
    """Measures, or prints the table of what was measured."""
    parser = tagger_options(__doc__, "subwords.csv", max_train=400, max_test=200)
    parser.add_argument("--count", action="store_true", help="count words that the ways differ in, and train nothing")
    parser.add_argument("--cuttings", nargs="+", default=list(get_args(Cutting)), choices=get_args(Cutting))
    parser.add_argument("--subwords", nargs="+", default=list(get_args(Subword)), choices=get_args(Subword))
    parser.add_argument("--rate", type=float, default=3e-4, help="for encoders beside which none is kept")
    parser.add_argument("--head-start", default="random")
    options = parsed(parser)
    if options.table is not None:
        table(options.table)
        return
    if options.count:
        count(options)
        return
    options.ways = tuple(product(options.cuttings, options.subwords))
    measure(options)


if __name__ == "__main__":
    main()
