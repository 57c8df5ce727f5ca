"""What this machine can do: matrix products at the shapes of an encoder's layers, and memory bandwidth.

The rate of matrix products bounds any fine-tuning: a step of BERT-base over n pieces is 6 · 85 M · n operations in its
linear layers (two for the forward pass, four for the backward pass), whatever the code around them does. After them
comes AdamW, bound by memory: it must read and write every weight and both its moments in fp32, and read the gradients
twice, for their norm and for the update.

    python benchmarks/machine.py [--hidden 768] [--layers 12] [--pieces 700]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

from crossglot.runtime import Precision, Runtime, machine, resolve_runtime

REPEATS = 12


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of an encoder, as far as its linear layers go."""

    hidden: int = 768
    layers: int = 12
    intermediate: int = 3072

    def products(self, pieces: int) -> list[tuple[int, int, int, int]]:
        """Matrix products (rows, inner, columns, how often) of one training step over `pieces` pieces."""
        hidden, inner, layers = self.hidden, self.intermediate, self.layers
        forward = [(hidden, hidden, 4), (hidden, inner, 1), (inner, hidden, 1)]
        products = []
        for wide_in, wide_out, count in forward:
            products.append((pieces, wide_in, wide_out, count * layers))  # outputs
            products.append((pieces, wide_out, wide_in, count * layers))  # gradients of inputs
            products.append((wide_out, pieces, wide_in, count * layers))  # gradients of weights
        return products

    @property
    def weights(self) -> int:
        """Weights of these linear layers, which are nearly all that there are beside the embeddings."""
        return self.layers * (4 * self.hidden**2 + 2 * self.hidden * self.intermediate)

    def operations(self, pieces: int) -> int:
        """Floating-point operations of these products."""
        return sum(2 * rows * inner * columns * count for rows, inner, columns, count in self.products(pieces))


def fastest(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Seconds of the fastest of several runs: what the machine can do, not what else was running."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        _wait()
        times.append(time.perf_counter() - start)
    return min(times)


def product_seconds(rows: int, inner: int, columns: int, precision: Precision, device: str = "cpu") -> float:
    """Seconds of one matrix product, both factors at hand."""
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    left = torch.randn(rows, inner, device=device).to(dtype)
    right = torch.randn(inner, columns, device=device).to(dtype)
    return fastest(lambda: left @ right)


def training_limit(shape: Shape, pieces: int, runtime: Runtime) -> float:
    """Seconds that the matrix products alone of one training step take, each at its own measured rate."""
    return sum(
        count * product_seconds(rows, inner, columns, runtime.precision, runtime.device)
        for rows, inner, columns, count in shape.products(pieces)
    )


def optimiser_limit(weights: int, runtime: Runtime) -> float:
    """Seconds that memory takes for one AdamW step with clipping; under bf16 it renews the weights' bfloat16 copies."""
    gradient = 2 if runtime.precision == "bf16" else 4
    renewed = 2 if runtime.precision == "bf16" else 0
    return weights * (6 * 4 + 2 * gradient + renewed) / bandwidth(runtime.device) / 1e9


def bandwidth(device: str = "cpu", megabytes: int = 256) -> float:
    """Gigabytes per second that are read and written while a large array is changed in place, as an optimiser does."""
    values = torch.ones(megabytes * 2**18, device=device)
    return 2 * megabytes * 2**20 / fastest(lambda: values.mul_(1.0)) / 1e9


def _wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def main() -> None:
    """Prints the measurements as a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hidden", type=int, default=768)
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--pieces", type=int, default=700, help="real pieces in a batch (32 sentences of English EWT)")
    parser.add_argument("--device", default="auto")
    options = parser.parse_args()
    device = resolve_runtime(options.device).device
    shape = Shape(options.hidden, options.layers, 4 * options.hidden)
    print("  ".join(f"{name}: {value}" for name, value in machine().items()))
    print(f"memory bandwidth (in place): {bandwidth(device):.1f} GB/s\n")
    print(f"{'rows':>6} {'inner':>6} {'columns':>8} {'fp32 GFLOP/s':>13} {'bf16 GFLOP/s':>13}")
    for rows, inner, columns, _ in shape.products(options.pieces):
        work = 2e-9 * rows * inner * columns
        rates = [work / product_seconds(rows, inner, columns, precision, device) for precision in ("fp32", "bf16")]
        print(f"{rows:>6} {inner:>6} {columns:>8} {rates[0]:>13.0f} {rates[1]:>13.0f}")
    operations = shape.operations(options.pieces)
    print(f"\na training step over {options.pieces} pieces: {operations / 1e9:.0f} GFLOP in linear layers; at best")
    for precision in ("fp32", "bf16"):
        runtime = Runtime(device, precision)
        seconds, after = training_limit(shape, options.pieces, runtime), optimiser_limit(shape.weights, runtime)
        print(f"  {precision}: {seconds:.2f} s ({operations / seconds / 1e9:.0f} GFLOP/s), then {after:.2f} s of AdamW")


if __name__ == "__main__":
    main()
