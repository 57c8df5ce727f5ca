"""Licences are told by what lies beside a corpus's files, else by its name, and never by the name of another's."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossglot.corpora.catalogue import find_corpus
from crossglot.corpora.licences import Licence, licence_of, licences_in
from crossglot.languages import TABLE_COLUMNS
from toy_world import write_root, write_treebank

PAPERS = """The treebank is licensed under the Creative Commons License Attribution-{} International.

The complete license text is available at: https://creativecommons.org/licenses/{}/legalcode
"""


def licence(root: Path, name: str, language: str, task: str = "pos") -> Licence | None:
    return licence_of(name, (language,), find_corpus(root, language, task, name).files.values(), root)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (PAPERS.format("ShareAlike 4.0", "by-sa/4.0"), ["CC BY-SA 4.0"]),
        (PAPERS.format("NonCommercial-ShareAlike 3.0", "by-nc-sa/3.0"), ["CC BY-NC-SA 3.0"]),
        ("Creative Commons BY-NC-SA 3.0", ["CC BY-NC-SA 3.0"]),
        ("Creative Commons Attribution-NonCommercial-\nShareAlike 3.0 Generic License.", ["CC BY-NC-SA 3.0"]),
        ("Creative Commons License Attribution 4.0 International.", ["CC BY 4.0"]),
        ("  GNU GENERAL PUBLIC LICENSE\n   Version 3, 29 June 2007", ["GNU GPL 3"]),
        ("Lesser General Public License For Linguistic Resources\n\nPreamble", ["LGPL-LR"]),
        ("CC BY-SA 4.0 from 2017 on, CC BY-NC-SA 3.0 before", ["CC BY-SA 4.0", "CC BY-NC-SA 3.0"]),
        ("Ask the authors. Version 2.0 was made by Anna.", []),
    ],
)
def test_a_licence_is_known_by_how_treebanks_name_it(text: str, named: list[str]) -> None:
    assert licences_in(text) == named


def test_the_file_beside_a_treebank_decides_and_the_readme_before_it(tmp_path: Path) -> None:
    root = write_root(tmp_path)
    assert licence(root, "UD_German-GSD", "de") is None  # every treebank has its own: UD's name tells nothing
    folder = root / "ud" / "UD_German-GSD"
    (folder / "LICENSE.txt").write_text(PAPERS.format("ShareAlike 4.0", "by-sa/4.0"))
    assert licence(root, "UD_German-GSD", "de") == Licence("CC BY-SA 4.0", "LICENSE.txt")
    (folder / "README.md").write_text(
        "# Summary\n\n=== Machine-readable metadata ===\nLicense: CC BY-SA 3.0\nGenre: news"
    )
    assert licence(root, "UD_German-GSD", "de") == Licence("CC BY-SA 3.0", "README.md")


def test_a_set_of_entities_is_told_by_its_name(tmp_path: Path) -> None:
    found = licence(write_root(tmp_path), "germeval2014/de", "de", "ner")
    assert found == Licence("CC BY 4.0", "name")


def test_a_language_that_the_root_defines_has_no_corpora_of_known_names(tmp_path: Path) -> None:
    root = write_root(tmp_path)
    columns = {"key": "de", "iso639_3": "mis", "name": "Elbish", "script": "Latn", "script_name": "Latin"}
    columns |= {"family": "Constructed", "genus": "Constructed", "ner": "germeval2014/de", "treebanks": "UD_German-GSD"}
    row = "\t".join(columns.get(name, "") for name in TABLE_COLUMNS)
    (root / "languages.tsv").write_text("\t".join(TABLE_COLUMNS) + f"\n{row}\n")
    assert licence(root, "germeval2014/de", "de", "ner") is None
    assert licence(root, "conll2003/en", "en", "ner") is not None


def test_text_of_two_treebanks_is_under_both_licences(tmp_path: Path) -> None:
    for code, terms in (("aa", "CC BY 4.0"), ("bb", "CC BY-SA 4.0")):
        write_treebank(tmp_path, f"UD_{code}-PUD", code, [[("a", "DET")]], splits="test")
        (tmp_path / "ud" / f"UD_{code}-PUD" / "LICENSE.txt").write_text(terms)
    files = sorted(tmp_path.glob("ud/*/*.conllu"))
    assert licence_of("synthetic/pud", ("hi", "en"), files, tmp_path) == Licence(
        "CC BY 4.0, CC BY-SA 4.0", "LICENSE.txt"
    )
    files[1].with_name("LICENSE.txt").unlink()
    assert licence_of("synthetic/pud", ("hi", "en"), files, tmp_path) is None


def test_every_treebank_of_the_real_root_names_a_licence(data_root: Path) -> None:
    papers = sorted(data_root.glob("ud/*/LICENSE.txt"))
    assert papers and all(licences_in(each.read_text(encoding="utf-8", errors="replace")) for each in papers)
