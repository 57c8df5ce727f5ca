"""Words of code-switched messages: for how many the word of the standard that the corpus gives is found.

A transliterator learns from monolingual text that it spells by chance; the messages are only looked at here. Words are
those of one language id, sentence by sentence; the words between them stay as they are. Beside it: the words as they
are written, and a dictionary that has each word of the same text under its rule romanisation.

    python -m benchmarks.back_transliteration --data ROOT [--language hi|en] [--spoken] [--epochs N] [--seed N]
        [--corpus hiencs_full] [--splits train,dev,test] [--candidates 5] [--show 0]

The text is the training split of UD_Hindi-HDTB (UD_English-EWT), with `--spoken` the sentences of Common Voice too.
"""

from __future__ import annotations

import argparse
import os
import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch

from crossglot.corpora.catalogue import find_corpus
from crossglot.corpora.codemix import CodeSwitchedSentence, read_codemix
from crossglot.corpora.plain import read_lines
from crossglot.corpora.transliteration import romanise
from crossglot.transliteration.chat_spelling import standard
from crossglot.transliteration.settings import Settings
from crossglot.transliteration.transliterator import Transliterator

TREEBANKS = {"hi": "UD_Hindi-HDTB", "en": "UD_English-EWT"}
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0900-\u0963\u200c\u200d'])*|\d+|[^\w\s]")


def text(root: Path, language: str, *, spoken: bool) -> list[Sequence[str]]:
    """Sentences to learn from."""
    found: list[Sequence[str]] = [
        sentence.words for sentence in find_corpus(root, language, "pos", TREEBANKS[language]).read("train")
    ]
    if spoken:
        found += [_WORD.findall(line) for line in read_lines(root / "mono" / f"commonvoice.{language}.txt.gz")]
    return found


def dictionary(sentences: Sequence[Sequence[str]]) -> Mapping[str, str]:
    """Rule romanisation → the most frequent word that has it."""
    counts = Counter(standard(word) for words in sentences for word in words)
    found: dict[str, str] = {}
    for word, _ in counts.most_common():
        found.setdefault(romanise(word).lower(), word)
    return found


def shares(
    found: Transliterator, known: Mapping[str, str], messages: Sequence[CodeSwitchedSentence], language: str, n: int
) -> tuple[int, dict[str, float], list[str]]:
    """How many words there are, the share that is found in each way, and lines about those that re-ranking misses."""
    ours = [[one == language for one in message.languages] for message in messages]
    chosen = found.sentences([message.written for message in messages], ours)
    right: Counter[str] = Counter()
    words, missed = 0, []
    for message, own, best in zip(messages, ours, chosen, strict=True):
        for written, native, one, word in zip(message.written, message.native, own, best, strict=True):
            if not one:
                continue
            gold, candidates = standard(native), [standard(other) for other, _ in found.n_best([written], n)[0]]
            words += 1
            right["as written"] += standard(written) == gold
            right["dictionary"] += known.get(written.lower()) == gold
            right["1-best"] += candidates[0] == gold
            right["re-ranked"] += standard(word) == gold
            right[f"oracle of {n}"] += gold in candidates
            if standard(word) != gold:
                missed.append(f"  {written}: {native}, found {word} of {' '.join(candidates)}")
    ways = ("as written", "dictionary", "1-best", "re-ranked", f"oracle of {n}")
    return words, {way: right[way] / max(1, words) for way in ways}, missed


def main() -> None:
    """Prints a line for each split."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("CROSSGLOT_DATA"), help="a data root")
    parser.add_argument("--language", choices=sorted(TREEBANKS), default="hi")
    parser.add_argument("--spoken", action="store_true", help="learn from Common Voice's sentences too")
    parser.add_argument("--corpus", default="hiencs_full")
    parser.add_argument("--splits", default="train,dev,test")
    parser.add_argument("--epochs", type=int, default=Settings().epochs)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--candidates", type=int, default=5, metavar="N", help="of the oracle")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print so many words that are missed")
    options = parser.parse_args()
    if options.data is None:
        parser.error("name a data root with --data, or set CROSSGLOT_DATA")
    torch.set_num_threads(1)
    sentences = text(options.data, options.language, spoken=options.spoken)
    began = time.perf_counter()
    found = Transliterator.fit(sentences, seed=options.seed, settings=Settings(epochs=options.epochs))
    took = time.perf_counter() - began
    print(
        f"{len(sentences):,} sentences, {sum(map(len, sentences)):,} words; {took:.0f} s to fit; weight {found.weight}"
    )
    known = dictionary(sentences)
    for split in options.splits.split(","):
        messages = read_codemix(options.data / "codemix" / f"{options.corpus}-{split}.conllu")
        began = time.perf_counter()
        words, ways, missed = shares(found, known, messages, options.language, options.candidates)
        took = time.perf_counter() - began
        told = ", ".join(f"{way} {share:.1%}" for way, share in ways.items())
        print(f"{options.corpus} {split}, {words} words ({took:.1f} s): {told}", flush=True)
        print("\n".join(missed[: options.show]), end="\n" if options.show else "")


if __name__ == "__main__":
    main()
