"""Whatever stands in a corpus, reading it ends with sentences or with an error of ours that names the file.

`pytest --hypothesis-profile=long` tries far more.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossglot.corpora.bitext import read_bitext
from crossglot.corpora.codemix import read_codemix
from crossglot.corpora.columns import read_columns
from crossglot.corpora.conllu import read_conllu
from crossglot.corpora.plain import read_lines, read_plain
from crossglot.errors import CrossglotError

CONLLU = (
    "# sent_id = a\n# text = im Haus\n1-2\tim\t_\t_\t_\t_\t_\t_\t_\t_\n1\tin\tin\tADP\tAPPR\t_\t3\tcase\t_\t_\n"
    "2\tdem\tder\tDET\tART\tCase=Dat\t3\tdet\t_\t_\n3\tHaus\tHaus\tNOUN\tNN\t_\t0\troot\t_\tSpaceAfter=No|Lang=de\n"
    "3.1\tist\tsein\tAUX\t_\t_\t_\t_\t_\t_\n\n# sent_id = b\n1\tJa\tja\tINTJ\t_\t_\t0\troot\t_\tNorm=ja|Lang=de\n\n"
)
COLUMNS = (
    "-DOCSTART- -X- O O\n\nU.N. NNP I-NP I-ORG\nofficial NN I-NP O\n. . O O\n\n# id 7\tdomain=en\nRome _ _ B-LOC\n\n"
)
LINES = "the cat sleeps .\n\nder Hund läuft\nkoira nukkuu\n"
PIECES = (
    "\t",
    "\n",
    "\r\n",
    "\r",
    " ",
    "\u3000",
    "\u2028",
    "\0",
    "\ufeff",
    "_",
    "|",
    "=",
    "#",
    "-",
    "1",
    "1-2",
    "0.1",
    "é",
    "\x1b[0m",
    "# sent_id = ",
    "SpaceAfter=No",
    "B-",
    "-DOCSTART-",
    "\x85",
    "\U000e0001",
    "x" * 5000,
)

READERS: dict[str, tuple[str, str, Callable[[Path], Any]]] = {
    "conllu": ("a.conllu", CONLLU, read_conllu),
    "codemix": ("a.conllu", CONLLU, read_codemix),
    "columns": ("a.conll", COLUMNS, read_columns),
    "lines": ("a.txt", LINES, lambda path: list(read_lines(path))),
    "plain": ("a.txt", LINES, read_plain),
}


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch")


def mutated(text: str, data: st.DataObject) -> bytes:
    """Some pieces put in or in others' place, some bytes changed, in one of several encodings."""
    for _ in range(data.draw(st.integers(0, 5))):
        at = data.draw(st.integers(0, len(text)))
        gone = data.draw(st.sampled_from((0, 1, 5, 60)))
        text = text[:at] + data.draw(st.sampled_from(PIECES)) + text[at + gone :]
    raw = bytearray(text.encode(data.draw(st.sampled_from(("utf-8",) * 4 + ("utf-16", "latin-1"))), "replace"))
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(raw)))
        raw[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    return bytes(raw)


@pytest.mark.parametrize("name", READERS)
@given(data=st.data())
def test_a_file_is_read_or_refused_by_name(name: str, scratch: Path, data: st.DataObject) -> None:
    file, text, read = READERS[name]
    raw, packed = mutated(text, data), data.draw(st.booleans())
    path = scratch / (f"{file}.gz" if packed else file)
    if packed:
        raw = gzip.compress(raw, mtime=0)
        raw = raw[: data.draw(st.integers(0, len(raw)))] if data.draw(st.booleans()) else raw
    path.write_bytes(raw)
    try:
        assert isinstance(read(path), list | tuple)
    except CrossglotError as refused:
        assert path.name in str(refused)


@given(data=st.data())
def test_two_texts_that_should_be_in_step_are_read_or_refused(scratch: Path, data: st.DataObject) -> None:
    paths = [scratch / "step.en", scratch / "step.de"]
    for path in paths:
        path.write_bytes(mutated(LINES, data))
    try:
        read_bitext(*paths)
    except CrossglotError as refused:
        assert "step." in str(refused)
