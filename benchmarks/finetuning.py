"""Fine-tuning and prediction beside the Hugging Face Trainer's token-classification recipe, in one run.

The same encoder (a folder's, or BERT-base's layers over M-BERT's vocabulary with random weights, which do not matter
for speed), the same sentences, batches of 32. The Trainer pads to 128, to the longest of a batch, or to the longest
after grouping by length; crossglot packs. Each in fp32 and bf16, each in a process of its own, so that peak memory is
its own. The limit is what the matrix products over the real pieces take at the rate measured here, and nothing else.
The floor, which no step with AdamW in fp32 can go below, adds what memory takes to read and write the weights that are
trained.

    python -m benchmarks.finetuning [--encoder FOLDER] [--data ROOT] [--steps 4] [--layers 12] [--only NAME-PRECISION]…
        [--threads N]

Without a data root, sentences of English EWT's lengths are made up. On a busy machine the processor's seconds compare
better than the clock's; those of prediction are in brackets. Wants a quiet machine: five to ten minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from transformers import (
    AutoConfig,
    AutoModelForTokenClassification,
    BertConfig,
    BertForTokenClassification,
    BertModel,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)

from benchmarks.machine import Shape, optimiser_limit, product_seconds, training_limit
from crossglot.corpora.conllu import read_conllu
from crossglot.corpora.sentences import TaggedSentence
from crossglot.corpora.tasks import UPOS
from crossglot.encoders.encoder import Encoder
from crossglot.encoders.loading import load_encoder
from crossglot.encoders.mapped import map_embedding
from crossglot.encoders.pieces import piece_words
from crossglot.encoders.tokenizers import load_tokenizer, vocabulary_tokenizer
from crossglot.encoders.weight_files import read_headers
from crossglot.encoders.windows import truncated
from crossglot.runtime import Precision, Runtime, machine, multiplies_in_bf16
from crossglot.tagging.fitting import fit
from crossglot.tagging.recipe import Recipe

LIMIT, BATCH = 128, 32
CONFIGURATIONS = ("trainer-fixed", "trainer-dynamic", "trainer-grouped", "crossglot")
PRECISIONS: tuple[Precision, ...] = ("fp32", "bf16")


@dataclass(frozen=True)
class Measured:
    """Per step seconds and the processor's, sentences predicted per second and per processor's, peak resident GB.

    And real pieces per step, different pieces.
    """

    step: float
    step_processor: float
    predicted: float
    predicted_processor: float
    memory: float
    pieces: float
    vocabulary: int


def made_up_sentences(count: int, folder: Path) -> tuple[Any, list[TaggedSentence]]:
    """A tokenizer with as many pieces as M-BERT's, and sentences as long as English EWT's (20 pieces on average)."""
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    (folder / "vocab.txt").write_text("\n".join([*specials, *(f"w{i}" for i in range(119_542))]), encoding="utf-8")
    draw = np.random.default_rng(1)
    lengths = np.clip(draw.lognormal(2.6, 0.9, count), 1, 150).astype(int)
    words = [draw.zipf(1.3, length) % 119_542 for length in lengths]
    sentences = [TaggedSentence(tuple(f"w{i}" for i in row), tuple(UPOS[i % 17] for i in row)) for row in words]
    return vocabulary_tokenizer(folder / "vocab.txt"), sentences


class Clock:
    """When steps end, by the clock and in seconds of the processor."""

    def __init__(self) -> None:
        self.stamps: list[tuple[float, float]] = []

    def note(self, *_: object) -> None:
        """Now."""
        self.stamps.append((time.perf_counter(), time.process_time()))

    def between(self, first: int, last: int) -> tuple[float, float]:
        """Seconds by both between two stamps."""
        before, after = self.stamps[first], self.stamps[last]
        return after[0] - before[0], after[1] - before[1]


def workload(root: Path | None, count: int, layers: int, folder: Path | None) -> tuple[Encoder, list[TaggedSentence]]:
    """The encoder and `count` sentences."""
    if folder is not None:
        encoder = load_encoder(folder)
        map_embedding(encoder.model, read_headers(folder))  # as the steps of a study have it
        return encoder, real_sentences(root, count)
    if root is None:
        with tempfile.TemporaryDirectory() as made:
            tokenizer, sentences = made_up_sentences(count, Path(made))
    else:
        tokenizer = load_tokenizer(root / "vocab" / "bert-base-multilingual-cased.txt")
        sentences = real_sentences(root, count)
    torch.manual_seed(1)
    model = BertModel(BertConfig(vocab_size=len(tokenizer), num_hidden_layers=layers), add_pooling_layer=False).eval()
    encoder = Encoder(model, tokenizer, "bert-base", "", None, True, "", packs_up_to=512, max_positions=512)
    return encoder, sentences


def real_sentences(root: Path | None, count: int) -> list[TaggedSentence]:
    """`count` training sentences of English EWT."""
    if root is None:
        raise SystemExit("an encoder is measured on real sentences: give --data ROOT")
    every = read_conllu(next((root / "ud" / "UD_English-EWT").glob("*-ud-train.conllu*")))
    return [every[i] for i in np.random.default_rng(1).permutation(len(every))[:count]]


def rates(steps: Clock, predicting: Clock, sentences: int) -> tuple[float, float, float, float]:
    """Seconds per step without the first, and sentences predicted per second, each by the clock and the processor."""
    step, of_processor = steps.between(0, -1)
    predicted = predicting.between(0, -1)
    many = len(steps.stamps) - 1
    return step / many, of_processor / many, sentences / predicted[0], sentences / predicted[1]


def measure_ours(
    encoder: Encoder, sentences: Sequence[TaggedSentence], runtime: Runtime
) -> tuple[float, float, float, float]:
    """See `rates`."""
    steps, predicting = Clock(), Clock()
    tagger = fit(encoder, sentences, Recipe(epochs=1), task="pos", seed=1, runtime=runtime, progress=steps.note)
    tagger.predict(sentences[:BATCH])
    predicting.note()
    tagger.predict(sentences)
    predicting.note()
    return rates(steps, predicting, len(sentences))


class Stamps(TrainerCallback):  # type: ignore[misc]
    """Notes when each step of a Trainer ends."""

    def __init__(self) -> None:
        self.clock = Clock()

    def on_step_end(self, *_: object, **__: object) -> None:
        """Called by the Trainer."""
        self.clock.note()


def trainer_rows(encoder: Encoder, sentences: Sequence[TaggedSentence]) -> list[dict[str, list[int]]]:
    """The recipe's data set: truncated pieces, labels at first pieces, -100 elsewhere."""
    found = truncated(piece_words(encoder.tokenizer, [s.words for s in sentences]), encoder.tokenizer, LIMIT)
    tags = [tag for sentence in sentences for tag in sentence.tags]
    rows = []
    for i, ids in enumerate(found.ids):
        labels = [-100] * len(ids)
        for at in range(found.starts[i], found.starts[i + 1]):
            labels[found.offsets[at]] = UPOS.index(tags[found.words[at]])
        rows.append({"input_ids": ids.tolist(), "attention_mask": [1] * len(ids), "labels": labels})
    return rows


