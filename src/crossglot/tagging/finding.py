"""Start and rate for an encoder that none are known of, found by trying; what was found is kept in the user's cache."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from crossglot.corpora.sentences import TaggedSentence, gathered_tagged
from crossglot.encoders.encoder import Encoder
from crossglot.remedies import way, ways
from crossglot.runtime import Runtime
from crossglot.tagging.choosing import Choice
from crossglot.tagging.grid import Grid
from crossglot.tagging.held_out import held_out
from crossglot.tagging.kept_searches import Question, keep, kept
from crossglot.tagging.recipe import Recipe
from crossglot.tagging.search import Search, search_recipe

_log = logging.getLogger(__name__)

DEV_SET = "the dev set"


@dataclass(frozen=True, slots=True)
class Found:
    """A recipe whose start and rate were found, the search that found them, and what it scored on."""

    recipe: Recipe
    search: Search
    scored_on: str


def find(
    choice: Choice,
    encoder: Encoder,
    sentences: Sequence[TaggedSentence],
    dev: Iterable[TaggedSentence],
    task: str,
    runtime: Runtime,
    progress: Callable[[int, int], None] | None = None,
) -> Found:
    """Finds what is not known of a choice, or knows it from an earlier search with the same encoder, task and data.

    Args:
        choice: with something to try.
        encoder: to be fine-tuned.
        sentences: to be trained on.
        dev: of the source language; where there is none, some of the sentences are set aside for the search.
        task: `pos`, `ner` or `labels`.
        runtime: device and precision.
        progress: called with (trainings done, trainings in all).

    Raises:
        CrossglotError: if every training diverged.
    """
    grid, dev = choice.grid or Grid(), gathered_tagged(dev)
    train, dev, where = (sentences, dev, DEV_SET) if dev else held_out(sentences, task)
    question = Question(encoder, task, choice.recipe, grid, train, dev, runtime)
    found = kept(question)
    if found is None:
        _log.log(
            logging.INFO if where == DEV_SET else logging.WARNING,
            "%s is narrower than BERT-base, and no learning rate for %s is known of it: start and rate are searched on "
            "%s, by %d trainings; %s", encoder.name, task, where, len(grid.starts) * len(grid.rates),
            ways(way("give a dev set", "dev"), way("the rate itself", "learning_rate")),
        )  # fmt: skip
        found = search_recipe(
            encoder, train, dev, task=task, recipe=choice.recipe, grid=grid, runtime=runtime, progress=progress
        )
        keep(question, found)
    if found.at_edge:
        _log.warning(
            "%s, %s: the chosen rate of %g is at the edge of those tried; one beyond may be better",
            encoder.name, task, found.best.learning_rate,
        )  # fmt: skip
    settings = {"head_start": found.best.head_start, "learning_rate": found.best.learning_rate}
    return Found(choice.recipe.model_copy(update=settings), found, where)
