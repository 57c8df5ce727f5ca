"""embed: an array that numpy loads, an index that says which row is which line, and clear refusals."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch
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


def test_the_index_is_read_by_csv_readers_whatever_quotes_the_text_has(tiny_encoder: Path, tmp_path: Path) -> None:
    lines = ['"the dog sees" a cat', 'the "dog"', '"the', 'a cat"', "a\tdog runs", "'the dog'"]
    (tmp_path / "text.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = run("embed", tiny_encoder, tmp_path / "text.txt", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    texts = [line.replace("\t", " ") for line in lines]
    frame = pl.read_csv(tmp_path / "out/index.tsv", separator="\t")
    assert frame.columns == ["row", "line", "text"]
    assert frame["text"].to_list() == texts
    with (tmp_path / "out/index.tsv").open(encoding="utf-8", newline="") as file:
        assert [row["text"] for row in csv.DictReader(file, delimiter="\t")] == texts


def test_about_says_how_the_vectors_were_made(tiny_encoder: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("the dog sees\na cat\n", encoding="utf-8")
    for asked, effective in ((8, 8), (4000, 130), (None, 130)):
        options = () if asked is None else ("--max-length", asked)
        result = run("embed", tiny_encoder, text, "--out", tmp_path / "out", "--language", "en", *options)
        assert result.exit_code == 0, result.output
        about = json.loads((tmp_path / "out/about.json").read_text(encoding="utf-8"))
        assert about["max_length"] == effective
    assert (about["language"], about["text"]) == ("en", "text.txt")
    assert about["sha256"] == hashlib.sha256(text.read_bytes()).hexdigest()
    vectors = np.load(tmp_path / "out/vectors.npy")
    assert (tuple(about["shape"]), about["dtype"]) == (vectors.shape, str(vectors.dtype))


def test_standard_input_is_decoded_as_a_file_is(tiny_encoder: Path, tmp_path: Path) -> None:
    data = "\ufeffthe dog\r\na \u2028cat\r\n".encode()
    (tmp_path / "text.txt").write_bytes(data)
    for source, stdin in (("-", data), (tmp_path / "text.txt", None)):
        result = run("embed", tiny_encoder, source, "--out", tmp_path / "out", stdin=stdin)
        assert result.exit_code == 0, result.output
        assert (tmp_path / "out/index.tsv").read_text(encoding="utf-8").split("\n")[1:3] == [
            "0\t1\tthe dog",
            "1\t2\ta cat",
        ]
        about = json.loads((tmp_path / "out/about.json").read_text(encoding="utf-8"))
        assert about["sha256"] == hashlib.sha256(data).hexdigest()
        np.testing.assert_array_equal(
            np.load(tmp_path / "out/vectors.npy"), embed(load_encoder(tiny_encoder), ["the dog", "a \u2028cat"])
        )


def test_vectors_that_are_not_finite_are_not_written(tmp_path: Path) -> None:
    folder = write_encoder(tmp_path / "broken")
    encoder = load_encoder(folder)
    with torch.no_grad():
        encoder.model.encoder.layer[0].output.dense.bias[3] = torch.nan
    encoder.model.save_pretrained(folder)
    result = run("embed", folder, "-", "--out", tmp_path / "out", stdin="the dog\n")
    assert result.exit_code == 2, result.output
    assert "broken: its weights encoder.layer.0.output.dense.bias are not finite" in result.output
    assert not (tmp_path / "out").exists()
