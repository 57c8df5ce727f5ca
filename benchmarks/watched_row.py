"""A row that writes down how long it trained and predicted: a step for `benchmarks.cluster`, in another process."""

from __future__ import annotations

import json
import os
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
        super().go_on(folder, inputs, advance, going)
        (folder / TOLD).write_text(json.dumps(SPENT), encoding="utf-8")
