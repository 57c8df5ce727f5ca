"""What steps cost at given speeds, held against text that is cut and counted word by word."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossglot.corpora.catalogue import find_corpus
from crossglot.corpora.sampling import sample
from crossglot.encoders.origin import find_origin
from crossglot.encoders.tokenizers import load_tokenizer
from crossglot.estimates.calibrating import Calibration
from crossglot.estimates.of_encoders import EncoderCosts
from crossglot.runtime import Runtime
from crossglot.steps.arguments import CorpusSplit, EncoderReference, describe_split
from crossglot.steps.linear_probe import ProbeAndPredict
from crossglot.steps.measure_encoder import Speeds
from crossglot.steps.train_and_predict import TrainAndPredict
from crossglot.tagging.recipe import Recipe

NOTHING = Speeds(
    load=0, load_tokenizer=0, count=0, counted_word=0, begin=0, step=0, trained_piece=0, ask=0, asked_piece=0,
    cut_word=0, fitted_number=0, embedded_piece=0, compared=0, resampled=0, memory_asked=10**6, memory_trained=10**7,
    weights=100, layers=3, width=8,
)  # fmt: skip
ENCODERS = ("multilingual-e5-small", "all-minilm-l6-v2")


class Given(Calibration):
    """Speeds that are known beforehand."""

    def __init__(self, **speeds: float) -> None:
        super().__init__(Runtime())
        self._speeds = NOTHING.model_copy(update=speeds)

    def encoder(self, encoder: EncoderReference, precision: str) -> Speeds:
        del encoder, precision
        return self._speeds


def split_of(root: Path, language: str, split: str, at_most: int | None = None) -> CorpusSplit:
    return describe_split(find_corpus(root, language, "pos", None), split, root=root, at_most=at_most)


def reference(folder: Path) -> EncoderReference:
    return EncoderReference(revision=find_origin(str(folder)).revision, location=str(folder), name=folder.name)


def row(
    root: Path, encoder: EncoderReference, source: str, targets: tuple[str, ...], recipe: Recipe, seed: int = 1
) -> TrainAndPredict:
    return TrainAndPredict(
        task="pos", sources=(split_of(root, source, "train"),), max_train=300, encoder=encoder, recipe=recipe,
        targets=tuple(split_of(root, target, "test", 60) for target in targets), precision="fp32",
        device_kind="cpu", device="cpu", seed=seed,
    )  # fmt: skip


def cut_one_by_one(root: Path, encoder: Path, language: str, split: str, at_most: int, longest: int = 10**6) -> int:
    """Pieces of the sentences that a step reads, those around each sentence counted, long ones cut off in training."""
    tokenizer = load_tokenizer(str(encoder))
    sentences = sample(find_corpus(root, language, "pos", None).read(split), at_most)
    cut = (tokenizer(list(one.words), is_split_into_words=True)["input_ids"] for one in sentences)
    return sum(min(len(ids), longest) for ids in cut)


@pytest.mark.parametrize("name", ENCODERS)
@pytest.mark.parametrize("language", ["hi", "ja"])
def test_a_training_reads_its_pieces_once_an_epoch(
    data_root: Path, real_encoders: Path, name: str, language: str
) -> None:
    step = row(data_root, reference(real_encoders / name), language, ("de",), Recipe(epochs=4))
    pieces = EncoderCosts(Given(trained_piece=1.0), 1, 0.0, 0.0).row(step).seconds / 4
    assert pieces == pytest.approx(
        cut_one_by_one(data_root, real_encoders / name, language, "train", 300, 128), rel=0.1
    )


def test_a_row_reads_the_pieces_of_all_its_targets(data_root: Path, real_encoders: Path) -> None:
    folder = real_encoders / ENCODERS[0]
    step = row(data_root, reference(folder), "en", ("de", "ar", "zh"), Recipe())
    pieces = EncoderCosts(Given(asked_piece=1.0), 1, 0.0, 0.0).row(step).seconds
    counted = sum(cut_one_by_one(data_root, folder, target, "test", 60) for target in ("de", "ar", "zh"))
    assert pieces == pytest.approx(counted, rel=0.1)


def test_the_optimisers_steps_are_those_of_the_batches(data_root: Path, real_encoders: Path) -> None:
    step = row(data_root, reference(real_encoders / ENCODERS[0]), "en", ("de",), Recipe(batch_size=32, epochs=3))
    assert EncoderCosts(Given(step=1.0), 1, 0.0, 0.0).row(step).seconds == 3 * 10  # of 300 sentences


@pytest.mark.parametrize(("jobs", "times"), [(1, 1), (2, 2), (8, 3)])
def test_a_probe_is_fitted_once_in_each_process_that_has_a_seed_of_the_row(
    data_root: Path, real_encoders: Path, jobs: int, times: int
) -> None:
    encoder, recipe = reference(real_encoders / ENCODERS[0]), Recipe(head_start="probe")
    costs = EncoderCosts(Given(fitted_number=1.0), jobs, 0.0, 0.0)
    rows = [row(data_root, encoder, "en", ("de",), recipe, seed) for seed in (1, 2, 3)]
    seconds = [costs.row(one).seconds for one in rows]
    assert [one > 0 for one in seconds] == [True] * times + [False] * (3 - times)
    probe = ProbeAndPredict(
        task="pos", sources=rows[0].sources, targets=rows[0].targets, max_train=300, encoder=encoder,
        precision="fp32", device_kind="cpu", device="cpu",
    )  # fmt: skip
    assert costs.probe(probe).seconds == pytest.approx(max(seconds))


def test_kept_weights_and_predictions_take_room(data_root: Path, real_encoders: Path) -> None:
    step = row(data_root, reference(real_encoders / ENCODERS[0]), "en", ("de", "ar"), Recipe())
    words = sum(len(one) for key in ("de", "ar") for one in split_of(data_root, key, "test", 60).read())
    costs = EncoderCosts(Given(), 1, 0.0, 7.0)
    assert costs.row(step).disk == 2 * 7 * words
    assert costs.row(step.model_copy(update={"keep_weights": True})).disk == 2 * 7 * words + 4 * 100
