"""How fast treebanks are read: crossglot beside `conllu` and `pyconll`, with the same fields kept, in one run.

Each reader reads the same decompressed file. Processor seconds are counted, rounds are interleaved and the best of each
is taken, so that a busy machine favours none. What they read is compared first.

    python benchmarks/readers.py --data ROOT [--treebank UD_English-EWT] [--split train] [--rounds 5]
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import conllu
from pyconll.load import load_from_file

from crossglot.corpora.catalogue import corpus_files
from crossglot.corpora.conllu import Row, parse_conllu, read_conllu
from crossglot.corpora.opening import read_bytes
from crossglot.corpora.sentences import TaggedSentence

AS_WRITTEN: dict[str, Callable[[list[str], int], Any]] = {field: lambda line, at: line[at] for field in Row._fields}


def everything(path: Path) -> dict[str, Callable[[], Any]]:
    """Readers that keep all ten fields and the comments; ours divides them, and makes `Row`s of them when asked."""
    return {
        "crossglot": lambda: list(parse_conllu(path)),
        "crossglot, every row asked for": lambda: [(sentence, sentence.rows) for sentence in parse_conllu(path)],
        "conllu": lambda: conllu.parse(path.read_text(encoding="utf-8")),
        "conllu, fields as written": lambda: conllu.parse(path.read_text(encoding="utf-8"), field_parsers=AS_WRITTEN),
        "pyconll": lambda: load_from_file(str(path)),
    }


def words_and_tags(path: Path) -> dict[str, Callable[[], list[TaggedSentence]]]:
    """Readers that give each sentence's words and UPOS; `conllu` can stop at the fourth field, `pyconll` cannot."""

    def tagged(pairs: list[tuple[Any, Any]]) -> TaggedSentence:
        words, tags = zip(*pairs, strict=True)
        return TaggedSentence(words, tags)

    return {
        "crossglot": lambda: read_conllu(path),
        "conllu": lambda: [
            tagged([(token["form"], token["upos"]) for token in sentence if isinstance(token["id"], int)])
            for sentence in conllu.parse(path.read_text(encoding="utf-8"), fields=Row._fields[:4])
        ],
        "pyconll": lambda: [
            tagged([(token.form, token.upos) for token in sentence if token.id.isdigit()])
            for sentence in load_from_file(str(path))
        ],
    }


def best_times(readers: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Seconds of each reader's best round."""
    times: dict[str, list[float]] = {name: [] for name in readers}
    for _ in range(rounds):
        for name, read in readers.items():
            start = time.process_time()
            result = read()
            times[name].append(time.process_time() - start)
            del result
    return {name: min(taken) for name, taken in times.items()}


def table(title: str, times: Mapping[str, float], words: int) -> str:
    """One line per reader: seconds, words per second, and how many times as long as ours it takes."""
    lines = [f"{title:34} {'seconds':>8} {'words/s':>11} {'× ours':>7}"]
    lines += [
        f"  {name:32} {taken:8.2f} {words / taken:11,.0f} {taken / times['crossglot']:7.1f}"
        for name, taken in times.items()
    ]
    return "\n".join(lines)


def main() -> None:
    """Read one treebank with every reader and print how long each takes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("CROSSGLOT_DATA"), help="a data root")
    parser.add_argument("--treebank", default="UD_English-EWT")
    parser.add_argument("--split", default="train")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if options.data is None:
        parser.error("name a data root with --data, or set CROSSGLOT_DATA")
    source = corpus_files(options.data, "pos", options.treebank).get(options.split)
    if source is None:
        parser.error(f"{options.data} has no {options.split} split of {options.treebank}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "treebank.conllu"
        path.write_bytes(read_bytes(source))
        tagged = words_and_tags(path)
        ours = tagged["crossglot"]()
        read = [(sentence.words, sentence.tags) for sentence in ours]
        assert read == [(sentence.words, sentence.tags) for sentence in tagged["conllu"]()]
        assert [words for words, _ in read] == [sentence.words for sentence in tagged["pyconll"]()]
        words = sum(map(len, ours))
        print(f"{options.treebank} {options.split}: {len(ours):,} sentences, {words:,} words, best of {options.rounds}")
        print(table("all ten fields and comments", best_times(everything(path), options.rounds), words))
        print(table("words and UPOS", best_times(tagged, options.rounds), words))


if __name__ == "__main__":
    main()
