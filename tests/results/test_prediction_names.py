"""Names of files of predictions: readable, fit for any file system, and never the same for two systems."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crossglot.results.predictions import Predicted
from crossglot.results.systems import System
from odd_names import ODD_NAMES


def file_name(system: str, task: str, source: str, seed: int | None = None) -> str:
    return Predicted(system=System(system, "other"), task=task, source=source, seed=seed, step="x").file_name


def test_plain_names_stay_readable() -> None:
    assert file_name("m-bert-small", "pos", "en") == "m-bert-small.pos.en"
    assert file_name("most frequent tag", "ner", "hi+en") == "most-frequent-tag.ner.hi+en"
    assert file_name("tiny", "pos", "hi/en:corrected") == "tiny.pos.hi-en-corrected"


def test_systems_that_look_alike_have_files_of_their_own() -> None:
    names = ["[a]", "(a)", "-a-", "a@v1", "a:v1", "a-v1", "x" * 300, "x" * 301, "\u4e2d" * 100, *ODD_NAMES.values()]
    found = {file_name(name, "pos", "en") for name in names}
    assert len(found) == len(names)


@given(st.text(min_size=1, max_size=400))
def test_any_name_is_fit_for_a_file_system(name: str) -> None:
    found = file_name(name, "pos", "en", 1) + ".parquet"
    assert len(found.encode()) < 200
    assert not set(found) & set('/\\:*?"<>|[]\0\n')
