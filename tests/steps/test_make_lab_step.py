"""A lab as a step, and what the steps after it take from it."""

from __future__ import annotations

from pathlib import Path

from crossglot.corpora.bitext import read_bitext
from crossglot.corpora.catalogue import find_corpus
from crossglot.corpora.check import check_root
from crossglot.engine.local import Local
from crossglot.engine.plan import Plan
from crossglot.engine.store import Store
from crossglot.lab.spec import LabSpec, load_spec
from crossglot.pretraining.shapes import SHAPES
from crossglot.runtime import Runtime
from crossglot.steps.arguments import describe_split
from crossglot.steps.make_lab import MakeLab, lab_bitext, lab_root, lab_texts
from crossglot.steps.pretrain import plan_pretraining
from crossglot.steps.train_and_predict import TrainAndPredict
from crossglot.tagging.recipe import Recipe
from toy_world import reference_to

SHAPE = SHAPES["tiny"].changed(name="test", layers=1, hidden=16, vocab_size=300, batch_pieces=512, steps=3)


def small_spec() -> LabSpec:
    return load_spec().only(["en", "de"]).resized(train=40, dev=10, test=20, mono=200, parallel=60)


def test_a_spec_is_the_identity_of_its_root() -> None:
    assert MakeLab(spec=small_spec()).id == MakeLab(spec=small_spec()).id
    assert MakeLab(spec=small_spec()).id != MakeLab(spec=small_spec().model_copy(update={"seed": 2})).id


def test_from_nothing_to_a_row_in_three_phases(tmp_path: Path) -> None:
    store, runtime = Store(tmp_path), Runtime("cpu", "fp32")
    made = MakeLab(spec=small_spec())
    assert Local().run(Plan.of([made]), store).error() is None
    root = lab_root(made, store)
    assert not check_root(root).faults
    assert len(read_bitext(*lab_bitext(root, "en", "de"))) == 60

    step = plan_pretraining(
        "lab-bert", lab_texts(root, ["en", "de"]), bitexts={("en", "de"): lab_bitext(root, "en", "de")}, shape=SHAPE,
        runtime=runtime,
    )  # fmt: skip
    assert Local().run(Plan.of([step]), store).error() is None

    row = TrainAndPredict(
        task="pos", sources=(describe_split(find_corpus(root, "en", "pos"), "train", root=root),),
        targets=(describe_split(find_corpus(root, "de", "pos"), "test", root=root),), seed=1,
        encoder=reference_to(store.result(step), "lab-bert"), recipe=Recipe(epochs=1), precision="fp32",
        device_kind="cpu", device="cpu",
    )  # fmt: skip
    assert Local().run(Plan.of([row]), store).error() is None
    assert {store.state(one) for one in (made, step, row)} == {"finished"}
