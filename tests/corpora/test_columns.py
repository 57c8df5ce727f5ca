"""Column files: each format as it is released, what is refused and where, and that writing gives back what was read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossglot.corpora.chunks import to_bio2
from crossglot.corpora.columns import read_columns, write_columns
from crossglot.corpora.sentences import TaggedSentence
from crossglot.errors import DataError, UsageError

File = Callable[..., Path]


def pairs(sentence: TaggedSentence) -> str:
    return " ".join(f"{word}/{tag}" for word, tag in zip(sentence.words, sentence.tags, strict=True))


CONLL_2003 = """-DOCSTART- -X- -X- O

EU NNP I-NP I-ORG
rejects VBZ I-VP O
German JJ I-NP I-MISC
Greek JJ I-NP B-MISC
call NN I-NP O

-DOCSTART- -X- -X- O

Peter NNP I-NP I-PER
Blackburn NNP I-NP I-PER
"""

CONLL_2002_SPANISH = "La B-LOC\nCoruña I-LOC\n, O\n\nAño O\n# O\n\n# O\n1 O\n"

CONLL_2002_DUTCH = """-DOCSTART- -DOCSTART- O
Dat Pron O
in Prep O
Italië N B-LOC
. Punc O
-DOCSTART- -DOCSTART- O
Zo Adv O
"""

UNER = """# newdoc id = answers
# sent_id = answers-0001
# text = where in tampa bay
1\twhere\tO\t-\t-
2\tin\tO\t-\t-
3\ttampa\tB-LOC\t-\tstephen
4\tbay\tI-LOC\t-\tstephen

# sent_id = answers-0002
# text = 1 000 #1
1\t1 000\tO\t-\t-
2\t#1\tO\t-\t-
"""

WIKINEURAL = "0\tDie\tO\n1\tStadt\tO\n2\tDresden\tB-LOC\n\n0\tJa\tO\n"

WIKIANN = "en:R.H.\tB-ORG\nen:Saunders\tI-ORG\nen:(\tO\n\nen:en:x\tO\n"

GERMEVAL = """#\thttp://de.wikipedia.org/wiki/Manfred_Korfmann\t[2009-10-17]\t
1\tAufgrund\tO\tO
2\tTroia-Ausstellung\tB-LOCpart\tO
3\tFC\tB-ORG\tO
4\tDarmstadt\tI-ORG\tB-LOC
5\tdeutsche\tB-LOCderiv\tO

