"""Hindi words of code-switched messages: how many are romanised as their writers spelt them, how many letters differ.

Words are those that the corpus marks as Hindi and has in Devanagari too; capitals count as small letters. Letters that
differ are insertions, deletions and replacements, over the writers' letters.

    python -m benchmarks.transliteration --data ROOT [--corpus hiencs_full] [--split test] [--show 0]
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from crossglot.corpora.codemix import read_codemix
from crossglot.corpora.transliteration import is_devanagari, romanise


def hindi_words(path: Path) -> list[tuple[str, str]]:
    """(in Devanagari, as written) of each Hindi word."""
    return [
        (native, written.lower())
        for sentence in read_codemix(path)
        for native, written, language in zip(sentence.native, sentence.written, sentence.languages, strict=True)
        if language == "hi" and is_devanagari(native)
    ]


def edits(one: str, other: str) -> int:
    """The fewest insertions, deletions and replacements that make one word of the other (Levenshtein 1966)."""
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        above, row[0] = row[0], at
        for place, against in enumerate(other, 1):
            above, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, above + (letter != against))
    return row[-1]


def main() -> None:
    """Prints the share of words and of letters."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("CROSSGLOT_DATA"), help="a data root")
    parser.add_argument("--corpus", default="hiencs_full")
    parser.add_argument("--split", default="test")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print so many words that are spelt otherwise")
    options = parser.parse_args()
    if options.data is None:
        parser.error("name a data root with --data, or set CROSSGLOT_DATA")
    words = hindi_words(options.data / "codemix" / f"{options.corpus}-{options.split}.conllu")
    spelt = [(native, written, romanise(native)) for native, written in words]
    otherwise = [(native, written, ours) for native, written, ours in spelt if written != ours]
    differing = sum(edits(ours, written) for _, written, ours in spelt)
    letters = sum(len(written) for _, written in words)
    print(f"{options.corpus} {options.split}: {len(words)} Hindi words, {letters} letters")
    print(f"spelt as written: {1 - len(otherwise) / len(words):.1%}; letters that differ: {differing / letters:.1%}")
    for native, written, ours in otherwise[: options.show]:
        print(f"  {native}: written {written}, romanised {ours}")


if __name__ == "__main__":
    main()
