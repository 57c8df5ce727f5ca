"""A sentence's text is cut whole: the pieces are the tokenizer's own, and every word is read at one of them."""

from __future__ import annotations

import gzip
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_models import TEXT
from tokenizer_families import FAMILIES

from crossglot.corpora.conllu import read_conllu
from crossglot.corpora.sentences import Sentence
from crossglot.encoders.pieces import Pieces, Reading, piece_words
from crossglot.encoders.tokenizers import load_tokenizer
from crossglot.encoders.windows import truncated, windowed
from crossglot.encoders.written import piece_sentences, written

AS_TEXT = Reading(cutting="text")
WITH_OFFSETS = [family for family in FAMILIES if family != "python"]


@st.composite
def sentences(draw: st.DrawFn) -> Sentence:
    """Words of any letters or of TEXT, with or without blanks between them."""
    word = st.one_of(st.text(min_size=1, max_size=6), st.sampled_from(" ".join(TEXT).split()))
    words = draw(st.lists(word, max_size=8))
    return Sentence(tuple(words), unspaced=tuple(at for at in range(len(words)) if draw(st.booleans())))


@pytest.fixture(scope="module", params=WITH_OFFSETS)
def tokenizer(request: pytest.FixtureRequest) -> Any:
    return FAMILIES[request.param](TEXT * 5)


def spans(tokenizer: Any, sentence: Sentence) -> tuple[list[int], list[tuple[int, int]], list[tuple[int, int]]]:
    """Pieces of the text, the characters of each, and those of each word: as the tokenizer and the text have them."""
    text, starts = written(sentence)
    encoding = tokenizer.backend_tokenizer.encode(text, add_special_tokens=False)
    return (
        encoding.ids,
        encoding.offsets,
        [(at, at + len(word)) for at, word in zip(starts, sentence.words, strict=True)],
    )


@pytest.mark.parametrize("treebank", ["UD_English-EWT/en_ewt", "UD_Japanese-GSD/ja_gsd", "UD_Korean-GSD/ko_gsd"])
def test_what_is_put_together_is_the_treebanks_text(data_root: Path, treebank: str) -> None:
    path = data_root / f"ud/{treebank}-ud-test.conllu.gz"
    texts = [
        line[9:] for line in gzip.decompress(path.read_bytes()).decode().split("\n") if line.startswith("# text = ")
    ]
    found = [written(sentence)[0] for sentence in read_conllu(path)]
    assert len(found) == len(texts)
    assert np.mean([ours == theirs for ours, theirs in zip(found, texts, strict=True)]) > 0.99  # no-break spaces differ


def test_words_of_which_nothing_is_known_have_blanks_between_them() -> None:
    assert written(["so", "it", "is"]) == ("so it is", [0, 3, 6])
    assert written(Sentence(("it", "'s", "so", "."), unspaced=(0, 2, 3))) == ("it's so.", [0, 2, 5, 7])
    assert written([]) == ("", [])


@given(st.lists(sentences(), max_size=4))
def test_the_pieces_are_those_of_the_text_and_no_word_is_lost(tokenizer: Any, some: list[Sentence]) -> None:
    pieces = piece_sentences(tokenizer, some, AS_TEXT)
    assert np.diff(pieces.word_starts).tolist() == [len(sentence) for sentence in some]
    assert len(pieces.begins) == len(pieces.first_pieces) == pieces.word_starts[-1]
    for number, sentence in enumerate(some):
        start, stop = pieces.sentence_starts[number], pieces.sentence_starts[number + 1]
        ids, _, _ = spans(tokenizer, sentence)
        assert pieces.ids[start:stop].tolist() == (ids or [tokenizer.unk_token_id] * bool(sentence.words))
        read = pieces.first_pieces[pieces.word_starts[number] : pieces.word_starts[number + 1]]
        assert ((start <= read) & (read < stop)).all()
        assert (np.diff(read) >= 0).all()


@given(sentences())
def test_a_word_is_read_at_a_piece_that_has_a_character_of_it(tokenizer: Any, sentence: Sentence) -> None:
    """Unless the tokenizer leaves nothing of the word."""
    _, offsets, words = spans(tokenizer, sentence)
    pieces = piece_sentences(tokenizer, [sentence], AS_TEXT)
    for (start, stop), read in zip(words, pieces.first_pieces.tolist(), strict=True):
        if any(left < stop and start < right for left, right in offsets):
            left, right = offsets[read]
            assert left < stop
            assert start < right


