from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_sequence, pad_packed_sequence

from crossglot.corpora.sentences import Sentence, TaggedSentence
from crossglot.errors import CrossglotError, DataError
from crossglot.tagging.bilstm import training_batches
from crossglot.tagging.bilstm_crf.batches import encode
from crossglot.tagging.bilstm_crf.crf import log_likelihood
from crossglot.tagging.bilstm_crf.network import Weights, draw_weights
from crossglot.tagging.bilstm_crf.settings import Settings
from crossglot.tagging.bilstm_crf.tagger import BiLstmCrf
from crossglot.tagging.bilstm_crf.training import Sgd, train
from crossglot.tagging.bilstm_crf.vocabulary import Vocabulary, vocabulary_of
from crossglot.tagging.loading import load_tagger
from crossglot.tagging.spelled import MOST_CHARACTERS, UNKNOWN
from crossglot.tagging.word_vectors import WordVectors

TRAIN = [
    TaggedSentence(("vive", first, second, "en", place, "."), ("O", "B-PER", "I-PER", "O", "B-LOC", "O"))
    for first in ("Ana", "Eva", "Ines")
    for second in ("Ruiz", "Sanz")
    for place in ("Lima", "Quito", "San")
] + [TaggedSentence(("en", place), ("O", "B-LOC")) for place in ("Lima", "Quito", "San")]
QUICK = Settings(epochs=30, rate=0.05, batch_size=4)


@pytest.fixture(scope="module")
def tagger() -> BiLstmCrf:
    return BiLstmCrf.fit(TRAIN, dev=TRAIN[::3], seed=1, settings=QUICK)


def small_weights(words: int = 6, characters: int = 5, tags: int = 3, width: int = 7) -> Weights:
    return draw_weights(words, width, characters, tags, seed=4)


def both_ways(forwards: nn.LSTM, backwards: nn.LSTM) -> nn.LSTM:
    """Torch's own bidirectional LSTM with the weights of two."""
    lstm = nn.LSTM(forwards.input_size, forwards.hidden_size, bidirectional=True)
    ways = (("", forwards), ("_reverse", backwards))
    lstm.load_state_dict({name + way: weight for way, one in ways for name, weight in one.state_dict().items()})
    return lstm


def test_it_learns_entities_and_gives_them_in_bio2(tagger: BiLstmCrf) -> None:
    scores = tagger.evaluate(TRAIN)
    assert (scores.metric, scores.value) == ("f1", 1.0)
    assert tagger.tag([("vive", "Eva", "Sanz", "en", "Quito", ".")]) == [("O", "B-PER", "I-PER", "O", "B-LOC", "O")]
    assert tagger.dev_score == 1.0


def test_other_tasks_are_learned_too() -> None:
    tagged = [TaggedSentence(s.words, tuple("PROPN" if w[0].isupper() else "X" for w in s.words)) for s in TRAIN]
    for task, settings in (("pos", QUICK), ("labels", QUICK)):
        assert BiLstmCrf.fit(tagged, task=task, dev=tagged, settings=settings).evaluate(tagged).value == 1.0


def test_states_are_those_of_a_bidirectional_lstm_of_torch() -> None:
    """Words and characters by packed sequences, in sentences and forms of several lengths side by side."""
    weights = small_weights()
    network = weights.network
    vocabulary = Vocabulary(("ab", "b", "abba"), (), ("a", "b", "c"))
    sentences = [("ab", "b", "abba", "cab"), ("b",), ("abba", "ab")]
    encoded = encode(sentences, vocabulary)
    batch = encoded.batch([0, 1, 2])
    emissions = network.emissions(batch, weights.vectors[batch.words])

    characters = both_ways(network.character_forwards, network.character_backwards)
    words = both_ways(network.forwards, network.backwards)
    read = []
    for sentence in sentences:
        rows = []
        for word in sentence:
            spelled = network.characters(torch.tensor(vocabulary.spell(word)))[:, None]
            last = characters(spelled)[1][0].reshape(-1)
            rows.append(torch.cat([weights.vectors[vocabulary.row(word)], last]))
        read.append(torch.stack(rows))
    states, lengths = pad_packed_sequence(words(pack_sequence(read, enforce_sorted=False))[0])
    expected = network.scores(torch.tanh(network.hidden(states)))
    for at, length in enumerate(lengths.tolist()):
        torch.testing.assert_close(emissions[:length, at], expected[:length, at])


def test_tags_depend_on_the_sentence_alone(tagger: BiLstmCrf) -> None:
    sentences = [s.words for s in TRAIN[:4]] + [("Lima",), (), ("en", "Lima") * 500, ("日本",), ("x" * 3000,), ("3",)]
    together = tagger.tag(iter(sentences))
    assert together == [tagger.tag([sentence])[0] for sentence in sentences]
    assert list(map(len, together)) == list(map(len, sentences))
    assert tagger.tag([]) == [] and tagger.tag([()]) == [()]
    assert tagger.tag([Sentence(("en", "Lima")), TRAIN[0]]) == tagger.tag([["en", "Lima"], list(TRAIN[0].words)])


