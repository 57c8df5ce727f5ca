"""In what settings and data several runs differ: said before any of their numbers, a column for each run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from crossglot.drawing.markup import Markup, element
from crossglot.report.facts import facts_table, folded

Differing = Sequence[tuple[str, ...]]
"""In what a run differs from the first: setting, what it is of, the first's value, its own, as words."""

CHECKSUM = "checksum"
OF_ENCODERS = frozenset({"revision"})
"""Settings that an encoder brings along: runs that differ in these alone differ in their encoders alone."""
FEW = 8  # lines; more are folded away
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def differ_in_encoders_alone(differing: Sequence[Differing]) -> bool:
    """Whether all runs have the first one's settings and data, whatever encoders they are of."""
    return all(row[0] in OF_ENCODERS for rows in differing for row in rows)


def settings_section(names: Sequence[str], differing: Sequence[Differing]) -> Markup:
    """What differs, in one table.

    Args:
        names: of all runs, the first one's first.
        differing: of each of the others.
    """
    first, *others = names
    alike = [name for name, rows in zip(others, differing, strict=True) if not rows]
    lines = list(_lines(differing))
    caption = f"Settings and data in which a run differs from {first}; empty where it does not"
    table = facts_table(caption, ("setting", "of", *names), lines)
    if table is not None and len(lines) > FEW:
        table = folded(f"{len(lines)} settings and data differ", table)
    said = f"No setting differs from {first}'s" + (f" in {', '.join(alike)}." if table is not None else ".")
    return element(
        "section",
        element("h2", "In what they differ"),
        table,
        element("p", said, class_="what") if alike else None,
        id="settings",
    )


def settings_in_short(differing: Sequence[Differing]) -> str:
    """The names of the settings that differ in any run; empty if there are none."""
    return ", ".join(dict.fromkeys("data" if row[0] == CHECKSUM else row[0] for rows in differing for row in rows))


def _lines(differing: Sequence[Differing]) -> Iterator[tuple[str, ...]]:
    """Lines of the table; what has the same values in all runs shares one."""
    firsts: dict[tuple[str, str], str] = {}
    values: dict[tuple[str, str], dict[int, str]] = {}
    named: dict[tuple[str, str], dict[str, None]] = {}
    for at, rows in enumerate(differing):
        for setting, of, one, other in rows:
            key = (setting, one)  # the first's encoder may face one of any name
            if setting not in OF_ENCODERS or at in values.get(key, {}):
                key = (setting, of)
            firsts.setdefault(key, one)
            values.setdefault(key, {})[at] = other
            named.setdefault(key, {})[of] = None
    alike: dict[tuple[str, ...], list[str]] = {}
    for key, found in values.items():
        if key[0] == CHECKSUM:
            said = ("contents", *_letters(firsts[key], found, len(differing)))
        else:
            said = (key[0], firsts[key], *(found.get(at, "") for at in range(len(differing))))
        alike.setdefault(said, []).append(next(iter(named[key])) if len(named[key]) == 1 else "encoders")
    for (setting, *shown), of_all in alike.items():
        yield setting, ", ".join(filter(None, of_all)), *shown


def _letters(first: str, others: Mapping[int, str], runs: int) -> list[str]:
    """Contents as letters, equal ones where checksums are equal: nobody reads a checksum."""
    known = {checksum: at for at, checksum in enumerate(dict.fromkeys([first, *others.values()]))}
    letters = {checksum: LETTERS[at % len(LETTERS)] for checksum, at in known.items()}
    return [letters[first], *(letters[others[at]] if at in others else "" for at in range(runs))]
