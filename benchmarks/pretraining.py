"""Pieces per second in pretraining, beside Hugging Face's own forward pass and what the matrix products alone allow.

Random pieces and weights, batches of the preset, dropout as the preset has it. Ours scores the vocabulary at the masked
pieces only and keeps activations in the precision of the products; the other is `BertForMaskedLM(…, labels=…)` under
autocast, which scores every piece. Both draw, mask, step and clip alike. The limit sums, each at its own measured rate,
the products of the layers and, at the masked pieces, of the vocabulary.

    python benchmarks/pretraining.py [--shape small] [--device auto] [--steps 12] [--threads 2]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
import torch

from benchmarks.machine import Shape as Layers
from benchmarks.machine import product_seconds, training_limit
from crossglot.pretraining.loop import adamw_for
from crossglot.pretraining.masking import MaskedRows, mask_pieces
from crossglot.pretraining.objectives import build_model, last_hidden, masked_lm_loss
from crossglot.pretraining.shapes import SHAPES, Shape
from crossglot.runtime import Runtime, resolve_runtime

Loss = Callable[[torch.nn.Module, MaskedRows], torch.Tensor]


def our_loss(runtime: Runtime) -> Loss:
    """The loss as pretraining computes it."""
    dtype = torch.bfloat16 if runtime.precision == "bf16" else torch.float32

    def loss(model: torch.nn.Module, batch: MaskedRows) -> torch.Tensor:
        arrays = (batch.input_ids, batch.positions, batch.labels)
        input_ids, positions, labels = (torch.from_numpy(array).to(runtime.device) for array in arrays)
        return masked_lm_loss(model, last_hidden(model, input_ids, dtype=dtype), positions, labels)

    return loss


def library_loss(runtime: Runtime) -> Loss:
    """The loss of Hugging Face's model: labels of -100 where nothing is to be predicted."""

    def loss(model: torch.nn.Module, batch: MaskedRows) -> torch.Tensor:
        targets = np.full(batch.input_ids.size, -100, dtype=np.int64)
        targets[batch.positions] = batch.labels
        input_ids = torch.from_numpy(batch.input_ids).to(runtime.device)
        with torch.autocast(runtime.kind, torch.bfloat16, enabled=runtime.precision == "bf16"):
            labels = torch.from_numpy(targets).view_as(input_ids.cpu()).to(runtime.device)
            result: torch.Tensor = model(input_ids=input_ids, labels=labels).loss
        return result

    return loss


def step_seconds(shape: Shape, runtime: Runtime, loss: Loss, steps: int) -> float:
    """Median seconds of an optimizer step at the shape's usual row length."""
    model = build_model(shape, shape.vocab_size, seed=0).to(runtime.device).train()
    optimizer = adamw_for(model, shape)
    rng = np.random.default_rng(0)
    times = []
    for _ in range(steps + 3):
        start = time.perf_counter()
        rows = rng.integers(5, shape.vocab_size, (shape.batch_pieces // shape.length, shape.length))
        batch = mask_pieces(rows, specials=5, mask_id=4, vocab_size=shape.vocab_size, rng=rng)
        loss(model, batch).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), shape.clip, foreach=True)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        if runtime.kind == "cuda":
            torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    return float(np.median(times[3:]))


def limit_seconds(shape: Shape, runtime: Runtime) -> float:
    """Seconds of the matrix products of a step alone, attention's left out."""
    layers = Layers(shape.hidden, shape.layers, 4 * shape.hidden)
    masked = round(0.15 * shape.length) * (shape.batch_pieces // shape.length)
    head = [
        (masked, shape.hidden, shape.vocab_size),
        (masked, shape.vocab_size, shape.hidden),
        (shape.vocab_size, masked, shape.hidden),
    ]
    products = sum(product_seconds(*sizes, runtime.precision, runtime.device) for sizes in head)
    return training_limit(layers, shape.batch_pieces, runtime) + products


def main() -> None:
    """Prints one line per way of computing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", default="small", choices=list(SHAPES))
    parser.add_argument("--device", default="auto")
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--threads", type=int, default=None)
    options = parser.parse_args()
    shape = SHAPES[options.shape]
    runtime = resolve_runtime(options.device, threads=options.threads)
    print(f"shape {shape.name}, {shape.batch_pieces} pieces per batch, {runtime.device}, {runtime.precision}")
    limit = limit_seconds(shape, runtime)
    rows = {
        "matrix products alone": limit,
        "ours": step_seconds(shape, runtime, our_loss(runtime), options.steps),
        "BertForMaskedLM, autocast": step_seconds(shape, runtime, library_loss(runtime), options.steps),
    }
    for name, seconds in rows.items():
        rate = shape.batch_pieces / seconds
        print(f"{name:<28} {1000 * seconds:>8.1f} ms per step {rate:>10,.0f} pieces/s {100 * limit / seconds:>5.0f} %")


if __name__ == "__main__":
    main()
