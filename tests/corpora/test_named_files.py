"""Files that a user names: their format and task are told from what they are called and what they hold."""

from __future__ import annotations

import gzip
import lzma
from pathlib import Path
from typing import Any

import pytest

from crossglot.corpora.tagged_files import TaggedFile, find_task, tagged_file
from crossglot.errors import DataError, UsageError

UPOS = "the DET\ncat NOUN\n\nit PRON\n"
NAMES = "Anna I-PER\nSmith I-PER\nsees O\nRome S-LOC\n".replace("S-", "I-")
STTS = "die\tART\nKatze\tNN\n"
CONLLU = "1\tdie\t_\tDET\tART\t_\t0\troot\t_\tTag=x\n2\tKatze\t_\tNOUN\tNN\t_\t1\tnsubj\t_\tTag=y\n\n"


def file(folder: Path, name: str, text: str, **how: object) -> TaggedFile:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return tagged_file(path, **how)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("texts", "how", "task"),
    [
        ({"a.conll": UPOS}, {}, "pos"),
        ({"a.conll": NAMES}, {}, "ner"),
        ({"a.tsv": STTS}, {}, "labels"),
        ({"a.conllu": CONLLU}, {}, "pos"),
        ({"a.conllu": CONLLU}, {"column": "xpos"}, "labels"),
        ({"a.conllu": CONLLU, "b.conll": UPOS}, {}, "pos"),
        ({"a.conllu": CONLLU, "b.tsv": STTS}, {}, "labels"),
        ({"a.tsv": "x\tB\ny\tI\n"}, {}, "labels"),  # a letter alone marks no span
        ({"a.tsv": "x\tB-NP\tNN\ny\tI-NP\tNN\n"}, {"tag_column": 1}, "ner"),
        ({"a.tsv": "x\tO\n", "b.conll": NAMES}, {}, "ner"),  # nothing but O is a file without an entity
    ],
)
def test_the_task_is_what_the_tags_are(
    tmp_path: Path, texts: dict[str, str], how: dict[str, object], task: str
) -> None:
    assert find_task([file(tmp_path, name, text, **how) for name, text in texts.items()]) == task


@pytest.mark.parametrize(("name", "text"), [("b.conllu", CONLLU), ("b.tsv", STTS), ("b.conll", UPOS)])
def test_entities_and_other_tags_are_no_task(tmp_path: Path, name: str, text: str) -> None:
    files = [file(tmp_path, "a.conll", NAMES), file(tmp_path, name, text)]
    with pytest.raises(DataError, match=rf"a\.conll: has entities, while .*{name} has other tags"):
        find_task(files)


def test_of_real_corpora_the_task_is_found(data_root: Path) -> None:
    def found(*names: str, **how: Any) -> str:
        return find_task([tagged_file(data_root / name, **how) for name in names])

    wikiann, germeval = "ner/wikiann/nl-test.conll", "ner/germeval2014/de-dev.conll"
    assert found(wikiann, germeval, "ner/conll2002/es-dev.conll") == "ner"
    treebank = "ud/UD_Urdu-UDTB/ur_udtb-ud-dev.conllu"
    assert (found(treebank), found(treebank, column="xpos")) == ("pos", "labels")


def test_compressed_files_are_the_same_corpus(tmp_path: Path) -> None:
    plain = file(tmp_path, "a.tsv", STTS)
    (tmp_path / "g").mkdir()
    (tmp_path / "g/a.tsv.gz").write_bytes(gzip.compress(STTS.encode()))
    (tmp_path / "g/b.tsv.xz").write_bytes(lzma.compress(STTS.encode()))
    packed, other = tagged_file(tmp_path / "g/a.tsv"), tagged_file(tmp_path / "g/b.tsv")
    assert plain.checksum() == packed.checksum() == other.checksum()
    assert plain.name == packed.name == "a.tsv"
    assert plain.read("labels") == packed.read("labels") == other.read("labels")


def test_plain_text_has_no_tags_and_a_name_may_tell_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="plain text has no tags"):
        file(tmp_path, "a.txt", STTS)
    with pytest.raises(UsageError, match="does not tell the format"):
        file(tmp_path, "a.dat", STTS)
    assert file(tmp_path, "a.dat", STTS, given="columns").read("labels")[0].tags == ("ART", "NN")


def test_what_is_not_read_is_no_part_of_what_a_file_is(tmp_path: Path) -> None:
    """A field of CoNLL-U means nothing in columns, so that naming it for other files changes nothing here."""
    assert file(tmp_path, "a.tsv", STTS, column="xpos") == file(tmp_path, "a.tsv", STTS)
    assert file(tmp_path, "a.conllu", CONLLU, tag_column=1) == file(tmp_path, "a.conllu", CONLLU)
