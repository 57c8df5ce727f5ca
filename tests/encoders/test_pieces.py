"""Every word has pieces, and they are the tokenizer's own."""

from __future__ import annotations

import gzip
from itertools import pairwise
from pathlib import Path
from typing import Any
from unicodedata import normalize

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_models import TEXT, byte_tokenizer, save_tiny, unigram_tokenizer, wordpiece_tokenizer
from tokenizer_families import PythonTokenizer

from crossglot.encoders.pieces import Pieces, piece_words, special_pieces
from crossglot.encoders.tokenizers import load_tokenizer
from crossglot.errors import ModelError

WORDS = st.lists(st.text(min_size=1, max_size=8), max_size=6)
SENTENCES = st.lists(st.one_of(WORDS, st.sampled_from([line.split() for line in TEXT])), max_size=5)


class LetterTokenizer(PythonTokenizer):
    """No marks; erases tildes."""

    def _tokenize(self, text: str, **_: Any) -> list[str]:
        return [letter for letter in text if letter not in "~ "]


LETTERS = LetterTokenizer("abc", unk_token="<unk>")  # noqa: S106


@pytest.fixture(scope="module", params=["wordpiece", "bytes", "unigram", "python"])
def tokenizer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One of each kind, read from its folder as `load_tokenizer` does."""
    if request.param == "python":
        return LETTERS
    made = {"wordpiece": wordpiece_tokenizer, "bytes": byte_tokenizer, "unigram": unigram_tokenizer}[request.param]()
    folder = tmp_path_factory.mktemp(request.param)
    made.save_pretrained(folder)
    return load_tokenizer(folder)


def words_of(pieces: Pieces, sentence: int) -> list[list[int]]:
    """Pieces of each word, read off the arrays as documented."""
    firsts = pieces.begins[pieces.word_starts[sentence] : pieces.word_starts[sentence + 1]].tolist()
    bounds = [*firsts, int(pieces.sentence_starts[sentence + 1])]
    return [pieces.ids[start:stop].tolist() for start, stop in pairwise(bounds)]


@given(SENTENCES)
def test_no_word_is_lost(tokenizer: Any, sentences: list[list[str]]) -> None:
    pieces = piece_words(tokenizer, sentences)
    assert len(pieces) == len(sentences)
    assert len(pieces.first_pieces) == sum(map(len, sentences))
    for number, sentence in enumerate(sentences):
        found = words_of(pieces, number)
        assert len(found) == len(sentence)
        assert all(found)
    assert pieces.sentence_starts[-1] == len(pieces.ids)
    assert pieces.ids.dtype == np.int32


@given(SENTENCES)
def test_the_pieces_of_a_word_are_the_tokenizers_own(tokenizer: Any, sentences: list[list[str]]) -> None:
    """Against the tokenizer's pieces of the whole sentence as text, the word before it taken off."""
    sentences = [[word for word in sentence if " " not in normalize("NFKC", word)] for sentence in sentences]
    pieces = piece_words(tokenizer, sentences)
    before = tokenizer("the", add_special_tokens=False)["input_ids"]
    for number, sentence in enumerate(sentences):
        found = words_of(pieces, number)
        erased = [not tokenizer(word, add_special_tokens=False)["input_ids"] for word in sentence]
        assert all(found[at] == [tokenizer.unk_token_id] for at in np.flatnonzero(erased))
        kept = [at for at, nothing in enumerate(erased) if not nothing]
        text = " ".join(["the", *(sentence[at] for at in kept)])
        whole = tokenizer(text, add_special_tokens=False)["input_ids"]
        assert [*before, *(piece for at in kept for piece in found[at])] == whole


@pytest.mark.parametrize("erased", ["\u200b\u200d", "\x00", "\xad\ufeff", "\u2028", " "])
def test_a_word_that_normalisation_erases_becomes_one_unknown_piece(erased: str) -> None:
    tokenizer = wordpiece_tokenizer()
    assert tokenizer.tokenize(erased) == []
    pieces = piece_words(tokenizer, [["the", erased, "cat"]])
    assert words_of(pieces, 0)[1] == [tokenizer.unk_token_id]
    assert len(pieces.first_pieces) == 3


def test_a_word_with_spaces_inside_stays_one_word(tokenizer: Any) -> None:
    pieces = piece_words(tokenizer, [["the cat", "sat"]])
    assert len(pieces.first_pieces) == 2
    assert len(words_of(pieces, 0)[0]) > 1


def test_a_byte_level_tokenizer_reads_words_as_inside_a_sentence(tmp_path: Path) -> None:
    """As saved, it has no space before the first word; each word is then cut as if it continued the one before."""
    byte_tokenizer().save_pretrained(tmp_path)
    tokenizer = load_tokenizer(tmp_path)
    pieces = piece_words(tokenizer, [["the", "cat"]])
    written = "".join(tokenizer.convert_ids_to_tokens(pieces.ids.tolist()))
    assert written == "ĠtheĠcat"  # Ġ is how byte-level vocabularies write a space


