"""A study's rows of 41 targets: how much of their time is neither training nor predicting.

Rows of figure 2 (POS; English and German are the sources), as a study's job runs them: planned, trained, predicted,
written and scored in this process, on one thread. Training is the batches' forward and backward passes and the
optimiser, the linear probe that the new layer starts from included; predicting is the forward passes. Everything else
is the rest: planning the study, loading the encoder, reading, cutting into pieces and packing, writing and scoring. The
first row reads and cuts what later ones find at hand.

    python -m benchmarks.rows --encoder FOLDER [--data ROOT] [--sources en,de] [--max-train 400] [--max-test 80]

Processor's seconds. Wants a data root with UD's treebanks; two to five minutes.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from crossglot.engine.executor import perform
from crossglot.steps.score import ScoreRows
from crossglot.steps.train_and_predict import TrainAndPredict
from crossglot.studies.planning import plan_study
from crossglot.studies.reproduce import reproduce_study
from crossglot.tagging import encoder_tagger, fitting, linear_probe
from crossglot.tagging.optimisation import Optimisation

SPENT: dict[str, float] = {"training": 0.0, "predicting": 0.0}
WATCHED = (
    (fitting, "batch_loss", "training"),
    (torch.Tensor, "backward", "training"),
    (Optimisation, "step", "training"),
    (Optimisation, "finish", "training"),
    (linear_probe, "word_vectors", "training"),
    (linear_probe, "logistic_regression", "training"),
    (encoder_tagger, "predict_labels", "predicting"),
)


def watch(owner: Any, name: str, part: str) -> None:
    """Adds the processor's seconds of every call to a part."""
    inner: Callable[..., Any] = getattr(owner, name)

    @wraps(inner)
    def timed(*args: Any, **named: Any) -> Any:
        began = time.process_time()
        try:
            return inner(*args, **named)
        finally:
            SPENT[part] += time.process_time() - began

    setattr(owner, name, timed)


def main() -> None:
    """Prints a line for the plan and one for each row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", required=True, type=Path)
    parser.add_argument("--data", type=Path, default=os.environ.get("CROSSGLOT_DATA"))
    parser.add_argument("--sources", default="en,de")
    parser.add_argument("--max-train", type=int, default=400)
    parser.add_argument("--max-test", type=int, default=80)
    args = parser.parse_args()
    torch.set_num_threads(1)
    for of in WATCHED:
        watch(*of)
    study = reproduce_study(
        "figure2",
        [args.encoder],
        args.data,
        sources=args.sources.split(","),
        seeds=(1,),
        max_train=args.max_train,
        max_test=args.max_test,
        learning_rate=3e-4,
        head_start="probe",
        floors=(),
    )
    print(f"{'':30}{'training':>10}{'predicting':>12}{'the rest':>10}{'share':>8}")
    with TemporaryDirectory() as out:
        began = time.process_time()
        plan = plan_study(study, Path(out))
        print(f"{'plan of ' + str(len(plan.steps)) + ' steps':30}{'':22}{time.process_time() - began:10.1f}")
        for step in plan.steps.steps:
            before, began = SPENT.copy(), time.process_time()
            perform(step, plan.store, lambda _: None)
            took = time.process_time() - began
            within = {part: SPENT[part] - before[part] for part in SPENT}
            if isinstance(step, TrainAndPredict | ScoreRows):
                rest = took - sum(within.values())
                print(
                    f"{type(step).__name__ + ' ' + step.title[-18:]:30}{within['training']:10.1f}"
                    f"{within['predicting']:12.1f}{rest:10.1f}{rest / took:8.0%}"
                )


if __name__ == "__main__":
    main()
