from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crossglot.batching import Batch
from crossglot.corpora.catalogue import find_corpus
from crossglot.encoders.encoder import Encoder
from crossglot.encoders.loading import load_encoder
from crossglot.engine.local import Local
from crossglot.engine.plan import Plan
from crossglot.engine.record import read_record
from crossglot.engine.store import Store
from crossglot.steps.arguments import EncoderReference, describe_split
from crossglot.steps.complete_rows import complete_rows
from crossglot.steps.find_recipe import FindRecipe, read_search
from crossglot.steps.rows import AT_CHECKPOINT, read_about, read_predictions, tags_of
from crossglot.steps.train_and_predict import TAGGER, TrainAndPredict
from crossglot.tagging import fitting, prediction
from crossglot.tagging.finetuning import finetune
from crossglot.tagging.prediction import CutSet, Prepared, packed
from crossglot.tagging.recipe import Recipe
from toy_world import reference_to, write_encoder, write_root

RECIPE = Recipe(epochs=2, learning_rate=1e-2)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> EncoderReference:
    folder = write_encoder(tmp_path_factory.mktemp("encoder") / "tiny")
    return reference_to(folder, "tiny")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_root(tmp_path_factory.mktemp("data"))


def row(root: Path, encoder: EncoderReference, targets: str, **changes: object) -> TrainAndPredict:
    fields = {
        "system": "tiny",
        "task": "pos",
        "sources": (describe_split(find_corpus(root, "en", "pos"), "train", root=root),),
        "targets": tuple(
            describe_split(find_corpus(root, language, "pos"), "test", root=root) for language in targets.split()
        ),
        "seed": 3,
        "encoder": encoder,
        "recipe": RECIPE,
        "precision": "fp32",
        "device_kind": "cpu",
        "device": "cpu",
    }
    return TrainAndPredict.model_validate(fields | changes)


def predicted(store: Store, step: TrainAndPredict, target: str) -> list[list[str]]:
    return tags_of(read_predictions(store.result(step)), target)[1]  # type: ignore[return-value]


def test_a_row_predicts_what_the_tagger_predicts(root: Path, encoder: EncoderReference, tmp_path: Path) -> None:
    store, step = Store(tmp_path), row(root, encoder, "de en")
    assert Local().run(Plan.of([step]), store).error() is None
    loaded = load_encoder(encoder.location)
    tagger = finetune(loaded, step.sources[0].read(), task="pos", recipe=RECIPE, seed=3)
    for split in step.targets:
        assert [tuple(tags) for tags in predicted(store, step, split.language)] == tagger.predict(split.read())
    assert sorted(path.name for path in store.result(step).iterdir()) == [
        "predictions.parquet",
        "row.json",
        "step.json",
    ]
    about = read_about(store.result(step))
    assert about["learning_rate"] == RECIPE.learning_rate
    assert "torch" in about["versions"]


def test_seeds_that_share_a_probe_to_start_from_predict_what_their_taggers_predict(
    root: Path, encoder: EncoderReference, tmp_path: Path
) -> None:
    recipe = RECIPE.model_copy(update={"head_start": "probe"})
    store, steps = Store(tmp_path), [row(root, encoder, "de", seed=seed, recipe=recipe) for seed in (1, 2)]
    assert Local().run(Plan.of(steps), store).error() is None
    for step in steps:
        training, test = step.sources[0].read(), step.targets[0].read()
        tagger = finetune(load_encoder(encoder.location), training, task="pos", recipe=recipe, seed=step.seed or 0)
        assert [tuple(tags) for tags in predicted(store, step, "de")] == tagger.predict(test)


def test_an_untrained_row_starts_from_weights_of_its_seed(
    root: Path, encoder: EncoderReference, tmp_path: Path
) -> None:
    store, step = Store(tmp_path), row(root, encoder, "de", untrained=True)
    Local().run(Plan.of([step]), store)
    random = load_encoder(encoder.location).untrained(3)
    tagger = finetune(random, step.sources[0].read(), task="pos", recipe=RECIPE, seed=3)
    assert [tuple(tags) for tags in predicted(store, step, "de")] == tagger.predict(step.targets[0].read())
    assert step.id != row(root, encoder, "de").id


def test_where_it_runs_is_no_part_of_the_identity_and_how_precisely_is(root: Path, encoder: EncoderReference) -> None:
    step = row(root, encoder, "de", device="cuda:0", device_kind="cuda")
    assert step.id == row(root, encoder, "de", device="cuda:1", device_kind="cuda").id
    assert step.id != row(root, encoder, "de", device="cuda:1", device_kind="cuda", precision="bf16").id
    assert step.id == row(root, encoder.model_copy(update={"location": "/moved", "name": "renamed"}), "de",
                          device="cuda:0", device_kind="cuda").id  # fmt: skip


def test_a_kept_tagger_predicts_targets_added_later(root: Path, encoder: EncoderReference, tmp_path: Path) -> None:
    kept, retrained = Store(tmp_path / "kept"), Store(tmp_path / "retrained")
    first = row(root, encoder, "en", keep_weights=True)
    Local().run(Plan.of([first]), kept)
    assert (kept.result(first) / TAGGER).is_dir()
    wanted = row(root, encoder, "de en", keep_weights=True)
    members = complete_rows([wanted], kept)[wanted.family]
    added = members[1]
    assert isinstance(added, TrainAndPredict)
    assert added.tagger_of == first
    Local().run(Plan.of(members), kept)
    again = added.model_copy(update={"tagger_of": None})
    assert again.id == added.id  # since it comes to the same predictions:
    Local().run(Plan.of([again]), retrained)
    assert predicted(kept, added, "de") == predicted(retrained, again, "de")


