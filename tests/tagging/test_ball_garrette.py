from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_sequence, pad_packed_sequence

from crossglot.corpora.sentences import Sentence, TaggedSentence
from crossglot.errors import CrossglotError, DataError, ModelError
from crossglot.tagging.language_sides.batches import as_weights, encode
from crossglot.tagging.language_sides.decoding import best_tags
from crossglot.tagging.language_sides.network import Reader, draw_network
from crossglot.tagging.language_sides.settings import Settings
from crossglot.tagging.language_sides.sides import sides_of
from crossglot.tagging.language_sides.tagger import BallGarrette
from crossglot.tagging.language_sides.training import loss_of
from crossglot.tagging.loading import load_tagger

HINDI = [
    TaggedSentence((who, what, verb, "है", "।"), ("PRON", "NOUN", "VERB", "AUX", "PUNCT"))
    for who in ("वह", "यह", "राम")
    for what in ("किताब", "रोटी", "पानी")
    for verb in ("देता", "लेता", "पीता")
]
ENGLISH = [
    TaggedSentence((who, verb, "the", what, "."), ("PRON", "VERB", "DET", "NOUN", "PUNCT"))
    for who in ("she", "he", "they")
    for what in ("book", "bread", "water")
    for verb in ("gives", "takes", "drinks")
]
BOTH, KEYS = [*HINDI, *ENGLISH], ["hi"] * len(HINDI) + ["en"] * len(ENGLISH)
QUICK = Settings(epochs=8, rate=0.01)


@pytest.fixture(scope="module")
def tagger() -> BallGarrette:
    return BallGarrette.fit(BOTH, seed=1, languages=KEYS, settings=QUICK)


def test_it_tags_each_language_in_its_own_script_and_hindi_in_latin_letters(tagger: BallGarrette) -> None:
    assert tagger.evaluate(BOTH).value == 1.0
    assert tagger.tag([("wah", "paani", "peeta", "hai", ".")]) == [("PRON", "NOUN", "VERB", "AUX", "PUNCT")]


def test_it_tags_sentences_of_both(tagger: BallGarrette) -> None:
    mixed = [("wah", "book", "leta", "hai", "."), ("वह", "book", "लेता", "है", "।")]
    assert tagger.tag(mixed) == [("PRON", "NOUN", "VERB", "AUX", "PUNCT")] * 2


@pytest.mark.parametrize("weighting", ["probabilities", "unweighted", "one-best"])
def test_readings_are_weighed_as_asked(weighting: str) -> None:
    probabilities = np.array([[0.9, 0.1], [0.25, 0.75], [1.0, 0.0]])
    expected = {
        "probabilities": probabilities,
        "unweighted": np.full((3, 2), 0.5),
        "one-best": np.array([[1, 0], [0, 1], [1, 0]]),
    }
    settings = QUICK.model_copy(update={"weighting": weighting})
    np.testing.assert_allclose(as_weights(probabilities, settings.weighting), expected[weighting])
    assert BallGarrette.fit(BOTH, languages=KEYS, settings=settings).evaluate(BOTH).value > 0.9


def both_ways(forwards: nn.LSTM, backwards: nn.LSTM) -> nn.LSTM:
    """Torch's own bidirectional LSTM with the weights of two."""
    lstm = nn.LSTM(forwards.input_size, forwards.hidden_size, bidirectional=True)
    ways = (("", forwards), ("_reverse", backwards))
    lstm.load_state_dict({name + way: weight for way, one in ways for name, weight in one.state_dict().items()})
    return lstm


