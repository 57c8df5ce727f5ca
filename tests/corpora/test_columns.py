"""Column files: each format as it is released, what is refused and where, and that writing gives back what was read."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

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


MULTICONER = """# id 5e4c5f6f-4b0e-4a2e-9c52-9c53a7 domain=en
what _ _ O
rome _ _ B-LOC

# id 9f1cc6a4-3d2c-4e7b-8d0f-000001\tdomain=en
# _ _ O
1 _ _ B-CW
"""

CONLL_2003_COMMENTED = """# doc_id = 947testa CRICKET -
-DOCSTART-

# sent_id = train-1
# text = EU rejects
EU NNP B-NP B-ORG
rejects VBZ B-VP O

# sent_id =
# # B-NP O
10 CD I-NP O

-DOCSTART-
# sent_id = train-3
#nlproc NN B-NP O
"""

WORDS = {
    "MultiCoNER": (MULTICONER, ["what rome", "# 1"]),
    "MultiCoNER between tabs": (
        "# id 5e4c domain=en\nwhat\t_\t_\tO\n\n# id 77 domain=en\n#\t_\t_\tO\n",
        ["what", "#"],
    ),
    "CoNLL-2003 with comments and bare document marks": (CONLL_2003_COMMENTED, ["EU rejects", "# 10", "#nlproc"]),
    "document marks of their own length": ("-DOCSTART- (1)\n\na B c O\n-DOCSTART-\nb B c B-X\n", ["a", "b"]),
    "a document mark with blanks among tabs": ("-DOCSTART- -X- O\n\na b\tO\nc\tO\n", ["a b c"]),
    "WNUT 2017": ("@paulwalk\tO\n#hashtag\tO\nEmpire\tB-location\n\n#\tO\n", ["@paulwalk #hashtag Empire", "#"]),
    "tweets that each begin with a tag": ("#a O\nb O\n\n#c O\n\n# O\nd O\n", ["#a b", "#c", "# d"]),
    "part-of-speech tags": ("# # B-NP\n10 CD I-NP\n\n# NN B-NP\n", ["# 10", "#"]),
    "a lone label of the number sign": ("# SYM\n1 NUM\n\n#1 NOUN\n", ["# 1", "#1"]),
    "comments over part-of-speech tags": (
        "# newdoc id x\n# sent_id = 1\nthe DT a b\n\n# text = # 9\n# SYM a b\n9 CD a b\n",
        ["the", "# 9"],
    ),
    "OntoNotes in columns": (
        "#begin document (bn/abc_0001); part 000\nIn IN O\n1991 CD B-DATE\n\n#end document\n",
        ["In 1991"],
    ),
    "an end of a document right below": ("In IN O\n1991 CD B-DATE\n#end document\n", ["In 1991"]),
    "blanks at the ends of lines": ("EU NNP B-ORG \t\nis VBZ O  \n \t \n10\u00a0000 CD O\n", ["EU is", "10\u00a0000"]),
    "a tab at the end of every line": ("EU\tNNP\tO\t\n\nis\tVBZ\tO\t\n", ["EU", "is"]),
    "WikiANN of a language with a long code": (
        "zh-min-nan:a O\nzh-min-nan:b O\nzh-min-nan:: O\n\nzh-min-nan:c O\n",
        ["a b :", "c"],
    ),
    "an address is no language": (
        "http://t.co O\nhttp://u.co O\nhttp://v.co O\nhttp://w.co O\n",
        ["http://t.co http://u.co http://v.co http://w.co"],
    ),
    "few words with a colon": ("id:5\tO\n\nid:6\tO\n", ["id:5", "id:6"]),
}


@pytest.mark.parametrize("how", [{}, {"scheme": "none"}, {"tag_column": None}], ids=["entities", "labels", "words"])
@pytest.mark.parametrize("name", WORDS)
def test_comments_and_document_marks_are_no_words_whatever_is_read(file: File, name: str, how: dict[str, Any]) -> None:
    text, words = WORDS[name]
    if not how:
        how = {"scheme": "none" if "part-of-speech" in name or "label" in name else "conlleval"}
    for ending in ("\n", "\r\n"):
        path = file(text.replace("\n", ending), f"{len(ending)}")
        assert [" ".join(sentence.words) for sentence in read_columns(path, **how)] == words


def test_a_number_sign_is_a_word_in_every_real_set(data_root: Path) -> None:
    """By the lines alone: a line of these files that starts with `#` has a word and a tag."""
    for name in ("uner/en_ewt-train", "wikineural/en-test", "wikineural/es-train", "germeval2014/de-train"):
        lines = gzip.decompress((data_root / f"ner/{name}.conll.gz").read_bytes()).decode().split("\n")
        expected = [line.partition("\t")[0] for line in lines if line.startswith("#")]
        assert expected
        for how in ({}, {"scheme": "none"}, {"tag_column": None}):
            read = read_columns(data_root / f"ner/{name}.conll", **how)
            assert [word for sentence in read for word in sentence.words if word.startswith("#")] == expected


def test_words_need_no_tags(file: File) -> None:
    read = read_columns(file("the\n#\ndog\n\n# two words\nred\n\n-DOCSTART-\n\nfox\n"), tag_column=None)
    assert [sentence.words for sentence in read] == [("the", "#", "dog"), ("red",), ("fox",)]
    assert {tag for sentence in read for tag in sentence.tags} == {"_"}


def test_the_row_that_differs_is_blamed_and_not_the_others(file: File) -> None:
    with pytest.raises(DataError, match="2 blank-divided fields where 4 should be") as caught:
        read_columns(file("EU O\nrejects VBZ B-VP O\nGerman JJ B-NP B-MISC\n"))
    assert caught.value.line == 1


def test_ontonotes_as_released_is_refused_with_what_to_do(file: File) -> None:
    rows = "".join(f"bc/cctv/00/cctv_0001 0 {at} {word} NN (TOP* - - - Speaker * -\n" for at, word in enumerate("abc"))
    with pytest.raises(DataError, match="CoNLL-2012") as caught:
        read_columns(
            file(f"#begin document (bc/cctv/00/cctv_0001); part 000\n{rows}\n#end document\n"), tag_column=None
        )
    assert "Convert" in caught.value.remedy


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


any_letters = st.characters(exclude_categories=["Cs"], exclude_characters="\t\n")
any_words = st.text(any_letters, min_size=1, max_size=4) | st.sampled_from(
    ["#", "#a", "# id 5", "# sent_id = 5", "#end document", "\ufeff", "a\r", "-DOCSTART- a", "http://a", " ", "\u3000"]
)
any_tags = st.sampled_from(["O", "B-PER", "Case=Nom|Number=Sing", "a b", "#", "\u00a0", "=", "_"])


@given(st.lists(st.lists(st.tuples(any_words, any_tags), min_size=1, max_size=4), min_size=1, max_size=4))
def test_any_word_and_label_that_is_written_reads_back(
    tmp_path_factory: pytest.TempPathFactory, sentences: list[list[tuple[str, str]]]
) -> None:
    words = [tuple(word for word, _ in pairs) for pairs in sentences]
    written = [TaggedSentence(own, tuple(tag for _, tag in pairs)) for own, pairs in zip(words, sentences, strict=True)]
    path = write_columns(written, tmp_path_factory.getbasetemp() / "any.conll")
    assert read_columns(path, scheme="none") == written
    assert [sentence.words for sentence in read_columns(path, tag_column=None)] == words


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