def test_a_row_that_is_asked_on_its_way_ends_like_one_that_is_not(
    root: Path, encoder: EncoderReference, tmp_path: Path
) -> None:
    store, recipe = Store(tmp_path), RECIPE.model_copy(update={"batch_size": 1})
    plain, asked = (row(root, encoder, "de en", recipe=recipe, checkpoints=points) for points in (0, 3))
    assert Local().run(Plan.of([plain, asked]), store).error() is None
    assert (plain.points, asked.points) == ((8,), (1, 4, 8))
    assert plain.family != asked.family
    for target in ("de", "en"):
        assert predicted(store, asked, target) == predicted(store, plain, target)
    on_the_way = [read_predictions(store.result(asked) / AT_CHECKPOINT.format(point)) for point in (1, 2)]
    end = read_predictions(store.result(asked))
    columns = ["target", "sentence", "word", "form", "gold"]
    assert all(frame.select(columns).equals(end.select(columns)) for frame in on_the_way)
    assert not on_the_way[0].equals(end)
    assert sum(path.name.startswith("predictions") for path in store.result(asked).iterdir()) == 3


def test_a_target_that_is_added_to_a_row_asked_on_its_way_is_trained_for_again(
    root: Path, encoder: EncoderReference, tmp_path: Path
) -> None:
    store, recipe = Store(tmp_path), RECIPE.model_copy(update={"batch_size": 1})
    changes: dict[str, object] = {"recipe": recipe, "checkpoints": 3, "keep_weights": True}
    Local().run(Plan.of([row(root, encoder, "en", **changes)]), store)
    wanted = row(root, encoder, "de en", **changes)
    added = complete_rows([wanted], store)[wanted.family][1]
    assert isinstance(added, TrainAndPredict)
    assert added.tagger_of is None
    Local().run(Plan.of([added]), store)
    assert (store.result(added) / AT_CHECKPOINT.format(2)).is_file()


def test_asking_for_weights_that_were_dropped_trains_again(
    root: Path, encoder: EncoderReference, tmp_path: Path
) -> None:
    store, dropped = Store(tmp_path), row(root, encoder, "en")
    Local().run(Plan.of([dropped]), store)
    (member,) = complete_rows([row(root, encoder, "en", keep_weights=True)], store)[dropped.family]
    assert member.id != dropped.id
    assert isinstance(member, TrainAndPredict)
    assert member.keep_weights


def test_a_row_whose_rate_is_to_be_found_waits_for_the_search_and_trains_with_what_it_found(
    root: Path, encoder: EncoderReference, tmp_path: Path
) -> None:
    store = Store(tmp_path)
    train, dev = (describe_split(find_corpus(root, "en", "pos"), part, root=root) for part in ("train", "dev"))
    search = FindRecipe(
        encoder=encoder, task="pos", train=train, dev=dev, recipe=RECIPE, starts=("random",), rates=(1e-4, 1e-2),
        precision="fp32", device_kind="cpu", device="cpu",
    )  # fmt: skip
    waiting = row(root, encoder, "de", search=search)
    assert waiting.title == "tiny, pos: en, seed 3 → de, with the learning rate to be found"
    assert Plan.of([waiting]).steps == (search, waiting)
    assert Local().run(Plan.of([waiting]), store).error() is None
    found = read_search(store.result(search))
    assert read_about(store.result(waiting))["learning_rate"] == found["learning_rate"]
    assert (found["head_start"], found["source"]) == ("random", "en")
    assert found["learning_rate"] in (1e-4, 1e-2)


def test_a_target_is_prepared_once_for_all_taggers(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared_sets = []

    def counted(encoder: Encoder, cut_set: CutSet, *settings: Any) -> Prepared:
        prepared_sets.append(cut_set)
        return packed(encoder, cut_set, *settings)

    monkeypatch.setattr("crossglot.tagging.prediction.packed", counted)
    folder = write_encoder(tmp_path / "fresh", seed=5)
    fresh = reference_to(folder, "fresh")
    rows = [row(root, fresh, "de en", seed=seed, untrained=untrained) for seed in (1, 2) for untrained in (False, True)]
    assert len(Local().run(Plan.of(rows), Store(tmp_path / "steps")).done) == 4
    assert len(prepared_sets) == 2


def test_a_row_whose_batches_do_not_fit_is_made_of_smaller_parts(
    root: Path, encoder: EncoderReference, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    most, seen = 50, []
    for place in (fitting, prediction):
        real = place.last_hidden

        def with_little_memory(model: object, batch: Batch, real: Any = real) -> object:
            seen.append(len(batch.flat_index))
            if seen[-1] > most:
                raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate much")
            return real(model, batch)

        monkeypatch.setattr(place, "last_hidden", with_little_memory)
    monkeypatch.setattr(fitting, "PIECES_AT_ONCE", 2 * most)
    monkeypatch.setattr(prediction, "PIECE_BUDGET", 2 * most)
    store, step = Store(tmp_path), row(root, encoder, "de en")
    assert Local().run(Plan.of([step]), store).error() is None
    assert seen[0] > most >= max(seen[1:]), seen
    assert read_record(store.result(step)).halved
