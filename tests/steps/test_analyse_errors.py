from __future__ import annotations

import random
from pathlib import Path

import pytest

from crossglot.corpora.catalogue import find_corpus
from crossglot.engine.step import Advance, Inputs, Step
from crossglot.engine.store import Store
from crossglot.steps.analyse_errors import AnalyseErrors, read_cell_errors
from crossglot.steps.arguments import CorpusSplit, describe_split
from crossglot.steps.rows import MatrixRow, write_row
from crossglot.steps.score import ScoreRows, read_scores

LANGUAGES = ("de", "es", "hi")


class Mistaken(MatrixRow):
    """A row whose tagger gives every third word a wrong tag."""

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:  # noqa: ARG002
        chance = random.Random(self.seed)
        predicted = {}
        for split in self.targets:
            sentences = split.read()
            tags = sorted({tag for sentence in sentences for tag in sentence.tags})
            predicted[split.language] = [
                [chance.choice(tags) if chance.random() < 0.3 else tag for tag in sentence.tags]
                for sentence in sentences
            ]
        write_row(folder, self, predicted, {})


def split_of(root: Path, language: str, task: str, split: str, at_most: int) -> CorpusSplit:
    return describe_split(find_corpus(root, language, task), split, root=root, at_most=at_most)


def finished(step: Step, store: Store) -> Path:
    return store.put(step, lambda folder: step.run(folder, store.result, lambda _: None))


@pytest.mark.parametrize("task", ["pos", "ner"])
def test_the_errors_of_rows_add_up_to_their_scores(data_root: Path, tmp_path: Path, task: str) -> None:
    targets = tuple(split_of(data_root, key, task, "test", 150) for key in LANGUAGES)
    source = split_of(data_root, "es", task, "train", 200)
    store = Store(tmp_path)
    rows = [  # the targets of the second seed were asked for at two times
        Mistaken(task=task, sources=(source,), targets=of, seed=seed)
        for seed, of in ((1, targets), (2, targets[:1]), (2, targets[1:]))
    ]
    for row in rows:
        finished(row, store)
    types = {} if task == "pos" else dict.fromkeys(LANGUAGES, ("LOC", "PER"))
    score = ScoreRows(rows=tuple(rows), targets=targets, types=types)
    errors = AnalyseErrors(rows=tuple(rows), targets=targets, types=types)
    scores = {(each.target, each.seed): each for each in read_scores(finished(score, store))}
    cells = read_cell_errors(finished(errors, store))
    assert [cell.target for cell in cells] == list(LANGUAGES)
    for cell in cells:
        right, n = sum(group.right for group in cell.labels), sum(group.n for group in cell.labels)
        given = sum(group.given or 0 for group in cell.labels)
        assert n == 2 * scores[cell.target, 1].n
        assert cell.seeds == 2
        assert {group.n for group in cell.outcomes[:-1]} == ({n} if task == "ner" else set())
        if task == "pos":
            assert 100 * right / n == pytest.approx(scores[cell.target, None].value)
            assert cell.frequencies[0].n < n or cell.target != "es"  # its own words were seen
        else:  # F1 of all seeds together is near the mean of theirs
            assert 200 * right / (n + given) == pytest.approx(scores[cell.target, None].value, abs=1)
