"""Span schemes: found by their rule, turned into BIO2, illegal tags refused; seqeval is an independent oracle."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from seqeval.scheme import IOB2, Entities

from crossglot.corpora.chunks import IllegalTagError, detect_scheme, to_bio2

Span = tuple[int, int, str]


@st.composite
def spans(draw: st.DrawFn) -> tuple[int, list[Span]]:
    """A sentence's length and its spans (first word, past the last, type), left to right, some touching."""
    found: list[Span] = []
    at = 0
    for _ in range(draw(st.integers(0, 5))):
        start = at + draw(st.integers(0, 2))
        at = start + draw(st.integers(1, 3))
        found.append((start, at, draw(st.sampled_from(["PER", "LOC", "ORG-part", "X"]))))
    return at + draw(st.integers(0, 2)), found


def encode(length: int, found: list[Span], scheme: str) -> list[str]:
    """Tags of spans by the definition of each scheme."""
    tags = ["O"] * length
    ends = {end: kind for _, end, kind in found}
    first, last, single = {"iobes": ("B", "E", "S"), "bilou": ("B", "L", "U")}.get(scheme, ("B", "I", "B"))
    for start, end, kind in found:
        for at in range(start, end):
            tags[at] = f"I-{kind}"
        if scheme == "iob1":
            if ends.get(start) == kind:
                tags[start] = f"B-{kind}"
            continue
        tags[start] = f"{first}-{kind}"
        if end - start == 1:
            tags[start] = f"{single}-{kind}"
        elif scheme != "bio2":
            tags[end - 1] = f"{last}-{kind}"
    return tags


@given(spans(), st.sampled_from(["iob1", "bio2", "iobes", "bilou"]))
def test_every_scheme_comes_out_as_the_same_bio2(sentence: tuple[int, list[Span]], scheme: str) -> None:
    length, found = sentence
    assert list(to_bio2(encode(length, found, scheme), scheme)) == encode(length, found, "bio2")


@given(st.lists(spans(), min_size=1, max_size=6), st.sampled_from(["iob1", "bio2", "iobes", "bilou"]))
def test_the_scheme_of_a_file_is_found_or_does_not_matter(file: list[tuple[int, list[Span]]], scheme: str) -> None:
    tags = [encode(length, found, scheme) for length, found in file]
    detected = detect_scheme(tags)
    bio2 = [encode(length, found, "bio2") for length, found in file]
    if scheme in ("iob1", "bio2") or any({tag[0] for tag in sentence} & set("ESLU") for sentence in tags):
        assert [list(to_bio2(sentence, detected)) for sentence in tags] == bio2


def test_a_files_scheme_is_found_from_its_tags() -> None:
    for scheme, tags in {
        "iob1": [["I-PER", "I-PER", "B-PER", "O"], ["O", "I-LOC"]],
        "bio2": [["B-PER", "I-PER", "B-PER", "O"], ["O", "B-LOC"]],
        "iobes": [["B-PER", "E-PER", "S-PER", "O"]],
        "bilou": [["B-PER", "L-PER", "U-PER", "O"]],
    }.items():
        assert detect_scheme(tags) == scheme


def test_a_file_without_spans_is_bio2() -> None:
    assert detect_scheme([["O", "O"], ["O"]]) == detect_scheme([]) == "bio2"


def test_one_stray_tag_does_not_change_a_files_scheme() -> None:
    good = [["B-PER", "I-PER", "O"]] * 9
    assert detect_scheme([*good, ["O", "I-LOC"]]) == "bio2"
    assert detect_scheme([*[["I-PER", "O"]] * 9, ["O", "B-LOC"]]) == "iob1"


ILLEGAL = {
    "bio2": [["I-PER"], ["O", "I-PER"], ["B-PER", "I-LOC"], ["B-PER", "O", "I-PER"]],
    "iob1": [["B-PER"], ["O", "B-PER"], ["I-PER", "B-LOC"]],
    "iobes": [
        ["B-PER"],
        ["I-PER"],
        ["E-PER"],
        ["B-PER", "O"],
        ["B-PER", "E-LOC"],
        ["S-PER", "E-PER"],
        ["B-PER", "S-PER"],
    ],
    "bilou": [["B-PER"], ["I-PER", "L-PER"], ["B-PER", "U-PER"], ["U-PER", "L-PER"], ["B-PER", "B-PER", "L-PER"]],
}


@pytest.mark.parametrize(("scheme", "tags"), [(scheme, tags) for scheme in ILLEGAL for tags in ILLEGAL[scheme]])
def test_an_illegal_sequence_is_an_error(scheme: str, tags: list[str]) -> None:
    with pytest.raises(IllegalTagError, match=scheme.upper()):
        to_bio2(tags, scheme)


@pytest.mark.parametrize("tag", ["PER", "B-", "S-PER", "b-PER", "-", "_", "", "B", "BPER"])
def test_what_is_no_tag_is_an_error_at_its_word(tag: str) -> None:
    with pytest.raises(IllegalTagError) as caught:
        to_bio2(["O", "B-LOC", tag], "bio2")
    assert caught.value.at == 2


any_tags = st.lists(st.sampled_from(["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]), min_size=1, max_size=8)


@given(any_tags)
def test_legal_bio2_is_what_seqeval_calls_strict_and_stays_as_it_is(tags: list[str]) -> None:
    strict = sum(1 for entity in Entities([tags], IOB2).entities[0] for _ in range(entity.start, entity.end))
    legal = strict == sum(tag != "O" for tag in tags)  # seqeval drops what strict IOB2 cannot hold
    try:
        assert to_bio2(tags, "bio2") == tuple(tags)
        assert legal
    except IllegalTagError:
        assert not legal


@given(any_tags)
def test_conlleval_reading_is_never_illegal_and_agrees_where_bio2_or_iob1_is_legal(tags: list[str]) -> None:
    read = to_bio2(tags, "conlleval")
    assert to_bio2(read, "bio2") == read
    for scheme in ("bio2", "iob1"):
        try:
            assert to_bio2(tags, scheme) == read
        except IllegalTagError:
            assume(True)
