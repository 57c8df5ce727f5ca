"""Words given one by one are cut as inside a sentence, by tokenizers of every family; those that cannot are refused."""

from __future__ import annotations

import gzip
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tokenizer_families import FAMILIES, LLAMA3_PARTS, _byte_level, gemma, llama3
from tokenizers import Regex, pre_tokenizers

from crossglot.corpora.conllu import read_conllu
from crossglot.corpora.sentences import TaggedSentence
from crossglot.encoders.cutting import check_cutting, cut_words
from crossglot.encoders.pieces import piece_words
from crossglot.encoders.tokenizers import load_tokenizer
from crossglot.errors import ModelError

LANGUAGES = {"en": "UD_English-EWT/en_ewt", "de": "UD_German-GSD/de_gsd", "hi": "UD_Hindi-HDTB/hi_hdtb",
             "ja": "UD_Japanese-GSD/ja_gsd", "zh": "UD_Chinese-GSD/zh_gsd"}  # fmt: skip
REAL = ("multilingual-e5-small", "all-minilm-l6-v2")


@pytest.fixture(scope="module")
def lines(data_root: Path) -> list[str]:
    """Real text of five languages and three scripts."""
    files = [data_root / f"mono/commonvoice.{key}.txt.gz" for key in ("en", "de", "hi", "ja", "zh")]
    return [line for file in files for line in gzip.decompress(file.read_bytes()).decode().split("\n")[:1500]]


@pytest.fixture(scope="module")
def sentences(data_root: Path) -> list[TaggedSentence]:
    return [
        sentence
        for name in LANGUAGES.values()
        for sentence in read_conllu(data_root / f"ud/{name}-ud-test.conllu")[:60]
    ]


@pytest.fixture(scope="module", params=[*FAMILIES, *REAL])
def tokenizer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One of each family, loaded from a folder where it can be saved, and the real ones."""
    if request.param in REAL:
        return load_tokenizer(request.getfixturevalue("real_encoders") / request.param)
    made = FAMILIES[request.param](request.getfixturevalue("lines"))
    if request.param == "python":
        return made
    folder = tmp_path_factory.mktemp(request.param)
    made.save_pretrained(folder)
    return load_tokenizer(folder)


def own(tokenizer: Any, text: str) -> list[int]:
    found: list[int] = tokenizer(text, add_special_tokens=False, padding=False, truncation=False)["input_ids"]
    return found


def test_a_sentence_is_cut_as_its_words_are(tokenizer: Any, sentences: list[TaggedSentence]) -> None:
    pieces = piece_words(tokenizer, [sentence.words for sentence in sentences])
    before = own(tokenizer, "They")
    for number, sentence in enumerate(sentences):
        found = pieces.ids[pieces.sentence_starts[number] : pieces.sentence_starts[number + 1]].tolist()
        assert [*before, *found] == own(tokenizer, " ".join(["They", *sentence.words]))


def test_a_word_is_read_where_something_is_spelled(tokenizer: Any, sentences: list[TaggedSentence]) -> None:
    """By the decoder of each tokenizer, which is not asked where words are read."""
    pieces = piece_words(tokenizer, [sentence.words for sentence in sentences])
    ends = np.append(pieces.begins[1:], len(pieces.ids))
    spelled = {piece: tokenizer.decode([piece]).strip() != "" for piece in np.unique(pieces.ids).tolist()}
    for begin, read, end in zip(pieces.begins.tolist(), pieces.first_pieces.tolist(), ends.tolist(), strict=True):
        assert begin <= read < end
        assert spelled[int(pieces.ids[read])]
        assert not any(spelled[int(piece)] for piece in pieces.ids[begin:read])


def test_loading_and_cutting_leave_the_tokenizer_as_its_folder_has_it(tmp_path: Path, lines: list[str]) -> None:
    for family in ("roberta", "llama3", "gemma"):
        made = FAMILIES[family](lines)
        made.save_pretrained(tmp_path / family)
        loaded: Any = load_tokenizer(tmp_path / family)
        piece_words(loaded, [["dog", "3,000"]])
        assert loaded.backend_tokenizer.to_str() == made.backend_tokenizer.to_str()
        assert own(loaded, "dogs bark") == own(made, "dogs bark")


def test_a_word_alone_is_no_continuation_for_gemmas_tokenizer(lines: list[str]) -> None:
    made = gemma(lines)
    assert made.backend_tokenizer.encode(["the"], is_pretokenized=True, add_special_tokens=False).tokens != ["▁the"]
    assert made.convert_ids_to_tokens(cut_words(made, ["the"])[0]) == ["▁the"]


def test_llamas_tokenizer_has_one_blank_before_a_word_of_parts(lines: list[str]) -> None:
    made = llama3(lines)
    assert "".join(made.convert_ids_to_tokens(cut_words(made, ["hello!"])[0])) == "Ġhello!"
    number = made.convert_ids_to_tokens(cut_words(made, ["3,000"])[0])
    assert "".join(number) == "Ġ3,000"
    pieces = piece_words(made, [["3,000"]])
    assert (number[0], number[int(pieces.first_pieces[0])]) == ("Ġ", "3")


@pytest.mark.parametrize(
    "first", [pre_tokenizers.Split(Regex(LLAMA3_PARTS), "isolated"), pre_tokenizers.Digits(individual_digits=True)]
)
def test_marks_before_every_part_of_a_number_are_no_places_to_read_it(lines: list[str], first: Any) -> None:
    """A prefix blank is put before each part: before a number, the blank of the text is a part of its own."""
    last = pre_tokenizers.ByteLevel(add_prefix_space=True, use_regex=False)
    made = _byte_level(lines, pre_tokenizers.Sequence([first, last]))
    pieces = piece_words(made, [["dogs", "3,000", "."]])
    written = made.convert_ids_to_tokens(pieces.ids.tolist())
    assert written[int(pieces.begins[1])] == "Ġ"
    assert written[int(pieces.first_pieces[1])].strip("Ġ") == "3"


def test_pieces_of_bytes_are_read_at_the_first_byte(lines: list[str]) -> None:
    made = gemma(lines)
    pieces = piece_words(made, [["😀"]])
    assert made.convert_ids_to_tokens(pieces.ids.tolist()) == ["▁", "<0xF0>", "<0x9F>", "<0x98>", "<0x80>"]
    assert pieces.first_pieces.tolist() == [1]


def test_a_tokenizer_whose_pieces_cross_blanks_is_refused(tmp_path: Path) -> None:
    """Nothing splits the text, and all of it was seen: a sentence is one piece."""
    whole = [f"They {word} there" for word in ("dog", "Hello", "3,000", "собака", "狗")]
    made = _byte_level(whole * 10, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False))
    assert len(own(made, "They dog there")) == 1
    made.save_pretrained(tmp_path)
    with pytest.raises(ModelError, match="words of a sample are cut otherwise alone than in a sentence"):
        load_tokenizer(tmp_path)


def test_a_few_words_that_are_cut_otherwise_are_named(caplog: pytest.LogCaptureFixture) -> None:
    made = _byte_level(["dog there"] * 10, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False))
    assert len(own(made, "dog there")) == 1
    with caplog.at_level(logging.WARNING):
        check_cutting(made, "some/encoder")
    assert "some/encoder: 2 of " in caplog.text
    assert "(dog, #tag)" in caplog.text