def test_it_is_trained_on_one_word_and_on_a_thousand() -> None:
    train = [TaggedSentence(("Lima",), ("B-LOC",)), TaggedSentence(("en", "Lima") * 500, ("O", "B-LOC") * 500)]
    few = Settings(epochs=2, rate=0.01)
    found = BiLstmCrf.fit([*train, TaggedSentence((), ())], dev=train, settings=few)
    assert list(map(len, found.tag(train))) == [1, 1000]


def test_what_cannot_be_learned_says_why() -> None:
    with pytest.raises(DataError, match="every tag is O"):
        BiLstmCrf.fit([TaggedSentence(("a", "b"), ("O", "O"))])
    with pytest.raises(DataError, match="no words"):
        BiLstmCrf.fit([])
    with pytest.raises(DataError, match="'E-PER' is not a BIO2 tag"):
        BiLstmCrf.fit([TaggedSentence(("a",), ("E-PER",))])
    endless = WordVectors(("Lima", "en"), np.full((2, 5), 3e38, dtype=np.float32))
    with pytest.raises(CrossglotError, match="the loss of epoch 1 is not a number"):
        BiLstmCrf.fit(TRAIN, vectors=endless)


def test_a_seed_decides_everything(tagger: BiLstmCrf) -> None:
    drawn = torch.random.get_rng_state()
    few = QUICK.model_copy(update={"epochs": 2})
    one, same, other = (BiLstmCrf.fit(iter(TRAIN), seed=seed, settings=few).weights.tensors() for seed in (1, 1, 2))
    assert all(torch.equal(tensor, same[name]) for name, tensor in one.items())
    assert not torch.equal(one["vectors"], other["vectors"])
    assert torch.equal(torch.random.get_rng_state(), drawn)


def test_without_a_dev_set_a_tenth_is_set_aside() -> None:
    """Each sentence has a word of its own, which is known exactly if the sentence is learned from."""
    sentences = [TaggedSentence((f"w{chr(97 + i % 26)}{chr(97 + i // 26)}", "Lima"), ("O", "B-LOC")) for i in range(40)]
    once = Settings(epochs=1)
    given, aside, again = (BiLstmCrf.fit(sentences, dev=dev, settings=once) for dev in (sentences[:4], (), ()))
    assert (len(given.vocabulary.trained), len(aside.vocabulary.trained)) == (41, 37)
    assert aside.vocabulary == again.vocabulary


def test_progress_rises_to_the_end() -> None:
    told: list[float] = []
    BiLstmCrf.fit(TRAIN, settings=Settings(epochs=5), progress=told.append)
    assert told == sorted(told) and 0 < told[0] <= 0.2 and 0.8 < told[-1] <= 1


def encoded_tags(sentences: list[tuple[str, ...]]) -> tuple[list[int], Vocabulary]:
    vocabulary, _ = vocabulary_of(sentences)
    return [at % 3 for words in sentences for at in range(len(words))], vocabulary


SENTENCES = [("ab", "b", "a"), ("ba",), ("b", "abab", "aa", "ab")]


@pytest.mark.parametrize("clip", [1e9, 0.01])
def test_a_step_is_gradient_descent_on_the_summed_likelihood(clip: float) -> None:
    """Beside plain autograd over the whole table of vectors; clipped, its length is that of three sentences' clips."""
    tags, vocabulary = encoded_tags(SENTENCES)
    encoded = encode(SENTENCES, vocabulary, tags)
    weights, batch = small_weights(vocabulary.rows, 3), encoded.batch([0, 1, 2])
    before = weights.copy()
    table = weights.vectors.clone().requires_grad_()
    loss = -log_likelihood(
        weights.network.emissions(batch, table[batch.words]), batch.tags, batch.in_sentences.lengths,
        weights.network.chain,
    ).sum()  # fmt: skip
    names = [name for name, _ in weights.network.named_parameters()]
    slopes = torch.autograd.grad(loss, [*weights.network.parameters(), table])
    norm = torch.sqrt(sum((slope.square().sum() for slope in slopes), torch.zeros(())))
    shrunk = min(1.0, 3 * clip / float(norm))
    settings = Settings(rate=0.1, clip=clip, dropout=0, unknown=0)
    given = Sgd(weights, settings, [], torch.Generator().manual_seed(1)).step(batch)
    assert given == pytest.approx(float(loss.detach()), rel=1e-5)
    after = weights.tensors()
    for name, slope in zip([*names, "vectors"], slopes, strict=True):
        torch.testing.assert_close(after[name], before[name] - 0.1 * shrunk * slope, atol=1e-5, rtol=1e-4)


