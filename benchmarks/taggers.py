"""What the benchmarks that train taggers are told: where data and encoders are, how much is run, where scores go."""

from __future__ import annotations

import argparse
import os
from pathlib import Path


def tagger_options(about: str | None, out: str, *, max_train: int, max_test: int) -> argparse.ArgumentParser:
    """A parser of their options, to which a benchmark adds its own.

    Args:
        about: the benchmark's docstring.
        out: the file that scores go to, if none is named.
        max_train: training sentences, likewise.
        max_test: test sentences of a language, likewise.
    """
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", type=Path, help="print the table of this file and measure nothing")
    parser.add_argument("--data", type=Path, default=os.environ.get("CROSSGLOT_DATA"), help="a data root")
    parser.add_argument("--encoder", nargs="+", default=["models/m-bert-small"], help="folders or hub ids")
    parser.add_argument("--seeds", type=_whole_numbers, default="1,2,3")
    parser.add_argument("--max-train", type=int, default=max_train)
    parser.add_argument("--max-test", type=int, default=max_test)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path(out))
    return parser


def parsed(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """The options; ends the process where something is to be measured and there are no data."""
    options = parser.parse_args()
    if options.table is None and options.data is None:
        parser.error("name a data root with --data, or set CROSSGLOT_DATA")
    return options


def _whole_numbers(value: str) -> list[int]:
    return [int(number) for number in value.split(",")]
