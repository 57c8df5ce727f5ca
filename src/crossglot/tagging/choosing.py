"""By which recipe an encoder is fine-tuned for a task: one rule for studies, `crossglot finetune` and Python.

What is given counts; then the start and the rate that are kept beside the encoder for the task. Without a rate, an
encoder as wide as BERT-base or wider has the paper's; for a narrower one, which would hardly move by it, start and rate
are searched on sentences of the source (see `search`). Studies do that in a step, which their store keeps; for others
see `finding`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from crossglot.encoders.origin import BASE_WIDTH, kept_fine_tuning
from crossglot.tagging.grid import Grid, grid_for
from crossglot.tagging.recipe import Recipe

if TYPE_CHECKING:
    from crossglot.encoders.encoder import Encoder


@dataclass(frozen=True, slots=True)
class Choice:
    """A recipe as far as it is known, and the starts and rates to be tried for the rest; None where all is known."""

    recipe: Recipe
    grid: Grid | None = None


def by_rule(given: Mapping[str, Any], beside: Mapping[str, Any], width: int) -> Choice:
    """The rule.

    Args:
        given: settings of the recipe that somebody named.
        beside: the start and the rate that are kept beside the encoder for the task, if any.
        width: the encoder's hidden size.
    """
    known = {**beside, **given}
    recipe = Recipe.model_validate(known)
    if "learning_rate" in known or width >= BASE_WIDTH:
        return Choice(recipe)
    return Choice(recipe, grid_for(width, given.get("head_start")))


def choose(encoder: Encoder, task: str, given: Mapping[str, Any] = MappingProxyType({})) -> Choice:
    """By the rule, for an encoder that is loaded.

    Raises:
        ModelError: if what is kept beside the encoder is no start and rate.
    """
    notes = {**encoder.notes, "learning_rate": encoder.learning_rate}
    return by_rule(given, kept_fine_tuning(notes, task, encoder.name), encoder.hidden_size)
