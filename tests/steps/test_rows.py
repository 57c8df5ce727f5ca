from __future__ import annotations

import gc
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossglot.corpora.catalogue import find_corpus
from crossglot.corpora.sampling import sample
from crossglot.corpora.sentences import TaggedSentence
from crossglot.engine.local import Local
from crossglot.engine.plan import Plan
from crossglot.engine.record import Record
from crossglot.engine.store import Store
from crossglot.errors import CrossglotError, DataError
from crossglot.steps.arguments import CorpusSplit, describe_split
from crossglot.steps.complete_rows import complete_rows
from crossglot.steps.fit_and_predict import FitAndPredict
from crossglot.steps.rows import read_predictions, tags_of, write_row
from crossglot.steps.score import ScoreRows, read_scores
from toy_world import ENGLISH, GERMAN, write_root, write_treebank


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_root(tmp_path / "data")


def split(root: Path, language: str, part: str = "test", task: str = "pos") -> CorpusSplit:
    return describe_split(find_corpus(root, language, task), part, root=root)


def floor(root: Path, source: str, targets: str, **changes: object) -> FitAndPredict:
    goals = tuple(split(root, target) for target in targets.split())
    row = FitAndPredict(task="pos", sources=(split(root, source, "train"),), targets=goals)
    return row.model_copy(update=changes)


def test_a_split_is_described_by_what_it_holds(root: Path) -> None:
    english = split(root, "en")
    assert (english.corpus, english.sentences, english.words) == ("UD_English-EWT", 4, sum(map(len, ENGLISH)))
    assert split(root, "en", task="ner").types == ("LOC", "ORG", "PER")


def test_where_the_data_lies_does_not_matter_and_what_it_holds_does(root: Path, tmp_path: Path) -> None:
    same = write_root(tmp_path / "elsewhere")
    other = write_root(tmp_path / "other")
    write_treebank(other, "UD_English-EWT", "en_ewt", ENGLISH[:3])
    assert floor(root, "en", "de").id == floor(same, "en", "de").id != floor(other, "en", "de").id


def test_a_corpus_that_changes_after_planning_is_noticed(root: Path) -> None:
    planned = split(root, "en")
    write_treebank(root, "UD_English-EWT", "en_ewt", ENGLISH[:2])
    with pytest.raises(DataError, match="has changed since"):
        planned.read()


def test_of_a_sample_nothing_else_stays_in_memory(root: Path) -> None:
    write_treebank(root, "UD_English-EWT", "en_ewt", [[(f"sampled{number}", "NOUN")] for number in range(9)])
    sampled = describe_split(find_corpus(root, "en", "pos"), "test", root=root, at_most=2)
    kept = [sentence.words for sentence in sampled.read()]
    gc.collect()
    there = [thing.words for thing in gc.get_objects() if type(thing) is TaggedSentence]
    assert sorted(words for words in there if words[:1] and words[0].startswith("sampled")) == sorted(kept)


def test_what_is_predicted_is_kept_word_by_word(root: Path, tmp_path: Path) -> None:
    store, row = Store(tmp_path / "steps"), floor(root, "en", "de en")
    Local().run(Plan.of([row]), store)
    table = read_predictions(store.result(row))
    assert table.columns == ["target", "sentence", "word", "form", "gold", "predicted", "language"]
    assert table.filter(pl.col("target") == "de")["form"].to_list() == [word for s in GERMAN for word, _ in s]
    gold, predicted = tags_of(table, "en")
    assert gold == predicted == [[tag for _, tag in s] for s in ENGLISH]  # every English word has one tag only
    known = {word: tag for s in ENGLISH for word, tag in s}
    counts = Counter(tag for s in ENGLISH for _, tag in s)
    fallback = min(counts, key=lambda tag: (-counts[tag], tag))
    assert tags_of(table, "de")[1] == [[known.get(word, fallback) for word, _ in s] for s in GERMAN]


def test_a_row_that_lost_a_word_is_refused(root: Path, tmp_path: Path) -> None:
    row = floor(root, "en", "de")
    short = [["NOUN"] * (len(sentence) - 1) for sentence in GERMAN]
    with pytest.raises(CrossglotError, match="are not the words of its gold"):
        write_row(tmp_path, row, {"de": short}, {})


@given(st.lists(st.integers(), max_size=30), st.integers(1, 40))
def test_a_sample_keeps_order_and_is_the_same_every_time(items: list[int], at_most: int) -> None:
    numbered = list(enumerate(items))
    chosen = sample(numbered, at_most)
    assert len(chosen) == min(len(items), at_most)
    assert list(chosen) == sorted(chosen) == list(sample(numbered, at_most))
    assert set(chosen) <= set(numbered)