def test_batches_compute_what_torch_computes_sentence_by_sentence() -> None:
    """Words as the weighted sum of two languages' readings, by packed sequences; the loss and the best tags."""
    sides = sides_of([("घर", "है", "।"), ("house", "is", ".")], ["hi", "en"])
    sentences = [("ghar", "is", "घर", "x"), ("house",), ("hai", ".")]
    weights = np.random.default_rng(1).dirichlet([1, 1], 7).astype(np.float32)
    tags = [0, 1, 2, 0, 1, 2, 0]
    network = draw_network([(1 + len(side.known), 1 + len(side.characters)) for side in sides], 3, seed=2)
    encoded = encode(sentences, sides, weights, tags)

    read, at = [], 0
    for sentence in sentences:
        rows = []
        for word in sentence:
            row = torch.zeros(128)
            for reader, side, weight in zip(network.readers, sides, weights[at], strict=True):
                assert isinstance(reader, Reader)
                form = side.reading(word)
                characters = both_ways(reader.character_forwards, reader.character_backwards)
                spelled = reader.characters(torch.tensor(side.spell(form)))[:, None]
                row = row + weight * torch.cat(
                    [reader.words.weight[side.row(form)], characters(spelled)[1][0].reshape(-1)]
                )
            rows.append(row)
            at += 1
        read.append(torch.stack(rows))
    states, lengths = pad_packed_sequence(
        both_ways(network.forwards, network.backwards)(pack_sequence(read, enforce_sorted=False))[0]
    )
    scores = [network.scores(torch.tanh(network.hidden(states[:n, i]))) for i, n in enumerate(lengths.tolist())]
    loss = nn.functional.cross_entropy(torch.cat(scores), torch.tensor(tags), reduction="sum")

    still = Settings(dropout=0, unknown=0)
    found = loss_of(network, encoded.batch([0, 1, 2]), still, torch.Generator().manual_seed(1))
    torch.testing.assert_close(found, loss)
    assert best_tags(network, encoded) == [one.argmax(dim=1).tolist() for one in scores]


def test_tags_depend_on_the_sentence_alone(tagger: BallGarrette) -> None:
    sentences = [
        BOTH[0].words, (), ("hai",), ("wah", "book") * 500, ("日本",), ("😭😭",), ("x" * 10_000,), ("ह" * 10_000,),
    ]  # fmt: skip
    together = tagger.tag(iter(sentences))
    assert together == [tagger.tag([sentence])[0] for sentence in sentences]
    assert list(map(len, together)) == list(map(len, sentences))
    assert tagger.tag([]) == [] and tagger.tag([()]) == [()]
    assert tagger.tag([Sentence(("wah", "hai"))]) == tagger.tag([["wah", "hai"]])


@pytest.mark.parametrize("sentences", [HINDI, ENGLISH])
@pytest.mark.parametrize("language", ["hi", "", "hi/en:transliterated"])
def test_one_language_alone_is_a_side_alone(sentences: list[TaggedSentence], language: str) -> None:
    found = BallGarrette.fit(sentences, languages=[language] * len(sentences), settings=QUICK)
    assert len(found.languages.sides) == 1
    assert found.evaluate(sentences).value == 1.0
    assert list(map(len, found.tag(BOTH))) == list(map(len, BOTH))


def test_from_sentences_that_mix_both_it_learns_how_often_they_switch() -> None:
    both = zip(HINDI, ENGLISH, strict=True)
    switching = [TaggedSentence(h.words[:2] + e.words[1:], h.tags[:2] + e.tags[1:]) for h, e in both]
    found = BallGarrette.fit(switching, languages=["hi/en:corrected"] * len(switching), settings=QUICK)
    assert [side.language for side in found.languages.sides] == ["latin", "devanagari"]
    moves = np.exp(found.languages.chain.transitions)
    assert moves[1, 0] > 0.4 and moves[0, 1] < 0.1
    assert found.evaluate(switching).value == 1.0


def test_any_two_languages_will_do() -> None:
    other = [TaggedSentence(tuple(map(str.upper, s.words)), s.tags) for s in ENGLISH]
    cyrillic = str.maketrans("abdegiknorstuvwy", "абдегикнорстуввй")
    typed = [TaggedSentence(tuple(word.translate(cyrillic) for word in s.words), s.tags) for s in ENGLISH]
    for others in (other, typed):
        found = BallGarrette.fit([*ENGLISH, *others], languages=["a"] * 27 + ["b"] * 27, settings=QUICK)
        assert found.evaluate(others).value == 1.0
    without = [TaggedSentence(("1", "?"), ("NUM", "PUNCT"))] * 20
    found = BallGarrette.fit([*HINDI, *without], languages=["hi"] * 27 + ["xx"] * 20, settings=QUICK)
    assert found.tag([("1", "?")]) == [("NUM", "PUNCT")]


