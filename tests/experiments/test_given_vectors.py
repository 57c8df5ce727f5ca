"""Figure 3 of vectors that were made elsewhere: as if the encoder that made them were here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import crossglot as cg
from crossglot.errors import CrossglotError, UsageError
from toy_world import write_encoder

LINES = {
    "en": [f"the cat sees {number * 7919}" for number in range(40)],
    "de": [f"die Katze sieht {number * 7919}" for number in range(38)] + ["", "die Katze sieht 7919"],  # 38 pairs
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    (folder / "parallel").mkdir()
    for language, lines in LINES.items():
        (folder / "parallel" / f"toy.{language}").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> cg.Encoder:
    return cg.load_encoder(write_encoder(tmp_path_factory.mktemp("encoders") / "toy"))


@pytest.fixture(scope="module")
def vectors(encoder: cg.Encoder) -> dict[str, np.ndarray]:
    """Of every line, the empty one too, which nothing is asked of."""
    found = {}
    for language, lines in LINES.items():
        embedded = cg.embed(encoder, [line or "." for line in lines])
        found[language] = np.where(np.array([line == "" for line in lines])[:, None], np.nan, embedded)
    return found


def _run(root: Path, out: Path, folder: Path, encoders: object = ()) -> cg.Run:
    return cg.reproduce(
        "figure3", encoders, root, out, vectors={"elsewhere": folder}, sources=["en"], targets=["de"],  # type: ignore[arg-type]
        corpora={"en-de": "toy"}, seeds=[1], precision="fp32",
    )  # fmt: skip


def test_an_encoders_own_vectors_give_its_own_curves(
    root: Path, encoder: cg.Encoder, vectors: dict[str, np.ndarray], tmp_path: Path
) -> None:
    for language, found in vectors.items():
        np.save(tmp_path / f"toy.{language}.npy", found)
    run = _run(root, tmp_path / "run", tmp_path, encoder)
    columns = ["source", "target", "condition", "layer", "aggregate", "value", "ci_low", "ci_high", "n"]
    mine, its = (run.results.filter(system=name).select(columns) for name in ("elsewhere", "toy"))
    of_floors = ("two thirds up minus shared pieces", "two thirds up minus untrained")
    its = its.filter(~its["aggregate"].is_in(of_floors))
    assert len(mine) > 28 and mine["value"].null_count() == 0
    assert mine.filter(mine["layer"].is_not_null()).equals(its.filter(its["layer"].is_not_null()))
    assert set(run.results.filter(system="elsewhere")["role"]) == {"other"}


def test_vectors_of_one_layer_have_a_point_and_nothing_that_falls_or_rises(
    root: Path, vectors: dict[str, np.ndarray], tmp_path: Path
) -> None:
    for language, found in vectors.items():
        (tmp_path / f"toy.{language}.raw").write_bytes(found[-1].astype(np.float32).tobytes())
    run = _run(root, tmp_path / "run", tmp_path)
    assert set(run.results["system"]) == {"elsewhere", "chance"}
    assert run.results["layer"].drop_nulls().unique().to_list() == [0]
    assert not [each for each in run.results["aggregate"] if "minus last layer" in each or "minus embeddings" in each]
    assert "figure3" in run.charts and run.report().is_file()


def test_a_text_without_vectors_is_a_gap_with_the_file_that_is_missing(
    root: Path, encoder: cg.Encoder, vectors: dict[str, np.ndarray], tmp_path: Path
) -> None:
    np.save(tmp_path / "toy.en.npy", vectors["en"])
    rows = _run(root, tmp_path / "run", tmp_path, encoder).results.filter(system="elsewhere")
    assert set(rows["missing"]) == {f"elsewhere: no toy.de.npy in {tmp_path}"}


def test_a_number_that_is_not_finite_is_named_with_its_line(
    root: Path, vectors: dict[str, np.ndarray], tmp_path: Path
) -> None:
    spoilt = vectors["en"].copy()
    spoilt[1, 6, 3] = np.inf
    np.save(tmp_path / "toy.en.npy", spoilt)
    np.save(tmp_path / "toy.de.npy", vectors["de"])
    with pytest.raises(CrossglotError, match=r"toy\.en\.npy.*line 7 \(layer 1\) holds a number that is not finite"):
        _run(root, tmp_path / "run", tmp_path)


def test_a_name_that_is_taken_and_a_folder_that_is_not_there_are_refused(
    root: Path, encoder: cg.Encoder, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=r"vectors elsewhere: .*/nothing is no folder"):
        _run(root, tmp_path / "run", tmp_path / "nothing", encoder)
    with pytest.raises(UsageError, match="vectors toy: an encoder has this name"):
        cg.reproduce("figure3", encoder, root, tmp_path / "run", vectors={"toy": tmp_path}, corpora={"en-de": "toy"})
