from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

import crossglot as cg
from crossglot.corpora.sentences import TaggedSentence
from crossglot.encoders.encoder import Encoder
from crossglot.errors import DataError
from crossglot.runtime import Runtime
from crossglot.tagging.linear_probe import PENALTY, linear_probe, logistic_regression
from crossglot.tagging.logistic import at_most
from crossglot.tagging.prediction import prepare, word_vectors
from crossglot.tagging.recipe import Recipe


def spread_vectors(words: int, classes: int, dimensions: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Clouds around a centre a class, each dimension with a scale and a place of its own, as real vectors have."""
    draws = np.random.default_rng(seed)
    labels = draws.integers(classes, size=words)
    centres = draws.normal(size=(classes, dimensions))
    scales, places = draws.lognormal(sigma=2, size=dimensions), draws.normal(scale=30, size=dimensions)
    vectors = (centres[labels] + draws.normal(size=(words, dimensions))) * scales + places
    return torch.from_numpy(vectors).float(), torch.from_numpy(labels)


@pytest.mark.parametrize(("words", "classes", "dimensions"), [(300, 3, 5), (2000, 17, 40), (60, 9, 64)])
def test_the_fit_is_scikit_learns_on_standardised_vectors(words: int, classes: int, dimensions: int) -> None:
    """sklearn leaves the intercept unpunished, so a column of ones carries the bias, as here."""
    linear_model = pytest.importorskip("sklearn.linear_model")
    vectors, labels = spread_vectors(words, classes, dimensions, seed=words)
    plain = vectors.double().numpy()
    weight, bias = logistic_regression(vectors.clone(), labels, classes, PENALTY)
    standard = (plain - plain.mean(axis=0)) / plain.std(axis=0)
    model = linear_model.LogisticRegression(C=1 / (PENALTY * words), fit_intercept=False, max_iter=5000, tol=1e-8)
    model.fit(np.hstack([standard, np.ones((words, 1))]), labels.numpy())
    theirs = model.predict_proba(np.hstack([standard, np.ones((words, 1))]))
    ours = torch.softmax(vectors.double() @ weight.double().T + bias.double(), dim=-1).numpy()
    np.testing.assert_allclose(ours, theirs, atol=5e-3)


def test_labels_that_occur_once_or_never_leave_everything_finite() -> None:
    vectors, labels = spread_vectors(200, 2, 6, seed=1)
    labels[0] = 4
    vectors[:, 3] = 7.0  # a dimension that does not vary
    weight, bias = logistic_regression(vectors.clone(), labels, 6, PENALTY)
    assert torch.isfinite(weight).all() and torch.isfinite(bias).all()
    predicted = (vectors @ weight.T + bias).argmax(dim=-1)
    assert set(predicted.tolist()) <= {0, 1, 4}
    assert (predicted == labels).float().mean() > 0.9


def test_dead_dimensions_get_no_weight() -> None:
    """As in the last layer of MiniLM, whose deviations there are 1e-8 to 1e-32; left alive, their weights are huge."""
    vectors, labels = spread_vectors(500, 5, 20, seed=3)
    dead = vectors.clone()
    dead[:, 4], dead[:, 11] = 1e-32 * (labels == 1), 2.0 + 1e-7 * vectors[:, 11]
    weight, bias = logistic_regression(dead.clone(), labels, 5, PENALTY)
    others = [dimension for dimension in range(20) if dimension not in (4, 11)]
    alone, bias_alone = logistic_regression(dead[:, others].clone(), labels, 5, PENALTY)
    assert weight[:, [4, 11]].abs().max() < 1e-2 * alone.abs().max()
    torch.testing.assert_close(dead @ weight.T + bias, dead[:, others] @ alone.T + bias_alone, atol=0.05, rtol=0)


def test_a_probe_changes_no_weight_and_needs_no_chance(encoder: Encoder, sentences: list[TaggedSentence]) -> None:
    before = {name: value.clone() for name, value in encoder.model.state_dict().items()}
    first, again = (linear_probe(encoder, sentences) for _ in range(2))
    assert torch.equal(first.head.weight, again.head.weight)
    assert all(torch.equal(before[name], value) for name, value in encoder.model.state_dict().items())
    assert first.evaluate(sentences).value > 0.95


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_vectors_are_the_last_layers_where_words_are_read(
    encoder: Encoder, sentences: list[TaggedSentence], precision: str
) -> None:
    """One sentence at a time, by hand."""
    vectors = word_vectors(encoder, prepare(encoder, sentences), Runtime("cpu", precision))  # type: ignore[arg-type]
    row = 0
    for sentence in sentences[:20]:
        ids, first = [encoder.tokenizer.cls_token_id], []
        for word in sentence.words:
            first.append(len(ids))
            ids += encoder.tokenizer(word, add_special_tokens=False)["input_ids"]
        hidden = encoder.model(torch.tensor([[*ids, encoder.tokenizer.sep_token_id]])).last_hidden_state[0, first]
        close = 1e-5 if precision == "fp32" else 0.1
        torch.testing.assert_close(vectors[row : row + len(first)], hidden.detach(), atol=close, rtol=0)
        row += len(first)


def test_a_sample_holds_no_more_words_than_wanted_and_is_always_the_same(sentences: list[TaggedSentence]) -> None:
    words = sum(map(len, sentences))
    assert at_most(sentences, words) is sentences
    sampled = at_most(sentences, words // 2)
    assert words // 3 < sum(map(len, sampled)) <= words // 2
    assert sampled == at_most(sentences, words // 2)
    assert [sentences.index(sentence) for sentence in sampled] == sorted(map(sentences.index, sampled))


def test_a_probe_of_no_words_is_refused(encoder: Encoder) -> None:
    with pytest.raises(DataError, match="no words"):
        linear_probe(encoder, [])


def test_entities_from_few_sentences_need_a_new_layer_that_starts_from_a_probe(
    data_root: Path, real_encoders: Path
) -> None:
    """At a rate that suits the encoder, from 300 sentences, a layer that starts at random calls everything `O`."""
    encoder = cg.load_encoder(real_encoders / "multilingual-e5-small")
    spanish = cg.read_columns(data_root / "ner/conll2002/es-train.conll.gz")[:300]
    test = cg.read_columns(data_root / "ner/conll2002/es-test.conll.gz")[:100]
    recipe = Recipe(learning_rate=1e-4, epochs=1)
    scores = {
        start: cg.finetune(encoder, spanish, task="ner", recipe=recipe.model_copy(update={"head_start": start}))
        .evaluate(test)
        .value
        for start in ("random", "probe")
    }
    alone = linear_probe(encoder, spanish, task="ner").evaluate(test).value
    assert scores["random"] < 0.05 < alone < scores["probe"]
