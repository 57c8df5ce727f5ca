from __future__ import annotations

from pathlib import Path

import pytest

from crossglot.corpora.catalogue import find_corpus
from crossglot.engine.step import Advance, Inputs
from crossglot.engine.store import Store
from crossglot.steps.arguments import CorpusSplit, describe_split
from crossglot.steps.rows import AT_CHECKPOINT, MatrixRow, write_predictions, write_row
from crossglot.steps.score import Score, ScoreRows, read_scores
from toy_world import ENGLISH_NAMES, GERMAN_NAMES, write_root


class Given(MatrixRow):
    """A row whose predictions are given."""

    tags: dict[str, list[list[str]]]

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:  # noqa: ARG002
        write_row(folder, self, self.tags, {})


def names(root: Path, language: str) -> CorpusSplit:
    return describe_split(find_corpus(root, language, "ner"), "test", root=root)


def scored(tmp_path: Path, rows: list[MatrixRow], targets: list[CorpusSplit], **types: tuple[str, ...]) -> list[Score]:
    store = Store(tmp_path / "steps")
    for row in rows:
        store.put(row, lambda folder, row=row: row.run(folder, store.result, lambda _: None))  # type: ignore[misc]
    step = ScoreRows(rows=tuple(rows), targets=tuple(targets), types=types)
    return read_scores(store.put(step, lambda folder: step.run(folder, store.result, lambda _: None)))


def gold(sentences: object) -> list[list[str]]:
    return [[tag for _, tag in sentence] for sentence in sentences]  # type: ignore[attr-defined]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_root(tmp_path / "data")


def given_row(root: Path, tags: dict[str, list[list[str]]], seed: int | None = 1) -> MatrixRow:
    source = describe_split(find_corpus(root, "en", "ner"), "train", root=root)
    targets = tuple(names(root, language) for language in sorted(tags))
    return Given(task="ner", sources=(source,), targets=targets, seed=seed, tags=tags)


def test_scores_are_per_cent_over_seeds_and_for_each_seed(root: Path, tmp_path: Path) -> None:
    right, wrong = gold(ENGLISH_NAMES), [["O"] * len(s) for s in ENGLISH_NAMES]
    rows = [given_row(root, {"en": right}, 1), given_row(root, {"en": wrong}, 2)]
    mean, first, second = scored(tmp_path, rows, [names(root, "en")])
    assert (mean.seed, mean.value, mean.n) == (None, 50.0, 5)
    assert (first.seed, first.value, second.seed, second.value) == (1, 100.0, 2, 0.0)
    assert "2 seeds" in mean.interval
    assert mean.low <= mean.value <= mean.high


def test_only_the_given_types_are_scored(root: Path, tmp_path: Path) -> None:
    tags = gold(GERMAN_NAMES)
    tags[1][1] = "B-ORG"  # a type that German does not annotate: no fault of the tagger's
    row = given_row(root, {"de": tags})
    target = names(root, "de")
    (_, everything), (_, shared) = (
        scored(tmp_path / "all", [row], [target]),
        scored(tmp_path / "shared", [row], [target], de=("LOC", "PER")),
    )
    assert everything.value == pytest.approx(100 * 2 * 3 / (4 + 3))
    assert (shared.value, shared.types) == (100.0, ("LOC", "PER"))


class OnItsWay(Given):
    """A row with other predictions at the first point of its training."""

    earlier: dict[str, list[list[str]]]

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:
        super().run(folder, inputs, advance)
        write_predictions(folder / AT_CHECKPOINT.format(1), self, self.earlier)


def test_a_checkpoint_is_scored_with_what_is_gained_from_there_to_the_end(root: Path, tmp_path: Path) -> None:
    end = gold(GERMAN_NAMES)
    earlier = [["O"] * len(tags) for tags in end[:1]] + end[1:]  # finds one name of three
    target, store = names(root, "de"), Store(tmp_path)
    given = given_row(root, {"de": end})
    row = OnItsWay(**dict(given), earlier={"de": earlier})
    store.put(row, lambda folder: row.run(folder, store.result, lambda _: None))
    at_end = ScoreRows(rows=(row,), targets=(target,))
    on_the_way = at_end.model_copy(update={"checkpoint": 1})
    found = []
    for step in (at_end, on_the_way):
        folder = tmp_path / step.id
        folder.mkdir()
        step.run(folder, store.result, lambda _: None)
        found.append(read_scores(folder))
    last, first = found
    assert at_end.id != on_the_way.id
    assert [(score.value, score.until_end) for score in last if score.seed is None] == [(100.0, False)]
    (score, gain) = [score for score in first if score.seed is None]
    assert (score.until_end, gain.until_end) == (False, True)
    assert score.value == pytest.approx(100 * 2 / 4)  # 2 TP / (predicted + gold)
    assert gain.value == pytest.approx(50.0)
    assert gain.low <= gain.value <= gain.high


def test_a_floor_without_seeds_has_one_score(root: Path, tmp_path: Path) -> None:
    (only,) = scored(tmp_path, [given_row(root, {"en": gold(ENGLISH_NAMES)}, None)], [names(root, "en")])
    assert (only.seed, only.value) == (None, 100.0)


def test_targets_that_are_not_asked_for_are_left_out(root: Path, tmp_path: Path) -> None:
    row = given_row(root, {"en": gold(ENGLISH_NAMES), "de": gold(GERMAN_NAMES)})
    assert {score.target for score in scored(tmp_path, [row], [names(root, "de")])} == {"de"}
