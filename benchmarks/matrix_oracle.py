"""What a matrix of scores says of word order, computed once more in plain numpy: shares no code with crossglot.

Everything follows docs/pairs.md: zero-shot cells alone; languages, or genera where there are enough, drawn with
replacement, each once for all roles; Student's t; effects of sources and targets removed by least squares; languages
renamed within their roles.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from itertools import product
from math import sqrt
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.stats import t as student

Pair = tuple[str, str]
Values = Mapping[Pair, float]
Facts = Mapping[str, Mapping[str, str]]

FEATURES = ("81A", "85A", "86A", "87A", "88A", "89A")
DRAWS = 3000


class Found(NamedTuple):
    """A number, its bounds (None where it has none), and over how many cells it is."""

    value: float
    low: float | None
    high: float | None
    n: int


def facts(table: Path) -> dict[str, dict[str, str]]:
    """Key → column → what a table of languages says, empty cells left out."""
    with table.open(encoding="utf-8", newline="") as file:
        return {
            row["key"]: {name: cell for name, cell in row.items() if cell}
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        }


def common(pair: Pair, of: Facts) -> int | None:
    """In how many features two languages agree; None if there is none that both have."""
    one, other = (of.get(key, {}) for key in pair)
    both = [name for name in FEATURES if name in one and name in other]
    return sum(one[name] == other[name] for name in both) if both else None


def columns(cells: Values, of: Facts) -> tuple[list[Pair], np.ndarray, np.ndarray]:
    """Pairs of which both score and common features are known, their features and their scores."""
    pairs = [pair for pair in cells if common(pair, of) is not None]
    return pairs, np.array([common(pair, of) for pair in pairs], float), np.array([cells[pair] for pair in pairs])


def times_drawn(pairs: list[Pair], genus: Mapping[str, str], groups: Iterable[str]) -> tuple[np.ndarray, int] | None:
    """How often each cell is drawn, (draws, cells), and how many labels the role with the fewest has in any group.

    None where a role has too few. A role of fewer than three languages is held as it is. Genera take the place of
    languages if each role has four of them in each group.
    """
    group = list(groups)
    roles = [side for side in (0, 1) if len({pair[side] for pair in pairs}) >= 3]
    if not roles:
        return None

    def fewest(label: Callable[[str], str]) -> int:
        return min(
            len({label(pair[side]) for pair, name in zip(pairs, group, strict=True) if name == each})
            for side in roles
            for each in set(group)
        )

    def by_genus(key: str) -> str:
        return "genus " + genus[key] if key in genus else key

    def by_itself(key: str) -> str:
        return key

    label = by_genus if fewest(by_genus) >= 4 else by_itself
    if fewest(label) < 3:
        return None
    names = sorted({label(pair[side]) for pair in pairs for side in roles})
    chance = np.random.default_rng(20261126)
    picked = chance.integers(0, len(names), (2 * DRAWS, len(names)))
    count = np.array([np.bincount(each, minlength=len(names)) for each in picked], float)
    times = np.ones((2 * DRAWS, len(pairs)))
    for cell, pair in enumerate(pairs):
        for each in {label(pair[side]) for side in roles}:  # a label of both roles counts once
            times[:, cell] *= count[:, names.index(each)]
    return times[times.sum(axis=1) > 0][:DRAWS], fewest(label)


Statistic = Callable[[np.ndarray], np.ndarray]
"""Of each draw's weights, (draws, cells), a number, (draws,); not finite where there is none."""


def interval(
    pairs: list[Pair],
    genus: Mapping[str, str],
    statistic: Statistic,
    groups: Iterable[str] = (),
    scale: tuple[Callable[[np.ndarray], np.ndarray], Callable[[float], float]] = (np.asarray, float),
) -> Found:
    """A statistic with its interval: the number ± t · √(G / (G - 1)) · standard deviation over draws."""
    there, back = scale
    value = float(statistic(np.ones((1, len(pairs))))[0])
    drawn = times_drawn(pairs, genus, list(groups) or [""] * len(pairs))
    if drawn is None or (not groups and len(pairs) < 6):
        return Found(value, None, None, len(pairs))
    times, fewest = drawn
    numbers = statistic(times)
    numbers = there(numbers[np.isfinite(numbers)])
    reach = student.ppf(0.975, fewest - 1) * sqrt(fewest / (fewest - 1)) * float(numbers.std())
    middle = float(there(np.array([value]))[0])
    return Found(value, back(middle - reach), back(middle + reach), len(pairs))


