"""Exact nearest neighbours: ours against faiss-cpu's flat index, where that is installed; and their memory.

    python -m benchmarks.searching [--pairs 5000] [--hidden 768] [--layers 13] [--metric l2] [--threads N]

With `--pairs 100000 --layers 1` it shows that memory beyond the vectors does not grow with the number of pairs.
"""

from __future__ import annotations

import argparse
import resource
import time
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from crossglot.alignment.neighbours import METRICS, nearest
from crossglot.runtime import resolve_runtime

Vectors = NDArray[np.float32]


def flat_index(queries: Vectors, candidates: Vectors, threads: int) -> NDArray[np.int64]:
    """What faiss finds by IndexFlatL2."""
    import faiss

    faiss.omp_set_num_threads(threads)
    index: Any = faiss.IndexFlatL2(candidates.shape[1])
    index.add(candidates)
    found: NDArray[np.int64] = index.search(queries, 1)[1][:, 0]
    return found


def memory() -> float:
    """Most memory that the process has had, in GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> None:
    """Prints seconds, operations per second and memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=5000)
    parser.add_argument("--hidden", type=int, default=768)
    parser.add_argument("--layers", type=int, default=13)
    parser.add_argument("--metric", choices=METRICS, default="l2")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int)
    options = parser.parse_args()
    device = resolve_runtime(options.device, "fp32", threads=options.threads).device
    draws = np.random.default_rng(0)
    queries, candidates = (draws.normal(size=(options.pairs, options.hidden)).astype(np.float32) for _ in range(2))
    before = memory()
    nearest(queries[:2048], candidates[:2048], options.metric, device=device)
    operations = 2e-9 * options.pairs**2 * options.hidden * options.layers
    size = f"{options.pairs} × {options.pairs} × {options.layers} layers, {options.hidden} wide"
    print(f"{size}, {options.metric}, {device}")
    start, used = time.perf_counter(), time.process_time()
    for _ in range(options.layers):
        found = nearest(queries, candidates, options.metric, device=device)
    seconds, used = time.perf_counter() - start, time.process_time() - used
    vectors = (queries.nbytes + candidates.nbytes) / 2**30
    print(f"crossglot: {seconds:.2f} s ({used:.2f} s of CPU), {operations / seconds:.0f} GFLOP/s")
    print(f"memory: vectors {vectors:.2f} GiB, before the search {before:.2f} GiB, most {memory():.2f} GiB")
    if options.metric != "l2" or not find_spec("faiss"):
        print("faiss: not installed, left out" if not find_spec("faiss") else "faiss: compared in l2 only")
        return
    start = time.perf_counter()
    for _ in range(options.layers):
        theirs = flat_index(queries, candidates, torch.get_num_threads())
    seconds = time.perf_counter() - start
    print(f"faiss IndexFlatL2: {seconds:.2f} s, {operations / seconds:.0f} GFLOP/s")
    print(f"same neighbours: {(found == theirs).mean():.2%}")


if __name__ == "__main__":
    main()
