"""What packing saves: places per real piece, and pieces per second through an encoder, packed and padded.

Batches of 32 sentences of a treebank, cut by M-BERT's vocabulary, through a randomly initialised encoder with M-BERT's
layers (its weights do not matter for speed).

    python benchmarks/packing.py --data ROOT [--treebank UD_English-EWT] [--precision auto] [--batches 4]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from transformers import BertConfig, BertModel

from crossglot.batching import Batch, Ids, packed_batch, padded_batch
from crossglot.corpora.conllu import read_conllu
from crossglot.encoders.forward import last_hidden
from crossglot.encoders.pieces import piece_words
from crossglot.encoders.tokenizers import load_tokenizer
from crossglot.encoders.windows import truncated
from crossglot.runtime import Runtime, resolve_runtime

LIMIT = 128
Layout = Callable[[Sequence[Ids]], Batch]


def fixed_batch(sequences: Sequence[Ids]) -> Batch:
    """Every sentence padded to 128, the recipe of most published code."""
    longest = padded_batch([*sequences, np.zeros(LIMIT, dtype=np.int64)], pad_id=0)
    rows = len(sequences)
    pieces = int(longest.starts[rows])
    return Batch(
        longest.input_ids[:rows], longest.attention_mask[:rows], None, longest.flat_index[:pieces], longest.starts[:-1]
    )


LAYOUTS: dict[str, Layout] = {
    "padded to 128": fixed_batch,
    "padded to longest": lambda sequences: padded_batch(sequences, pad_id=0),
    "packed, rows of 128": lambda sequences: packed_batch(sequences, pad_id=0, tight=False),
    "packed, tight": lambda sequences: packed_batch(sequences, pad_id=0),
}


def training_batches(root: Path, treebank: str, count: int, size: int, seed: int) -> list[list[Ids]]:
    """`count` random batches of `size` training sentences, and the seconds their preparation took, printed."""
    tokenizer = load_tokenizer(root / "vocab" / "bert-base-multilingual-cased.txt")
    path = next((root / "ud" / treebank).glob("*-ud-train.conllu*"))
    sentences = read_conllu(path)
    start = time.perf_counter()
    pieces = piece_words(tokenizer, [sentence.words for sentence in sentences])
    seconds = time.perf_counter() - start
    print(f"{treebank}: {len(sentences)} sentences, {len(pieces.ids)} pieces, cut in {seconds:.2f} s")
    sequences = truncated(pieces, tokenizer, LIMIT).ids
    order = np.random.default_rng(seed).permutation(len(sequences))[: count * size]
    return [[sequences[index] for index in order[start : start + size]] for start in range(0, len(order), size)]


def pieces_a_second(model: BertModel, batches: Sequence[Batch], runtime: Runtime, *, training: bool) -> float:
    """Real pieces per second, forward only or forward and backward with dropout; the best of three rounds."""
    model.train(training)
    autocast = torch.autocast(runtime.kind, torch.bfloat16, enabled=runtime.precision == "bf16")
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        for batch in batches:
            with autocast, torch.set_grad_enabled(training):
                hidden = last_hidden(model, batch.to(runtime.device))
            if training:
                hidden.float().pow(2).mean().backward()  # type: ignore[no-untyped-call]
                model.zero_grad()
        if runtime.kind == "cuda":
            torch.cuda.synchronize()
        best = min(best, time.perf_counter() - start)
    return sum(batch.flat_index.numel() for batch in batches) / best


def main() -> None:
    """Prints one line per layout."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="data root with ud/ and vocab/")
    parser.add_argument("--treebank", default="UD_English-EWT")
    parser.add_argument("--batches", type=int, default=4)
    parser.add_argument("--size", type=int, default=32, help="sentences in a batch")
    parser.add_argument("--hidden", type=int, default=768)
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--threads", type=int, default=None)
    options = parser.parse_args()
    runtime = resolve_runtime(options.device, options.precision, threads=options.threads)
    batches = training_batches(options.data, options.treebank, options.batches, options.size, seed=1)
    config = BertConfig(
        vocab_size=119547,
        hidden_size=options.hidden,
        num_hidden_layers=options.layers,
        num_attention_heads=max(1, options.hidden // 64),
        intermediate_size=4 * options.hidden,
    )
    model = BertModel(config, add_pooling_layer=False).to(runtime.device)
    model.embeddings.requires_grad_(False)  # its dense gradient would hide what the layers cost
    print(f"{options.layers} layers, {options.hidden} wide, {runtime.device} {runtime.precision}\n")
    print(f"{'':>20} {'rows':>5} {'width':>6} {'fill':>6} {'made in':>9} {'predict/s':>10} {'train/s':>9}")
    for name, layout in LAYOUTS.items():
        start = time.perf_counter()
        made = [layout(batch) for batch in batches]
        making = (time.perf_counter() - start) / len(made)
        rows, width = (np.mean([batch.input_ids.shape[axis] for batch in made]) for axis in (0, 1))
        fill = sum(batch.flat_index.numel() for batch in made) / sum(batch.input_ids.numel() for batch in made)
        predict, train = (pieces_a_second(model, made, runtime, training=training) for training in (False, True))
        print(
            f"{name:>20} {rows:>5.1f} {width:>6.1f} {fill:>6.1%} {making * 1e3:>6.2f} ms {predict:>10.0f} {train:>9.0f}"
        )


if __name__ == "__main__":
    main()
