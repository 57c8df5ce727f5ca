"""Sentence vectors of all layers: ours against a padded Hugging Face loop and sentence-transformers, equal precision.

Sentences are the lines of a bitext (or made up, of the lengths of news sentences), cut by the encoder's own tokenizer;
everything from text to vectors is timed. The Hugging Face loop is what people write: sorted by length, padded to the
longest of a batch, the mean over the mask. sentence-transformers gives the last layer alone. The last line is what the
machine's matrix products allow: the linear layers over real pieces at their measured rates.

    python -m benchmarks.embedding [--encoder PATH] [--text FILE] [--sentences 5000] [--precision auto] [--threads N]
    python -m benchmarks.embedding --base      BERT-base's layers with random weights, which do not matter for speed
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import BertConfig, BertModel

from benchmarks.machine import Shape, product_seconds
from crossglot.alignment.vectors import embed
from crossglot.corpora.opening import open_text
from crossglot.encoders.encoder import Encoder
from crossglot.encoders.loading import load_encoder
from crossglot.runtime import Runtime, resolve_runtime


class Seconds(NamedTuple):
    """On the clock, and of the processor (all threads): on a busy machine the second is what compares."""

    clock: float
    processor: float


KEPT = Path(__file__).parent.parent / "models" / "m-bert-small"
BATCH = 64  # sentences per batch of the loop
Vectors = NDArray[np.float32]


def lines(path: Path | None, count: int) -> list[str]:
    """The first lines of a file, repeated if it is too short; or made-up words."""
    if path is not None:
        found = [line for line in open_text(path) if line.strip()]
        return [found[place % len(found)] for place in range(count)]
    draws = np.random.default_rng(0)
    return [" ".join("abcdefgh"[: 1 + d] for d in draws.integers(0, 8, draws.integers(4, 50))) for _ in range(count)]


def of_base_size(encoder: Encoder, runtime: Runtime) -> Encoder:
    """An encoder with BERT-base's layers, random weights and the given one's tokenizer."""
    model = BertModel(BertConfig(vocab_size=len(encoder.tokenizer)), add_pooling_layer=False)
    return replace(encoder, model=model.to(runtime.device).eval(), packs=True, packs_up_to=512, max_positions=512)


@contextmanager
def written(encoder: Encoder) -> Iterator[str]:
    """A folder with the encoder's weights and tokenizer, for as long as the context lasts."""
    with TemporaryDirectory() as folder:
        encoder.model.save_pretrained(folder)
        encoder.tokenizer.save_pretrained(folder)
        yield folder


@torch.inference_mode()
def padded_loop(encoder: Encoder, model: Any, texts: Sequence[str]) -> Vectors:
    """Means over real pieces at every layer, as a transformers user writes it; special pieces left out."""
    order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
    limit = min(512, encoder.max_positions or 512)
    found = np.zeros((model.config.num_hidden_layers + 1, len(texts), encoder.hidden_size), np.float32)
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        inputs = encoder.tokenizer(
            [texts[place] for place in chosen], return_tensors="pt", padding=True, truncation=True, max_length=limit,
            return_special_tokens_mask=True,
        )  # fmt: skip
        words = (inputs["attention_mask"] * (1 - inputs.pop("special_tokens_mask"))).to(model.device)
        states = model(**inputs.to(model.device), output_hidden_states=True).hidden_states
        for layer, state in enumerate(states):
            means = (state.float() * words[..., None]).sum(dim=1) / words.sum(dim=1, keepdim=True)
            found[layer, chosen] = means.cpu().numpy()
    return found


def last_layer_by_sentence_transformers(
    location: str, longest: int, texts: Sequence[str], runtime: Runtime
) -> Callable[[], object]:
    """What encodes the texts with sentence-transformers, mean pooling, at most `longest` pieces of each."""
    from sentence_transformers import SentenceTransformer, models

    transformer: Any = models.Transformer(location)
    # Older versions have another name for it, of which newer ones warn.
    width = getattr(transformer, "get_embedding_dimension", None) or transformer.get_word_embedding_dimension
    model = SentenceTransformer(modules=[transformer, models.Pooling(width())], device=runtime.device)
    model.max_seq_length = longest
    model = model.bfloat16() if runtime.precision == "bf16" else model.float()
    return lambda: model.encode(list(texts), batch_size=BATCH)


