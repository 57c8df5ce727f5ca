"""embed: an array that numpy loads, an index that says which row is which line, and clear refusals."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tiny_world import run, write_encoder

from crossglot.alignment.vectors import embed
from crossglot.encoders.loading import load_encoder


@pytest.fixture(scope="module")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("encoders") / "tiny-bert")


def test_vectors_and_index_belong_together(tiny_encoder: Path, tmp_path: Path) -> None:
    text, out = tmp_path / "text.txt", tmp_path / "out"
    text.write_text("the dog sees\n\na\tcat runs\n", encoding="utf-8")
    result = run("embed", tiny_encoder, text, "--out", out, "--device", "cpu")
    assert result.exit_code == 0, result.output
    vectors = np.load(out / "vectors.npy")
    expected = embed(load_encoder(tiny_encoder), ["the dog sees", "a\tcat runs"])
    np.testing.assert_allclose(vectors, expected, atol=1e-6)
    index = [line.split("\t") for line in (out / "index.tsv").read_text(encoding="utf-8").splitlines()]
    assert index == [["row", "line", "text"], ["0", "1", "the dog sees"], ["1", "3", "a cat runs"]]
    about = json.loads((out / "about.json").read_text(encoding="utf-8"))
    assert (about["layers"], about["axes"]) == ([0, 1], ["layers", "sentences", "hidden"])
    assert sorted(path.name for path in out.iterdir()) == ["about.json", "index.tsv", "vectors.npy"]


def test_layers_are_chosen_and_stdin_is_read(tiny_encoder: Path, tmp_path: Path) -> None:
    result = run("embed", tiny_encoder, "-", "--out", tmp_path / "out", "--layers", "1", stdin="the dog\na cat\n")
    assert result.exit_code == 0, result.output
    assert np.load(tmp_path / "out/vectors.npy").shape == (1, 2, 16)


@pytest.mark.parametrize(
    ("stdin", "options", "said"),
    [
        ("\n\n", (), "has no sentence"),
        ("the dog\n", ("--layers", "7"), "has layers 0 (the embeddings) to 1"),
        ("the dog\n", ("--layers", "top"), "write whole numbers with commas"),
    ],
)
def test_what_cannot_be_embedded_is_one_clear_message(
    tiny_encoder: Path, tmp_path: Path, stdin: str, options: tuple[str, ...], said: str
) -> None:
    result = run("embed", tiny_encoder, "-", "--out", tmp_path / "out", *options, stdin=stdin)
    assert result.exit_code == 2
    assert said in result.output
    assert not (tmp_path / "out").exists()