def test_words_seen_once_are_read_as_unknown_now_and_then() -> None:
    tags, vocabulary = encoded_tags(SENTENCES)
    _, once = vocabulary_of(SENTENCES)
    assert {vocabulary.trained[row - 1] for row in once} == {"a", "ba", "abab", "aa"}
    encoded = encode(SENTENCES, vocabulary, tags)
    for share, moved in ((0.0, False), (1.0, True)):
        weights = small_weights(vocabulary.rows, 3)
        before = weights.vectors.clone()
        Sgd(weights, Settings(unknown=share), once, torch.Generator().manual_seed(1)).step(encoded.batch([0, 1, 2]))
        changed = (weights.vectors != before).any(dim=1)
        assert bool(changed[UNKNOWN]) == moved
        assert [bool(changed[row]) for row in once] == [not moved] * 4


def test_the_state_with_the_best_score_is_kept() -> None:
    tags, vocabulary = encoded_tags(SENTENCES)
    encoded = encode(SENTENCES, vocabulary, tags)
    weights, states, scores = small_weights(vocabulary.rows, 3), [], iter([0.1, 0.5, 0.2, 0.5, 0.3])

    def score() -> float:
        states.append(weights.copy())
        return next(scores)

    found = train(weights, encoded, Settings(epochs=5), once=[], seed=1, score=score)
    assert found == (4, 0.5)  # of equal ones the last
    assert all(torch.equal(tensor, states[3][name]) for name, tensor in weights.tensors().items())
    assert not torch.equal(states[3]["scores.weight"], states[4]["scores.weight"])


def test_batches_hold_every_sentence_once_and_little_padding() -> None:
    lengths = np.random.default_rng(1).integers(0, 60, 500)
    first, second = (training_batches(lengths, 8, np.random.default_rng(seed)) for seed in (1, 2))
    for batches in (first, second):
        assert sorted(i for batch in batches for i in batch) == np.flatnonzero(lengths).tolist()
        assert max(map(len, batches)) == 8
        padded = sum(len(batch) * int(lengths[batch].max()) for batch in batches)
        assert padded < 1.05 * lengths.sum()
    assert first != second
    assert max(map(len, training_batches(np.array([1000] * 5), 8, np.random.default_rng(1)))) == 2


def test_words_are_looked_up_as_trained_then_among_pretrained_ones() -> None:
    vocabulary = Vocabulary(("Lima", "00"), ("lima", "casa", "Ana", "año-00"), ("A", "a", "n"))
    looked_up = {
        "Lima": 1, "17": 2, "lima": 3, "LIMA": 3, "Casa": 4, "Ana": 5, "ana": UNKNOWN, "AÑO-95": 6, "gato": UNKNOWN,
    }  # fmt: skip
    assert {word: vocabulary.row(word) for word in looked_up} == looked_up
    assert vocabulary.spell("Anna!") == [1, 3, 3, 2]
    assert vocabulary.spell("日本") == [UNKNOWN]
    assert vocabulary.spell("a" * 200 + "n" * 200) == [2] * (MOST_CHARACTERS // 2) + [3] * (MOST_CHARACTERS // 2)


def test_pretrained_vectors_are_where_words_start_and_tell_unseen_ones() -> None:
    words = ("Vive", "lima", "ZZZ", "bogotá")
    vectors = WordVectors(words, np.random.default_rng(1).normal(size=(4, 11)).astype(np.float32))
    still = Settings(epochs=1, rate=1e-12)
    found = BiLstmCrf.fit(TRAIN, dev=TRAIN, settings=still, vectors=vectors)
    table, row = found.weights.vectors, found.vocabulary.row
    assert table.shape[1] == 11
    for word, given in (("Lima", "lima"), ("Bogotá", "bogotá"), ("ZZZ", "ZZZ"), ("Vive", "Vive")):
        np.testing.assert_allclose(table[row(word)].numpy(), vectors.vectors[words.index(given)], atol=1e-6)
    assert row("cali") == UNKNOWN
    assert row("vive") != row("Vive")  # trained, and not among the vectors


def test_a_saved_one_is_loaded_whole(tagger: BiLstmCrf, tmp_path: Path) -> None:
    tagger.save(tmp_path / "tagger")
    loaded = load_tagger(tmp_path / "tagger")
    assert isinstance(loaded, BiLstmCrf)
    found = loaded.weights.tensors()
    assert all(torch.equal(tensor, found[name]) for name, tensor in tagger.weights.tensors().items())
    assert (loaded.labels, loaded.vocabulary, loaded.settings, loaded.epoch) == (
        tagger.labels, tagger.vocabulary, tagger.settings, tagger.epoch,
    )  # fmt: skip
    assert loaded.tag(TRAIN) == tagger.tag(TRAIN)
