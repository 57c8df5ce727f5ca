"""Names: in entity sets their places tell their types, so that names that were never seen can be told, too."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from two_languages import SIZES, two

from crossglot.corpora.catalogue import find_corpus
from crossglot.lab import load_spec, make_lab
from crossglot.lab.inventory import ENTITY_TYPES
from crossglot.lab.making import build_lab
from crossglot.lab.meanings import ENTITY_SHARES, NAME_SHARES, Shares
from crossglot.lab.slots import PHRASES, slot

TYPES = ("PER", "LOC", "ORG", "MISC")


@pytest.mark.parametrize("shares", [NAME_SHARES, ENTITY_SHARES], ids=["plain text", "entity sets"])
def test_names_are_of_the_types_that_their_phrase_asks_for(shares: Shares) -> None:
    lab = build_lab(load_spec())
    types = {item: kind for block, kind in ENTITY_TYPES.items() for item in lab.inventory.blocks[block]}
    items = lab.draw("train", 4000, "names", names=0.5, shares=shares).items
    places: dict[str, tuple[int, ...]] = {phrase: (slot("noun", phrase),) for phrase in PHRASES}
    places |= {"genitive": tuple(slot("genitive", phrase) for phrase in PHRASES)}
    for phrase, wanted in shares.items():
        found = Counter(types[item] for item in items[:, places[phrase]].ravel().tolist() if item in types)
        assert [found[kind] / found.total() for kind in TYPES] == pytest.approx(wanted, abs=0.06)


def test_in_an_entity_set_with_the_subject_first_a_name_that_comes_first_acts(tmp_path: Path) -> None:
    """Measured 89 per cent of the names that begin a sentence, 42 of all names."""
    root = make_lab(two(lab={"sizes": SIZES | {"train": 1500, "mono": 1}}), tmp_path / "lab")
    tags = [sentence.tags for sentence in find_corpus(root, "base", "ner").read("train")]
    first = Counter(of_words[0][2:] for of_words in tags if of_words[0].startswith("B-"))
    every = Counter(tag[2:] for of_words in tags for tag in of_words if tag.startswith("B-"))
    assert first["PER"] / first.total() > 0.8
    assert every["PER"] / every.total() < 0.6
    assert all(every[kind] / every.total() > 0.05 for kind in TYPES)
