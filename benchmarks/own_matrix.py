"""`crossglot analyse` beside the same statistics in plain numpy (`matrix_oracle`), on any matrix of scores.

    python -m benchmarks.own_matrix MATRIX.csv

The cells and the keys of their languages are those that `analyse` has read; the numbers are worked out twice. Prints
each number with its bounds by both, and the largest differences: of values, of bounds in widths of the interval (both
draw at random, and not the same), of p-values.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import crossglot.languages
from benchmarks import matrix_oracle as oracle
from crossglot.experiments.own_matrix.plan import GROUPED_BY, GROUPS, MATRIX, SHORT, WORD_ORDER
from crossglot.results.rows import MEAN, ResultRow, read_results
from crossglot.statistics.resampling import FEWEST_CLUSTERS
from crossglot.studies.analyse import analyse

FACTS = oracle.facts(Path(crossglot.languages.__file__).with_suffix(".tsv"))
DIFFERENCE, SAME_MINUS_DIFFERENT, P = "difference", "same minus different, without effects", "QAP p"

Twice = tuple[str, ResultRow, oracle.Found]


def statistics(rows: list[ResultRow]) -> Iterator[Twice]:
    """Every statistic of one system by its name, as `analyse` has it and as the oracle finds it."""
    cells = {
        (row.source or "", row.target or ""): row.value
        for row in rows
        if (row.experiment, row.aggregate) == (MATRIX, MEAN) and row.value is not None and row.source != row.target
    }
    by_place = {(row.experiment, row.aggregate, row.condition, row.source, row.target): row for row in rows}

    order = [one for one in rows if one.experiment == WORD_ORDER and one.condition]
    by_features = order[0].condition
    for name, found in oracle.relations(cells, FACTS).items():
        yield name, by_place[WORD_ORDER, name, by_features, None, None], found
    keys = {key for pair in cells for key in pair}
    shared = {
        (one, other): float(number)
        for one in keys
        for other in keys
        if one != other and (number := oracle.common((one, other), FACTS)) is not None
    }
    p = oracle.renamed_p(cells, shared)
    yield P, by_place[WORD_ORDER, P, by_features, None, None], oracle.Found(p, None, None, 0)
    for feature in GROUPED_BY:
        values = {key: SHORT.get(of[feature], of[feature]) for key in keys if feature in (of := FACTS.get(key, {}))}
        sizes = Counter(values.values())
        group = {key: name for key, name in values.items() if sizes[name] >= FEWEST_CLUSTERS}
        for (source, target), found in oracle.contrasts(cells, FACTS, group).items():
            aggregate = DIFFERENCE if " minus " in source + target else MEAN
            yield f"{feature} {source} → {target}", by_place[GROUPS, aggregate, feature, source, target], found
        if (same := oracle.same_group(cells, FACTS, group)) is not None:
            yield f"{feature} {SAME_MINUS_DIFFERENT}", by_place[GROUPS, SAME_MINUS_DIFFERENT, feature, None, None], same


def main() -> None:
    """Prints the statistics of each system, twice, and how far they lie apart."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("matrix", type=Path, metavar="MATRIX", help="a CSV or TSV of scores")
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        frame = read_results(analyse(given.matrix, Path(folder) / "run") / "results.csv")
    every = [ResultRow.model_validate(row) for row in frame.iter_rows(named=True)]
    values, bounds, tests, count = [0.0], [0.0], [0.0], 0
    for system in dict.fromkeys(row.system for row in every if row.experiment == MATRIX):
        print(system)
        for name, row, found in statistics([row for row in every if row.system == system]):
            count += 1
            ours = (row.value or 0.0, row.ci_low, row.ci_high)
            print(f"  {name:60} {_said(*ours):32} {_said(*found[:3])}")
            (tests if name == P else values).append(abs(ours[0] - found.value))
            if None not in (found.low, found.high, row.ci_low, row.ci_high) and found.high != found.low:
                width = (found.high or 0.0) - (found.low or 0.0)
                sides = zip(ours[1:], found[1:3], strict=True)
                bounds += [abs((one or 0.0) - (other or 0.0)) / width for one, other in sides]
    print(
        f"{count} numbers: values differ by at most {max(values):.1g}, bounds by {100 * max(bounds):.1f} % of the "
        f"interval's width, p-values by {max(tests):.3f}"
    )


def _said(value: float, low: float | None, high: float | None) -> str:
    return f"{value:.3f}" if low is None or high is None else f"{value:.3f} ({low:.3f} to {high:.3f})"


if __name__ == "__main__":
    main()
