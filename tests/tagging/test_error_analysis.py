from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from seqeval.metrics import classification_report
from seqeval.metrics.sequence_labeling import get_entities

from crossglot.corpora.catalogue import find_corpus
from crossglot.corpora.sentences import TaggedSentence
from crossglot.encoders.cutting import bare_marks
from crossglot.encoders.pieces import piece_words
from crossglot.encoders.tokenizers import load_tokenizer
from crossglot.tagging.cell_errors import CellErrors, Group
from crossglot.tagging.error_analysis import EXAMPLES, LONGEST_EXAMPLE, LONGEST_WORD, analyse_errors
from crossglot.tagging.error_groups import MOST_LABELS, REST, SEEN, Evaluated, Seen, pieces_seen, seen_in
from crossglot.tagging.metrics import Tags

NOTHING_SEEN = Seen({}, {})


def evaluated(
    sentences: Sequence[tuple[str, str, str]], seen: Seen = NOTHING_SEEN, **more: Sequence[Tags]
) -> Evaluated:
    """Sentences as (words, gold tags, predicted tags), blanks between."""
    words, gold, predicted = ([text.split() for text in texts] for texts in zip(*sentences, strict=True))
    return Evaluated(words, gold, [predicted, *more.get("others", ())], seen)


def analysed(cell: Evaluated, task: str = "pos", types: Sequence[str] = ()) -> CellErrors:
    return analyse_errors(cell, task, target="de", corpus="here", types=types)


def by_name(groups: Sequence[Group]) -> dict[str, tuple[int, int]]:
    return {group.name: (group.n, group.right) for group in groups}


def with_mistakes(sentences: Sequence[TaggedSentence], seed: int) -> list[list[str]]:
    """Their tags, every fifth exchanged for one that occurs elsewhere: entities lose beginnings, ends and types."""
    chance = random.Random(seed)
    tags = sorted({tag for sentence in sentences for tag in sentence.tags})
    return [[chance.choice(tags) if chance.random() < 0.2 else tag for tag in sentence.tags] for sentence in sentences]


def real(root: Path, language: str, task: str, split: str = "test") -> list[TaggedSentence]:
    return list(find_corpus(root, language, task).read(split))[:400]


def real_cell(sentences: Sequence[TaggedSentence], seeds: int = 2, seen: Seen = NOTHING_SEEN) -> Evaluated:
    predictions = [with_mistakes(sentences, seed) for seed in range(seeds)]
    return Evaluated([s.words for s in sentences], [s.tags for s in sentences], predictions, seen)


def test_words_count_by_how_often_they_stand_in_the_training_sentences() -> None:
    seen = seen_in([TaggedSentence(("die", "die", "Katze"), ("DET", "DET", "NOUN"))], "pos")
    found = analysed(evaluated([("die Katze schläft", "DET NOUN VERB", "DET NOUN NOUN")], seen))
    assert by_name(found.frequencies) == {"never": (1, 0), "once": (1, 1), "2 to 9 times": (1, 1)}


def test_all_seeds_are_counted_together() -> None:
    found = analysed(evaluated([("die Katze", "DET NOUN", "DET VERB")], others=[[["DET", "NOUN"]]]))
    assert by_name(found.labels) == {"DET": (2, 2), "NOUN": (2, 1), "VERB": (0, 0)}
    assert [(group.name, group.given) for group in found.labels] == [("DET", 2), ("NOUN", 1), ("VERB", 1)]
    assert found.seeds == 2


@pytest.mark.parametrize(
    ("gold", "predicted", "became"),
    [
        ("B-PER I-PER O", "B-PER I-PER O", "found"),
        ("B-PER I-PER O", "B-LOC I-LOC O", "other type"),
        ("B-PER I-PER O", "B-PER O O", "other bounds"),
        ("B-PER I-PER O", "O B-LOC I-LOC", "other bounds"),
        ("B-PER I-PER O", "O O B-PER", "missed"),
    ],
)
def test_what_becomes_of_an_entity(gold: str, predicted: str, became: str) -> None:
    found = analysed(evaluated([("Anna Meier schläft", gold, predicted)]), "ner")
    assert [group.name for group in found.outcomes if group.right and group.name != "out of nothing"] == [became]


def test_an_entity_of_a_type_that_is_not_scored_is_none_and_no_error() -> None:
    cell = evaluated([("Anna in Rom", "B-PER O B-MISC", "B-PER O O"), ("Rom", "B-LOC", "O")])
    found = analysed(cell, "ner", ["LOC", "PER"])
    assert by_name(found.labels) == {"LOC": (1, 0), "PER": (1, 1)}
    assert found.confusion.labels == ("LOC", "PER", "O")
    assert [example.words for example in found.examples] == [("Rom",)]


