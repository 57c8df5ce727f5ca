"""One rule says by which start and rate an encoder is fine-tuned; what is found by it is kept in the user's cache."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crossglot.corpora.sampling import set_aside
from crossglot.corpora.sentences import TaggedSentence
from crossglot.encoders.encoder import Encoder
from crossglot.errors import DataError
from crossglot.runtime import Runtime
from crossglot.tagging.choosing import by_rule, choose
from crossglot.tagging.finding import find
from crossglot.tagging.finetuning import finetune
from crossglot.tagging.grid import Grid, grid_for
from crossglot.tagging.recipe import Recipe
from crossglot.tagging.search import search_recipe

KEPT = {"head_start": "probe", "learning_rate": 1e-3}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "crossglot" / "fine-tuning"


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """The dev sets of all searches that are made; only one start and two rates are tried."""
    made = []

    def counted(encoder: Encoder, train: Any, dev: Any, **settings: Any) -> Any:
        made.append(dev)
        return search_recipe(encoder, train, dev, **settings | {"grid": Grid(("probe",), (1e-3, 3e-3))})

    monkeypatch.setattr("crossglot.tagging.finding.search_recipe", counted)
    yield made


@pytest.mark.parametrize(
    ("given", "beside", "width", "recipe", "grid"),
    [
        ({}, {}, 768, Recipe(), None),
        ({"epochs": 5}, {}, 1024, Recipe(epochs=5), None),
        ({"learning_rate": 1e-4}, KEPT, 64, Recipe(head_start="probe", learning_rate=1e-4), None),
        ({"learning_rate": 1e-4}, {}, 64, Recipe(learning_rate=1e-4), None),
        ({}, KEPT, 64, Recipe(head_start="probe", learning_rate=1e-3), None),
        ({}, {"learning_rate": 1e-3}, 768, Recipe(learning_rate=1e-3), None),
        ({}, {}, 767, Recipe(), grid_for(767)),
        ({"head_start": "probe"}, {}, 64, Recipe(head_start="probe"), grid_for(64, "probe")),
    ],
)
def test_what_is_given_counts_then_what_is_kept_then_the_papers_for_the_papers_width(
    given: dict[str, Any], beside: dict[str, Any], width: int, recipe: Recipe, grid: Grid | None
) -> None:
    choice = by_rule(given, beside, width)
    assert (choice.recipe, choice.grid) == (recipe, grid)


def test_what_is_kept_beside_an_encoder_is_of_a_task(encoder: Encoder) -> None:
    notes = {"learning_rate": 1e-4, "finetuning": {"ner": KEPT}}
    noted = replace(encoder, notes=notes, learning_rate=1e-4)
    assert choose(noted, "ner").recipe == Recipe(head_start="probe", learning_rate=1e-3)
    assert choose(noted, "pos").recipe == Recipe(learning_rate=1e-4)
    assert choose(noted, "ner", {"learning_rate": 1e-2}).recipe.learning_rate == 1e-2


def test_a_narrow_encoder_is_searched_for_once_and_the_log_says_on_what(
    encoder: Encoder,
    sentences: list[TaggedSentence],
    searches: list[Any],
    cache: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    first = finetune(encoder, iter(sentences))
    assert "set aside" in caplog.text
    assert "6 of the 60 training sentences, set aside for it" in caplog.text
    assert first.recipe.head_start == "probe"
    assert first.recipe.learning_rate in (1e-3, 3e-3)
    (kept,) = cache.iterdir()
    said = json.loads(kept.read_text(encoding="utf-8"))
    assert (said["task"], said["sentences"], said["dev_sentences"]) == ("pos", 54, 6)
    assert finetune(encoder, sentences, seed=2).recipe == first.recipe
    assert len(searches) == 1, "another seed asks the same"
    finetune(encoder, sentences[:40])
    finetune(encoder, sentences, task="labels")
    finetune(replace(encoder, revision="another"), sentences)
    assert len(searches) == 4, "other data, tasks and encoders do not"


def test_what_is_given_or_kept_is_not_searched(
    encoder: Encoder, sentences: list[TaggedSentence], searches: list[Any]
) -> None:
    noted = replace(encoder, learning_rate=1e-3)
    assert finetune(noted, sentences[:8]).recipe == Recipe(learning_rate=1e-3)
    assert finetune(noted, sentences[:8], recipe=Recipe()).recipe == Recipe()
    assert finetune(encoder, sentences[:8], recipe=Recipe()).recipe == Recipe()
    assert not searches


def test_a_dev_set_that_is_given_is_what_a_search_scores_on(
    encoder: Encoder, sentences: list[TaggedSentence], searches: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    tagger = finetune(encoder, sentences[:40], dev=iter(sentences[40:]))
    assert searches == [sentences[40:]]
    (warning,) = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert "is at the edge of those tried" in warning, "of the two, either is"
    found = find(choose(encoder, "pos"), encoder, sentences[:40], sentences[40:], "pos", Runtime())
    assert found.recipe == tagger.recipe
    assert found.scored_on == "the dev set"


def test_of_few_sentences_none_is_set_aside(
    encoder: Encoder, sentences: list[TaggedSentence], searches: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    finetune(encoder, sentences[:5])
    assert searches == [sentences[:5]]
    assert "the 5 training sentences themselves, which are few" in caplog.text


def test_the_only_entity_is_not_set_aside(encoder: Encoder, searches: list[Any]) -> None:
    _, (drawn,) = set_aside(range(10), 1)
    for place in (drawn, (drawn + 1) % 10):
        given = [TaggedSentence(("the", "cat"), ("O", "O"))] * 10
        given[place] = TaggedSentence(("the", "house"), ("O", "B-LOC"))
        finetune(encoder, given, task="ner")
    assert [len(dev) for dev in searches] == [10, 1]


def test_what_cannot_be_learnt_from_is_said_before_a_search(encoder: Encoder, searches: list[Any]) -> None:
    for wrong in ([], [TaggedSentence(("cat",), ("FOO",))]):
        with pytest.raises(DataError):
            finetune(encoder, wrong)
    assert not searches


@pytest.mark.parametrize("damage", ["{}", "not JSON", '{"search": {"best": 1}}'])
def test_a_kept_search_that_cannot_be_read_is_made_again(
    encoder: Encoder, sentences: list[TaggedSentence], searches: list[Any], cache: Path, damage: str,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    first = finetune(encoder, sentences)
    (kept,) = cache.iterdir()
    kept.write_text(damage, encoding="utf-8")
    assert finetune(encoder, sentences).recipe == first.recipe
    assert len(searches) == 2
    assert f"{kept}: no search that was kept, so it is made again" in caplog.text


def test_a_cache_that_cannot_be_written_is_warned_of(
    encoder: Encoder,
    sentences: list[TaggedSentence],
    searches: list[Any],
    cache: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    cache.parent.mkdir(parents=True)
    cache.write_text("a file")
    finetune(encoder, sentences)
    assert "what was found is not kept" in caplog.text
    assert searches
