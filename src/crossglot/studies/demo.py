"""The demo: constructed languages, two small encoders pretrained on them, and every experiment that there is.

The encoders are kept in the package, since transfer takes longer to emerge than a demo may take. They belong to one
lab, which the demo makes anew: its text is held against the checksums that are kept beside them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from crossglot.encoders.whole import RECORD
from crossglot.engine.executor import Executor
from crossglot.engine.plan import Plan
from crossglot.engine.progress import Progress
from crossglot.engine.step import Step
from crossglot.engine.store import Store
from crossglot.errors import UsageError
from crossglot.lab.spec import LabSpec, Sizes, load_spec
from crossglot.pretraining.folder import describe_text
from crossglot.pretraining.shapes import SHAPES, Shape
from crossglot.pretraining.texts import read_text
from crossglot.remedies import way
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
KEPT = Path(__file__).parent / "kept"
"""Encoders that were pretrained by `crossglot demo --pretrain`, with seed `KEPT_SEED`."""
KEPT_SEED = 1
ENGLISH_STEPS = 0.25
"""EN-BERT's share of M-BERT's steps: it has one language of thirteen to learn, and reads three times as much of it."""


@dataclass(frozen=True)
class DemoSize:
    """How large a demo is; it decides how long one takes.

    Attributes:
        sentences: of each file of the lab.
        concepts: of the lab.
        words: of each of its languages for them.
        shape: of both encoders; EN-BERT's steps are fewer, see `ENGLISH_STEPS`.
        seeds: trainings of each tagger; fewer than two give no intervals.
        epochs: passes over the training sentences.
        experiments: what is run.
        budget: part of the demo → the seconds that it may take on one core.
    """

    sentences: Sizes
    concepts: int
    words: int
    shape: Shape
    seeds: int = 2
    epochs: int = 3
    experiments: tuple[str, ...] = (ALL,)
    budget: Mapping[str, float] = field(default_factory=dict)


DEMO_SIZE = DemoSize(
    sentences=Sizes(train=100, dev=20, test=100, mono=12_000, parallel=5_600),
    concepts=60,
    words=53,
    shape=SHAPES["demo"],
    epochs=10,
    # Seconds on one core. A tagger counts for the first experiment that needs it.
    budget={
        "lab": 4,
        ROLES["m-bert"]: 600,
        ROLES["en-bert"]: 130,
        "table1": 32,
        "table2": 18,
        "table3": 20,
        "table4": 18,
        "table7": 1,
        "table8": 26,
        "table5": 72,
        "table6": 16,
        "figure1": 58,
        "figure2": 1,
        "figure3": 80,
    },
)
"""Everything, with an empty store and the encoders that are kept: three minutes on two cores with AVX-512."""


def run_demo(
    out: Path,
    executor: Executor,
    *,
    seed: int = 1,
    pretrain: bool = False,
    size: DemoSize = DEMO_SIZE,
    spec: LabSpec | None = None,
    progress: Progress | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Path:
    """Makes the languages and runs the experiments, with an M-BERT pretrained on all of them and an EN-BERT on one.

    What is finished is kept in the folder's store: a demo that was stopped goes on, one that is finished is found.

    Args:
        out: the run's folder.
        executor: runs its steps.
        seed: the first of the taggers'; with `pretrain` of the languages and the encoders, too.
        pretrain: whether to pretrain the encoders, instead of taking those kept, which belong to seed 1 and its lab.
        size: how large.
        spec: which languages; None for the built-in ones. Its seed and sizes are those of the demo.
        progress: told what happens, step by step.
        tell: told what comes next, in a line.

    Returns:
        The folder.

    Raises:
        UsageError: if the kept encoders belong to another lab.
        CrossglotError: if the folder cannot be used, or a step failed.
    """
    spec = demo_spec(seed if pretrain else KEPT_SEED, size, spec)
    check_run_folder(out)
    store = Store(out / STORE)

    def do(*steps: Step) -> None:
        error = executor.run(Plan.of(steps), store, progress).error()
        if error is not None:
            raise error

    tell(f"{len(spec.languages)} constructed languages, seed {seed}")
    lab = MakeLab(spec=spec)
    do(lab)
    if pretrain:
        steps, pieces = size.shape.steps, size.shape.batch_pieces
        tell(f"two encoders, {steps:,} batches of {pieces:,} word pieces each: on all languages, on {ENGLISH} alone")
        planned = plan_encoders(lab_root(lab, store), spec, seed, size, executor.ask(partial(plan_runtime, DEVICE)))
        do(*planned.values())
        encoders = {role: store.result(step) for role, step in planned.items()}
    else:
        encoders = kept_encoders(lab_root(lab, store), spec)
    study = demo_study(lab_root(lab, store), encoders, seed, size)
    tell(f"taggers for {', '.join(study.experiments)}, {size.seeds} seeds")
    own = size is DEMO_SIZE and spec == demo_spec(seed if pretrain else KEPT_SEED, size)
    command = f"crossglot demo --seed {seed}" + " --pretrain" * pretrain if own else ""
    return run_study(study, out, executor, progress, command)


def demo_spec(seed: int, size: DemoSize, spec: LabSpec | None = None) -> LabSpec:
    """The lab of a demo: the built-in one or another, with the demo's seed and sizes.

    Raises:
        UsageError: if English has nothing in its place: EN-BERT would have no text.
    """
    spec = (spec or load_spec()).model_copy(
        update={"seed": seed, "sizes": size.sentences, "concepts": size.concepts, "words": size.words}
    )
    if ENGLISH not in spec.languages:
        raise UsageError(f"the demo's languages ({', '.join(spec.languages)}) need one in the place of {ENGLISH}")
    return spec


def languages_read(spec: LabSpec) -> dict[str, tuple[str, ...]]:
    """Role → the languages that its encoder is pretrained on."""
    return {"m-bert": tuple(spec.languages), "en-bert": (ENGLISH,)}


def kept_encoders(root: Path, spec: LabSpec) -> dict[str, Path]:
    """Role → the folder of its kept encoder.

    Raises:
        UsageError: if it was pretrained on other text than the lab's.
    """
    found = {role: KEPT / name for role, name in ROLES.items()}
    for role, keys in languages_read(spec).items():
        texts = lab_texts(root, keys)
        there = {key: describe_text(read_text(key, [path]), [path]) for key, path in texts.items()}
        if json.loads((found[role] / RECORD).read_text(encoding="utf-8"))["made_by"]["texts"] != there:
            remedy = way("pretrain them anew", "pretrain") or "pretrain them anew"
            raise UsageError(f"the demo's kept encoders were pretrained on another lab than this one: {remedy}")
    return found


def plan_encoders(root: Path, spec: LabSpec, seed: int, size: DemoSize, runtime: Runtime) -> dict[str, Pretrain]:
    """Role → the step that pretrains its encoder; the two differ only in their text, and in how long they read it."""
    shapes = {"m-bert": size.shape, "en-bert": size.shape.changed(steps=round(size.shape.steps * ENGLISH_STEPS))}
    return {
        role: plan_pretraining(
            ROLES[role], lab_texts(root, keys), shape=shapes[role], role=role, seed=seed, dtype="bf16", runtime=runtime
        )
        for role, keys in languages_read(spec).items()
    }


def demo_study(root: Path, encoders: Mapping[str, Path], seed: int, size: DemoSize) -> Study:
    """The experiments, on the lab and the two encoders."""
    return make_study(
        {
            "name": "demo",
            "experiments": size.experiments,
            "encoders": [
                {"encoder": str(place), "role": role, "name": ROLES[role]} for role, place in encoders.items()
            ],
            "data": root,
            "seeds": tuple(range(seed, seed + size.seeds)),
            "epochs": size.epochs,
            "device": DEVICE,
        },
        "demo",
    )
