"""CoNLL-U: what is read, what is refused and where, and that writing gives back what was read."""

from __future__ import annotations

import copy
import gzip
import logging
import lzma
import os
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from itertools import takewhile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossglot.corpora.conllu import ConlluSentence, Row, parse_conllu, read_conllu, write_conllu
from crossglot.corpora.conllu_faults import FIELDS, check_fields, check_ids, layout_fault
from crossglot.corpora.opening import read_bytes
from crossglot.corpora.tasks import UPOS
from crossglot.errors import DataError, UsageError

File = Callable[..., Path]


def row(number: int | str, form: str = "word", upos: str = "NOUN", misc: str = "_") -> str:
    return "\t".join([str(number), form, "_", upos, "_", "_", "_", "_", "_", misc])


def sentence(*rows: str, comments: tuple[str, ...] = ()) -> str:
    return "".join(f"{line}\n" for line in (*comments, *rows)) + "\n"


RICH = sentence(
    row("1-2", "Vámonos", "_"),
    row(1, "Vamos", "VERB"),
    row(2, "nos", "PRON"),
    row("2.1", "fuimos", "VERB"),
    row(3, "al", "ADP"),
    row("4-5", "marel", "_"),
    row(4, "mar", "NOUN", "Lang=es|Norm=mar"),
    row(5, "10 000", "NUM"),
    comments=("# sent_id = weblog-3.1 ", "# text = Vámonos al mar", "#no blank after the hash"),
)


def test_words_and_tags_leave_out_ranges_and_empty_nodes(file: File) -> None:
    (read,) = read_conllu(file(RICH))
    assert read.words == ("Vamos", "nos", "al", "mar", "10 000")
    assert read.tags == ("VERB", "PRON", "ADP", "NOUN", "NUM")
    assert read.id == "weblog-3.1"


def test_full_parse_keeps_every_row_and_comment(file: File) -> None:
    (parsed,) = parse_conllu(file(RICH))
    assert [entry.id for entry in parsed.rows] == ["1-2", "1", "2", "2.1", "3", "4-5", "4", "5"]
    assert [entry.form for entry in parsed.words] == ["Vamos", "nos", "al", "mar", "10 000"]
    assert parsed.comments[2] == "#no blank after the hash"
    assert (parsed.id, parsed.line) == ("weblog-3.1", 4)
    assert parsed.words[3].attribute("Lang") == "es"
    assert parsed.words[3].attribute("Gloss") is None


@pytest.mark.parametrize("column", ["form", "xpos", "deprel", "misc"])
def test_any_column_can_be_the_tags(file: File, column: str) -> None:
    path = file(RICH)
    (read,) = read_conllu(path, column=column)
    (parsed,) = parse_conllu(path)
    assert read.tags == tuple(getattr(entry, column) for entry in parsed.words)


def test_a_label_in_misc_can_be_the_tags(file: File) -> None:
    path = file(
        sentence(row(1, misc="A=b|Tag=x\\py"), row("2-3", "cd", "_"), row(2, misc="Tag="), row(3, misc="Tag=_"))
    )
    assert read_conllu(path, column="tag")[0].tags == ("x|y", "", "_")
    with pytest.raises(DataError, match=r"no Tag= in MISC 'MyTag=2' of 'word'") as caught:
        read_conllu(file(sentence(row(1, misc="Tag=x"), row(2, misc="MyTag=2"))), column="tag")
    assert caught.value.line == 2


@pytest.mark.parametrize("empty", ["# sent_id =", "# sent_id=", "#sent_id = \u3000", "# sent_id = \x0b"])
@pytest.mark.parametrize("after", [(), ("# text = a b",), ("#",), ("# sent_id = second",)])
def test_an_empty_sentence_id_is_none(file: File, empty: str, after: tuple[str, ...]) -> None:
    path = file(sentence(row(1), comments=("# newdoc", empty, *after)))
    (read,), (parsed,) = read_conllu(path), parse_conllu(path)
    assert (read.id, parsed.id) == (None, None)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text("# =\tsent_idx\u00a0", max_size=14).map("#".__add__), max_size=4))
