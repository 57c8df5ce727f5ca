"""The search and the warnings of `crossglot finetune`: start and rate found on a dev set, remarks on the training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossglot.commands.faults import keeping

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from crossglot.checkpoints import Keeper
    from crossglot.corpora.sentences import TaggedSentence
    from crossglot.encoders.encoder import Encoder
    from crossglot.runtime import Runtime
    from crossglot.tagging.choosing import Choice
    from crossglot.tagging.encoder_tagger import EncoderTagger
    from crossglot.tagging.recipe import Recipe


def settled(
    choice: Choice,
    encoder: Encoder,
    train: Sequence[TaggedSentence],
    dev: Sequence[TaggedSentence],
    task: str,
    runtime: Runtime,
) -> Recipe:
    """The recipe of a choice, with start and rate found if they are not known."""
    from crossglot.commands.progress import bar, stderr_console
    from crossglot.tagging.finding import find

    if choice.grid is None:
        return choice.recipe
    with keeping("no learning rate was found"), bar("start and learning rate") as moved:
        found = find(choice, encoder, train, dev, task, runtime, moved)
    best = found.search.best
    tried = ", ".join(
        f"{t.head_start} {t.learning_rate:g}: {'collapsed' if t.collapsed else f'{100 * t.score:.1f}'}"
        for t in found.search.trials
    )
    options = f"--head-start {best.head_start} --lr {best.learning_rate:g}"
    stderr_console().print(f"chosen on {found.scored_on}: {options} (tried: {tried})", style="dim", soft_wrap=True)
    return found.recipe


def keeper_for(out: Path) -> Keeper:
    """What writes the checkpoints of a tagger that is to be written to `out`: into a folder beside it."""
    from crossglot.checkpoints import Keeper

    return Keeper(_checkpoint(out), with_parents=True)


def kept_training(out: Path) -> str:
    """What is kept of a training that was stopped."""
    if _checkpoint(out).exists():
        return f"no tagger was written; the training's last checkpoint is kept in {_checkpoint(out).parent}"
    return "no tagger was written, and there is no checkpoint yet: the same command begins anew"


def _checkpoint(out: Path) -> Path:
    return out.parent / f".going-{out.name}" / "training.safetensors"


def in_words(recipe: Recipe) -> str:
    """`new layer from a linear probe, learning rate 0.0003`."""
    start = {"random": "", "probe": "new layer from a linear probe, "}[recipe.head_start]
    own = "" if recipe.head_learning_rate is None else f" ({recipe.head_learning_rate:g} for the new layer)"
    return f"{start}learning rate {recipe.learning_rate:g}{own}"


def forewarn(recipe: Recipe, sentences: Sequence[TaggedSentence]) -> None:
    """Warns of a training in which a new layer that starts at random can hardly leave its start."""
    from crossglot.tagging.training import count_steps, too_short, way_out

    steps = count_steps(sum(map(bool, map(len, sentences))), recipe)
    if too_short(recipe, steps):
        rate = recipe.head_learning_rate or recipe.learning_rate
        warn(f"{steps} steps at a rate of {rate:g} can hardly move the new layer from its random start: {way_out()}")


def warn_of(tagger: EncoderTagger, sentences: Sequence[TaggedSentence]) -> None:
    """Warns if the tagger gives every word of its training sentences one label, or if its loss has not fallen."""
    from dataclasses import asdict

    from crossglot.corpora.sampling import sample
    from crossglot.steps.train_and_predict import ENOUGH_OF_SOURCE
    from crossglot.tagging.training import has_fallen, only_label, way_out

    own = sample(sentences, ENOUGH_OF_SOURCE)
    label = only_label(tagger.predict(own), (sentence.tags for sentence in own))
    if label:
        warn(f"this training collapsed: every word gets {label}; {way_out(tagger.recipe.head_start)}")
    elif tagger.training is not None and not has_fallen(**asdict(tagger.training)):
        warn(f"the training loss has not fallen; {way_out(tagger.recipe.head_start)}")


def warn(text: str) -> None:
    """A warning on standard error."""
    from crossglot.commands.progress import stderr_console

    stderr_console().print(f"warning: {text}", style="yellow", soft_wrap=True)