@pytest.mark.parametrize("language", ["de", "es", "zh", "hi"])
def test_entities_of_a_real_corpus_are_counted_as_seqeval_counts_them(data_root: Path, language: str) -> None:
    sentences = real(data_root, language, "ner")
    cell = real_cell(sentences, seeds=1)
    found = analysed(cell, "ner")
    gold_tags, predicted = [list(s.tags) for s in sentences], [list(tags) for tags in cell.predictions[0]]
    oracle = classification_report(gold_tags, predicted, output_dict=True, zero_division=0)
    for group in found.labels:
        assert group.n == oracle[group.name]["support"]
        assert group.right / max(group.n, 1) == pytest.approx(oracle[group.name]["recall"])
        assert group.right / max(group.given or 0, 1) == pytest.approx(oracle[group.name]["precision"])
    entities = len(get_entities(gold_tags))
    *gold, nothing = found.outcomes
    assert sum(group.right for group in gold) == entities == sum(group.n for group in found.lengths)
    assert 0 < nothing.right < nothing.n == sum(group.given or 0 for group in found.labels)
    right = sum(group.right for group in found.labels)
    assert all(sum(group.right for group in groups) == right for groups in (found.lengths, found.frequencies, gold[:1]))


@pytest.mark.parametrize("language", ["de", "ja", "ar"])
def test_the_groups_of_a_real_corpus_are_all_of_its_words(data_root: Path, language: str) -> None:
    sentences = real(data_root, language, "pos")
    cell = real_cell(sentences, seeds=3, seen=seen_in(real(data_root, language, "pos", "train"), "pos"))
    found = analysed(cell)
    words = 3 * sum(map(len, sentences))
    counts = np.array(found.confusion.counts)
    assert counts.sum() == words
    assert {group.name: (group.n, group.right) for group in found.labels} == {
        name: (counts[at].sum(), counts[at, at]) for at, name in enumerate(found.confusion.labels)
    }
    assert sum(group.n for group in found.frequencies) == words
    assert len(found.frequencies) == 4
    flat = list(chain.from_iterable(s.tags for s in sentences))
    right = sum(a == b for tags in cell.predictions for a, b in zip(flat, chain.from_iterable(tags), strict=True))
    assert sum(group.right for group in found.frequencies) == right


@pytest.mark.parametrize("name", ["multilingual-e5-small", "all-minilm-l6-v2"])
def test_pieces_of_a_real_encoder_are_seen_or_not(data_root: Path, real_encoders: Path, name: str) -> None:
    tokenizer = load_tokenizer(str(real_encoders / name))
    trained, words = ([s.words for s in real(data_root, language, "pos", "train")] for language in ("en", "ja"))
    cut = piece_words(tokenizer, words)
    found = pieces_seen(cut, [piece_words(tokenizer, trained)], tokenizer)
    known = set(piece_words(tokenizer, trained).ids.tolist()) - {tokenizer.unk_token_id}
    marks = set(bare_marks(tokenizer, np.unique(cut.ids)).tolist())
    ends = [*cut.begins[1:].tolist(), len(cut.ids)]
    for begin, end, kind in zip(cut.begins.tolist(), ends, found.tolist(), strict=True):
        pieces = [piece for piece in cut.ids[begin:end].tolist() if piece not in marks]
        seen = sum(piece in known for piece in pieces)
        assert SEEN[kind] == (SEEN[0] if not seen else SEEN[2] if seen == len(pieces) else SEEN[1])
    assert len(set(found.tolist())) > 1


def test_examples_have_an_error_and_are_drawn_alike_each_time(data_root: Path) -> None:
    cell = real_cell(real(data_root, "de", "pos"))
    once, again = analysed(cell).examples, analysed(cell).examples
    assert once == again
    assert len(once) == EXAMPLES
    assert all(example.gold != example.predicted and len(example.words) <= LONGEST_EXAMPLE for example in once)
    assert all(cell.words[example.place - 1][0] == example.words[0] for example in once)


def test_of_a_long_sentence_the_part_with_the_error_is_kept_and_of_a_long_word_its_beginning() -> None:
    words = " ".join(f"w{at}" for at in range(200)) + " " + "x" * 1_000_000
    gold = " ".join(["X"] * 201)
    (example,) = analysed(evaluated([(words, gold, " ".join(["X"] * 200 + ["Y"]))])).examples
    assert len(example.words) <= LONGEST_EXAMPLE
    assert example.predicted[-1] == "Y"
    assert len(example.words[-1]) == LONGEST_WORD + 1


def test_labels_beyond_the_most_frequent_are_counted_together() -> None:
    labels = [f"L{at:03}" for at in range(100)]
    cell = evaluated([(" ".join(labels), " ".join(labels), " ".join(reversed(labels)))])
    found = analysed(cell, "labels")
    assert found.labels[-1].name == REST == found.confusion.labels[-1]
    assert len(found.labels) == MOST_LABELS + 1
    assert sum(group.n for group in found.labels) == 100 == np.array(found.confusion.counts).sum()
