"""A tagger is not scored on gold of which it can have nothing right: the message says what there is instead."""

from __future__ import annotations

import pytest

from crossglot.corpora.sentences import TaggedSentence
from crossglot.corpora.tasks import UPOS
from crossglot.errors import CrossglotError, DataError, UsageError
from crossglot.tagging.labels import Labels, label_set
from crossglot.tagging.scorable import check_scorable, check_types, unknown_share

NER = Labels("ner", ("O", "B-LOC", "I-LOC", "B-PER", "I-PER"))
POS = Labels("pos", UPOS)
CASES = Labels("labels", ("Case=Nom", "Case=Acc", "_"))


def gold(*tags: str) -> list[TaggedSentence]:
    return [TaggedSentence(("word",), (tag,)) for tag in tags]


REFUSED = {
    "a type that nothing has": (NER, gold("B-LOC", "O"), ["PERS"], UsageError, "no entity type 'PERS': gold has LOC"),
    "a prefix for a type": (NER, gold("B-LOC"), ["B-LOC"], UsageError, "gold has LOC; the tagger knows LOC, PER"),
    "small letters": (NER, gold("B-LOC"), ["loc"], UsageError, "gold has LOC"),
    "one strange type of two": (NER, gold("B-LOC"), ["LOC", "X"], UsageError, "no entity type 'X'"),
    "a type that only the tagger has": (NER, gold("B-LOC"), ["PER"], DataError, "gold has no entity of type PER"),
    "gold without entities": (NER, gold("O", "O"), None, DataError, "gold has no entity"),
    "other names for the types": (
        NER,
        gold("B-person", "B-place"),
        None,
        DataError,
        "(person, place) is",
    ),
    "a type that only gold has": (NER, gold("B-LOC", "B-X"), ["X"], DataError, "none of gold's entity types (X)"),
    "parts of speech for entities": (
        NER,
        gold("NOUN", "O"),
        None,
        DataError,
        "tags (NOUN) are none of entities",
    ),
    "entities for parts of speech": (POS, gold("O", "B-PER"), None, DataError, "none of gold's tags (B-PER, O)"),
    "types for parts of speech": (POS, gold("NOUN"), ["PER"], UsageError, "this one's task is pos"),
    "other labels": (CASES, gold("NOUN", "VERB"), None, DataError, "is a label of this tagger (Case=Acc, Case=Nom, _)"),
    "many other labels": (CASES, gold(*map(str, range(99))), None, DataError, "and 87 more"),
    "no words": (POS, [TaggedSentence((), ())], None, DataError, "no word to score"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_nothing_to_have_right_is_said(name: str) -> None:
    labels, sentences, types, kind, said = REFUSED[name]
    with pytest.raises(CrossglotError) as caught:
        check_scorable(labels, sentences, types)
    assert type(caught.value) is kind
    assert said in str(caught.value)
    if kind is DataError:
        with pytest.raises(DataError, match=r"^gold\.conll: "):
            check_scorable(labels, sentences, types, "gold.conll")


@pytest.mark.parametrize(
    ("labels", "sentences", "types"),
    [
        (NER, gold("B-LOC", "B-X"), None),
        (NER, gold("B-LOC", "I-PER"), ["LOC", "PER"]),
        (NER, gold("B-LOC"), ["LOC", "PER"]),
        (NER, gold("B-LOC", "B-X"), ["LOC", "X"]),
        (POS, gold("NOUN", "NN", "O"), None),
        (CASES, gold("_"), None),
    ],
)
def test_gold_of_which_something_can_be_right_is_scored(
    labels: Labels, sentences: list[TaggedSentence], types: list[str] | None
) -> None:
    check_scorable(labels, sentences, types)


def test_what_the_tagger_does_not_know_is_counted() -> None:
    assert unknown_share(NER, gold("B-LOC", "B-X", "I-X", "B-Y", "B-X")) == (3, ["X", "Y"])
    assert unknown_share(NER, gold("B-LOC", "B-X", "B-Y"), ["LOC", "Y"]) == (1, ["Y"])
    assert unknown_share(POS, gold("NOUN", "NN", "NN")) == (2, ["NN"])
    assert unknown_share(POS, gold("NOUN")) == (0, [])


@pytest.mark.parametrize("types", [[], [""], ["PER", ""], ["PER", "LOC", "PER"], iter(())])
def test_types_are_named_once_and_not_empty(types: list[str]) -> None:
    with pytest.raises(UsageError):
        check_types(types)


def test_types_may_come_one_by_one() -> None:
    assert check_types(iter(["PER", "LOC"])) == ["PER", "LOC"]
    assert check_types("PER") == ["PER"]


def test_entities_are_not_learned_where_there_are_none() -> None:
    with pytest.raises(DataError, match="no entity to learn from"):
        label_set("ner", gold("O", "O"))