def test_both_readers_know_a_sentence_by_the_same_id(
    tmp_path_factory: pytest.TempPathFactory, comments: list[str]
) -> None:
    path = tmp_path_factory.getbasetemp() / "ids.conllu"
    path.write_text(sentence(row(1), comments=tuple(comments)), encoding="utf-8")
    (read,), (parsed,) = read_conllu(path), parse_conllu(path)
    assert read.id == parsed.id


def test_an_empty_form_is_a_fault_whatever_the_column(file: File) -> None:
    with pytest.raises(DataError, match="FORM is empty") as caught:
        read_conllu(file(sentence(row("1-2"), row(1), row(2, form=""))), column="xpos")
    assert caught.value.line == 3


def test_an_unknown_column_is_a_usage_error(file: File) -> None:
    with pytest.raises(UsageError, match="ner"):
        read_conllu(file(RICH), column="ner")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(lambda text: "\ufeff" + text, id="BOM"),
        pytest.param(lambda text: text.removesuffix("\n"), id="no final empty line"),
        pytest.param(lambda text: text.removesuffix("\n\n"), id="no final line end"),
        pytest.param(lambda text: "\n\n" + text.replace("\n\n", "\n\n\n\n"), id="extra empty lines"),
    ],
)
def test_harmless_variants_read_the_same(file: File, change: Callable[[str], str]) -> None:
    plain = RICH + sentence(row(1, "a"), row(2, "b"))
    assert read_conllu(file(change(plain), "y.conllu")) == read_conllu(file(plain))
    assert [s.rows for s in parse_conllu(file(change(plain)))] == [s.rows for s in parse_conllu(file(plain, "z"))]


def test_nothing_is_normalised(file: File) -> None:
    forms = ["e\u0301", "é", "ﬁ", "\u200dक्\u200c", "a\u2028b", "a\x85b", "a\u00a0b", "#", "a\rb", "１"]
    read = read_conllu(file(sentence(*(row(at, form) for at, form in enumerate(forms, 1)))))
    assert list(read[0].words) == forms


@pytest.mark.parametrize(("suffix", "compress"), [(".gz", gzip.compress), (".xz", lzma.compress)])
def test_compressed_files_are_found_under_the_plain_name(
    file: File, tmp_path: Path, suffix: str, compress: Callable[[bytes], bytes]
) -> None:
    file(compress(RICH.encode()), f"x.conllu{suffix}")
    assert len(read_conllu(tmp_path / "x.conllu")) == len(read_conllu(tmp_path / f"x.conllu{suffix}")) == 1


def edited(written: str, name: str, value: str) -> str:
    """The row with another value in a field."""
    fields = written.split("\t")
    fields[FIELDS.index(name)] = value
    return "\t".join(fields)


GOOD = sentence(row(1), comments=("# sent_id = good",))

