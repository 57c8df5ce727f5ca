"""Rows that are there already: a wanted row is made up of finished ones of its family and one for what is lacking.

Adding a target to a study so costs that target alone where taggers are kept (`keep_weights`), and one more training of
each source where they are not; nothing that was predicted is predicted again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pydantic import ValidationError

from crossglot.engine.record import Record
from crossglot.engine.store import Store
from crossglot.steps.arguments import CorpusSplit
from crossglot.steps.rows import MatrixRow
from crossglot.steps.train_and_predict import TrainAndPredict


def complete_rows(wanted: Iterable[MatrixRow], store: Store) -> dict[str, tuple[MatrixRow, ...]]:
    """For each family, the rows that together give every target asked for: finished ones, then a new one."""
    asked: dict[str, list[MatrixRow]] = defaultdict(list)
    for row in wanted:
        asked[row.family].append(row)
    whole = {family: _whole(rows) for family, rows in asked.items()}
    found = {family: (row,) for family, row in whole.items() if store.state(row) == "finished"}
    records = _records({family: row for family, row in whole.items() if family not in found}, whole.values(), store)
    return {
        family: found.get(family) or _complete(row, _finished(row, records[family], store))
        for family, row in whole.items()
    }


def _whole(rows: Sequence[MatrixRow]) -> MatrixRow:
    """The row for all targets of several rows of a family."""
    if len(rows) == 1:
        return rows[0].for_targets(rows[0].targets)
    asked = {split.language: split for row in rows for split in row.targets}
    return rows[0].for_targets(asked[language] for language in sorted(asked))


def _records(
    lacking: Mapping[str, MatrixRow], wanted: Iterable[MatrixRow], store: Store
) -> Mapping[str, Sequence[Record]]:
    """The records of finished rows of the families that are not whole, without those of rows that are wanted as such.

    To read a record takes a millisecond, and stores have a hundred thousand.
    """
    found: dict[str, list[Record]] = defaultdict(list)
    kinds, known = {row.stored_as() for row in lacking.values()}, {row.id for row in wanted}
    others = [id_ for id_ in store.ids() if id_ not in known and id_.rpartition("-")[0] in kinds]
    of_families = [step for step in store.known(others) if step.family in lacking]
    for step in sorted(of_families, key=lambda step: (step.finished, step.id)):  # a stable order
        if (record := store.record_of(step.id)) is not None:
            found[record.family].append(record)
    return found


def _finished(example: MatrixRow, records: Iterable[Record], store: Store) -> list[MatrixRow]:
    rows = [row for record in records if (row := _row(example, record, store)) is not None]
    return [row for row in rows if store.state(row) == "finished"]


def _row(example: MatrixRow, record: Record, store: Store) -> MatrixRow | None:
    """The row that a record tells of; None if it is not one that this version could have made."""
    try:
        row = type(example).model_validate(record.arguments)
    except (ValidationError, RecursionError) as error:
        fault = error.errors(include_url=False)[0] if isinstance(error, ValidationError) else None
        why = str(error) if fault is None else f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"
        store.disregard(record.id, f"its arguments are not those of this version ({why})")
        return None
    if row.id != record.id:
        store.disregard(record.id, "its arguments are not those that its name stands for")
        return None
    return row


def _complete(example: MatrixRow, finished: Sequence[MatrixRow]) -> tuple[MatrixRow, ...]:
    """Finished rows of a family, and one more if need be, that give the targets of this one."""
    if not finished:
        return (example,)
    lacking = {split.language: split for split in example.targets}
    members: list[MatrixRow] = []
    keeper = next((row for row in finished if isinstance(row, TrainAndPredict) and row.keep_weights), None)
    must_keep = isinstance(example, TrainAndPredict) and example.keep_weights
    if must_keep and keeper is None:
        finished = ()  # what is there cannot give the weights: train, and predict all anew
    here = {"system": example.system, "sources": example.sources}  # the same sentences, where they lie today
    for row in (row.model_copy(update=here) for row in finished):
        useful = [split.language for split in row.targets if _same(lacking.get(split.language), split)]
        if useful:
            members.append(row)
            for language in useful:
                del lacking[language]
    if lacking:
        row = example.for_targets(lacking[language] for language in sorted(lacking))
        if keeper is not None and not keeper.checkpoints:  # a tagger that is kept cannot be asked on its way
            row = row.model_copy(update={"tagger_of": keeper, "keep_weights": False})
        members.append(row)
    return tuple(members)


def _same(one: CorpusSplit | None, other: CorpusSplit) -> bool:
    return one is not None and _of(one) == _of(other)


def _of(split: CorpusSplit) -> tuple[object, ...]:
    return split.corpus, split.split, split.content, *map(_of, split.restored_by)
