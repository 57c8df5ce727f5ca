"""A data root's own languages: beside those that crossglot knows, or in their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossglot.corpora.catalogue import find_corpus, own_languages, root_languages
from crossglot.corpora.check import check_root
from crossglot.errors import DataError, UsageError
from crossglot.languages import LANGUAGES, TABLE_COLUMNS, language, read_languages

WORD = "1\tx\t_\tNOUN\t_\t_\t_\t_\t_\t_\n\n"


def write_table(root: Path, *rows: dict[str, str]) -> Path:
    lines = ["\t".join(TABLE_COLUMNS)]
    lines += ["\t".join(row.get(column, "") for column in TABLE_COLUMNS) for row in rows]
    path = root / "languages.tsv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


TOY = {"key": "toy", "name": "Toyish", "81A": "OSV", "treebanks": "UD_Toyish-X", "ner": "x/toy"}


def test_the_packages_table_is_such_a_table() -> None:
    import crossglot.languages as module

    assert read_languages(Path(module.__file__).with_suffix(".tsv")) == LANGUAGES


def test_own_languages_come_beside_and_in_place_of_known_ones(tmp_path: Path) -> None:
    write_table(tmp_path, TOY, {"key": "en", "name": "Other", "treebanks": "UD_Other-X"})
    found = root_languages(tmp_path)
    assert set(found) == {*LANGUAGES, "toy"}
    assert (found["toy"].name, dict(found["toy"].wals), found["toy"].ner) == ("Toyish", {"81A": "OSV"}, ("x/toy",))
    assert (found["en"].name, found["de"]) == ("Other", LANGUAGES["de"])
    assert set(own_languages(tmp_path)) == {"toy", "en"}
    assert language("toy", found).name == "Toyish"
    with pytest.raises(UsageError, match=r"unknown language 'toyi': did you mean 'toy' \(Toyish\)"):
        language("toyi", {"toy": found["toy"]})


def test_a_root_without_a_table_has_the_languages_that_are_known(tmp_path: Path) -> None:
    assert not own_languages(tmp_path)
    assert root_languages(tmp_path) == dict(LANGUAGES)


def test_corpora_are_found_by_the_roots_own_languages(tmp_path: Path) -> None:
    write_table(tmp_path, TOY)
    for file in ("ud/UD_Toyish-X/toy_x-ud-test.conllu", "parallel/set.toy"):
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).write_text(WORD)
    assert find_corpus(tmp_path, "toy", "pos").name == "UD_Toyish-X"
    with pytest.raises(DataError, match=r"no ner corpus of Toyish \(toy\): none of x/toy"):
        find_corpus(tmp_path, "toy", "ner")
    report = check_root(tmp_path)
    assert {str(file.path) for file in report.files} == {"ud/UD_Toyish-X/toy_x-ud-test.conllu", "parallel/set.toy"}
    assert not report.ignored


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("key\tname\n", 1, "wrong column names"),
        ("", 1, "wrong column names"),
        ("\t".join(TABLE_COLUMNS) + "\ntoy\tToyish\n", 2, f"2 fields where {len(TABLE_COLUMNS)} should be"),
    ],
)
def test_a_faulty_table_is_told_with_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    path = tmp_path / "languages.tsv"
    path.write_text(text)
    with pytest.raises(DataError, match=said) as fault:
        root_languages(tmp_path)
    assert fault.value.line == line
    (tmp_path / "mono").mkdir()
    (tmp_path / "mono/x.de.txt").write_text("ein Satz\n")
    (found,) = check_root(tmp_path).faults
    assert (str(found.path), found.line) == ("languages.tsv", line)


def test_a_table_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "languages.tsv").write_bytes(b"\xff\xfe")
    with pytest.raises(DataError, match="cannot be read"):
        own_languages(tmp_path)
