"""The demo: constructed languages, two small encoders pretrained on them, and every experiment that there is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from crossglot.engine.executor import Executor
from crossglot.engine.plan import Plan
from crossglot.engine.progress import Progress
from crossglot.engine.step import Step
from crossglot.engine.store import Store
from crossglot.errors import UsageError
from crossglot.lab.spec import LabSpec, Sizes, load_spec
from crossglot.pretraining.shapes import SHAPES, Shape
from crossglot.runtime import Runtime, plan_runtime
from crossglot.steps.make_lab import MakeLab, lab_root, lab_texts
from crossglot.steps.pretrain import Pretrain, plan_pretraining
from crossglot.studies.planning import STORE
from crossglot.studies.run_folder import check_run_folder
from crossglot.studies.running import run_study
from crossglot.studies.study import ALL, Study, make_study

ENGLISH = "en"
DEVICE = "cpu"  # encoders so small are no faster elsewhere
ROLES = {"m-bert": "m-bert-demo", "en-bert": "en-bert-demo"}


@dataclass(frozen=True)
class DemoSize:
    """How large a demo is; it decides how long one takes.

    Attributes:
        sentences: of each file of the lab.
        shape: of both encoders.
        seeds: trainings of each tagger; fewer than two give no intervals.
        epochs: passes over the training sentences.
        experiments: what is run.
        budget: part of the demo → the seconds that it may take on one core.
    """

    sentences: Sizes
    shape: Shape
    seeds: int = 2
    epochs: int = 3
    experiments: tuple[str, ...] = (ALL,)
    budget: Mapping[str, float] = field(default_factory=dict)


FIVE_MINUTES = DemoSize(
    sentences=Sizes(train=250, dev=50, test=100, mono=8_000, parallel=1_000),
    shape=SHAPES["demo"],
    # Seconds on one core. A tagger counts for the first experiment that needs it.
    budget={
        "lab": 6,
        ROLES["m-bert"]: 95,
        ROLES["en-bert"]: 90,
        "table1": 35,
        "table2": 25,
        "table3": 22,
        "table4": 26,
        "table7": 2,
        "table8": 27,
        "table5": 91,
        "table6": 24,
        "figure1": 75,
        "figure2": 2,
        "figure3": 20,
    },
)
"""Everything, with an empty store, in at most five minutes on two cores."""


def run_demo(
    out: Path,
    executor: Executor,
    *,
    seed: int = 1,
    size: DemoSize = FIVE_MINUTES,
    spec: LabSpec | None = None,
    progress: Progress | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Path:
    """Makes the languages, pretrains an M-BERT on all of them and an EN-BERT on one, and runs the experiments.

    What is finished is kept in the folder's store: a demo that was stopped goes on, one that is finished is found.

    Args:
        out: the run's folder.
        executor: runs its steps.
        seed: of the languages, the encoders, and the first of the taggers'.
        size: how large.
        spec: which languages; None for the built-in ones. Its seed and sizes are those of the demo.
        progress: told what happens, step by step.
        tell: told what comes next, in a line.

    Returns:
        The folder.

    Raises:
        CrossglotError: if the folder cannot be used, or a step failed.
    """
    spec = demo_spec(seed, size, spec)
    check_run_folder(out)
    store = Store(out / STORE)

    def do(*steps: Step) -> None:
        error = executor.run(Plan.of(steps), store, progress).error()
        if error is not None:
            raise error

    tell(f"{len(spec.languages)} constructed languages, seed {seed}")
    lab = MakeLab(spec=spec)
    do(lab)
    encoders = plan_encoders(lab_root(lab, store), spec, seed, size, executor.ask(partial(plan_runtime, DEVICE)))
    steps, pieces = size.shape.steps, size.shape.batch_pieces
    tell(
        f"two encoders, {steps:,} batches of {pieces:,} word pieces each: one on all languages, one on {ENGLISH} alone"
    )
    do(*encoders.values())
    made = {role: str(store.result(step)) for role, step in encoders.items()}
    study = demo_study(lab_root(lab, store), made, seed, size)
    tell(f"taggers for {', '.join(study.experiments)}, {size.seeds} seeds")
    return run_study(study, out, executor, progress)


def demo_spec(seed: int, size: DemoSize, spec: LabSpec | None = None) -> LabSpec:
    """The lab of a demo: the built-in one or another, with the demo's seed and sizes.

    Raises:
        UsageError: if English has nothing in its place: EN-BERT would have no text.
    """
    spec = (spec or load_spec()).model_copy(update={"seed": seed, "sizes": size.sentences})
    if ENGLISH not in spec.languages:
        raise UsageError(f"the demo's languages ({', '.join(spec.languages)}) need one in the place of {ENGLISH}")
    return spec


def plan_encoders(root: Path, spec: LabSpec, seed: int, size: DemoSize, runtime: Runtime) -> dict[str, Pretrain]:
    """Role → the step that pretrains its encoder; the two differ only in their text."""
    languages = {"m-bert": tuple(spec.languages), "en-bert": (ENGLISH,)}
    return {
        role: plan_pretraining(
            ROLES[role], lab_texts(root, keys), shape=size.shape, role=role, seed=seed,
            runtime=runtime,
        )
        for role, keys in languages.items()
    }  # fmt: skip


def demo_study(root: Path, encoders: Mapping[str, str], seed: int, size: DemoSize) -> Study:
    """The experiments, on the lab and the two encoders."""
    return make_study(
        {
            "name": "demo",
            "experiments": size.experiments,
            "encoders": [{"encoder": place, "role": role, "name": ROLES[role]} for role, place in encoders.items()],
            "data": root,
            "seeds": tuple(range(seed, seed + size.seeds)),
            "epochs": size.epochs,
            "device": DEVICE,
        },
        "demo",
    )