#\thttp://www.heise.de\t[2010-07-04]\t
1\tJa\tO\tO
"""

RELEASED = {
    "CoNLL-2003": (CONLL_2003, ["EU/B-ORG rejects/O German/B-MISC Greek/B-MISC call/O", "Peter/B-PER Blackburn/I-PER"]),
    "CoNLL-2002, two columns": (CONLL_2002_SPANISH, ["La/B-LOC Coruña/I-LOC ,/O", "Año/O #/O", "#/O 1/O"]),
    "CoNLL-2002, three columns": (CONLL_2002_DUTCH, ["Dat/O in/O Italië/B-LOC ./O", "Zo/O"]),
    "UNER": (UNER, ["where/O in/O tampa/B-LOC bay/I-LOC", "1 000/O #1/O"]),
    "WikiNEuRal": (WIKINEURAL, ["Die/O Stadt/O Dresden/B-LOC", "Ja/O"]),
    "WikiANN": (WIKIANN, ["R.H./B-ORG Saunders/I-ORG (/O", "en:x/O"]),
    "GermEval 2014": (
        GERMEVAL,
        ["Aufgrund/O Troia-Ausstellung/B-LOCpart FC/B-ORG Darmstadt/I-ORG deutsche/B-LOCderiv", "Ja/O"],
    ),
    "IOBES": ("a\tS-PER\nb\tB-LOC\nc\tI-LOC\nd\tE-LOC\n", ["a/B-PER b/B-LOC c/I-LOC d/I-LOC"]),
    "BILOU": ("a U-PER\nb B-LOC\nc L-LOC\n", ["a/B-PER b/B-LOC c/I-LOC"]),
    "a comment above a sentence": ("# id 5e4c domain=en\nwhat _ _ O\nrome _ _ B-LOC\n", ["what/O rome/B-LOC"]),
}


@pytest.mark.parametrize("name", RELEASED)
def test_a_released_format_is_read_without_being_told_which(file: File, name: str) -> None:
    text, expected = RELEASED[name]
    assert [pairs(sentence) for sentence in read_columns(file(text))] == expected


@pytest.mark.parametrize("name", RELEASED)
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(lambda text: "\ufeff" + text, id="BOM"),
        pytest.param(lambda text: text.rstrip("\n"), id="no final line end"),
        pytest.param(lambda text: text.replace("\n\n", "\n \t\n\n"), id="lines of blanks"),
    ],
)
def test_harmless_variants_read_the_same(file: File, name: str, change: Callable[[str], str]) -> None:
    text, _ = RELEASED[name]
    assert read_columns(file(change(text), "changed")) == read_columns(file(text))


def test_sentence_ids_are_kept(file: File) -> None:
    assert [sentence.id for sentence in read_columns(file(UNER))] == ["answers-0001", "answers-0002"]


def test_another_column_can_be_read_and_labels_that_are_no_spans_stay(file: File) -> None:
    path = file(CONLL_2003)
    assert pairs(read_columns(path, tag_column=2)[0]).split()[0] == "EU/B-NP"
    assert read_columns(path, tag_column=1, scheme="none")[0].tags == ("NNP", "VBZ", "JJ", "JJ", "NN")
    assert read_columns(file("# SYM\n1 NUM\n", "pos"), scheme="none")[0].words == ("#", "1")
    assert read_columns(file(GERMEVAL), tag_column=3)[0].tags == ("O", "O", "O", "B-LOC", "O")


def test_latin_1_is_recognised_and_utf8_never_taken_for_it(file: File) -> None:
    expected = read_columns(file(CONLL_2002_SPANISH))
    assert read_columns(file(CONLL_2002_SPANISH.encode("iso-8859-1"))) == expected
    assert read_columns(file(CONLL_2002_SPANISH.encode("cp850")), encoding="cp850") == expected


def test_damaged_utf8_is_an_error_and_not_latin_1(file: File) -> None:
    text = "Coruña O\nÑuñoa O\n".encode() + b"Espa\xf1 O\n\nfin O\n"
    with pytest.raises(DataError, match="0xf1 is not utf-8, and the file is not ISO-8859-1 either") as caught:
        read_columns(file(text))
    assert caught.value.line == 3
    skipped: list[DataError] = []
    assert [s.words for s in read_columns(file(text), lenient=True, skipped=skipped)] == [("fin",)]
    assert len(skipped) == 1


def test_windows_1252_is_not_taken_for_latin_1(file: File) -> None:
    with pytest.raises(DataError, match="not ISO-8859-1 either"):
        read_columns(file("“a” O\n".encode("cp1252")))
    assert read_columns(file("“a” O\n".encode("cp1252")), encoding="cp1252")[0].words == ("“a”",)


def test_a_word_that_is_a_non_breaking_space_or_holds_one_stays_whole(file: File) -> None:
    assert read_columns(file("10\u00a0000 O\n\u00a0 O\n"))[0].words == ("10\u00a0000", "\u00a0")


def test_words_with_blanks_stay_whole_between_tabs(file: File) -> None:
    assert read_columns(file("Việt Nam\tB-LOC\n\u3000\tO\n"))[0].words == ("Việt Nam", "\u3000")


GOOD = "a\tO\nb\tB-PER\n\n"

FAULTY = {
    "tag missing": ("a\tO\nb\n\n", 2, "1 tab-divided field"),
    "too many fields": ("a\tX\tO\n\n", 1, "3 tab-divided fields"),
    "blanks for tabs": ("a O\n\n", 1, "1 tab-divided field"),
    "word missing": ("a\tO\n\tO\n\n", 2, "word is empty"),
    "span without a start": ("a\tO\nb\tI-PER\n\n", 2, "I-PER after O"),
    "type changes inside": ("a\tB-PER\nb\tI-LOC\n\n", 2, "I-LOC after B-PER"),
    "no tag": ("a\tPER\n\n", 1, "'PER' is no tag"),
    "empty tag": ("a\t\n\n", 1, "'' is no tag"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_a_fault_is_named_with_its_line_and_a_remedy(file: File, name: str) -> None:
    text, line, what = FAULTY[name]
    path = file(GOOD + text + GOOD)
    with pytest.raises(DataError) as caught:
        read_columns(path)
    assert (caught.value.path, caught.value.line) == (path, 3 + line)
    assert what in caught.value.what
    assert caught.value.remedy


@pytest.mark.parametrize("name", FAULTY)
def test_lenient_reading_skips_and_counts_the_bad_sentence_alone(file: File, name: str) -> None:
    text, line, _ = FAULTY[name]
    skipped: list[DataError] = []
    read = read_columns(file(GOOD + text + GOOD), lenient=True, skipped=skipped)
    assert [sentence.words for sentence in read] == [("a", "b"), ("a", "b")]
    assert [error.line for error in skipped] == [3 + line]


def test_a_gap_in_the_word_numbers_is_an_error(file: File) -> None:
    text = UNER + "\n1\ta\tO\t-\t-\n3\tb\tO\t-\t-\n"
    with pytest.raises(DataError, match="word number 3 where 2 should be"):
        read_columns(file(text))
    assert len(read_columns(file(text), lenient=True, skipped=[])) == 2


def test_an_illegal_tag_can_be_read_as_conlleval_reads_it(file: File) -> None:
    text = "a O\nb I-LOC\nc I-LOC\n\nd B-LOC\n"
    assert pairs(read_columns(file(text), scheme="conlleval")[0]) == "a/O b/B-LOC c/I-LOC"


@pytest.mark.parametrize("content", ["", "\n\n", "-DOCSTART- -X- O O\n\n", "#\n"])
def test_a_file_without_a_sentence_is_an_error(file: File, content: str) -> None:
    with pytest.raises(DataError):
        read_columns(file(content))


def test_unknown_schemes_encodings_and_columns_are_errors(file: File) -> None:
    path = file(GOOD)
    with pytest.raises(UsageError, match="iobes"):
        read_columns(path, scheme="iob")
    with pytest.raises(DataError, match="unknown encoding"):
        read_columns(path, encoding="utf-9")
    with pytest.raises(DataError, match="2 tab-divided fields"):
        read_columns(path, tag_column=2)
    with pytest.raises(DataError, match="2 tab-divided fields where 3"):
        read_columns(file("#\tO\n" + GOOD), tag_column=2)


letters = st.characters(exclude_categories=["Cs"], exclude_characters="\t\n\r\ufeff")
words = st.text(letters, min_size=1, max_size=4).filter(lambda word: word != "-DOCSTART-" and ":" not in word)
tags = st.sampled_from(["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-part-of"])


@st.composite
def tagged(draw: st.DrawFn) -> TaggedSentence:
    pairs = draw(st.lists(st.tuples(words, tags), min_size=1, max_size=6))
    return TaggedSentence(tuple(word for word, _ in pairs), to_bio2([tag for _, tag in pairs], "conlleval"))


@given(st.lists(tagged(), min_size=1, max_size=5))
def test_what_is_written_reads_back(tmp_path_factory: pytest.TempPathFactory, sentences: list[TaggedSentence]) -> None:
    path = write_columns(sentences, tmp_path_factory.getbasetemp() / "round.conll")
    assert read_columns(path) == sentences


def test_what_a_column_file_cannot_hold_is_not_written(tmp_path: Path) -> None:
    for word in ("", "a\tb", "a\nb", "-DOCSTART-"):
        with pytest.raises(DataError):
            write_columns([TaggedSentence((word,), ("O",))], tmp_path / "x.conll")
    with pytest.raises(DataError, match="without a word"):
        write_columns([TaggedSentence((), ())], tmp_path / "x.conll")
    assert list(tmp_path.iterdir()) == []


def test_real_sets_read_with_the_types_they_are_said_to_have(data_root: Path) -> None:
    for name, types in {"uner/da_ddt-test": "LOC ORG PER", "conll2002/es-dev": "LOC MISC ORG PER"}.items():
        sentences = read_columns(data_root / "ner" / f"{name}.conll")
        assert sorted({tag[2:] for s in sentences for tag in s.tags if tag != "O"}) == types.split()