def test_a_piece_of_two_words_is_the_first_ones_and_both_are_read_there(real_encoders: Path) -> None:
    e5: Any = load_tokenizer(real_encoders / "multilingual-e5-small")
    pieces = piece_sentences(e5, [Sentence(("これ", "は", "本", "です", "。"), unspaced=(0, 1, 2, 3))], AS_TEXT)
    read = e5.convert_ids_to_tokens(pieces.ids[pieces.first_pieces].tolist())
    owned = np.diff(np.append(pieces.begins, len(pieces.ids))).tolist()
    assert e5.convert_ids_to_tokens(pieces.ids.tolist()) == ["▁これは", "本", "です", "。"]
    assert read == ["▁これは", "▁これは", "本", "です", "。"]
    assert owned == [1, 0, 1, 1, 1]


def test_the_plain_first_piece_of_a_text_may_be_a_mark(real_encoders: Path) -> None:
    e5: Any = load_tokenizer(real_encoders / "multilingual-e5-small")
    some = [Sentence(("no", "。"))]
    read = [
        e5.convert_ids_to_tokens(pieces.ids[pieces.first_pieces].tolist())
        for pieces in (piece_sentences(e5, some, Reading("first", "text")), piece_sentences(e5, some, AS_TEXT))
    ]
    assert read == [["▁no", "▁"], ["▁no", "。"]]


@given(st.lists(st.lists(st.sampled_from(" ".join(TEXT).split()), max_size=8), max_size=4))
def test_wordpiece_cuts_words_with_blanks_either_way_alike(some: list[list[str]]) -> None:
    bert = FAMILIES["bert"](TEXT)
    text, words = piece_sentences(bert, some, AS_TEXT), piece_words(bert, some)
    for field in ("ids", "sentence_starts", "begins", "first_pieces", "word_starts"):
        assert np.array_equal(getattr(text, field), getattr(words, field))


def test_without_offsets_words_are_cut_one_by_one_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    made = FAMILIES["python"](TEXT)
    some = [Sentence(("the", "cat"), unspaced=(0,))]
    with caplog.at_level(logging.WARNING):
        pieces = piece_sentences(made, some, AS_TEXT)
    assert pieces.ids.tolist() == piece_words(made, [["the", "cat"]]).ids.tolist()
    assert "words are cut one by one" in caplog.text


def numbered(pieces: Pieces) -> Pieces:
    ids = np.arange(100, 100 + len(pieces.ids), dtype=np.int32)
    return Pieces(ids, pieces.sentence_starts, pieces.begins, pieces.first_pieces, pieces.word_starts)


@given(st.lists(sentences(), min_size=1, max_size=3), st.integers(3, 12))
def test_windows_lose_no_word_that_has_no_piece_of_its_own(tokenizer: Any, some: list[Sentence], most: int) -> None:
    """Each word is read once, where it is to be read, unless a word longer than a window is before it."""
    pieces = numbered(piece_sentences(tokenizer, some, AS_TEXT))
    sequences = windowed(pieces, tokenizer, most)
    assert sorted(sequences.words.tolist()) == list(range(len(pieces.begins)))
    longest = np.diff(np.append(np.unique(pieces.begins), len(pieces.ids))).max(initial=0)
    for number, ids in enumerate(sequences.ids):
        span = slice(sequences.starts[number], sequences.starts[number + 1])
        places = sequences.offsets[span]
        assert ((places > 0) & (places < len(ids) - 1)).all()
        if longest <= most - 2:
            assert np.array_equal(ids[places], pieces.first_pieces[sequences.words[span]] + 100)


@given(st.lists(sentences(), min_size=1, max_size=3), st.integers(3, 12))
def test_truncation_reads_the_words_whose_piece_is_kept(tokenizer: Any, some: list[Sentence], most: int) -> None:
    pieces = numbered(piece_sentences(tokenizer, some, AS_TEXT))
    sequences = truncated(pieces, tokenizer, most)
    ends = np.repeat(pieces.sentence_starts[:-1] + most - 2, np.diff(pieces.word_starts))
    assert sequences.words.tolist() == np.flatnonzero(pieces.first_pieces < ends).tolist()
