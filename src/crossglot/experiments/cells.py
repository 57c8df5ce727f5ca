"""Scores of a transfer table as rows of results.csv: cells, averages over cells, cited systems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from crossglot.corpora.tasks import METRICS
from crossglot.experiments.matrix import SPLIT, TableRow
from crossglot.experiments.relations import Scores, mean_of
from crossglot.experiments.setting import Absent, Setting
from crossglot.experiments.tables import TransferTable
from crossglot.paper.published import lookup
from crossglot.results.rows import DIAGONAL_MEAN, MEAN, PART_MEAN, ZERO_SHOT_MEAN, ResultRow
from crossglot.statistics.resampling import Kin
from crossglot.steps.arguments import CorpusSplit
from crossglot.steps.score import Score

PAPERS_CODEMIX = "codemix/hiencs"
SENTENCES, STEPS = "training sentences", "optimiser steps"
"""Metrics of rows that say what a row of cells of several sizes or checkpoints was trained with."""
NORWEGIAN = frozenset({"UD_Norwegian-Bokmaal", "UD_Norwegian-Nynorsk"})


def tabulate(row: TableRow, scores: Mapping[str, Sequence[Score]], failure: str = "") -> list[ResultRow]:
    """Rows of results.csv for one row of a table: each target's mean over seeds, then its seeds; or why it is empty.

    A test set without an entity of the scored types has no F1. Where code-switched text is scored by language as well,
    one row per language id follows. Where a table has several sizes, a first row says how many sentences of each source
    were trained on, and a second one, of an encoder, in how many optimiser steps.

    Args:
        row: the row.
        scores: by target.
        failure: why its steps could not be run, if so.
    """
    found = list(_amounts(row)) if row.condition and row.steps else []
    for target, split in row.targets.items():
        if isinstance(split, Absent) or failure:
            why = split.why if isinstance(split, Absent) else failure
            found.append(_cell(row, target, aggregate=MEAN, missing=why))
            continue
        if row.table.task == "ner" and not any(score.n for score in scores[target]):
            # F1 would be 0 whatever is predicted.
            taken = "" if split.at_most is None else f" (at most {split.at_most} sentences of it)"
            why = f"no entity of the scored types in {split.corpus} {split.split}{taken}"
            found.append(_cell(row, target, aggregate=MEAN, missing=why))
            continue
        for score in scores[target]:
            mean = PART_MEAN if score.part else MEAN
            metric = until_end(METRICS[row.table.task]) if score.until_end else METRICS[row.table.task]
            found.append(
                _cell(
                    row, target, seed=score.seed, aggregate=mean if score.seed is None else None,
                    types=" ".join(score.types) or None, part=score.part or None, value=score.value,
                    ci_low=score.low, ci_high=score.high, interval=score.interval, n=score.n,
                    collapsed=score.collapsed or None, metric=metric,
                )
            )  # fmt: skip
    return found


def until_end(metric: str) -> str:
    """The metric of rows of checkpoints that hold what is gained from there to the end of the training, in points."""
    return f"{metric} gained until the end"


def _amounts(row: TableRow) -> Iterator[ResultRow]:
    described = {
        "experiment": row.table.key, "system": row.system.name, "role": row.system.role, "task": row.table.task,
        "source": row.source, "source_corpus": row.source_corpus, "condition": row.condition, "aggregate": MEAN,
    }  # fmt: skip
    for metric, value in ((SENTENCES, row.size), (STEPS, row.optimiser_steps)):
        if value is not None:
            yield ResultRow.model_validate({**described, "metric": metric, "value": float(value)})


def _cell(row: TableRow, target: str, **fields: object) -> ResultRow:
    table, split = row.table, row.targets[target]
    corpus = split.corpus if isinstance(split, CorpusSplit) else None
    printed = None
    if row.system.role not in ("floor", "baseline") and fields.get("aggregate") == MEAN:
        printed = lookup(table.key, row.source, target, role=table.role or "")
    data = is_papers_corpus(table.task, corpus) and is_papers_corpus(table.task, row.source_corpus)
    described: dict[str, object] = {
        "experiment": table.key, "system": row.system.name, "role": row.system.role,
        "task": table.task, "source": row.source, "source_corpus": row.source_corpus, "target": target,
        "target_corpus": corpus, "split": SPLIT, "metric": METRICS[table.task],
        "published": printed.value if printed else None,
        "condition": row.condition, "comparable": row.papers and data and printed is not None,
    }  # fmt: skip
    return ResultRow.model_validate(described | fields)


def is_papers_corpus(task: str, corpus: str | None) -> bool:
    """Whether a corpus, or every one of several joined by `+`, is what the paper used.

    For NER CoNLL-2002 and -2003. For POS the treebanks of UD 2.0, whose test sets are those of the CoNLL 2017 task:
    that release names them without a suffix (`UD_German`); later ones have it (`UD_German-GSD`), and differ. For
    code-switched text Bhat et al.'s treebank with all of its tweets.
    """
    names = (corpus or "").split("+")
    if task == "ner":
        return all(name.partition("/")[0] in ("conll2002", "conll2003") for name in names)
    return all(_is_of_ud_2_0(name) or name == PAPERS_CODEMIX for name in names)


def are_papers_treebanks(corpora: Iterable[str | None]) -> bool:
    """Whether all of several treebanks are the paper's.

    The two Norwegian ones have a suffix in every release, so that their names do not tell: the others decide.
    """
    names = set(corpora)
    telling = names - NORWEGIAN
    return bool(telling) and all(is_papers_corpus("pos", name) for name in telling)


def _is_of_ud_2_0(name: str) -> bool:
    return name == "UD_Portuguese-BR" or (name.startswith("UD_") and "-" not in name)


def cited_rows(table: TransferTable, setting: Setting) -> list[ResultRow]:
    """Rows of systems that the paper cites: a published number and nothing else."""
    rows = []
    for system in table.cited:
        for source, target in table.cells(setting.sources, setting.targets):
            printed = lookup(table.key, source, target, system=system)
            if printed is not None:
                rows.append(
                    ResultRow(
                        experiment=table.key, system=system, role="published", task=table.task, source=source,
                        target=target, split=SPLIT, aggregate=MEAN, metric=printed.metric, published=printed.value,
                    )
                )  # fmt: skip
    return rows


def average_rows(cells: Iterable[ResultRow], kin: Kin | None = None) -> list[ResultRow]:
    """The means of each system over zero-shot cells and over the diagonal, with languages as clusters.

    Where there are enough genera (`units_of`), they are the clusters, and a row with languages as clusters follows.
    """
    groups: dict[tuple[str, str, str], list[ResultRow]] = {}
    for row in cells:
        if row.aggregate == MEAN and row.value is not None and row.source is not None and row.target is not None:
            kind = DIAGONAL_MEAN if row.target in row.source.split("+") else ZERO_SHOT_MEAN
            groups.setdefault((row.experiment, row.system, kind), []).append(row)
    return [row for (_, _, kind), members in groups.items() for row in _averages(kind, members, kin or {})]


def _averages(kind: str, cells: Sequence[ResultRow], kin: Kin) -> list[ResultRow]:
    values = [row.value or 0.0 for row in cells]
    pairs = [(row.source or "", row.target or "") for row in cells]
    printed = [row.published for row in cells if row.published is not None]
    update = {
        "published": sum(printed) / len(printed) if len(printed) == len(cells) else None,
        "comparable": all(row.comparable for row in cells),
    }
    rows = Scores(cells[0], dict(zip(pairs, cells, strict=True)), kin).rows(kind, None, partial(mean_of, values, pairs))
    return [row.model_copy(update=update) for row in rows]
