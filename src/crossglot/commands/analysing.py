"""`crossglot analyse`: statistics and report on anybody's sources × targets scores."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crossglot.commands.options import listed, single_pairs


def analyse(
    matrix: Annotated[
        Path,
        typer.Argument(
            metavar="MATRIX",
            help="CSV or TSV: one line per source and one column per target, or columns such as source, target, score.",
        ),
    ],
    languages: Annotated[
        Path | None,
        typer.Option(
            metavar="TABLE",
            help="A table of languages, columns as in a data root's languages.tsv; adds to crossglot's own.",
        ),
    ] = None,
    groups: Annotated[
        str,
        typer.Option(
            metavar="C,C",
            help="Group languages by these: features of WALS, family, genus, script, columns of --languages.",
        ),
    ] = "81A,87A",
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ROLE=NAME", help="Which column is the source, target, score, system, seed, task or metric."
        ),
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN=VALUE", help="Only lines with this value in this column; may be repeated."),
    ] = None,
    scale: Annotated[
        str, typer.Option(metavar="S", help="share (0 to 1), percent, or auto: shares if no score is above 1.")
    ] = "auto",
    task: Annotated[str | None, typer.Option(metavar="NAME", help="What was scored, for titles: pos, ner …")] = None,
    metric: Annotated[
        str | None, typer.Option(metavar="NAME", help="What the scores are, for titles: accuracy, f1 …")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="The run's folder. Else runs/<name>.")] = None,
) -> None:
    """Run statistics and report on anybody's sources × targets scores.

    Averages, scores against word order that languages share, and groups of
    languages, with intervals and tests that allow for sources and targets. No
    encoder is loaded. Languages go by key, ISO code, English name or treebank;
    those that are in no table are named, and stay out of word order.

    [bold]Example:[/bold]
    crossglot analyse scores.csv --languages languages.tsv --out runs/scores
    """
    from crossglot.commands.reporting import print_report
    from crossglot.studies.analyse import analyse as analyse_matrix

    folder = analyse_matrix(
        matrix,
        out,
        languages=languages,
        groups=listed(groups, "--groups") or (),
        columns=single_pairs(column or (), "--column"),
        where=single_pairs(where or (), "--where"),
        scale=scale,  # type: ignore[arg-type]
        task=task,
        metric=metric,
    )
    print_report(folder, quiet=False)