def mean(values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Weighted means, one per draw: values (cells,), times (draws, cells) → (draws,)."""
    with np.errstate(invalid="ignore"):
        found: np.ndarray = (values * times).sum(axis=1) / times.sum(axis=1)
    return found


def moments(x: np.ndarray, y: np.ndarray, times: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sums of squares of x and of y, and of their products, about their means; not a number where x is constant."""
    across, up = x - mean(x, times)[:, None], y - mean(y, times)[:, None]
    spread = (times * across**2).sum(axis=1)
    return np.where(spread > 1e-9, spread, np.nan), (times * up**2).sum(axis=1), (times * across * up).sum(axis=1)


def slope(x: np.ndarray, y: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Least-squares slopes, one per draw."""
    spread, _, together = moments(x, y, times)
    found: np.ndarray = together / spread
    return found


def pearson(x: np.ndarray, y: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Correlations, one per draw; NaN where y does not vary."""
    spread, up, together = moments(x, y, times)
    found: np.ndarray = together / np.sqrt(np.where(up > 1e-9, spread * up, np.nan))
    return found


def effects_removed(pairs: list[Pair], numbers: np.ndarray) -> np.ndarray:
    """What a regression on a dummy for each source and one for each target leaves."""
    design = dummies(pairs)
    left: np.ndarray = numbers - design @ np.linalg.lstsq(design, numbers, rcond=None)[0]
    return left


def dummies(pairs: list[Pair]) -> np.ndarray:
    """A column per source and per target: (pairs, columns)."""
    sources, targets = (sorted({pair[side] for pair in pairs}) for side in (0, 1))
    return np.array([[*(s == each for each in sources), *(t == each for each in targets)] for s, t in pairs], float)


FISHER = (lambda r: np.arctanh(np.clip(r, -0.9999, 0.9999)), lambda z: float(np.tanh(z)))


def relations(cells: Values, of: Facts) -> dict[str, Found]:
    """How scores go with common features."""
    genus = {key: one["genus"] for key, one in of.items() if "genus" in one}
    pairs, x, y = columns(cells, of)
    x_left, y_left = (effects_removed(pairs, numbers) for numbers in (x, y))
    return {
        "correlation": interval(pairs, genus, lambda times: pearson(x, y, times), scale=FISHER),
        "slope": interval(pairs, genus, lambda times: slope(x, y, times)),
        "intercept": interval(pairs, genus, lambda times: mean(y, times) - slope(x, y, times) * mean(x, times)),
        "correlation without effects": interval(
            pairs, genus, lambda times: pearson(x_left, y_left, times), scale=FISHER
        ),
    }


def contrasts(cells: Values, of: Facts, group: Mapping[str, str]) -> dict[tuple[str, str], Found]:
    """Averages between groups, and for each group what it has more on itself than on, or from, the others."""
    genus = {key: one["genus"] for key, one in of.items() if "genus" in one}
    names = sorted(set(group.values()))
    rest = {name: names[1 - names.index(name)] if len(names) == 2 else "others" for name in names}
    found = {}
    for source, target in product(names, repeat=2):
        found[source, target] = _contrast(cells, genus, {(source, target): 1.0}, group, "")
    for name in names:
        own, on, by = (name, name), (name, rest[name]), (rest[name], name)
        found[name, f"{name} minus {rest[name]}"] = _contrast(cells, genus, {own: 1, on: -1}, group, name)
        found[f"{name} minus {rest[name]}", name] = _contrast(cells, genus, {own: 1, by: -1}, group, name)
    return {key: each for key, each in found.items() if each is not None}


def _contrast(
    cells: Values, genus: Mapping[str, str], weights: Mapping[Pair, float], group: Mapping[str, str], one: str
) -> Found | None:
    """A weighted sum of averages; where there are more than two groups, all but `one` are the others."""
    several = one and len(set(group.values())) > 2
    of = {key: name if not several or name == one else "others" for key, name in group.items()}
    kept = [pair for pair in cells if (of.get(pair[0]), of.get(pair[1])) in weights]
    names = [(of[source], of[target]) for source, target in kept]
    if set(names) != set(weights):
        return None
    y = np.array([cells[pair] for pair in kept])

    def statistic(times: np.ndarray) -> np.ndarray:
        parts = [
            weight * mean(y, times * np.array([name == each for name in names])) for each, weight in weights.items()
        ]
        found: np.ndarray = np.sum(parts, axis=0)
        return found

    found = interval(kept, genus, statistic, ["→".join(name) for name in names])
    least, most = (0.0, 100.0) if len(weights) == 1 else (-100.0, 100.0)
    low, high = found.low, found.high
    return found._replace(low=None if low is None else max(low, least), high=None if high is None else min(high, most))


def same_group(cells: Values, of: Facts, group: Mapping[str, str]) -> Found | None:
    """What being of one group is worth beside an effect of each source and of each target: one regression.

    None where these effects leave nothing: where all sources are of one group, it is the target that tells the pairs.
    """
    genus = {key: one["genus"] for key, one in of.items() if "genus" in one}
    pairs = [pair for pair in cells if pair[0] in group and pair[1] in group]
    same = np.array([group[source] == group[target] for source, target in pairs], float)
    y = np.array([cells[pair] for pair in pairs])
    same_left, y_left = (effects_removed(pairs, numbers) for numbers in (same, y))
    if same_left.std() < 1e-9:
        return None
    value = float(np.linalg.lstsq(np.column_stack([same, dummies(pairs)]), y, rcond=None)[0][0])
    found = interval(pairs, genus, lambda times: slope(same_left, y_left, times))
    assert abs(found.value - value) < 1e-6, "Frisch, Waugh and Lovell"
    return found


def renamed_p(cells: Values, x: Mapping[Pair, float], tries: int = 1000) -> float:
    """How often chance names of the languages give a correlation as strong, the observed naming included.

    Languages that are sources and targets swap names among themselves, and so do sources alone and targets alone.
    """
    pairs = [pair for pair in cells if pair in x]
    sources, targets = ({pair[side] for pair in pairs} for side in (0, 1))
    roles = [sorted(names) for names in (sources & targets, sources - targets, targets - sources)]
    chance, strong, tried = np.random.default_rng(7), 1, 1
    y_of = {pair: cells[pair] for pair in pairs}

    def strength(name: Mapping[str, str]) -> float:
        kept = [pair for pair in pairs if (name[pair[0]], name[pair[1]]) in x]
        across = np.array([x[name[s], name[t]] for s, t in kept])
        return float(abs(pearson(across, np.array([y_of[pair] for pair in kept]), np.ones((1, len(kept))))[0]))

    observed = strength({name: name for names in roles for name in names})
    for _ in range(tries):
        name = {
            old: names[at] for names in roles for old, at in zip(names, chance.permutation(len(names)), strict=True)
        }
        found = strength(name)
        if np.isfinite(found):
            tried += 1
            strong += found >= observed - 1e-12
    return strong / tried
