"""A row of an encoder: fine-tune it on the source, predict every target, keep the predictions and drop the weights."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import cached_property, lru_cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from crossglot.checkpoints import Keeper
from crossglot.corpora.sampling import sample
from crossglot.engine.step import Advance, Inputs, Work
from crossglot.files import whole_file
from crossglot.steps.find_recipe import FindRecipe, found_recipe
from crossglot.steps.on_device import EncoderStep
from crossglot.steps.rows import (
    AT_CHECKPOINT,
    MatrixRow,
    predict_targets,
    training_sentences,
    write_predictions,
    write_row,
)
from crossglot.tagging.recipe import Recipe
from crossglot.tagging.training import checkpoint_steps, count_steps, has_fallen, only_label, way_out

if TYPE_CHECKING:
    from torch import nn

    from crossglot.engine.going import Going
    from crossglot.runtime import Runtime
    from crossglot.steps.arguments import CorpusSplit, EncoderReference
    from crossglot.tagging.encoder_tagger import EncoderTagger

_log = logging.getLogger(__name__)

TAGGER = "tagger"
CHECKPOINT = "training.safetensors"
ENOUGH_OF_SOURCE = 200  # training sentences that show whether a tagger knows a second label


class TrainAndPredict(MatrixRow, EncoderStep):
    """Fine-tunes an encoder, or one of its shape with random weights.

    Attributes:
        encoder: what is fine-tuned.
        untrained: whether its weights are drawn at random first (the floor), from `seed`.
        recipe: how it is fine-tuned.
        search: what is to find the recipe's start and learning rate. Once it has, a plan has the row with these in its
            recipe and no search instead, which is the same row as one for which they were known from the start.
        keep_weights: whether the tagger is kept beside the predictions.
        checkpoints: at so many points of the training the targets are predicted, the last of which is its end (see
            `points`); 0 for the end alone. The training is the same whether it is asked on its way or not.
        tagger_of: a row of the same family whose kept tagger predicts instead of a newly trained one. It gives the same
            predictions, so it is no part of the identity.
    """

    VERSION: ClassVar[str] = "3"
    # 1 read words at their first piece, and cut them by byte-level tokenizers otherwise; 2 drew the dropout of a batch
    # of more than `PIECES_AT_ONCE` pieces at once
    SKIP_ID_ARGUMENTS: ClassVar[frozenset[str]] = MatrixRow.SKIP_ID_ARGUMENTS | {"device", "tagger_of"}
    SKIP_DEFAULT_ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"keep_weights", "checkpoints"})

    untrained: bool = False
    recipe: Recipe = Recipe()
    search: FindRecipe | None = None
    keep_weights: bool = False
    checkpoints: int = 0
    tagger_of: TrainAndPredict | None = None

    @cached_property
    def family(self) -> str:
        """Equal for rows that differ in targets, or in whether the weights are kept."""
        return f"{self.stored_as()}-{self.digest(without=frozenset({'targets', 'keep_weights'}))}"

    @property
    def points(self) -> tuple[int, ...]:
        """See `MatrixRow`."""
        return checkpoint_steps(count_steps(self.training_size(), self.recipe), max(self.checkpoints, 1))

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:
        """Writes predictions.parquet and row.json, those of checkpoints, and the tagger where it is to be kept."""
        self._run(folder, inputs, advance, None)

    def go_on(self, folder: Path, inputs: Inputs, advance: Advance, going: Going) -> None:
        """As `run`; a training that was broken off goes on from its last checkpoint."""
        self._run(folder, inputs, advance, going)

    def _run(self, folder: Path, inputs: Inputs, advance: Advance, going: Going | None) -> None:
        for split in self.targets:
            split.read()  # a faulty target is found before the training, not after it
        before, began = 0.0 if going is None else going.seconds, time.monotonic()
        tagger = self._tagger(folder, inputs, advance, going)
        trained = time.monotonic()
        if self.keep_weights:
            tagger.save(folder / TAGGER)
        predicted = predict_targets(self, tagger, self.encoder, self.device, advance)
        collapsed, training = self._only_label(tagger, predicted), tagger.training
        advice = way_out(tagger.recipe.head_start)
        if self.untrained:
            pass  # a floor: the report says it, once for all its rows
        elif collapsed:
            _log.warning("%s: collapsed, every word gets %s: %s", self.title, collapsed, advice)
        elif training is not None and not has_fallen(**asdict(training)):
            _log.warning("%s: the training loss has not fallen: %s", self.title, advice)
        about = {
            "learning_rate": tagger.recipe.learning_rate,
            "collapsed": collapsed,
            "training": None if training is None else asdict(training),
            "labels": tagger.labels.names,
            "packed": tagger.encoder.packs,
            "device": self.device,
            "precision": self.precision,
            "seconds": {"train": before + trained - began, "predict": time.monotonic() - trained},
            "versions": {name: version(name) for name in ("crossglot", "torch", "transformers", "tokenizers")},
        }
        write_row(folder, self, predicted, about)

    def _only_label(self, tagger: EncoderTagger, predicted: Mapping[str, Sequence[Sequence[str]]]) -> str:
        """The label that the tagger gives every word of the targets and of its own source; empty if it knows others."""
        tags = [tags for split in self.targets for tags in predicted[split.language]]
        gold = [sentence.tags for split in self.targets for sentence in split.read()]
        if len({tag for of_sentence in tags for tag in of_sentence}) > 1:
            return ""
        own = sample(self.training_sentences(), ENOUGH_OF_SOURCE)
        return only_label([*tags, *tagger.predict(own)], [*gold, *(sentence.tags for sentence in own)])

    def _tagger(self, folder: Path, inputs: Inputs, advance: Advance, going: Going | None) -> EncoderTagger:
        from crossglot.tagging.encoder_tagger import load_encoder_tagger
        from crossglot.tagging.fitting import fit

        if self.tagger_of is not None:
            return load_encoder_tagger(inputs(self.tagger_of) / TAGGER, runtime=self.runtime)
        seed = self.seed or 0
        recipe = self.recipe if self.search is None else found_recipe(self.recipe, inputs(self.search))
        encoder = self.encoder.load(self.device)
        encoder = encoder.for_language(self.sources[0].language)
        share = 1 - sum(split.words for split in self.targets) / max(self.work.size, 1)
        # What was predicted on the way is kept with the checkpoint that stands behind it.
        kept = folder if going is None else going.folder
        keeper = None if going is None else Keeper(going.folder / CHECKPOINT, going.saved)
        probe = None
        if recipe.head_start == "probe" and not self.untrained:
            read = recipe.reading_alone()
            probe = _fit_probe(self.sources, self.max_train, self.task, self.encoder, read, self.runtime)
        tagger = fit(
            encoder.untrained(seed) if self.untrained else encoder,
            self.training_sentences(),
            recipe,
            task=self.task,
            seed=seed,
            runtime=self.runtime,
            progress=lambda done, steps: advance(share * done / steps),
            probe=probe,
            watch=partial(self._predict_at, kept) if self.checkpoints else None,
            keeper=keeper,
        )
        for number in range(1, len(self.points)) if kept != folder else ():
            shutil.copy(kept / AT_CHECKPOINT.format(number), folder)
        return tagger

    def _predict_at(self, folder: Path, done: int, steps: int, tagger: Callable[[], EncoderTagger]) -> None:
        """Predicts the targets if a point of the training before its end is reached."""
        points = checkpoint_steps(steps, self.checkpoints)
        if done in points[:-1]:
            predicted = predict_targets(self, tagger(), self.encoder, self.device, lambda _: None)
            folder.mkdir(exist_ok=True)
            with whole_file(folder / AT_CHECKPOINT.format(1 + points.index(done))) as half:
                write_predictions(half, self, predicted)

    @property
    def title(self) -> str:
        """What the progress shows."""
        found = "" if self.search is None else f", with the {self.search.sought} to be found"
        return f"{self.system}, {self.task}: {self.source_in_words}, seed {self.seed} → {self.targets_in_words}{found}"

    @property
    def work(self) -> Work:
        """Words in and out, a forward pass counting 1 and a training pass 3."""
        training = 0.0 if self.tagger_of is not None else 3 * self.recipe.epochs * self.training_words()
        return Work(
            training + len(self.points) * sum(split.words for split in self.targets),
            f"tagging with {self.encoder.name} on {self.device_kind}",
        )


@lru_cache(maxsize=4)
def _fit_probe(
    sources: tuple[CorpusSplit, ...],
    max_train: int | None,
    task: str,
    encoder: EncoderReference,
    recipe: Recipe,
    runtime: Runtime,
) -> nn.Linear:
    """The layer that all seeds of a row start from; nobody may change it."""
    from crossglot.tagging.labels import label_set
    from crossglot.tagging.linear_probe import fit_probe

    sentences = training_sentences(sources, max_train)
    loaded = encoder.load(runtime.device).for_language(sources[0].language)
    return fit_probe(loaded, sentences, label_set(task, sentences), recipe, runtime)
