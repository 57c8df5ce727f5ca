"""Every number of the paper's tables 1 to 8, with table and page.

Source: Telmo Pires, Eva Schlinger and Dan Garrette (2019), "How Multilingual is Multilingual BERT?", Proceedings of the
57th Annual Meeting of the Association for Computational Linguistics, pages 4996-5001. Values are per cent, as in the
paper. The figures print no numbers, so none stand here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

M_BERT, EN_BERT, CITED = "m-bert", "en-bert", "published"
LAMPLE, BALL, BHAT = "Lample et al. (2016)", "Ball and Garrette (2018)", "Bhat et al. (2018)"

TABLE_PAGES = {
    "table1": 4997,
    "table2": 4997,
    "table3": 4998,
    "table4": 4998,
    "table5": 4999,
    "table6": 4999,
    "table7": 5001,
    "table8": 5001,
}


@dataclass(frozen=True, slots=True)
class Published:
    """One published number.

    Attributes:
        experiment: `table1` … `table8`.
        system: the paper's name for the row's system: `M-BERT`, `EN-BERT`, or a cited system.
        role: `m-bert`, `en-bert`, or `published` for a cited system.
        task: `pos` or `ner`.
        source: key of the language trained on. In table 5 a group of languages (`SVO`, `NA`), in table 6 `hi+en`
            (monolingual corpora) or `hi/en` (code-switched text).
        target: key of the language evaluated, or a group as for `source`.
        condition: `corrected` or `transliterated` in table 6, the WALS feature in table 5, else None.
        metric: `accuracy` or `f1`.
        value: per cent.
        where: table and page.
    """

    experiment: str
    system: str
    role: str
    task: str
    source: str
    target: str
    condition: str | None
    metric: str
    value: float
    where: str


# Experiment, system, task, condition; then the table as printed: row = fine-tuning, column = evaluation, "-" = none.
_TABLES = """
table1 M-BERT ner
      en    de    nl    es
en 90.70 69.74 77.36 73.59
de 73.83 82.00 76.25 70.03
nl 65.46 65.68 89.86 72.10
es 65.38 59.40 64.39 87.18

table2 M-BERT pos
      en    de    es    it
en 96.82 89.40 85.91 91.60
de 83.99 93.99 86.32 88.39
es 81.64 88.87 96.71 93.71
it 86.79 87.82 91.28 98.11

table3 Lample_et_al._(2016) ner
      en    de    nl    es
en 90.94     -     -     -
de     - 78.76     -     -
nl     -     - 81.74     -
es     -     -     - 85.75

table3 EN-BERT ner
      en    de    nl    es
en 91.07     -     -     -
de     - 73.32     -     -
nl     -     - 84.23     -
es     -     -     - 81.84

table4 M-BERT pos
     hi   ur
hi 97.1 85.9
ur 91.1 93.8

table4 M-BERT pos
     en   bg   ja
en 96.8 87.1 49.4
bg 82.2 98.9 51.6
ja 57.4 67.2 96.5

table5 M-BERT pos 81A
      SVO   SOV
SVO 81.55 66.52
SOV 63.98 64.22

table5 M-BERT pos 87A
     AN    NA
AN 73.29 70.94
NA 75.10 79.64

table6 M-BERT pos corrected
      hi/en
hi+en 86.59
hi/en 90.56

table6 M-BERT pos transliterated
      hi/en
hi+en 50.41
hi/en 85.64

table6 Ball_and_Garrette_(2018) pos transliterated
      hi/en
hi+en 77.40

table6 Bhat_et_al._(2018) pos transliterated
      hi/en
hi/en 90.53

table7 EN-BERT ner
      en    de    nl    es
en 91.07 24.38 40.62 49.99
de 55.36 73.32 54.84 50.80
nl 59.36 27.57 84.23 53.15
es 55.09 26.13 48.75 81.84

table8 EN-BERT pos
      en    de    es    it
en 96.94 38.31 50.38 46.07
de 28.62 92.63 30.23 25.59
es 28.78 46.15 94.36 71.50
it 52.48 48.08 76.51 96.41
"""


def _cells(block: str) -> Iterator[Published]:
    heading, columns, *rows = block.split("\n")
    experiment, system, task, *condition = (word.replace("_", " ") for word in heading.split())
    for row in rows:
        source, *values = row.split()
        for target, value in zip(columns.split(), values, strict=True):
            if value != "-":
                yield Published(
                    experiment=experiment,
                    system=system,
                    role={"M-BERT": M_BERT, "EN-BERT": EN_BERT}.get(system, CITED),
                    task=task,
                    source=source,
                    target=target,
                    condition=condition[0] if condition else None,
                    metric="f1" if task == "ner" else "accuracy",
                    value=float(value),
                    where=f"table {experiment.removeprefix('table')}, p. {TABLE_PAGES[experiment]}",
                )


PUBLISHED: tuple[Published, ...] = tuple(cell for block in _TABLES.strip().split("\n\n") for cell in _cells(block))
"""All of them, in the order of the paper's tables."""


def lookup(
    experiment: str, source: str, target: str, *, role: str = "", system: str = "", condition: str | None = None
) -> Published | None:
    """The published number of one cell, or None where the paper prints none.

    Args:
        experiment: `table1` … `table8`.
        source: as in `Published`, or as in results.csv, where code-switched text is named with its form
            (`hi/en:corrected`).
        target: likewise; its form is then the condition. The paper has no number for training on one form and
            evaluating the other.
        role: `m-bert`, `en-bert` or `published`; any, if empty.
        system: the system's name in the paper; any, if empty.
        condition: as in `Published`; must match.
    """
    target, _, form = target.partition(":")
    source, _, trained_on = source.partition(":")
    if trained_on not in ("", form):
        return None
    condition = form or condition
    for cell in PUBLISHED:
        asked = (cell.experiment, cell.source, cell.target, cell.condition) == (experiment, source, target, condition)
        if asked and role in ("", cell.role) and system in ("", cell.system):
            return cell
    return None
