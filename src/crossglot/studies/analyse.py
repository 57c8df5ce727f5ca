"""A user's own matrix of scores, analysed as the paper's are: averages, word order, groups of languages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from crossglot.corpora.opening import Source, named
from crossglot.engine.locking import locked
from crossglot.errors import UsageError
from crossglot.experiments.own_matrix.naming import NO_TABLE, groups_by, name_languages, read_language_table
from crossglot.experiments.own_matrix.plan import GROUPED_BY, Matrix, grouped_rows, matrix_rows, word_order_rows
from crossglot.experiments.own_matrix.score_file import Scale, read_scores
from crossglot.files import write_whole
from crossglot.remedies import way
from crossglot.results.rows import WRITING, write_results
from crossglot.studies.planning import STORE
from crossglot.studies.run_folder import check_run_folder

PACKAGES = ("crossglot", "numpy", "scipy", "polars")
TASK, METRIC = "transfer", "score"
"""Task and metric of scores for which none are given."""


def analyse(
    matrix: Source,
    out: Path | str | None = None,
    *,
    languages: Path | str | None = None,
    groups: str | Iterable[str] = GROUPED_BY,
    columns: Mapping[str, str] | None = None,
    where: Mapping[str, str] | None = None,
    scale: Scale = "auto",
    task: str | None = None,
    metric: str | None = None,
) -> Path:
    """Averages of a matrix of scores, their relation to word order, and averages between groups of languages.

    No encoder and no corpus is needed. Sources that are not targets, several systems, several seeds and missing cells
    are allowed; a language that is in no table stays in the matrix, but out of the statistics of word order.

    Args:
        matrix: CSV or TSV, wide (one line per source, one column per target) or long (source, target, score …).
        out: the run's folder; `runs/<name of the matrix>` if None.
        languages: a table of languages, columns as in a data root's `languages.tsv`, as many of them as wanted.
        groups: how to group languages: features of WALS, `family`, `genus`, `script`, or columns of `languages`.
        columns: role (`source`, `target`, `score`, `system`, `seed`, `task`, `metric`) → column, if not found by name.
        where: column → the value that lines must have; others are left out.
        scale: `share` (0 to 1), `percent`, or `auto`.
        task: what was scored, in words, for titles.
        metric: what the scores are: `accuracy`, `f1`, ….

    Returns:
        The folder, with results.csv and versions.json; `write_report` makes the report of it.

    Raises:
        DataError: for a file that cannot be read as such, naming the line.
        UsageError: for an unknown column or group, or a folder that holds something else.
    """
    columns_of_groups = [groups] if isinstance(groups, str) else list(dict.fromkeys(groups))
    folder = Path("runs") / (named(matrix).name.partition(".")[0] or "scores") if out is None else Path(out)
    table = NO_TABLE if languages is None else read_language_table(languages)
    file = read_scores(matrix, columns=columns, where=where, scale=scale)
    names = [(score.source, score.target) for score in file.scores]
    naming = name_languages((source for source, _ in names), (target for _, target in names), table, file.path)
    found = Matrix(file, naming, task or file.task or TASK, metric or file.metric or METRIC)
    for column in columns_of_groups:
        groups_by(column, naming)
    _check_folder(folder)
    rows = [*matrix_rows(found), *word_order_rows(found), *grouped_rows(found, columns_of_groups)]
    said = _versions(found, where or {})
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / WRITING):
        write_results(rows, folder / "results.csv")
        write_whole(folder / "versions.json", json.dumps(said, indent=1, ensure_ascii=False) + "\n")
    return folder


def _check_folder(folder: Path) -> None:
    check_run_folder(folder)
    if (folder / STORE).exists() or (folder / "study.toml").exists():
        raise UsageError(
            f"{folder}: holds a study's results, which this analysis would replace\n"
            f"  {way('give another folder', 'out')}"
        )


def _versions(matrix: Matrix, where: Mapping[str, str]) -> dict[str, Any]:
    """Packages, what was read and how, and remarks that readers of the numbers have to know."""
    file, naming, table = matrix.file, matrix.naming, matrix.naming.table
    data = {f"{file.path.name} scores": {"checksum": file.checksum}}
    if table.name:
        data[f"{table.name} languages"] = {"checksum": table.checksum}
    names = {name: key for name, key in naming.keys.items() if name != key}
    return {
        "packages": {name: version(name) for name in PACKAGES},
        "remarks": [{"text": text} for text in _remarks(matrix)],
        "data": data,
        "matrix": {
            "layout": file.layout,
            "columns": dict(file.columns),
            **({"where": dict(where)} if where else {}),
            "scale": file.scale,
            "scores": sum(score.value is not None for score in file.scores),
        },
        "names": names,
        "languages": {key: one.name for key, one in naming.languages.items() if key in table.languages},
    }


def _remarks(matrix: Matrix) -> Iterator[str]:
    file, naming = matrix.file, matrix.naming
    sources, targets = ({getattr(score, side) for score in file.scores} for side in ("source", "target"))
    yield f"{file.path.name}: {len(sources)} sources, {len(targets)} targets, systems: {', '.join(matrix.systems)}."
    if file.scale == "share":
        yield "No score is above 1: they were taken for shares, and stand here in per cent."
    if file.left_out:
        yield f"Not looked at: {', '.join(file.left_out)}."
    if naming.unknown:
        few = "is in no table, and" if len(naming.unknown) == 1 else "are in no table, and"
        yield (
            f"{len(naming.unknown)} of the languages {few} only in the matrix and its averages: "
            f"{', '.join(naming.unknown)}. A table of your own can say what there is to be said of them."
        )
    silent = [key for key, one in naming.languages.items() if not one.wals]
    if silent:
        yield f"Without any feature of word order: {', '.join(silent)}."
