"""Labels in MISC: any of them comes back, nothing else of the field is touched, and once more changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossglot.corpora.conllu import ConlluSentence, Row, parse_conllu, write_conllu
from crossglot.corpora.misc_tags import tag_in, with_tag


@pytest.mark.parametrize(
    ("misc", "label", "expected"),
    [
        ("_", "NOUN", "Tag=NOUN"),
        ("_", "Case=Nom|Number=Sing", r"Tag=Case=Nom\pNumber=Sing"),
        ("SpaceAfter=No", "a b\\c", r"SpaceAfter=No|Tag=a\sb\\c"),
        ("A=b|Tag=old|C=d", "new", "A=b|Tag=new|C=d"),
        ("Tag=1|MyTag=2|Tag=3", "4", "Tag=4|MyTag=2"),
        ("Tag", "x", "Tag|Tag=x"),
        ("a|b c", "", "a|b c|Tag="),
        ("_", "B-\u00a0\u3000\t\n\r", r"Tag=B-\u00a0\u3000\t\n\r"),
    ],
)
def test_a_label_is_put_beside_what_is_there(misc: str, label: str, expected: str) -> None:
    assert with_tag(misc, label) == expected
    assert tag_in(expected) == label


def test_what_was_written_without_escapes_is_read_as_it_stands() -> None:
    assert tag_in(r"A=b|Tag=C:\xyz\q") == r"C:\xyz\q"
    assert tag_in("A=b") is None


labels = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.text("\\|=psutn0a \t\n\r\u3000", max_size=8)
others = st.lists(
    st.text(st.characters(categories=["L", "N", "P", "S"], exclude_characters="|"), min_size=1).filter(
        lambda part: part != "_" and not part.startswith("Tag=")
    ),
    max_size=3,
)


@given(labels, labels, others, others)
def test_any_label_comes_back_from_a_file_and_replaces_the_one_before(
    tmp_path_factory: pytest.TempPathFactory, first: str, second: str, before: list[str], after: list[str]
) -> None:
    misc = with_tag("|".join(before) or "_", first)
    misc = "|".join([misc, *after])
    path = tmp_path_factory.getbasetemp() / "misc.conllu"
    row = Row._make(["1", "word", *["_"] * 7, misc])
    write_conllu([ConlluSentence((), (row,))], path)
    (read,) = parse_conllu(path)
    assert tag_in(read.rows[0].misc) == first
    again = with_tag(misc, second)
    assert tag_in(again) == second
    assert [part for part in again.split("|") if not part.startswith("Tag=")] == [*before, *after]
    assert with_tag(again, second) == again
    assert with_tag(again, first) == misc
