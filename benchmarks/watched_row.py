"""A row that writes down how long it trained and predicted: a step for `benchmarks.cluster`, in another process.

And in which process it ran, and what that had spent by then and has by its end.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from benchmarks.rows import SPENT, WATCHED, watch
from crossglot.engine.going import Going
from crossglot.engine.step import Advance, Inputs
from crossglot.steps.train_and_predict import TrainAndPredict

MARK = "CROSSGLOT_BENCHMARK"
TOLD = "spent.json"

if MARK in os.environ:  # in the workers, too, which import this for the class below
    for one in WATCHED:
        watch(*one)


class WatchedRow(TrainAndPredict):
    """See TrainAndPredict."""

    def go_on(self, folder: Path, inputs: Inputs, advance: Advance, going: Going) -> None:
        """See Step."""
        SPENT.update(dict.fromkeys(SPENT, 0.0))
        began = time.process_time()
        super().go_on(folder, inputs, advance, going)
        told = {"process": os.getpid(), "began": began, "ended": time.process_time(), "tagging": sum(SPENT.values())}
        (folder / TOLD).write_text(json.dumps(told), encoding="utf-8")
