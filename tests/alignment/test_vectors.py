"""Sentence vectors: against transformers run one sentence at a time, windows and words included."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from crossglot.alignment import texts
from crossglot.alignment.texts import every_piece
from crossglot.alignment.vectors import embed, longest_window
from crossglot.corpora.sentences import Sentence
from crossglot.encoders.encoder import Encoder
from crossglot.encoders.loading import load_encoder
from crossglot.errors import ModelError, StorageError, UsageError
from toy_world import write_encoder

if TYPE_CHECKING:
    from numpy.typing import NDArray


TEXT = (
    "the cat sleeps.",
    "der Hund sieht die Katze.",
    "Anna sieht Rom",
    "dogs sleep in Rome.",
    "el gato duerme.",
    "Acme",
)
LAYERS, WIDTH = 2, 16


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    return load_encoder(write_encoder(tmp_path_factory.mktemp("bert")))


def one_by_one(encoder: Encoder, text: str) -> NDArray[np.float32]:
    """(layers, hidden), as anybody would write it with transformers."""
    inputs: Any = encoder.tokenizer(text, return_tensors="pt")
    with torch.no_grad():
        states = encoder.model(**inputs, output_hidden_states=True).hidden_states
    return torch.stack([state[0, 1:-1].mean(dim=0) for state in states]).numpy()


def test_packed_vectors_are_those_of_one_sentence_at_a_time(bert: Encoder) -> None:
    texts = [*TEXT, " ".join(TEXT[:3]), "cat"]
    vectors = embed(bert, texts)
    assert vectors.shape == (LAYERS + 1, len(texts), WIDTH)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, np.stack([one_by_one(bert, text) for text in texts], axis=1), atol=2e-6)


def test_layers_come_in_the_order_they_are_named(bert: Encoder) -> None:
    np.testing.assert_array_equal(embed(bert, TEXT, layers=[2, 0]), embed(bert, TEXT)[[2, 0]])


def test_every_piece_of_a_long_sentence_counts_once(tmp_path: Path) -> None:
    """At layer 0 without positions' and neighbours' influence a mean over windows is the mean over all pieces."""
    bert = load_encoder(write_encoder(tmp_path))
    text = " ".join(["the cat sees the dog"] * 20)
    states = bert.model.embeddings.word_embeddings.weight
    with torch.no_grad():
        bert.model.embeddings.position_embeddings.weight.zero_()
        ids = torch.tensor(bert.tokenizer(text, add_special_tokens=False)["input_ids"])
        kinds = bert.model.embeddings.token_type_embeddings.weight[0]
        expected = bert.model.embeddings.LayerNorm(states[ids] + kinds).mean(dim=0).numpy()
    for max_length in (12, 37, None):
        np.testing.assert_allclose(embed(bert, [text], layers=[0], max_length=max_length)[0, 0], expected, atol=1e-5)


def test_words_that_are_split_already_are_cut_as_their_text_is(bert: Encoder) -> None:
    words = [tuple(text.split()) for text in TEXT]
    plain = embed(bert, TEXT)
    np.testing.assert_allclose(embed(bert, words), plain, atol=1e-6)
    np.testing.assert_allclose(embed(bert, [Sentence(split) for split in words]), plain, atol=1e-6)


def test_bf16_is_close_and_leaves_the_encoder_in_fp32(bert: Encoder) -> None:
    rough = embed(bert, TEXT, precision="bf16")
    np.testing.assert_allclose(rough, embed(bert, TEXT), atol=0.1)
    assert next(bert.model.parameters()).dtype == torch.float32


def test_the_result_may_lie_in_a_file(bert: Encoder, tmp_path: Path) -> None:
    file = tmp_path / "vectors.npy"
    mapped = embed(bert, TEXT, out=file)
    assert isinstance(mapped, np.memmap)
    mapped.flush()
    np.testing.assert_array_equal(np.load(file), embed(bert, TEXT))
    with pytest.raises(StorageError, match="cannot be written"):
        embed(bert, TEXT, out=file / "vectors.npy")


def test_what_the_tokenizer_erases_is_an_unknown_piece(bert: Encoder) -> None:
    np.testing.assert_allclose(embed(bert, ["\u0001"]), embed(bert, ["☃"]), atol=1e-6)


def test_what_cannot_be_embedded_is_refused(bert: Encoder) -> None:
    with pytest.raises(UsageError, match="sentence 2 and 1 more is empty"):
        embed(bert, ["cat", " ", ""])
    with pytest.raises(UsageError, match=r"has layers 0 .* to 2"):
        embed(bert, TEXT, layers=[3])
    with pytest.raises(UsageError, match="layers 2, 0, 2: name each layer once"):
        embed(bert, TEXT, layers=[2, 0, 2])
    with pytest.raises(UsageError, match="no layer was named"):
        embed(bert, TEXT, layers=[])
    with pytest.raises(UsageError, match="a list"):
        embed(bert, "one text")
    with pytest.raises(UsageError, match="some of each"):
        embed(bert, ["one text", ["two", "words"]])


def test_vectors_that_are_not_finite_are_refused_naming_encoder_and_layer(tmp_path: Path) -> None:
    bert = load_encoder(write_encoder(tmp_path / "broken"))
    with torch.no_grad():
        bert.model.encoder.layer[1].output.dense.bias[3] = torch.nan
    assert np.isfinite(embed(bert, TEXT, layers=[0, 1])).all()
    for where in (None, tmp_path / "vectors.npy"):
        with pytest.raises(ModelError, match=r"broken: vectors of layer 2 are not finite"):
            embed(bert, TEXT, out=where)
    assert [path.name for path in tmp_path.iterdir()] == ["broken"]


def test_texts_cut_in_blocks_are_those_cut_at_once(bert: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    given = [*TEXT, "\u0001", " ".join(TEXT)] * 2
    whole = every_piece(bert.tokenizer, given)
    monkeypatch.setattr(texts, "BLOCK", 3)
    asked: list[int] = []

    def counted(block: list[str], **options: object) -> Any:
        asked.append(len(block))
        return bert.tokenizer(block, **options)

    counted.unk_token_id = bert.tokenizer.unk_token_id  # type: ignore[attr-defined]
    cut = every_piece(counted, given)
    np.testing.assert_array_equal(cut.ids, whole.ids)
    np.testing.assert_array_equal(cut.sentence_starts, whole.sentence_starts)
    assert cut.unknown == bert.tokenizer.unk_token_id
    assert asked == [3, 3, 3, 3, 3, 1]
    assert cut.ids.dtype == np.int32


def test_windows_are_as_long_as_asked_or_as_the_encoder_has_positions(bert: Encoder) -> None:
    most = bert.max_positions
    assert most is not None
    assert [longest_window(bert, asked) for asked in (8, most + 100, None)] == [8, most, most]


def test_no_sentences_give_no_vectors(bert: Encoder) -> None:
    assert embed(bert, []).shape == (LAYERS + 1, 0, WIDTH)
