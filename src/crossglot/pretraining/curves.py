"""The curves of a pretraining: what is told while it runs, and in event files beside the encoder where asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from crossglot.pretraining.folder import CURVES
from crossglot.pretraining.loop import TrainingStatus
from crossglot.tracking.curves import Curves

Progress = Callable[[TrainingStatus], None]


@contextmanager
def curves_of(out: Path, track: str, progress: Progress | None) -> Iterator[Told]:
    """Whoever listens to a pretraining in a folder, until the block ends."""
    curves = Curves(out / CURVES) if track else None
    try:
        yield Told(progress, curves)
    finally:
        if curves is not None:
            curves.close()


class Told:
    """Tells how it goes to the caller's progress and to the curves, where there are any."""

    def __init__(self, progress: Progress | None, curves: Curves | None) -> None:
        self._progress, self._curves = progress, curves

    def step(self, now: TrainingStatus) -> None:
        """Reports where the training stands."""
        if self._curves is not None:
            values = {
                "loss": now.loss,
                "learning_rate": now.learning_rate,
                "pieces_per_second": now.pieces_per_second,
            }
            self._curves.add(now.step, values)
        if self._progress is not None:
            self._progress(now)

    def end(self, steps: int, perplexity: Mapping[str, float]) -> None:
        """Adds held-out perplexities of masked pieces, by language, when all is written: so they are added once."""
        if self._curves is not None:
            values = {f"held_out_perplexity/{name}": value for name, value in perplexity.items()}
            self._curves.add(steps, values, void_from=steps + 1)  # the last step's own points may be of an earlier call