def test_it_is_trained_on_one_word_one_tag_and_a_thousand_words() -> None:
    few = Settings(epochs=2)
    for train in ([TaggedSentence(("घर",), ("NOUN",))], [TaggedSentence(("😭", "my") * 500, ("X", "X") * 500)]):
        found = BallGarrette.fit([*train, TaggedSentence((), ())], dev=[], settings=few)
        assert found.tag(train) == [train[0].tags]
    long = TaggedSentence(("x" * 10_000, "है" * 5_000, "my"), ("X", "X", "DET"))
    assert len(BallGarrette.fit([long, *BOTH], settings=few).tag([long])[0]) == 3


def test_other_tasks_are_learned_too() -> None:
    named = [TaggedSentence(s.words, ("B-PER",) + ("O",) * (len(s) - 1)) for s in BOTH]
    for task in ("ner", "labels"):
        assert BallGarrette.fit(named, task=task, languages=KEYS, settings=QUICK).evaluate(named).value == 1.0


def test_what_cannot_be_learned_says_why() -> None:
    with pytest.raises(DataError, match="no words"):
        BallGarrette.fit([])
    with pytest.raises(DataError, match="'DANCE' of 'a' is not one of the labels"):
        BallGarrette.fit([TaggedSentence(("a",), ("DANCE",))])
    with pytest.raises(CrossglotError, match="54 sentences and the languages of 1"):
        BallGarrette.fit(BOTH, languages=["hi"])


def test_a_seed_decides_everything() -> None:
    drawn = torch.random.get_rng_state()
    few = Settings(epochs=2)
    one, same, other = (
        BallGarrette.fit(iter(BOTH), seed=seed, languages=KEYS, settings=few).network.state_dict() for seed in (1, 1, 2)
    )
    assert all(torch.equal(tensor, same[name]) for name, tensor in one.items())
    assert not torch.equal(one["hidden.weight"], other["hidden.weight"])
    assert torch.equal(torch.random.get_rng_state(), drawn)


def test_progress_rises_to_the_end() -> None:
    told: list[float] = []
    BallGarrette.fit(BOTH, languages=KEYS, settings=Settings(epochs=5), progress=told.append)
    assert told == sorted(told) and 0 < told[0] <= 0.2 and 0.8 < told[-1] <= 1


def test_a_saved_one_is_loaded_whole(tagger: BallGarrette, tmp_path: Path) -> None:
    tagger.save(tmp_path / "tagger")
    loaded = load_tagger(tmp_path / "tagger")
    assert isinstance(loaded, BallGarrette)
    weights = loaded.network.state_dict()
    assert all(torch.equal(tensor, weights[name]) for name, tensor in tagger.network.state_dict().items())
    assert (loaded.labels, loaded.languages.sides, loaded.settings, loaded.seed) == (
        tagger.labels, tagger.languages.sides, tagger.settings, tagger.seed,
    )  # fmt: skip
    sentences = [*(sentence.words for sentence in BOTH), ("wah", "book", "leta", "hai")]
    one, same = (found.languages.probabilities(sentences) for found in (tagger, loaded))
    np.testing.assert_allclose(same, one, atol=1e-6)
    assert loaded.tag(sentences) == tagger.tag(sentences)


def test_a_word_twice_among_a_saved_ones_is_refused(tagger: BallGarrette, tmp_path: Path) -> None:
    tagger.save(tmp_path / "tagger")
    about = tmp_path / "tagger" / "tagger.json"
    about.write_text(about.read_text(encoding="utf-8").replace('"book"', '"bread"'), encoding="utf-8")
    (tmp_path / "tagger" / "checksums.sha256").unlink()
    with pytest.raises(ModelError, match="en has a word twice"):
        load_tagger(tmp_path / "tagger")
