"""Word vectors that a study names for the BiLSTM-CRF: read for their language alone, a part of what its rows are."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crossglot.corpora.columns import read_columns
from crossglot.errors import UsageError
from crossglot.steps.fit_and_predict import FitAndPredict
from crossglot.studies.as_command import as_command
from crossglot.studies.planning import plan_study
from crossglot.studies.reproduce import reproduce_study
from crossglot.studies.study import load_study, study_toml
from crossglot.tagging.bilstm_crf.settings import Settings
from crossglot.tagging.bilstm_crf.tagger import BiLstmCrf
from crossglot.tagging.word_vectors import WordVectors, forms, read_word_vectors
from toy_world import write_encoder

DATA = Path(os.environ.get("CROSSGLOT_DATA", "no such folder"))
SPANISH = DATA / "ner/conll2002/es-train.conll"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="CROSSGLOT_DATA names no data root")


@pytest.fixture(scope="module")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the words of 600 sentences, some of them in lower case alone."""
    words = {word.lower() if len(word) % 2 else word for s in read_columns(SPANISH)[:600] for word in s.words}
    drawn = np.random.default_rng(3).normal(size=(len(words), 20)).round(3)
    path = tmp_path_factory.mktemp("vectors") / "es.vec"
    lines = [f"{word} {' '.join(map(str, row))}\n" for word, row in zip(sorted(words), drawn, strict=True)]
    path.write_text(f"{len(words)} 20\n{''.join(lines)}", encoding="utf-8")
    return path


def study(tmp_path: Path, **settings: Any) -> Any:
    encoder = tmp_path / "tiny"
    if not encoder.is_dir():
        write_encoder(encoder)
    return reproduce_study(
        ["table1"], [encoder], DATA, sources=["es", "nl"], targets=["es", "nl"], floors=["bilstm-crf"], seeds=[1],
        max_train=50, **settings,
    )  # fmt: skip


def rows(tmp_path: Path, **settings: Any) -> dict[str, FitAndPredict]:
    plan = plan_study(study(tmp_path, **settings), tmp_path / "out")
    return {step.source: step for row in plan.rows for step in row.steps if isinstance(step, FitAndPredict)}


def test_they_are_a_part_of_the_row_of_their_language(vectors: Path, tmp_path: Path) -> None:
    without, with_them = rows(tmp_path), rows(tmp_path, word_vectors={"es": vectors})
    assert with_them["nl"].id == without["nl"].id
    assert with_them["es"].id != without["es"].id
    elsewhere = tmp_path / "other.vec"
    elsewhere.write_bytes(vectors.read_bytes())
    assert rows(tmp_path, word_vectors={"es": elsewhere})["es"].id == with_them["es"].id


def test_a_study_tells_them_in_its_file_and_its_command(vectors: Path, tmp_path: Path) -> None:
    named = study(tmp_path, word_vectors={"es": vectors})
    (tmp_path / "reproduction.toml").write_text(study_toml(named), encoding="utf-8")
    assert load_study(tmp_path / "reproduction.toml") == named
    plan = plan_study(named, tmp_path / "out")
    revisions = [candidate.encoder.revision for candidate in plan.setting.candidates]
    assert f"--word-vectors es={vectors}" in str(as_command(named, plan.setting.runtime, revisions))


def test_a_file_that_nothing_reads_is_refused(vectors: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no tagger that starts from word vectors is trained on de"):
        rows(tmp_path, word_vectors={"de": vectors})


def test_words_that_are_not_read_change_nothing(vectors: Path) -> None:
    """A row for other targets is the same tagger: what it draws does not hang on which further words have vectors."""
    train, others = read_columns(SPANISH)[:40], read_columns(SPANISH)[40:120]
    wanted = {form for sentence in (*train, *others) for word in sentence.words for form in forms(word)}
    few, every = read_word_vectors(vectors, wanted), read_word_vectors(vectors)
    assert 0 < len(few.words) < len(every.words)
    settings = Settings(epochs=12, rate=0.05, batch_size=2)

    def tags(given: WordVectors | None) -> list[tuple[str, ...]]:
        return BiLstmCrf.fit(train, dev=train, seed=1, vectors=given, settings=settings).tag([s.words for s in others])

    found = tags(few)
    assert any(tag != "O" for each in found for tag in each)
    assert found == tags(every)
    assert found != tags(None)
