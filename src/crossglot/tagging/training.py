"""Signs of a failed training: too few steps to leave the start, one label for every word, a loss that did not fall."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crossglot.remedies import way, ways
from crossglot.tagging.recipe import Recipe

FAR_ENOUGH = 0.005
"""Least way a weight of the new layer must be able to go: a quarter of the deviation it is drawn with (BERT's 0.02).

Measured with multilingual-e5-small: 94 steps at 1e-4 (0.0047) end with one label for every word, 39 steps at 3e-4
(0.0058) tag 91 % of the words. BERT-base at 3e-5 goes 0.0004 on 300 sentences and 0.018 on EWT's 12,543.
"""

ENOUGH_STEPS = 10  # fewer, and a tenth is less than a batch


def way_out(head_start: str = "random") -> str:
    """What to do about a training that went nowhere, whose new layer began like this."""
    probe = "start the new layer from a linear probe"
    start = "" if head_start == "probe" else way(probe, "head_start", "probe") or probe
    return ways(start, "train longer", "take another rate")


def count_steps(sentences: int, recipe: Recipe) -> int:
    """Optimiser steps of a training: the last batch of an epoch may be smaller."""
    return recipe.epochs * -(-sentences // recipe.batch_size)


def checkpoint_steps(steps: int, points: int) -> tuple[int, ...]:
    """The optimiser steps that points of a training come after, rising; the last is its end.

    The k-th of n points comes after about (k / n)² of the steps, since a tagger changes most in its first ones. A
    training of fewer steps than points has one after every step.
    """
    points, found = min(points, steps), [0]
    for point in range(1, points + 1):
        found.append(max(found[-1] + 1, round(steps * (point / points) ** 2)))
    return tuple(found[1:])


def reach(recipe: Recipe, steps: int) -> float:
    """How far Adam can move a weight of the new layer: about the rate per step, summed over the schedule.

    The rate rises over the warm-up and falls over the rest: half its height on average.
    """
    return (recipe.head_learning_rate or recipe.learning_rate) * steps / 2


def too_short(recipe: Recipe, steps: int) -> bool:
    """Whether the new layer starts at random and can hardly leave its start."""
    return recipe.head_start == "random" and reach(recipe, steps) < FAR_ENOUGH


def only_label(predicted: Iterable[Sequence[str]], gold: Iterable[Sequence[str]]) -> str:
    """The label that every word got though the gold has several; empty if there is none."""
    found = {tag for tags in predicted for tag in tags}
    return found.pop() if len(found) == 1 and len({tag for tags in gold for tag in tags}) > 1 else ""


def has_fallen(steps: int, first_loss: float, last_loss: float) -> bool:
    """Whether a training's loss was lower over its last tenth than over its first; too few steps cannot tell."""
    return steps < ENOUGH_STEPS or last_loss < first_loss