def test_rows_of_one_tagger_are_one_family(root: Path) -> None:
    assert floor(root, "en", "de").family == floor(root, "en", "de es").family != floor(root, "de", "de").family
    assert floor(root, "en", "de").family != floor(root, "en", "de", max_train=2).family


def test_a_target_added_later_is_all_that_is_predicted_later(root: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "steps")
    first = floor(root, "en", "de en")
    Local().run(Plan.of([first]), store)
    wanted = [floor(root, "en", "de"), floor(root, "en", "es de")]
    members = complete_rows(wanted, store)[first.family]
    assert members[0] == first
    assert [target.language for target in members[1].targets] == ["es"]
    Local().run(Plan.of(members), store)
    assert [row.id for row in complete_rows(wanted, store)[first.family]] == [row.id for row in members]


def test_no_record_of_a_row_that_is_there_as_asked_is_read(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "steps")
    whole, part = floor(root, "en", "de en"), floor(root, "de", "de")
    Local().run(Plan.of([whole, part, floor(root, "es", "es")]), store)
    read: list[str] = []

    def watched(id_: str) -> Record | None:
        read.append(id_)
        return Store.record_of(store, id_)

    monkeypatch.setattr(store, "record_of", watched)
    assert complete_rows([whole, floor(root, "en", "en")], store) == {whole.family: (whole,)}
    assert read == []
    members = complete_rows([whole, floor(root, "de", "de en")], store)
    assert members[whole.family] == (whole,)
    assert [row.targets_in_words for row in members[part.family]] == ["de", "en"]
    assert part.id in read
    assert whole.id not in read


def test_a_target_whose_corpus_changed_is_predicted_again(root: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "steps")
    first = floor(root, "en", "de es")
    Local().run(Plan.of([first]), store)
    write_treebank(root, "UD_German-GSD", "de_gsd", GERMAN[:2])
    members = complete_rows([floor(root, "en", "de es")], store)[first.family]
    assert [[target.language for target in row.targets] for row in members] == [["de", "es"], ["de"]]


def test_a_sample_of_a_target_is_another_target(root: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "steps")
    whole = floor(root, "en", "de")
    few = whole.model_copy(
        update={"targets": (describe_split(find_corpus(root, "de", "pos"), "test", root=root, at_most=2),)}
    )
    assert few.targets[0].sentences == 2
    assert few.targets[0].words == sum(map(len, few.targets[0].read()))
    assert whole.family == few.family
    Local().run(Plan.of([whole, few]), store)
    forms = {row.id: read_predictions(store.result(row))["form"].to_list() for row in (whole, few)}
    assert forms[few.id] == [word for sentence in sample(whole.targets[0].read(), 2) for word in sentence.words]
    for row in (whole, few):
        assert [member.id for member in complete_rows([row], store)[row.family]] == [row.id]
    scored = ScoreRows(rows=(whole, few), targets=few.targets)
    Local().run(Plan.of([scored]), store)
    assert {score.n for score in read_scores(store.result(scored))} == {few.targets[0].words}


def test_a_damaged_row_is_no_member(root: Path, tmp_path: Path) -> None:
    first = floor(root, "en", "de")
    store = Store(tmp_path / "steps")
    Local().run(Plan.of([first]), store)
    (store.result(first) / "predictions.parquet").write_bytes(b"")
    members = complete_rows([floor(root, "en", "de es")], Store(tmp_path / "steps"))[first.family]
    assert [[target.language for target in row.targets] for row in members] == [["de", "es"]]


def nested(said: dict[str, Any], depth: int) -> dict[str, Any]:
    for _ in range(depth):
        said = {"tagger_of": said}
    return said


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said | {"energy": 12.5},
        lambda said: {name: value for name, value in said.items() if name != "sources"},
        lambda said: said | {"sources": "English"},
        lambda said: said | {"max_train": -0.5},
        lambda said: said | {"task": None, "targets": [[]]},
        lambda said: said | {"targets": said["targets"][:1]},
        lambda _: {},
        lambda said: nested(said, 300),
    ],
)
def test_a_finished_row_of_another_version_is_named_and_done_anew(
    root: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    row, more = floor(root, "en", "de en"), floor(root, "en", "de en es")
    Local().run(Plan.of([row]), Store(tmp_path / "steps"))
    record = tmp_path / "steps" / row.id / "step.json"
    said = json.loads(record.read_text(encoding="utf-8"))
    del said["checksum"]  # so that it is what another version might have written
    record.write_text(json.dumps(said | {"arguments": change(said["arguments"])}), encoding="utf-8")
    store = Store(tmp_path / "steps")
    assert complete_rows([more], store)[row.family] == complete_rows([more], store)[row.family] == (more,)
    (told,) = caplog.messages
    assert f"{record}: its arguments are not those" in told
    assert "taken as not there" in told
