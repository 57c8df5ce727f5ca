"""Opening and writing files, plain text, bitexts."""

from __future__ import annotations

import gzip
import hashlib
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crossglot.corpora.bitext import read_bitext
from crossglot.corpora.opening import checksum, open_text, resolve, write_text
from crossglot.corpora.plain import read_lines, read_plain, write_lines
from crossglot.corpora.sentences import Bitext
from crossglot.errors import CrossglotError, DataError, StorageError

File = Callable[..., Path]
COMPRESS: dict[str, Callable[[bytes], bytes]] = {"": bytes, ".gz": gzip.compress, ".xz": lzma.compress}


@pytest.mark.parametrize("suffix", COMPRESS)
def test_a_file_is_found_and_read_however_it_is_compressed(file: File, tmp_path: Path, suffix: str) -> None:
    path = file(COMPRESS[suffix]("\ufeffeins\r\nzwei\n\ndrei".encode()), f"x.txt{suffix}")
    assert resolve(tmp_path / "x.txt") == path
    assert list(open_text(tmp_path / "x.txt")) == ["eins", "zwei", "", "drei"]


@pytest.mark.parametrize("suffix", COMPRESS)
def test_the_checksum_is_of_the_text_and_not_of_its_packing(file: File, suffix: str) -> None:
    path = file(COMPRESS[suffix](b"text\n"), f"x.txt{suffix}")
    assert checksum(path) == hashlib.sha256(b"text\n").hexdigest()


def test_the_checksum_follows_a_changed_file(file: File) -> None:
    before = checksum(file("one"))
    assert checksum(file("three")) != before


def test_a_missing_file_is_an_error_before_the_first_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_lines(tmp_path / "absent.txt")


def test_bad_bytes_and_cut_archives_name_the_line(file: File) -> None:
    with pytest.raises(DataError, match="0xff is not utf-8") as caught:
        list(open_text(file(b"a\nb\n\xff\n")))
    assert caught.value.line == 3
    for suffix in (".gz", ".xz"):
        packed = COMPRESS[suffix](b"line\n" * 9999)
        with pytest.raises(DataError, match="cannot be decompressed"):
            list(open_text(file(packed[: len(packed) - 3], f"x{suffix}")))


def test_separators_that_only_unicode_knows_end_no_line(file: File) -> None:
    assert list(read_lines(file("a\u2028b\x85c\x0bd\n"))) == ["a\u2028b\x85c\x0bd"]


lines = st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r\ufeff")), max_size=6)


@given(lines, st.sampled_from(list(COMPRESS)))
def test_lines_read_back_as_written(tmp_path_factory: pytest.TempPathFactory, written: list[str], suffix: str) -> None:
    content = "".join(f"{line}\n" for line in written).encode()
    assume(0 not in content or all(max(content[at::2]) > 0x20 for at in (0, 1)))  # else it is UTF-16 to the byte
    path = write_lines(written, tmp_path_factory.getbasetemp() / f"lines.txt{suffix}")
    assert list(read_lines(path)) == written


def test_text_that_holds_null_characters_is_not_taken_for_utf_16(tmp_path: Path) -> None:
    for written in (["𐀀\0", "𐀀\0", "𐀀"], ["aa\0"] * 8, ["été\0"] * 5):
        assert list(read_lines(write_lines(written, tmp_path / "lines.txt"))) == written


def test_the_same_text_is_packed_into_the_same_bytes(tmp_path: Path) -> None:
    first, second = (write_text(tmp_path / name / "x.gz", ["text"]) for name in "ab")
    assert first.read_bytes() == second.read_bytes()


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = write_lines(["old"], tmp_path / "x.txt")
    with pytest.raises(DataError, match="line end"):
        write_lines(["new", "a\nb"], path)
    assert path.read_text() == "old\n"
    assert list(tmp_path.iterdir()) == [path]
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot be written"):
        write_lines(["x"], tmp_path / "file" / "x.txt")


def test_plain_sentences_are_divided_by_blanks_only(file: File) -> None:
    read = read_plain(file("Das  ist\tgut .\n\n  10\u00a0000 ja \n"))
    assert [sentence.words for sentence in read] == [("Das", "ist", "gut", "."), ("10\u00a0000", "ja")]
    with pytest.raises(DataError, match="no sentence"):
        read_plain(file("\n \n"))


def test_a_bitext_knows_its_languages_and_reads_back(tmp_path: Path) -> None:
    bitext = Bitext("de", "pt-BR", ("Eins", "Zwei"), ("Um", "Dois"))
    paths = [
        write_lines(lines, tmp_path / f"toy.{language}")
        for language, lines in (("de", bitext.source), ("pt-BR", bitext.target))
    ]
    assert read_bitext(*paths) == bitext


def test_unequal_and_empty_bitexts_are_errors(file: File) -> None:
    with pytest.raises(DataError, match=r"2 lines, but x\.en has 1"):
        read_bitext(file("a\nb\n", "x.de"), file("a\n", "x.en"))
    with pytest.raises(DataError, match="no sentence"):
        read_bitext(file("", "x.de"), file("", "x.en"))


def test_empty_lines_of_a_bitext_are_named_or_left_out(file: File) -> None:
    paths = file("a\n \nc\nd\n", "x.de"), file("a\nb\n\n\n", "x.en")
    with pytest.raises(DataError, match="3 of 4 pairs have an empty side: lines 2, 3, 4") as caught:
        read_bitext(*paths)
    assert (caught.value.path, caught.value.line) == (paths[0], 2)
    skipped: list[DataError] = []
    assert read_bitext(*paths, lenient=True, skipped=skipped).source == ("a",)
    assert [error.line for error in skipped] == [2, 3, 4]


def test_sides_of_different_length_make_no_bitext() -> None:
    with pytest.raises(CrossglotError, match="2 and 1 lines"):
        Bitext("de", "en", ("a", "b"), ("a",))


def test_real_bitexts_are_aligned(data_root: Path) -> None:
    parallel = data_root / "parallel"
    assert len(read_bitext(parallel / "ntrex128.hi", parallel / "ntrex128.ur")) == 1997
