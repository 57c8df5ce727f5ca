"""Pretraining as a step: known by its texts and settings, done once, taken by rows as any encoder is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crossglot.corpora.catalogue import find_corpus
from crossglot.encoders.loading import load_encoder
from crossglot.engine.local import Local
from crossglot.engine.plan import Plan
from crossglot.engine.store import Store
from crossglot.errors import UsageError
from crossglot.pretraining.pretrain import pretrain
from crossglot.pretraining.shapes import SHAPES
from crossglot.runtime import Runtime
from crossglot.steps.arguments import describe_split
from crossglot.steps.pretrain import Pretrain, plan_pretraining
from crossglot.steps.train_and_predict import TrainAndPredict
from crossglot.tagging.recipe import Recipe
from toy_world import reference_to, write_root

SHAPE = SHAPES["tiny"].changed(
    name="test", layers=1, hidden=16, heads=2, vocab_size=120, positions=24, length=16, batch_pieces=96, steps=4
)
FP32 = Runtime("cpu", "fp32")


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("texts")
    for language, sentence in (("en", "the cat number {} sleeps ."), ("de", "die Katze Nummer {} schläft .")):
        lines = "\n".join(sentence.format(number) for number in range(60))
        (folder / f"{language}.txt").write_text(lines + "\n", encoding="utf-8")
    return {language: folder / f"{language}.txt" for language in ("en", "de")}


def planned(texts: dict[str, Path], **settings: Any) -> Pretrain:
    bitexts = {("en", "de"): (texts["en"], texts["de"])}
    return plan_pretraining("mine", texts, bitexts=bitexts, shape=SHAPE, runtime=FP32, **settings)


def run(step: Pretrain | TrainAndPredict, store: Store) -> None:
    assert Local().run(Plan.of([step]), store).error() is None


def test_the_result_is_the_encoder_that_the_same_call_writes(texts: dict[str, Path], tmp_path: Path) -> None:
    store, step = Store(tmp_path / "store"), planned(texts)
    run(step, store)
    bitexts = {("en", "de"): (texts["en"], texts["de"])}
    folder = pretrain(texts, tmp_path / "direct", shape=SHAPE, bitexts=bitexts, device="cpu", precision="fp32")
    mine, theirs = (
        {name: (where / name).read_bytes() for name in ("config.json", "model.safetensors", "vocab.txt")}
        for where in (store.result(step), folder)
    )
    assert mine == theirs
    assert load_encoder(store.result(step)).revision == load_encoder(folder).revision
    assert Store(tmp_path / "store").state(planned(texts)) == "finished"


def test_it_is_known_by_its_texts_and_settings_not_by_where_they_lie(texts: dict[str, Path], tmp_path: Path) -> None:
    moved = {language: tmp_path / f"other-{language}.txt" for language in texts}
    for language, path in texts.items():
        moved[language].write_bytes(path.read_bytes())
    step = planned(texts)
    assert planned(moved).id == step.id
    assert step.model_copy(update={"name": "yours"}).id == step.id
    others = [planned(texts, **change) for change in ({"seed": 2}, {"layers": 2}, {"separate_positions": True})]
    others.append(plan_pretraining("mine", texts, shape=SHAPE, runtime=FP32))
    with moved["en"].open("a") as file:
        file.write("one more line .\n")
    others.append(planned(moved))
    assert len({step.id, *(other.id for other in others)}) == 6


def test_a_text_that_changed_after_planning_fails_the_step(texts: dict[str, Path], tmp_path: Path) -> None:
    moved = {language: tmp_path / path.name for language, path in texts.items()}
    for language, path in texts.items():
        moved[language].write_bytes(path.read_bytes())
    step = planned(moved)
    moved["de"].write_text("etwas anderes\n" * 60, encoding="utf-8")
    error = Local().run(Plan.of([step]), Store(tmp_path / "store")).error()
    assert error is not None and "has changed since" in str(error)


def _row(root: Path, encoder: object, sources: str, targets: str) -> TrainAndPredict:
    def splits(languages: str, split: str) -> list[object]:
        return [describe_split(find_corpus(root, one, "pos"), split, root=root) for one in languages.split()]

    return TrainAndPredict.model_validate({
        "task": "pos", "sources": splits(sources, "train"), "targets": splits(targets, "test"), "seed": 1,
        "encoder": encoder, "recipe": Recipe(epochs=1, learning_rate=1e-2), "precision": "fp32", "device_kind": "cpu",
        "device": "cpu",
    })  # fmt: skip


def test_rows_take_it_and_read_every_language_with_its_own_positions(texts: dict[str, Path], tmp_path: Path) -> None:
    store, root = Store(tmp_path / "store"), write_root(tmp_path / "data")
    step = planned(texts, separate_positions=True)
    run(step, store)
    encoder = reference_to(store.result(step), "mine")
    run(_row(root, encoder, "en", "en de"), store)
    without_spanish = Local().run(Plan.of([_row(root, encoder, "en", "es")]), store).error()
    assert "none for 'es'" in str(without_spanish)


def test_its_texts_are_found_from_wherever_it_runs(texts: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(texts["en"].parent)
    step = planned({language: Path(path.name) for language, path in texts.items()})
    assert [text.files for text in step.texts] == [(texts["en"],), (texts["de"],)]
    assert step.bitexts[0].files == (texts["en"], texts["de"])


def test_settings_that_cannot_be_are_refused_when_planned(texts: dict[str, Path]) -> None:
    with pytest.raises(UsageError, match=r"hidden \(16\) must be a multiple of heads \(3\)"):
        planned(texts, heads=3)