def padding(fixed: bool, pad_id: int) -> Callable[[list[dict[str, list[int]]]], dict[str, torch.Tensor]]:
    """What DataCollatorForTokenClassification does, to 128 or to the longest of the batch."""

    def collate(rows: list[dict[str, list[int]]]) -> dict[str, torch.Tensor]:
        width = LIMIT if fixed else max(len(row["input_ids"]) for row in rows)
        fill = {"input_ids": pad_id, "attention_mask": 0, "labels": -100}
        return {
            name: torch.tensor([row[name] + [value] * (width - len(row[name])) for row in rows])
            for name, value in fill.items()
        }

    return collate


def measure_trainer(
    encoder: Encoder, sentences: Sequence[TaggedSentence], way: str, precision: Precision, folder: Path | None
) -> tuple[float, float, float, float]:
    """The same for the Trainer."""
    torch.manual_seed(1)
    if folder is not None:
        model = AutoModelForTokenClassification.from_pretrained(folder, num_labels=len(UPOS), dtype=torch.float32)
    else:
        layers = encoder.model.config.num_hidden_layers
        config = BertConfig(vocab_size=len(encoder.tokenizer), num_hidden_layers=layers, num_labels=len(UPOS))
        model = BertForTokenClassification(config)
    rows, stamps = trainer_rows(encoder, sentences), Stamps()
    with tempfile.TemporaryDirectory() as written:
        arguments = TrainingArguments(
            output_dir=written, per_device_train_batch_size=BATCH, per_device_eval_batch_size=BATCH, num_train_epochs=1,
            learning_rate=3e-5, warmup_steps=0.1, weight_decay=0.01, bf16=precision == "bf16", report_to="none",
            save_strategy="no", logging_strategy="no", disable_tqdm=True, use_cpu=not torch.cuda.is_available(),
            train_sampling_strategy="group_by_length" if way == "trainer-grouped" else "random",
        )  # fmt: skip
        trainer = Trainer(
            model=model, args=arguments, train_dataset=rows,
            data_collator=padding(way == "trainer-fixed", encoder.pad_id), callbacks=[stamps],
        )  # fmt: skip
        trainer.train()
        trainer.predict(rows[:BATCH])
        predicting = Clock()
        predicting.note()
        trainer.predict(rows)
        predicting.note()
    return rates(stamps.clock, predicting, len(rows))


