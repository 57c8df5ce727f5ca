from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from crossglot.errors import DataError, ModelError, UsageError
from crossglot.transliteration.settings import Settings, copies
from crossglot.transliteration.transliterator import Transliterator

_HINDI = """
मैं घर जाता हूँ । वह घर में है । हम घर में हैं । राम काम करता है । वह काम अच्छा है ।
लड़की घर जाती है । क्या वह अच्छा है । नहीं , वह नहीं है । मैं अच्छा काम करता हूँ ।
"""
HINDI = [(*sentence.split(), "।") for sentence in _HINDI.split("।") if sentence.strip()] * 2
ENGLISH = [
    ("we", "see", "the", "people", "."),
    ("you", "are", "good", "!"),
    ("the", "government", "is", "2", "good"),
] * 3
QUICK = Settings(epochs=40, batch_size=8, rate=6e-3)


@pytest.fixture(scope="module")
def hindi() -> Transliterator:
    return Transliterator.fit(HINDI, seed=1, settings=QUICK)


@pytest.fixture(scope="module")
def english() -> Transliterator:
    return Transliterator.fit(ENGLISH, seed=1, settings=QUICK)


def test_words_are_found_however_they_are_spelled(hindi: Transliterator) -> None:
    for spelled, word in (("ghar", "घर"), ("achha", "अच्छा"), ("larki", "लड़की"), ("nahi", "नहीं"), ("Ghar", "घर")):
        assert hindi.n_best([spelled], 1)[0][0][0] == word
    assert hindi.sentence(("vah", "ghar", "men", "hai", ".")) == ("वह", "घर", "में", "है", ".")


def test_words_that_stay_in_their_script_are_normalised(english: Transliterator) -> None:
    assert english.sentence(("u", "are", "good", "!")) == ("you", "are", "good", "!")
    assert english.sentence(("The", "govt")) == ("The", "government")


def test_what_is_no_word_stays_as_it_is(hindi: Transliterator) -> None:
    kept = ("2", "...", ":)", "😂", "http://t.co/" + "x" * 40, "घर", "日本", "", "ß")
    assert hindi.sentence(kept) == kept
    assert hindi.n_best(kept) == [((word, 0.0),) for word in kept]
    assert hindi.sentence(()) == () and hindi.sentences([]) == [] and hindi.n_best([]) == []


def test_words_of_another_language_stay_where_it_is_said_which_are(hindi: Transliterator) -> None:
    words = ("vah", "home", "ghar")
    assert hindi.sentences([words], [[True, False, True]]) == [("वह", "home", "घर")]
    assert hindi.sentences([words], [[False] * 3]) == [words]


def test_n_best_are_sorted_and_differ(hindi: Transliterator) -> None:
    for candidates in hindi.n_best(["ghar", "kam", "zzz", "ghar", "GHAR"], 4):
        scores = [score for _, score in candidates]
        assert len(dict(candidates)) == len(candidates) == 4
        assert scores == sorted(scores, reverse=True) and max(scores) <= 0
    first, second, capitals = hindi.n_best(["ghar", "ghar", "GHAR"], 4)
    assert first == second == capitals


def test_a_thousand_words_are_a_sentence(hindi: Transliterator) -> None:
    found = hindi.sentence(("ghar", "men") * 500)
    assert len(found) == 1000 and set(found) <= {"घर", "में", "मैं"}


def test_long_drawn_letters_are_two(hindi: Transliterator) -> None:
    assert hindi.n_best(["gharrrrr"]) == hindi.n_best(["gharr"])


def test_a_seed_decides_everything() -> None:
    drawn, few = torch.random.get_rng_state(), Settings(epochs=1)
    one, same, other = (Transliterator.fit(HINDI, seed=seed, settings=few) for seed in (1, 1, 2))
    assert all(torch.equal(tensor, same.tensors()[name]) for name, tensor in one.tensors().items())
    assert (one.weight, one.model.counts) == (same.weight, same.model.counts)
    assert not torch.equal(one.tensors()["of_read.weight"], other.tensors()["of_read.weight"])
    assert torch.equal(torch.random.get_rng_state(), drawn)


def test_one_word_is_enough_and_none_is_not() -> None:
    assert Transliterator.fit([("घर",)], settings=Settings(epochs=1)).n_best(["g"], 2)
    for nothing in ([], [()], [("2", ".")]):
        with pytest.raises(DataError, match="no words to learn transliteration from"):
            Transliterator.fit(nothing)


def test_progress_rises() -> None:
    told: list[float] = []
    Transliterator.fit(HINDI, settings=Settings(epochs=3), progress=told.append)
    assert told == sorted(told) and told[0] == 0 and 0.6 < told[-1] < 1


def test_frequent_words_do_not_take_all_of_an_epoch() -> None:
    assert copies({"once": 1, "often": 16}) == ["once"] + ["often"] * 8


def test_a_saved_one_is_loaded_whole(hindi: Transliterator, tmp_path: Path) -> None:
    hindi.save(tmp_path / "hindi")
    loaded = Transliterator.load(tmp_path / "hindi")
    assert loaded.about() == hindi.about()
    assert loaded.n_best(["ghar", "zyada"]) == hindi.n_best(["ghar", "zyada"])
    hindi.save(tmp_path / "hindi")  # over the earlier one
    (tmp_path / "hindi" / "diary.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"diary\.txt"):
        hindi.save(tmp_path / "hindi")


def about(**changes: object) -> Callable[[Path], object]:
    def do(folder: Path) -> None:
        known = json.loads((folder / "transliterator.json").read_text(encoding="utf-8"))
        (folder / "transliterator.json").write_text(json.dumps(known | changes), encoding="utf-8")

    return do


def spoiled(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    tensors["scores.bias"] = tensors["scores.bias"] * float("nan")
    save_file(tensors, folder / "model.safetensors")


@pytest.mark.parametrize(
    ("do", "said"),
    [
        (about(read=["a", "a"]), "read: .*each once"),
        (about(read=["a"]), "of_read.weight is F32 of the shape"),
        (about(written=[]), "written"),
        (about(counts={"घर": {"में": 0}}), "counts: .*at least once"),
        (about(weight=-1), "weight"),
        (spoiled, "scores.bias is not finite"),
        (lambda folder: (folder / "model.safetensors").write_bytes(b"\0" * 99), "model.safetensors"),
        (lambda folder: (folder / "transliterator.json").write_text("{"), "transliterator.json"),
        (lambda folder: (folder / "transliterator.json").unlink(), "not a transliterator"),
    ],
)
def test_a_damaged_one_is_refused(
    hindi: Transliterator, tmp_path: Path, do: Callable[[Path], object], said: str
) -> None:
    hindi.save(tmp_path / "sound")
    folder = Path(shutil.copytree(tmp_path / "sound", tmp_path / "damaged"))
    (folder / "checksums.sha256").unlink()
    do(folder)
    with pytest.raises(ModelError, match=said) as refused:
        Transliterator.load(folder)
    assert str(folder) in str(refused.value)


def test_another_file_than_the_one_written_is_refused(hindi: Transliterator, tmp_path: Path) -> None:
    hindi.save(tmp_path / "hindi")
    about(crossglot="0")(tmp_path / "hindi")
    with pytest.raises(ModelError, match="is not the one that was written"):
        Transliterator.load(tmp_path / "hindi")
