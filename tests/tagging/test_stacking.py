from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_sequence, pad_packed_sequence

from crossglot.corpora.sentences import Sentence, TaggedSentence
from crossglot.errors import CrossglotError, DataError, ModelError
from crossglot.tagging.loading import load_tagger
from crossglot.tagging.spelled import UNKNOWN
from crossglot.tagging.stacking.batches import encode
from crossglot.tagging.stacking.material import sort_out, taken_apart
from crossglot.tagging.stacking.network import HIDDEN, BothWays, Network, SideReader, draw_network
from crossglot.tagging.stacking.settings import Settings
from crossglot.tagging.stacking.sides import Side, languages_by_script, side_of, sides_by_script
from crossglot.tagging.stacking.tagger import BhatStacking
from crossglot.tagging.stacking.telling import telling_sentences
from crossglot.transliteration.settings import Settings as TransliterationSettings

HINDI = [
    TaggedSentence((who, what, does, "है", "।"), ("PRON", "NOUN", "VERB", "AUX", "PUNCT"))
    for who in ("वह", "राम")
    for what in ("घर", "काम", "किताब")
    for does in ("जाता", "करता", "पढ़ता")
]
ENGLISH = [
    TaggedSentence((who, does, "the", what, "."), ("PRON", "VERB", "DET", "NOUN", "PUNCT"))
    for who in ("she", "he")
    for what in ("house", "work", "book")
    for does in ("sees", "does", "reads")
]
APART = ["hi"] * len(HINDI) + ["en"] * len(ENGLISH)
MIXED = [
    TaggedSentence((who, what, does, "hai", "."), ("PRON", "NOUN", "VERB", "AUX", "PUNCT"))
    for who in ("vah", "she")
    for what in ("house", "kam", "book")
    for does in ("karta", "padhta")
]
IDS = [
    tuple("univ" if word == "." else "en" if word in ("she", "house", "book") else "hi" for word in sentence.words)
    for sentence in MIXED
]
SWITCHED = ["hi/en:transliterated"] * len(MIXED)
QUICK = Settings(epochs=12, rate=5e-3, transliteration=TransliterationSettings(epochs=30, batch_size=8, rate=6e-3))
PLAIN = QUICK.model_copy(update={"transliterate": False})


@pytest.fixture(scope="module")
def whole() -> BhatStacking:
    """Trained on the languages apart and on sentences that mix them."""
    ids = [()] * len(APART) + IDS
    return BhatStacking.fit(
        [*HINDI, *ENGLISH, *MIXED], languages=[*APART, *SWITCHED], word_languages=ids, seed=1, settings=QUICK
    )


def words(sentences: Sequence[TaggedSentence]) -> list[tuple[str, ...]]:
    return [sentence.words for sentence in sentences]


def test_the_languages_apart_are_enough_for_text_that_mixes_them() -> None:
    """No sentence that mixes them, none in Latin letters with Hindi: words are told, transliterated back and tagged."""
    tagger = BhatStacking.fit([*HINDI, *ENGLISH], languages=APART, seed=1, settings=QUICK)
    assert tagger.network.stacked is None
    assert tagger.evaluate([*HINDI, *ENGLISH]).value == 1.0
    switched = ("she", "kitab", "padhta", "hai", ".")
    (languages,) = tagger.reader.languages([switched])
    assert languages[:4] == ("en", "hi", "hi", "hi")
    assert tagger.reader.words([switched], [languages])[0][1:4] == ("किताब", "पढ़ता", "है")
    assert tagger.tag([switched])[0][0] == "PRON" and tagger.tag([switched])[0][2:] == ("VERB", "AUX", "PUNCT")


def test_scripts_tell_languages_where_they_are_their_own(whole: BhatStacking) -> None:
    own, borrowed = whole.reader.languages([("घर", "karta", "है", "xyz"), ("ghar", "karta", "hai", "xyz")])
    assert own == ("hi", "en", "hi", "en")
    assert borrowed[:3] == ("hi", "hi", "hi")


def test_misspelled_words_are_read_as_words_that_their_language_knows() -> None:
    settings = QUICK.model_copy(update={"normalise": True, "epochs": 1})
    tagger = BhatStacking.fit([*HINDI, *ENGLISH], languages=APART, seed=1, settings=settings)
    read = tagger.reader.words([("she", "seees", "th", "houuse", "www")], [("en",) * 5])[0]
    assert read[:2] == ("she", "sees") and read[3] == "house"
    assert all(word in {"she", "sees", "the", "house", "www", "th", "work"} for word in read)


