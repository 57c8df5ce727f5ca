"""Whether two runs have the same results and verdicts: what differs, row by row; exit status 1 if anything does.

One of the runs may be of an earlier version: it is upgraded as it is read. To see that a change of the code leaves
results as they are, copy a finished run elsewhere (`cp -r OLD NEW`), let today's code write its tables anew from the
steps that it finds finished (`crossglot run NEW/study.toml --out NEW`), and compare.

    python -m benchmarks.same_results OLD NEW
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from pathlib import Path

from crossglot.results.rows import COLUMNS, read_results
from crossglot.results.verdicts import read_claims

FOUND = ("value", "ci_low", "ci_high", "interval", "n", "published", "comparable", "missing", "collapsed")
"""Columns that say what was found; the others say of what."""
NAMED = tuple(name for name in COLUMNS if name not in FOUND)
WORDS = ("where", "sentence", "statistic")
SHOWN = 40

Row = Mapping[str, object]
Key = tuple[object, ...]


def differences(old: Iterable[Row], new: Iterable[Row], named: tuple[str, ...]) -> Iterator[str]:
    """What rows of the same name have that differs, and rows that only one side has.

    Args:
        old: rows of one side.
        new: of the other, with the same columns.
        named: the columns that name a row; rows of one name go together in the order they stand in.
    """
    sides = [_by_name(rows, named) for rows in (old, new)]
    for key in dict.fromkeys([*sides[0], *sides[1]]):
        name = ", ".join(str(part) for part in key if part is not None)
        for one, other in zip_longest(*(side.get(key, []) for side in sides)):
            if one is None or other is None:
                yield f"only {'NEW' if one is None else 'OLD'}: {name}"
                continue
            for column in one:
                if not _same(one[column], other[column]):
                    yield f"{name}: {column} {one[column]!r} → {other[column]!r}"


def _by_name(rows: Iterable[Row], named: tuple[str, ...]) -> dict[Key, list[Row]]:
    found: dict[Key, list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in named), []).append(row)
    return found


def _same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return one == other


def main() -> int:
    """Prints the differences, the first of them at least, and how many there are."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", type=Path, metavar="OLD", help="a run's folder")
    parser.add_argument("new", type=Path, metavar="NEW", help="another one's")
    given = parser.parse_args()
    old, new = (read_results(folder / "results.csv").to_dicts() for folder in (given.old, given.new))
    found = [f"results.csv: {said}" for said in differences(old, new, NAMED)]
    if not found and old != new:
        print("results.csv: the rows stand in another order")
    before, after = (_claims(folder) for folder in (given.old, given.new))
    found += [f"claims.csv: {said}" for said in differences(before, after, ("id",))]
    print("\n".join([*found[:SHOWN], *([f"… and {len(found) - SHOWN} more"] if len(found) > SHOWN else [])]))
    print(f"{given.old}: {len(old):,} rows, {len(before)} claims")
    print(f"{given.new}: {len(new):,} rows, {len(after)} claims; {len(found)} differences")
    return 1 if found else 0


def _claims(folder: Path) -> list[Row]:
    """What a run says of its claims, whose words may change; bounds with two decimals: once there were no more."""
    claims = (claim.model_dump(exclude={*WORDS}) for claim in read_claims(folder / "claims.csv"))
    bounds = ("low", "high")
    return [claim | {name: f"{claim[name]:.2f}" for name in bounds if claim[name] is not None} for claim in claims]


if __name__ == "__main__":
    raise SystemExit(main())