def test_truncation_saved_with_a_tokenizer_is_not_obeyed(tmp_path: Path) -> None:
    """Some tokenizer.json files on the hub come with truncation and padding switched on."""
    tokenizer = wordpiece_tokenizer()
    tokenizer.backend_tokenizer.enable_truncation(2)
    tokenizer.backend_tokenizer.enable_padding(length=9)
    tokenizer.save_pretrained(tmp_path)
    pieces = piece_words(load_tokenizer(tmp_path), [["abcdefgh", "the"]])
    assert [len(word) for word in words_of(pieces, 0)] == [8, 1]


def test_without_an_unknown_piece_an_erased_word_is_an_error() -> None:
    tokenizer = LetterTokenizer("abc")
    with pytest.raises(ModelError, match="makes nothing of the word '~'"):
        piece_words(tokenizer, [["a", "~"]])


def test_empty_sentences_and_no_sentences_have_no_pieces(tokenizer: Any) -> None:
    nothing = piece_words(tokenizer, [])
    assert len(nothing) == 0
    pieces = piece_words(tokenizer, [[], ["the"], []])
    assert [len(words_of(pieces, number)) for number in range(3)] == [0, 1, 0]


def test_special_pieces_are_those_put_around_a_sentence(tokenizer: Any) -> None:
    before, after = special_pieces(tokenizer)
    middle = tokenizer("abc", add_special_tokens=False)["input_ids"]
    whole = tokenizer("abc")["input_ids"]
    assert [*before, *middle, *after] == whole
    assert len(before) == len(after) == 1


def test_the_vocabulary_of_a_model_is_enough_for_a_treebank(tmp_path: Path, data_root: Path) -> None:
    """The first hundred sentences of a real test file, one of a script without spaces, as the tokenizer cuts them."""
    tokenizer = load_tokenizer(data_root / "vocab" / "bert-base-multilingual-cased.txt")
    sentences = treebank_words(data_root / "ud/UD_Japanese-GSD/ja_gsd-ud-test.conllu.gz")[:100]
    pieces = piece_words(tokenizer, sentences)
    for number, words in enumerate(sentences):
        own = tokenizer(words, is_split_into_words=True, add_special_tokens=False)["input_ids"]
        assert [piece for word in words_of(pieces, number) for piece in word] == own
    save_tiny(tmp_path)  # the folder's own vocabulary gives other pieces, and still every word
    assert len(piece_words(load_tokenizer(tmp_path), sentences).first_pieces) == sum(map(len, sentences))


def treebank_words(path: Path) -> list[list[str]]:
    """Words of a CoNLL-U file, read in the plainest way."""
    text = gzip.decompress(path.read_bytes()).decode("utf-8")
    rows = [[line.split("\t") for line in block.split("\n")] for block in text.split("\n\n")]
    return [[row[1] for row in block if row[0].isdigit()] for block in rows if len(block) > 1]


@pytest.fixture(scope="module")
def e5(real_encoders: Path) -> Any:
    return load_tokenizer(real_encoders / "multilingual-e5-small")


@pytest.mark.parametrize(
    ("treebank", "bare"),
    [("UD_Japanese-GSD/ja_gsd", 0.9), ("UD_Chinese-GSD/zh_gsd", 0.8), ("UD_English-EWT/en_ewt", 0.08)],
)
def test_no_word_of_a_treebank_is_read_at_a_bare_mark(e5: Any, data_root: Path, treebank: str, bare: float) -> None:
    """Nine of ten Japanese words begin with a bare ▁; no word is read there, unless at its plain first piece."""
    sentences = treebank_words(data_root / f"ud/{treebank}-ud-test.conllu.gz")
    pieces = piece_words(e5, sentences)
    mark = e5.convert_tokens_to_ids("▁")
    assert not (pieces.ids[pieces.first_pieces] == mark).any()
    assert (pieces.ids[pieces.begins] == mark).mean() > bare
    assert np.array_equal(pieces.begins == pieces.first_pieces, pieces.ids[pieces.begins] != mark)
    plain = piece_words(e5, sentences, subword="first")
    assert np.array_equal(plain.first_pieces, pieces.begins)
    assert np.array_equal(plain.ids, pieces.ids)


def test_marks_of_english_words_are_those_of_punctuation(e5: Any) -> None:
    pieces = piece_words(e5, [["Well", ",", "he", "said", "(", "twice", ")", ":", "no", "."]])
    bare = pieces.begins != pieces.first_pieces
    assert np.flatnonzero(bare).tolist() == [1, 9]  # the vocabulary has ▁( ▁) and ▁:


def test_a_word_that_is_the_mark_alone_is_read_there(e5: Any) -> None:
    for word in ("▁", "\u3000", "\u200b"):
        pieces = piece_words(e5, [["no", word, "。"]])
        assert len(words_of(pieces, 0)[1]) == 1
        assert pieces.first_pieces[1] == pieces.begins[1]