def test_sentences_that_mix_languages_train_a_second_network_upon_the_first(whole: BhatStacking) -> None:
    assert whole.network.stacked is not None
    assert whole.evaluate(MIXED).value == 1.0
    assert whole.tag([("she", "ghar", "karta", "hai", ".")]) == [("PRON", "NOUN", "VERB", "AUX", "PUNCT")]
    assert {side.language for side in whole.reader.sides} == {"hi", "en"}


def test_sentences_that_mix_languages_are_enough() -> None:
    """The first network is trained on the words of each language; nothing tells how they are in their own script."""
    tagger = BhatStacking.fit(MIXED, languages=SWITCHED, word_languages=IDS, seed=1, settings=QUICK)
    assert tagger.network.stacked is not None and tagger.reader.transliterators == {}
    assert tagger.evaluate(MIXED).value == 1.0
    assert tagger.reader.languages([MIXED[0].words])[0][1:3] == ("en", "hi")


def test_what_mixes_languages_of_one_script_without_ids_is_read_as_one_language() -> None:
    tagger = BhatStacking.fit(MIXED, languages=SWITCHED, seed=1, settings=QUICK)
    assert [side.language for side in tagger.reader.sides] == ["en"] and tagger.reader.teller is None
    assert tagger.evaluate(MIXED).value == 1.0


def test_one_language_is_one_side_and_other_tasks_are_learned_too() -> None:
    named = [TaggedSentence(s.words, tuple("B-WHO" if t == "PRON" else "O" for t in s.tags)) for s in ENGLISH]
    for task in ("ner", "labels"):
        tagger = BhatStacking.fit(named, task=task, settings=QUICK)
        assert [side.language for side in tagger.reader.sides] == ["LATIN"]
        assert tagger.evaluate(named).value == 1.0


def test_tags_depend_on_the_sentence_alone(whole: BhatStacking) -> None:
    sentences = [
        *words(MIXED[:3]),
        ("she",),
        (),
        ("vah", "book") * 500,
        ("日本", "😂"),
        ("x" * 3000,),
        ("है", "is"),
        ("7",),
    ]
    together = whole.tag(iter(sentences))
    assert together == [whole.tag([sentence])[0] for sentence in sentences]
    assert list(map(len, together)) == list(map(len, sentences))
    assert whole.tag([]) == [] and whole.tag([()]) == [()]
    assert whole.tag([Sentence(("she", "hai")), MIXED[0]]) == whole.tag([["she", "hai"], list(MIXED[0].words)])


@pytest.mark.parametrize("languages", [("hi", "en"), ("hi/en:corrected", "hi/en:transliterated"), ()])
def test_one_word_and_a_thousand_can_be_trained_on(languages: tuple[str, ...]) -> None:
    few = PLAIN.model_copy(update={"epochs": 1})
    train = [TaggedSentence(("घर",), ("NOUN",)), TaggedSentence(("a", "?") * 500, ("DET", "PUNCT") * 500)]
    tagger = BhatStacking.fit(
        [*train, TaggedSentence((), ())], languages=(*languages, "en") if languages else (), settings=few
    )
    assert list(map(len, tagger.tag(train))) == [1, 1000]


def test_one_tag_alone_is_learned() -> None:
    tagger = BhatStacking.fit([TaggedSentence(("a", "b"), ("X", "X"))], task="labels", settings=PLAIN)
    assert tagger.tag([("c", "a")]) == [("X", "X")]


def test_what_cannot_be_learned_says_why() -> None:
    with pytest.raises(DataError, match="no words"):
        BhatStacking.fit([])
    with pytest.raises(DataError, match="is not one of the labels"):
        BhatStacking.fit([TaggedSentence(("a",), ("NOUNS",))])
    with pytest.raises(CrossglotError, match="1 languages"):
        BhatStacking.fit(ENGLISH, languages=["en"])
    with pytest.raises(CrossglotError, match="5 words and 1 language ids"):
        BhatStacking.fit(MIXED[:1], languages=SWITCHED[:1], word_languages=[("hi",)])


def test_a_seed_decides_everything() -> None:
    drawn, few = torch.random.get_rng_state(), PLAIN.model_copy(update={"epochs": 1})
    one, same, other = (
        BhatStacking.fit(MIXED, languages=SWITCHED, word_languages=IDS, seed=seed, settings=few).network.state_dict()
        for seed in (1, 1, 2)
    )
    assert all(torch.equal(tensor, same[name]) for name, tensor in one.items())
    assert not torch.equal(one["base.scores.weight"], other["base.scores.weight"])
    assert torch.equal(torch.random.get_rng_state(), drawn)