def limit_seconds(model: Any, pieces: int, runtime: Runtime) -> float:
    """Seconds of the linear layers' products over real pieces, forward only, at the machine's measured rates."""
    config = model.config
    shape = Shape(config.hidden_size, config.num_hidden_layers, config.intermediate_size)
    rows = 1024
    forward = shape.products(rows)[::3]  # of each layer the outputs; then come the gradients of inputs and of weights
    once = (
        many * product_seconds(rows, inner, columns, runtime.precision, runtime.device)
        for rows, inner, columns, many in forward
    )
    return sum(once) * pieces / rows


def timed(work: Callable[[], Any]) -> tuple[Seconds, Any]:
    """Seconds, and the result."""
    start, used = time.perf_counter(), time.process_time()
    result = work()
    return Seconds(time.perf_counter() - start, time.process_time() - used), result


def main() -> None:
    """Prints one line per way of doing it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", default=str(KEPT))
    parser.add_argument("--base", action="store_true", help="take the encoder's tokenizer alone")
    parser.add_argument("--text", type=Path)
    parser.add_argument("--sentences", type=int, default=5000)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--threads", type=int)
    options = parser.parse_args()
    runtime = resolve_runtime(options.device, options.precision, threads=options.threads)
    texts = lines(options.text, options.sentences)
    encoder = load_encoder(options.encoder, device=runtime.device)
    if options.base:
        encoder = of_base_size(encoder, runtime)
    model: Any = encoder.model if runtime.precision == "fp32" else encoder.copy().model.bfloat16()
    pieces = sum(map(len, encoder.tokenizer(texts, add_special_tokens=True, verbose=False)["input_ids"]))
    layers = model.config.num_hidden_layers + 1
    print(f"{len(texts)} sentences, {pieces} pieces, {layers} layers, {runtime.device} {runtime.precision}")
    embed(encoder, texts[:BATCH], device=runtime.device, precision=runtime.precision)
    ours, vectors = timed(lambda: embed(encoder, texts, device=runtime.device, precision=runtime.precision))
    loop, others = timed(lambda: padded_loop(encoder, model, texts))
    report("crossglot, packed, all layers", ours, pieces)
    report("Hugging Face loop, padded, all layers", loop, pieces)
    if find_spec("sentence_transformers"):
        with written(encoder) if options.base else nullcontext(options.encoder) as location:
            encode = last_layer_by_sentence_transformers(
                location, min(512, encoder.max_positions or 512), texts, runtime
            )
        report("sentence-transformers, last layer", timed(encode)[0], pieces)
    else:
        print("sentence-transformers: not installed, left out")
    best = limit_seconds(model, pieces, runtime)
    print(f"{'matrix products alone':>40} {best:>8.2f} s, the fastest of several measurements")
    print(f"share of what the matrix products allow: {best / ours.clock:.0%} ours, {best / loop.clock:.0%} the loop")
    whole = [len(ids) <= (encoder.max_positions or 512) for ids in encoder.tokenizer(texts, verbose=False)["input_ids"]]
    apart = np.abs(vectors - others)[:, whole].max() / np.sqrt(np.square(others).mean())
    print(f"largest difference where the loop truncates nothing, in units of the root mean square: {apart:.1e}")
    print(f"most memory of the process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")


def report(name: str, seconds: Seconds, pieces: int) -> None:
    """One line."""
    print(
        f"{name:>40} {seconds.clock:>8.2f} s ({seconds.processor:.2f} of CPU) {pieces / seconds.clock:>8.0f} pieces/s"
    )


if __name__ == "__main__":
    main()
