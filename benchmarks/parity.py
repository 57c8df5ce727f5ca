"""Whether a fine-tuned tagger is as good as the Hugging Face Trainer's on the diagonal: accuracy over three seeds.

The same encoder, sentences, recipe and number of steps; the Trainer pads, shuffles and initialises its own way, so
single seeds differ and means are compared. The aim is a difference of at most 0.5 points.

    python -m benchmarks.parity --data ROOT [--encoder models/m-bert-small] [--lr X] [--max-train 2000] [--seeds 1,2,3]
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import transformers
from transformers import AutoModelForTokenClassification, Trainer, TrainingArguments

from benchmarks.finetuning import BATCH, padding, trainer_rows
from crossglot.corpora.conllu import read_conllu
from crossglot.corpora.sentences import TaggedSentence
from crossglot.corpora.tasks import UPOS
from crossglot.encoders.encoder import Encoder
from crossglot.encoders.loading import load_encoder
from crossglot.tagging.finetuning import finetune
from crossglot.tagging.metrics import accuracy_counts
from crossglot.tagging.recipe import Recipe

Sentences = Sequence[TaggedSentence]
TREEBANKS = ("UD_English-EWT", "UD_German-GSD")


def read_split(root: Path, treebank: str, split: str, limit: int | None = None) -> list[TaggedSentence]:
    """The first sentences of a split."""
    return read_conllu(next((root / "ud" / treebank).glob(f"*-ud-{split}.conllu*")))[:limit]


def trainer_accuracy(encoder: Encoder, train: Sentences, test: Sentences, recipe: Recipe, seed: int) -> float:
    """Accuracy of the Trainer's token classifier on the first piece of each word."""
    torch.manual_seed(seed)
    model = AutoModelForTokenClassification.from_pretrained(encoder.name, num_labels=len(UPOS), dtype=torch.float32)
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder, per_device_train_batch_size=recipe.batch_size, per_device_eval_batch_size=BATCH,
            num_train_epochs=recipe.epochs, learning_rate=recipe.learning_rate, warmup_steps=recipe.warmup,
            weight_decay=recipe.weight_decay, max_grad_norm=recipe.clip, adam_epsilon=1e-6, seed=seed, report_to="none",
            save_strategy="no", logging_strategy="no", disable_tqdm=True, use_cpu=not torch.cuda.is_available(),
        )  # fmt: skip
        rows = trainer_rows(encoder, train)
        trainer = Trainer(
            model=model, args=arguments, train_dataset=rows, data_collator=padding(fixed=False, pad_id=encoder.pad_id)
        )
        trainer.train()
        found = trainer.predict(trainer_rows(encoder, test))
    labels = np.asarray(found.label_ids)
    numbers = np.asarray(found.predictions).argmax(-1)
    return float((numbers == labels)[labels != -100].mean())


def our_accuracy(encoder: Encoder, train: Sentences, test: Sentences, recipe: Recipe, seed: int) -> float:
    """Accuracy of our tagger."""
    tagger = finetune(encoder, train, recipe=recipe, seed=seed, device="auto")
    right, words = accuracy_counts([s.tags for s in test], tagger.predict(test)).sum(axis=0)
    return float(right / words)


def main() -> None:
    """Prints accuracies per seed, their means and the difference, for a large and a small treebank."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("CROSSGLOT_DATA"), help="a data root")
    parser.add_argument("--encoder", default="models/m-bert-small", help="folder or hub id")
    parser.add_argument("--lr", type=float, help="fine-tuning rate; the encoder's own by default")
    parser.add_argument("--max-train", type=int, default=2000)
    parser.add_argument("--max-test", type=int, default=None)
    parser.add_argument("--seeds", default="1,2,3")
    options = parser.parse_args()
    if options.data is None:
        parser.error("name a data root with --data, or set CROSSGLOT_DATA")
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    encoder = load_encoder(options.encoder)
    recipe = Recipe(learning_rate=options.lr or encoder.learning_rate or Recipe().learning_rate)
    print(f"{options.encoder}, rate {recipe.learning_rate}, {recipe.epochs} epochs\n", flush=True)
    for treebank in TREEBANKS:
        train = read_split(options.data, treebank, "train", options.max_train)
        test = [s for s in read_split(options.data, treebank, "test", options.max_test) if len(s) <= 40]
        ours, theirs = [], []
        for seed in map(int, options.seeds.split(",")):
            ours.append(100 * our_accuracy(encoder, train, test, recipe, seed))
            theirs.append(100 * trainer_accuracy(encoder, train, test, recipe, seed))
            print(f"{treebank} seed {seed}: crossglot {ours[-1]:.2f}  Trainer {theirs[-1]:.2f}", flush=True)
        gap = float(np.mean(ours) - np.mean(theirs))
        print(f"{treebank}: crossglot {np.mean(ours):.2f}  Trainer {np.mean(theirs):.2f}  difference {gap:+.2f}\n")


if __name__ == "__main__":
    main()