def test_progress_rises_to_the_end() -> None:
    told: list[float] = []
    few = QUICK.model_copy(update={"epochs": 3, "transliteration": TransliterationSettings(epochs=2)})
    BhatStacking.fit([*HINDI, *ENGLISH], languages=APART, settings=few, progress=told.append)
    assert told == sorted(told) and told[0] < 0.1 and 0.5 < told[-1] < 1


def test_sentences_are_sorted_by_their_languages_and_words_by_ids_then_scripts() -> None:
    corrected = TaggedSentence(("वह", "house", "!", "Delhi", "है"), ("PRON", "NOUN", "PUNCT", "PROPN", "AUX"))
    ids = ("hi", "en", "univ", "ne", "hi")
    found = sort_out([HINDI[0], corrected, corrected], ["hi", "hi/en:corrected", "hi/en:corrected"], [(), ids, ()])
    assert found.apart == {"hi": [HINDI[0]]}
    assert [one.languages for one in found.mixed] == [("hi", "en", "en", "en", "hi")] * 2
    (unknown,) = sort_out(MIXED[:1], SWITCHED[:1], []).mixed
    assert unknown.languages is None
    pieces = taken_apart(corrected, ("hi", "en", "en", "en", "hi"))
    assert [(piece.words, piece.tags, language) for piece, language in pieces] == [
        (("वह", "है"), ("PRON", "AUX"), "hi"), (("house", "!", "Delhi"), ("NOUN", "PUNCT", "PROPN"), "en"),
    ]  # fmt: skip


def test_scripts_stand_for_languages_where_none_are_named() -> None:
    sentences = [("यह", "BJP", "है"), ("the", "house"), ("...",), ("дом",), ("a",)]
    assert languages_by_script(sentences) == ["DEVANAGARI", "LATIN", "LATIN", "CYRILLIC", "LATIN"]
    assert sides_by_script(("!", "घर", "?", "in"), ("hi", "en")) == ("en", "hi", "hi", "en")
    assert sides_by_script(("дом", "in"), ("ru", "en")) == ("ru", "en")


def test_each_language_has_characters_and_words_of_its_own() -> None:
    hindi, english = side_of("hi", words(HINDI)), side_of("en", words(ENGLISH))
    assert not {*hindi.characters} & {*english.characters}
    assert hindi.spell("घर") != [UNKNOWN] and english.spell("घर") == [UNKNOWN]
    assert english.row("House") == english.row("house") != UNKNOWN and hindi.row("house") == UNKNOWN
    assert side_of("en", [("In", "1999")]).row("2024") != UNKNOWN
    assert hindi.row("\u092a\u095d\u0924\u093e") == hindi.row("पढ़ता") != UNKNOWN


def test_words_of_all_languages_are_mixed_for_the_one_who_tells_them() -> None:
    found = telling_sentences({"hi": words(HINDI), "en": words(ENGLISH)}, [], spell=True, seed=1)
    both = [sentence for sentence in found if len(set(sentence.tags)) == 2]
    assert len(both) == len(HINDI)
    assert all(sorted(set(sentence.tags)) == ["en", "hi"] and len(sentence) == 10 for sentence in both)
    assert any(word.isascii() and tag == "hi" for s in both for word, tag in zip(s.words, s.tags, strict=True))
    assert telling_sentences({"hi": words(HINDI)}, [], spell=False, seed=1) == [
        TaggedSentence(sentence.words, ("hi",) * 5) for sentence in HINDI
    ]


SIDES = (Side("hi", ("घर", "में"), ("घ", "म", "र", "े")), Side("en", ("house", "in"), ("e", "h", "i", "n", "o", "s", "u")))
READ = [("घर", "house", "में"), ("in",), ("house", "in", "house", "घर", "new")]
LANGUAGES = [("hi", "en", "hi"), ("en",), ("en", "en", "en", "hi", "en")]


def torch_lstm(forwards: nn.LSTM, backwards: nn.LSTM) -> nn.LSTM:
    """Torch's own bidirectional LSTM with the weights of two."""
    lstm = nn.LSTM(forwards.input_size, forwards.hidden_size, bidirectional=True)
    ways = (("", forwards), ("_reverse", backwards))
    lstm.load_state_dict({name + way: weight for way, one in ways for name, weight in one.state_dict().items()})
    return lstm