def measure(name: str, root: Path | None, steps: int, layers: int, folder: Path | None) -> Measured:
    """Measures one configuration in this process."""
    way, precision = name.rsplit("-", 1)
    if way not in CONFIGURATIONS or precision not in PRECISIONS:
        raise SystemExit(f"no configuration '{name}': {', '.join(CONFIGURATIONS)}, each with -fp32 or -bf16")
    encoder, sentences = workload(root, (steps + 1) * BATCH, layers, folder)
    ids = [row["input_ids"] for row in trainer_rows(encoder, sentences)]
    pieces, vocabulary = sum(map(len, ids)) / (steps + 1), len(set().union(*ids))
    chosen: Precision = "bf16" if precision == "bf16" else "fp32"
    if way == "crossglot":
        device = "cuda" if torch.cuda.is_available() else "cpu"
        speeds = measure_ours(encoder, sentences, Runtime(device, chosen))
    else:
        speeds = measure_trainer(encoder, sentences, way, chosen, folder)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return Measured(*speeds, memory, pieces, vocabulary)


def print_table(found: dict[str, Measured], shape: Shape, device: str) -> None:
    """Each configuration beside the limit and the floor of its precision."""
    one = next(iter(found.values()))
    pieces, weights = round(one.pieces), shape.weights + one.vocabulary * shape.hidden
    limits, floors, work = {}, {}, shape.operations(pieces)
    print(
        f"{pieces} real pieces per step, {work / 1e9:.0f} GFLOP in linear layers; {weights / 1e6:.0f} M weights in use"
    )
    for precision in [kind for kind in PRECISIONS if any(name.endswith(kind) for name in found)]:
        runtime = Runtime(device, precision)
        limits[precision] = seconds = training_limit(shape, pieces, runtime)
        floors[precision] = seconds + optimiser_limit(weights, runtime)
        square = 2 * 2048**3 / product_seconds(2048, 2048, 2048, precision, device)
        print(
            f"limit {precision}: {seconds:.2f} s a step at the rate of these products ({work / seconds / 1e9:.0f} "
            f"GFLOP/s), {work / square:.2f} s at that of 2048 x 2048 ones ({square / 1e9:.0f} GFLOP/s); "
            f"floor, with AdamW's memory: {floors[precision]:.2f} s"
        )
    print(f"\n{'':<24} {'s/step':>7} {'of CPU':>7} {'of limit':>9} {'of floor':>9} {'predicted/s':>16} {'peak GB':>8}")
    for name, m in found.items():
        precision = "bf16" if name.endswith("bf16") else "fp32"
        limit, floor = limits[precision] / m.step, floors[precision] / m.step
        both = f"{m.predicted:.1f} ({m.predicted_processor:.1f})"
        clock_and_processor = f"{m.step:>7.2f} {m.step_processor:>7.2f}"
        print(f"{name:<24} {clock_and_processor} {limit:>9.0%} {floor:>9.0%} {both:>16} {m.memory:>8.2f}")


def main() -> None:
    """Runs every configuration in a process of its own and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", type=Path, help="the folder of one like BERT, to be measured on real sentences")
    parser.add_argument("--data", type=Path, default=os.environ.get("CROSSGLOT_DATA"), help="a data root")
    parser.add_argument("--steps", type=int, default=4, help="timed steps of each configuration")
    parser.add_argument("--layers", type=int, default=12, help="fewer for a quick try")
    parser.add_argument("--only", action="append", help="a configuration, such as crossglot-bf16; may be repeated")
    parser.add_argument("--threads", type=int, default=None)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    if options.one:
        transformers.logging.set_verbosity_error()
        print(json.dumps(asdict(measure(options.one, options.data, options.steps, options.layers, options.encoder))))
        return
    print("  ".join(f"{name}: {value}" for name, value in machine().items()), flush=True)
    found, device = {}, "cuda" if torch.cuda.is_available() else "cpu"
    shape, precisions = Shape(layers=options.layers), PRECISIONS
    if options.encoder:
        config = AutoConfig.from_pretrained(options.encoder)
        shape = Shape(config.hidden_size, config.num_hidden_layers, config.intermediate_size)
        precisions = PRECISIONS if multiplies_in_bf16(torch.device(device)) else ("fp32",)
    for name in options.only or [f"{way}-{p}" for p in precisions for way in CONFIGURATIONS]:
        command = [sys.executable, "-m", "benchmarks.finetuning", "--one", name, "--steps", str(options.steps)]
        command += ["--layers", str(options.layers)]
        command += ["--encoder", str(options.encoder)] if options.encoder else []
        command += ["--data", str(options.data)] if options.data else []
        command += ["--threads", str(options.threads)] if options.threads else []
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        found[name] = Measured(**json.loads(output.splitlines()[-1]))
    print_table(found, shape, device)


if __name__ == "__main__":
    main()