FAULTY = {
    "id gap": (sentence(row(1), row(3)), 2, "'3' where 2"),
    "id repeated": (sentence(row(1), row(1)), 2, "'1' where 2"),
    "id not a number": (sentence(row("one")), 1, "'one' where 1"),
    "starts at 0": (sentence(row(0)), 1, "'0' where 1"),
    "leading zero": (sentence(row("01")), 1, "'01' where 1"),
    "nine columns": (sentence(row(1), row(2).removesuffix("\t_")), 2, "9 fields"),
    "eleven columns": (sentence(row(1) + "\t_"), 1, "11 fields"),
    "9 then 11 columns": (sentence(row(1).removesuffix("\t_"), row(2, "2") + "\t_"), 1, "9 fields"),
    "blanks for tabs": (sentence(row(1).replace("\t", " ")), 1, "1 field"),
    "range after its word": (sentence(row(1), row("1-2"), row(2)), 2, "range 1-2"),
    "range backwards": (sentence(row("2-1"), row(1)), 1, "range 2-1"),
    "ranges overlap": (sentence(row("1-2"), row(1), row("2-3"), row(2), row(3)), 3, "range 2-3"),
    "range too long": (sentence(row(1), row("2-4"), row(2), row(3)), 2, "range 2-4 ends after"),
    "empty node early": (sentence(row(1), row("2.1"), row(2)), 2, "empty node 2.1"),
    "empty node order": (sentence(row(1), row("1.2"), row("1.1")), 2, "empty node 1.2"),
    "empty node in a range": (sentence(row(1), row("2-3"), row("1.1"), row(2), row(3)), 3, "empty node 1.1"),
    "first empty node in a range": (sentence(row("1-2"), row("0.1"), row(1), row(2)), 2, "empty node 0.1"),
    "empty nodes on both sides of a range": (
        sentence(row(1), row("1.1"), row("2-3"), row("1.2"), row(2), row(3)),
        4,
        "1.2",
    ),
    "empty node over a gap": (sentence(row(1), row("1.1"), row("1.3"), row(2)), 3, "empty node 1.3"),
    "empty node repeated": (sentence(row(1), row("1.1"), row("1.1"), row(2)), 3, "empty node 1.1"),
    "empty node of zero": (sentence(row(1), row("1.0"), row(2)), 2, "'1.0' where 2"),
    "ranges nest": (sentence(row("1-3"), row("1-2"), row(1), row(2), row(3)), 2, "range 1-2"),
    "range twice": (sentence(row("1-2"), row("1-2"), row(1), row(2)), 2, "range 1-2"),
    "range with a zero": (sentence(row("01-2"), row(1), row(2)), 1, "'01-2'"),
    **{f"{name} empty": (sentence(row(1), edited(row(2), name, "")), 2, f"{name} is empty") for name in FIELDS[1:]},
    **{
        f"a blank in {name}": (sentence(row(1), edited(row(2), name, "a b")), 2, f"a blank in {name}: 'a b'")
        for name in ("XPOS", "FEATS", "HEAD", "DEPREL", "DEPS")
    },
    **{
        f"{name} {value!r}": (sentence(row(1), edited(row(2), name, value)), 2, f"{name}, or several in a row")
        for name in ("FORM", "LEMMA", "MISC")
        for value in (" a", "a ", "a  b", " ", "\u3000", "a\u2028\x85b")
    },
    "a blank after the id": (sentence(row(1), edited(row(2), "ID", "2 ")), 2, "'2 ' where 2"),
    "a blank in a range's form": (sentence(edited(row("1-2"), "FORM", "a b"), row(1), row(2)), 1, "a blank in FORM"),
    "a blank in a range's lemma": (sentence(edited(row("1-2"), "LEMMA", "a b"), row(1), row(2)), 1, "a blank in LEMMA"),
    "a blank and a gap that make ten": (sentence(row(1).replace("\tNOUN\t_\t", "\tNO UN\t\t")), 1, "a blank in UPOS"),
    "comment inside": (sentence(row(1), "# text = late", row(2)), 2, "comment inside"),
    "blanks only": (f"{row(1)}\n  \n{row(1)}\n\n", 2, "blanks only"),
    "comments alone": ("# nothing follows\n\n", 1, "comments without a sentence"),
    "no word": (sentence(row("0.1", "pro")), 1, "without a word"),
    "unknown tag": (sentence(row(1), row(2, upos="CONJ")), 2, "'CONJ'"),
    "no tag": (sentence(row("1-2", upos="_"), row(1), row(2, upos="_")), 3, "'_'"),
    "empty form": (sentence(row(1, form="")), 1, "FORM is empty"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_a_fault_is_named_with_its_line_and_a_remedy(file: File, name: str) -> None:
    text, line, what = FAULTY[name]
    path = file(GOOD + text + GOOD)
    with pytest.raises(DataError) as caught:
        read_conllu(path)
    assert caught.value.line == line + GOOD.count("\n")
    assert what in caught.value.what
    assert caught.value.remedy
    assert str(caught.value).startswith(f"{path}:{caught.value.line}: ")


@pytest.mark.parametrize("name", FAULTY)
def test_lenient_reading_skips_and_counts_the_bad_sentence_alone(file: File, name: str) -> None:
    text, line, _ = FAULTY[name]
    skipped: list[DataError] = []
    read = read_conllu(file(GOOD + text + GOOD), lenient=True, skipped=skipped)
    assert [s.id for s in read if s.id] == ["good", "good"]
    assert [error.line for error in skipped] == [line + GOOD.count("\n")]


def test_old_tags_are_told_their_new_name(file: File) -> None:
    with pytest.raises(DataError, match="UD 2 calls it CCONJ"):
        read_conllu(file(sentence(row(1, "and", "CONJ"))))


def test_lenient_reading_without_a_list_logs_the_count(file: File, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        read_conllu(file(GOOD + FAULTY["id gap"][0]), lenient=True)
    assert "skipped 1 of 2 sentences" in caplog.text


def test_bytes_that_are_not_utf8_name_their_line(file: File) -> None:
    path = file(GOOD.encode() + sentence(row(1, "caf\xe9")).encode("latin-1") + GOOD.encode())
    with pytest.raises(DataError, match="0xe9 is not utf-8") as caught:
        read_conllu(path)
    assert caught.value.line == 4
    skipped: list[DataError] = []
    assert len(read_conllu(path, lenient=True, skipped=skipped)) == 2
    assert "not UTF-8" in skipped[0].what


@pytest.mark.parametrize("content", ["", "\n\n\n", "\ufeff"])
@pytest.mark.parametrize("lenient", [False, True])
def test_an_empty_file_is_an_error(file: File, content: str, lenient: bool) -> None:
    with pytest.raises(DataError, match="no sentence"):
        read_conllu(file(content), lenient=lenient)
    with pytest.raises(DataError, match="no sentence"):
        list(parse_conllu(file(content), lenient=lenient))


def test_a_file_with_only_bad_sentences_is_an_error_in_lenient_mode_too(file: File) -> None:
    with pytest.raises(DataError, match="none of its 2 sentences"):
        read_conllu(file(sentence(row(2)) * 2), lenient=True, skipped=[])


@pytest.mark.parametrize(("suffix", "compress"), [(".gz", gzip.compress), (".xz", lzma.compress)])
def test_a_truncated_archive_is_an_error(file: File, suffix: str, compress: Callable[[bytes], bytes]) -> None:
    packed = compress((GOOD * 1000).encode())
    for cut in (len(packed) // 2, len(packed) - 1):
        with pytest.raises(DataError, match="cannot be decompressed"):
            read_conllu(file(packed[:cut], f"x.conllu{suffix}"))
    with pytest.raises(DataError, match="cannot be decompressed"):
        read_conllu(file(GOOD, f"x.conllu{suffix}"))


def test_missing_files_and_folders_are_errors(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_conllu(tmp_path / "absent.conllu")
    with pytest.raises(DataError, match="is a folder"):
        read_conllu(tmp_path)


def test_a_treebank_without_its_text_is_refused_with_what_to_do(file: File) -> None:
    path = file(sentence(row(1, "_"), row(2, "_"), row(3, "T", "PROPN")))
    with pytest.raises(DataError, match=r"2 of its 3 words are `_`") as caught:
        read_conllu(path)
    assert "README" in caught.value.remedy
    assert len(list(parse_conllu(path))) == 1  # its annotation can still be read


def test_a_real_underscore_is_a_word(file: File) -> None:
    assert read_conllu(file(sentence(row(1, "_", "SYM"), row(2), row(3))))[0].words[0] == "_"


def test_sentences_of_more_than_a_thousand_words_read(file: File) -> None:
    (read,) = read_conllu(file(sentence(*(row(number) for number in range(1, 1503)))))
    assert len(read) == 1502


characters = st.characters(exclude_categories=["Cs"], exclude_characters="\t\n\r\ufeff")
texts = st.text(characters, min_size=1, max_size=5)
blanks = "\x0b\x0c\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2003\u2028\u2029\u202f\u205f\u3000"
unbroken = st.text(characters.filter(lambda character: not character.isspace()), min_size=1, max_size=5)
"""What any field may hold."""
parted = st.builds("".join, st.tuples(unbroken, st.sampled_from(blanks), unbroken))
"""What FORM, LEMMA and MISC may hold, too."""


@st.composite
def conllu_sentences(draw: st.DrawFn) -> ConlluSentence:
    """Sentences with ranges and empty nodes in their places."""
    rows: list[Row] = []
    total = draw(st.integers(1, 6))
    covered = 0

    def fields(written: str) -> Row:
        upos = draw(st.sampled_from(UPOS)) if written.isdigit() else "_"
        spoken = unbroken if "-" in written else unbroken | parted
        fields = [written, draw(spoken), draw(spoken), upos, *(draw(unbroken) for _ in range(5))]
        return Row._make([*fields, draw(unbroken | parted)])

    for number in range(total + 1):
        if number:
            if number > covered and number < total and draw(st.booleans()):
                covered = draw(st.integers(number + 1, total))
                rows.append(fields(f"{number}-{covered}"))
            rows.append(fields(str(number)))
        rows.extend(fields(f"{number}.{node}") for node in range(1, draw(st.integers(0, 2)) + 1))
    comments = draw(st.lists(texts.map("# ".__add__), max_size=3))
    return ConlluSentence(tuple(comments), tuple(rows))


@settings(deadline=None, max_examples=60)
@given(st.lists(conllu_sentences(), min_size=1, max_size=4))
def test_what_is_written_reads_back_and_writes_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, sentences: list[ConlluSentence]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    first = write_conllu(sentences, folder / "first.conllu")
    parsed = list(parse_conllu(first))
    assert [(s.comments, s.rows) for s in parsed] == [(s.comments, s.rows) for s in sentences]
    assert write_conllu(parsed, folder / "second.conllu").read_bytes() == first.read_bytes()
    lines = first.read_text(encoding="utf-8").split("\n")
    assert [lines[s.line - 1] for s in parsed] == ["\t".join(s.rows[0]) for s in sentences]


def line_by_line(text: str, path: Path) -> tuple[list[tuple[int, list[str], list[list[str]]]], list[DataError]]:
    """A plain, slow reader: sentences as (line of the first row, comments, rows of fields), and the faults."""
    read, faults = [], []
    block: list[str] = []
    for number, line in enumerate([*text.split("\n"), ""], 1):
        if line:
            block.append(line)
            continue
        comments = list(takewhile(lambda line: line.startswith("#"), block))
        rows = block[len(comments) :]
        start = number - len(rows) - (not rows)
        fields = [row.split("\t") for row in rows]
        try:
            if any(len(row) != 10 for row in fields) or (comments and not rows):
                raise layout_fault(rows, path, start)
            if rows:
                check_ids([row[0] for row in fields], path, start)
                check_fields(fields, path, start)
                read.append((start, comments, fields))
        except DataError as error:
            faults.append(error)
        block = []
    return read, faults


@settings(deadline=None, max_examples=100)
@given(st.lists(conllu_sentences(), min_size=1, max_size=3), st.data())
def test_sentences_whole_or_broken_are_read_and_refused_as_line_by_line(
    tmp_path_factory: pytest.TempPathFactory, sentences: list[ConlluSentence], data: st.DataObject
) -> None:
    text = "".join(sentence(*map("\t".join, one.rows), comments=one.comments) for one in sentences)
    for _ in range(data.draw(st.integers(0, 3))):
        at, gone = data.draw(st.integers(0, len(text))), data.draw(st.integers(0, 2))
        text = (
            text[:at]
            + data.draw(st.sampled_from(["", "\t", "\n", "\n\n", "1", "\t_\n2\t", "#", *blanks]))
            + text[at + gone :]
        )
    path = tmp_path_factory.getbasetemp() / "broken.conllu"
    path.write_bytes(text.encode())
    expected, faults = line_by_line(text, path)
    skipped: list[DataError] = []
    try:
        parsed = list(parse_conllu(path, lenient=True, skipped=skipped))
    except DataError:
        parsed = []
    assert [(s.line, list(s.comments), list(map(list, s.rows))) for s in parsed] == expected
    assert list(map(str, skipped)) == list(map(str, faults))


def test_a_read_sentence_behaves_as_a_made_one(file: File) -> None:
    path = file(RICH)

    def read() -> ConlluSentence:
        return next(parse_conllu(path))

    made = ConlluSentence(read().comments, read().rows, read().line)
    assert read() == made
    assert hash(read()) == hash(made)
    assert repr(read()) == repr(made)
    assert copy.copy(read()) == copy.deepcopy(read()) == replace(read()) == made
    assert not hasattr(read(), "absent")
    with pytest.raises(FrozenInstanceError):
        read().rows = ()  # type: ignore[misc]


@settings(deadline=None, max_examples=60)
@given(st.text(alphabet="1234.-\t_aN#\n ", max_size=120))
def test_any_text_is_read_or_refused_and_never_crashes(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.conllu"
    path.write_text(text)
    try:
        sentences = list(parse_conllu(path))
    except DataError:
        return
    assert all(s.words for s in sentences)


def test_rows_that_conllu_cannot_express_are_not_written(tmp_path: Path) -> None:
    good = Row("1", *["_"] * 9)
    for bad in (good._replace(form="a\tb"), good._replace(form="a\nb"), good._replace(id="2"), good._replace(form="")):
        with pytest.raises(DataError):
            write_conllu([ConlluSentence((), (bad,))], tmp_path / "x.conllu")
    with pytest.raises(DataError):
        write_conllu([ConlluSentence(("no hash",), (good,))], tmp_path / "x.conllu")
    with pytest.raises(DataError, match="comment"):
        write_conllu([ConlluSentence(("# two\nlines",), (good,))], tmp_path / "x.conllu")
    assert list(tmp_path.iterdir()) == []  # whole or not at all


def test_real_treebanks_round_trip_byte_for_byte(data_root: Path, tmp_path: Path) -> None:
    for name in ("UD_French-GSD/fr_gsd-ud-test", "UD_Arabic-PUD/ar_pud-ud-test", "UD_Marathi-UFAL/mr_ufal-ud-train"):
        path = data_root / "ud" / f"{name}.conllu"
        assert write_conllu(parse_conllu(path), tmp_path / "x.conllu").read_bytes() == read_bytes(path)


def test_words_and_tags_equal_an_independent_readers(data_root: Path) -> None:
    independent = pytest.importorskip("conllu")
    path = data_root / "ud/UD_French-GSD/fr_gsd-ud-dev.conllu"
    theirs = independent.parse(read_bytes(path).decode())
    expected = [
        [(token["form"], token["upos"]) for token in sentence if isinstance(token["id"], int)] for sentence in theirs
    ]
    ours = read_conllu(path)
    assert [list(zip(s.words, s.tags, strict=True)) for s in ours] == expected
    assert [s.id for s in ours] == [sentence.metadata["sent_id"] for sentence in theirs]


def test_words_that_no_blank_follows_are_known(tmp_path: Path) -> None:
    """From SpaceAfter=No of words and of multiword tokens; inside these, from whether the words make up the form."""

    def row(number: str, form: str, misc: str = "_") -> str:
        return "\t".join([number, form, "_", "X" if number.isdigit() else "_", *["_"] * 5, misc])

    rows = [
        row("1", "I"), row("2-3", "don't", "SpaceAfter=No"), row("2", "do"), row("3", "n't", "SpaceAfter=No"),
        row("4", ",", "Gloss=a|SpaceAfter=No"), row("5-6", "im"), row("5", "in", "SpaceAfter=No"), row("6", "dem"),
        row("6.1", "x", "SpaceAfter=No"), row("7", "Ort", "CorrectSpaceAfter=No"), row("8-9", "zum", "SpaceAfter=No"),
        row("8", "zu"), row("9", "dem"), row("10", ".", "SpaceAfter=No"),
    ]  # fmt: skip
    plain = [row("1", "Ja", "SpaceAfter=No"), row("2", "!"), row("3", "Ja")]
    path = tmp_path / "x.conllu"
    path.write_text("\n".join([*rows, "", *plain, "", ""]), encoding="utf-8")
    first, second = read_conllu(path)
    assert [first.words[at] for at in first.unspaced] == ["do", "n't", ",", "dem", "."]
    assert first.unspaced == (1, 2, 3, 8, 9)
    assert second.unspaced == (0,)


def test_a_pipe_is_not_called_missing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.conllu")
    with pytest.raises(DataError, match="is a pipe or device, not a file"):
        read_conllu(tmp_path / "pipe.conllu")
