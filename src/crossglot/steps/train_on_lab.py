"""One run of the causal study: an encoder pretrained on two constructed languages, fine-tuned on each, and tested."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from crossglot.corpora.catalogue import find_corpus
from crossglot.corpora.sentences import TaggedSentence
from crossglot.encoders.origin import NOTES
from crossglot.engine.going import Going
from crossglot.engine.step import Advance, Inputs, Work
from crossglot.lab.making import build_lab
from crossglot.pretraining.shapes import Shape
from crossglot.steps.lab_translations import TRANSLATIONS, cut_out, find_translations
from crossglot.steps.make_lab import ROOT, MakeLab, lab_bitext, lab_texts, unseen_bitext
from crossglot.steps.on_device import DeviceStep
from crossglot.steps.pretrain import pretrain_kept
from crossglot.steps.rows import ABOUT, PREDICTIONS, predictions_frame
from crossglot.tagging.recipe import Recipe
from crossglot.tagging.training import only_label, way_out

if TYPE_CHECKING:
    import polars

    from crossglot.encoders.encoder import Encoder

_log = logging.getLogger(__name__)

OWN_SOURCE, ZERO_SHOT, SHUFFLED, OWN_TARGET = "source to source", "zero-shot", "zero-shot, words shuffled", "own"
MOST_FREQUENT = "zero-shot, most frequent tag"
CUT_OUT = "zero-shot, anchors cut out"
"""What is predicted: the first language by its own tagger; the second by the first's, in order, with the words of each
sentence shuffled and with the anchors cut out, and by its own; the second by the most frequent tag of each word of the
first."""

BY_TAGGER = ((OWN_SOURCE, ZERO_SHOT, SHUFFLED, CUT_OUT), (OWN_TARGET,))
"""The predictions of the source's tagger, and those of the target's."""

ANCHOR = "anchor"
"""Column of the predictions: whether the word is an anchor."""

PRETRAINING_SHARE = 0.9
"""Share of the time that pretraining takes; for the progress only."""


class TrainOnLab(DeviceStep):
    """Pretrains on both languages of a lab, fine-tunes a POS tagger on each, keeps what they predict, drops weights.

    Before fine-tuning, it looks for translations between the two.

    Attributes:
        name: of the condition; no part of the identity.
        lab: makes the languages; the first is the source, the second the target.
        shape: of the encoder, and its schedule.
        bitext: whether translation language modelling is done beside masked language modelling.
        separate_positions: whether each language has position ids of its own.
        untrained: whether the encoder keeps random weights: nothing is pretrained but its vocabulary.
        recipe: how taggers are fine-tuned.
        seed: of pretraining and fine-tuning.
    """

    VERSION: ClassVar[str] = "2"  # 1 did not say which words are anchors, cut none out, and looked for no translations
    SKIP_ID_ARGUMENTS: ClassVar[frozenset[str]] = DeviceStep.SKIP_ID_ARGUMENTS | {"name"}

    name: str
    lab: MakeLab
    shape: Shape
    bitext: bool = False
    separate_positions: bool = False
    untrained: bool = False
    recipe: Recipe
    seed: int

    def go_on(self, folder: Path, inputs: Inputs, advance: Advance, going: Going) -> None:
        """Writes row.json, translations.npy (see `find_translations`) and predictions.parquet.

        In the last, the column `target` names one of the six predictions. A pretraining that was broken off goes on
        from its last checkpoint; the rest is quickly done again.
        """
        import numpy as np

        root = inputs(self.lab) / ROOT
        made = self._pretrain(root, going, lambda share: advance(PRETRAINING_SHARE * share))
        notes = json.loads((made / NOTES).read_text(encoding="utf-8"))
        encoder = self._load(made)
        lab = build_lab(self.lab.spec)
        anchors = {language: lab.anchor_forms(language) for language in self.languages}
        bitext = dict(zip(self.languages, unseen_bitext(root, *self.languages), strict=True))
        right = find_translations(encoder, bitext, anchors, device=self.device, precision=self.precision)
        np.save(folder / TRANSLATIONS, right)
        gold, predicted = self._predict(root, encoder, anchors[self.languages[1]])
        frame = predictions_frame(gold, predicted)
        frame = frame.with_columns(frame["form"].is_in(list(set().union(*anchors.values()))).alias(ANCHOR))
        frame.write_parquet(folder / PREDICTIONS, compression="zstd")
        if (collapsed := collapsed_in(frame)) and not self.untrained:
            _log.warning("%s: a tagger collapsed (%s): %s", self.title, ", ".join(collapsed), way_out())
        about: dict[str, Any] = {"perplexity": notes["perplexity"], "loss": notes["loss"]}
        (folder / ABOUT).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")

    def _pretrain(self, root: Path, going: Going, advance: Advance) -> Path:
        return pretrain_kept(
            going,
            advance,
            lab_texts(root, self.languages),
            shape=self.shape,
            steps=1 if self.untrained else None,
            bitexts={self.languages: lab_bitext(root, *self.languages)} if self.bitext else None,
            separate_positions=self.separate_positions,
            seed=self.seed,
            device=self.device,
            precision=self.precision,
        )

    def _load(self, folder: Path) -> Encoder:
        from crossglot.encoders.loading import load_encoder

        encoder = load_encoder(folder, device=self.device)
        return encoder.untrained(self.seed) if self.untrained else encoder

    def _predict(
        self, root: Path, encoder: Encoder, anchors: frozenset[str]
    ) -> tuple[Mapping[str, Sequence[TaggedSentence]], Mapping[str, Sequence[Sequence[str]]]]:
        """Gold and predicted tags of every set."""
        from crossglot.tagging.finetuning import finetune
        from crossglot.tagging.most_frequent_tag import MostFrequentTag

        training, tests, taggers = {}, {}, {}
        for language in self.languages:
            treebank = find_corpus(root, language, "pos")
            training[language], tests[language] = treebank.read("train"), treebank.read("test")
            taggers[language] = finetune(
                encoder.for_language(language), training[language], task="pos", recipe=self.recipe, seed=self.seed,
                device=self.device, precision=self.precision,
            )  # fmt: skip
        source, target = self.languages
        across, own = taggers[source].for_language(target), taggers[target]
        shuffled = shuffle_words(tests[target], self.seed)
        gold = dict.fromkeys((ZERO_SHOT, OWN_TARGET, MOST_FREQUENT), tests[target])
        bare = cut_out(tests[target], anchors)
        gold |= {OWN_SOURCE: tests[source], SHUFFLED: shuffled, CUT_OUT: bare}
        predicted = {
            OWN_SOURCE: taggers[source].predict(tests[source]),
            ZERO_SHOT: across.predict(tests[target]),
            SHUFFLED: across.predict(shuffled),
            CUT_OUT: across.predict(bare),
            OWN_TARGET: own.predict(tests[target]),
            MOST_FREQUENT: MostFrequentTag.fit(training[source]).tag(tests[target]),
        }
        return gold, predicted

    @property
    def languages(self) -> tuple[str, str]:
        """Keys of source and target."""
        source, target = self.lab.spec.languages
        return source, target

    @property
    def title(self) -> str:
        """What the progress shows."""
        return f"{self.name}, seed {self.seed}"

    @property
    def work(self) -> Work:
        """Pieces to be read in pretraining; the rest is little beside it."""
        shape = self.shape
        pieces = 0.0 if self.untrained else float(shape.steps * shape.batch_pieces)
        return Work(pieces, f"pretraining {shape.layers} layers of {shape.hidden} on {self.device_kind}")


def collapsed_in(predictions: polars.DataFrame) -> tuple[str, ...]:
    """Which of the predictions are of a tagger that gives every word of all its test sets the same tag."""
    import polars as pl

    found: list[str] = []
    for of_tagger in BY_TAGGER:
        words = predictions.filter(pl.col("target").is_in(of_tagger))
        if only_label([words["predicted"].to_list()], [words["gold"].to_list()]):
            found += of_tagger
    return tuple(found)


def shuffle_words(sentences: Sequence[TaggedSentence], seed: int) -> list[TaggedSentence]:
    """The same sentences, the words of each in an order by chance; every word keeps its tag."""
    rng = random.Random(seed)  # noqa: S311
    shuffled = []
    for sentence in sentences:
        order = rng.sample(range(len(sentence)), len(sentence))
        shuffled.append(
            TaggedSentence(tuple(sentence.words[at] for at in order), tuple(sentence.tags[at] for at in order))
        )
    return shuffled