def one_by_one(network: Network, tower_name: str, beside: Sequence[torch.Tensor] | None = None) -> list[torch.Tensor]:
    """The hidden layer over each sentence, by torch's own LSTMs over packed sequences."""
    tower = network.get_submodule(tower_name)
    number = {side.language: place for place, side in enumerate(SIDES)}
    read = []
    for at, (sentence, languages) in enumerate(zip(READ, LANGUAGES, strict=True)):
        rows = []
        for word, language in zip(sentence, languages, strict=True):
            side = SIDES[number[language]]
            reader = tower.get_submodule(f"sides.{number[language]}")
            assert isinstance(reader, SideReader)
            spelled = reader.characters(torch.tensor(side.spell(word)))[:, None]
            last = torch_lstm(reader.forwards, reader.backwards)(spelled)[1][0].reshape(-1)
            rows.append(torch.cat([reader.words(torch.tensor(side.row(word))), last]))
        read.append(torch.stack(rows) if beside is None else torch.cat([torch.stack(rows), beside[at]], dim=1))
    states = pack_sequence(read, enforce_sorted=False)
    for name in ("lower", "upper"):
        both = tower.get_submodule(name)
        assert isinstance(both, BothWays)
        states = torch_lstm(both.forwards, both.backwards)(states)[0]
    padded, lengths = pad_packed_sequence(states)
    hidden = tower.get_submodule("hidden")
    return [torch.tanh(hidden(padded[:length, at])) for at, length in enumerate(lengths.tolist())]


def test_both_networks_are_those_of_torch_word_by_word() -> None:
    """Two languages in a batch, sentences and words of several lengths, beside packed sequences of each sentence."""
    network = draw_network([(3, 5), (3, 8)], 4, stacked=True, seed=3)
    batch = encode(READ, LANGUAGES, SIDES).batch([0, 1, 2])
    base = one_by_one(network, "base")
    stacked = one_by_one(network, "stacked", base)
    assert base[0].shape == (3, HIDDEN)
    for name, hidden, of_base in (("base", base, True), ("stacked", stacked, False)):
        expected = network.get_submodule(f"{name}.scores")(torch.cat(hidden))
        torch.testing.assert_close(network(batch, lambda numbers: numbers, base=of_base), expected)


def test_errors_of_the_second_network_reach_the_first() -> None:
    network = draw_network([(3, 5), (3, 8)], 4, stacked=True, seed=3)
    batch = encode(READ, LANGUAGES, SIDES).batch([0, 1, 2])
    network(batch, lambda numbers: numbers).sum().backward()
    missing = {name for name, weight in network.named_parameters() if weight.grad is None}
    assert missing == {"base.scores.weight", "base.scores.bias"}


def test_a_saved_one_is_loaded_whole(whole: BhatStacking, tmp_path: Path) -> None:
    whole.save(tmp_path / "tagger")
    loaded = load_tagger(tmp_path / "tagger")
    assert isinstance(loaded, BhatStacking)
    found = loaded.network.state_dict()
    assert all(torch.equal(tensor, found[name]) for name, tensor in whole.network.state_dict().items())
    assert (loaded.labels, loaded.reader.sides, loaded.settings) == (whole.labels, whole.reader.sides, whole.settings)
    sentences = [*words(MIXED), ("vah", "kitaab", "parhta", "hai"), ("वह", "reads")]
    assert loaded.tag(sentences) == whole.tag(sentences)
    assert loaded.reader.words(sentences, whole.reader.languages(sentences)) == whole.reader.words(
        sentences, whole.reader.languages(sentences)
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"told": ["hi", "fr"]}, "its languages do not belong together"),
        ({"teller": None}, "its languages do not belong together"),
        ({"told": ["hi", "hi"]}, "its languages do not belong together"),
        ({"sides": []}, "sides"),
        ({"stacked": True, "labels": ["X"]}, "of the shape"),
        ({"teller": 7}, "teller.weight is F32 of the shape"),
    ],
)
def test_what_it_says_of_itself_is_checked(
    whole: BhatStacking, tmp_path: Path, change: dict[str, object], said: str
) -> None:
    whole.save(tmp_path / "tagger")
    (tmp_path / "tagger" / "checksums.sha256").unlink()
    known = json.loads((tmp_path / "tagger" / "tagger.json").read_text(encoding="utf-8"))
    (tmp_path / "tagger" / "tagger.json").write_text(json.dumps(known | change), encoding="utf-8")
    with pytest.raises(ModelError, match=said):
        load_tagger(tmp_path / "tagger")
