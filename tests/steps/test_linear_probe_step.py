from __future__ import annotations

import shutil
from pathlib import Path

from crossglot.corpora.catalogue import find_corpus
from crossglot.encoders.loading import load_encoder
from crossglot.encoders.origin import find_origin
from crossglot.engine.local import Local
from crossglot.engine.plan import Plan
from crossglot.engine.store import Store
from crossglot.steps.arguments import EncoderReference, describe_split
from crossglot.steps.complete_rows import complete_rows
from crossglot.steps.embed_words import EmbedWords
from crossglot.steps.linear_probe import ProbeAndPredict
from crossglot.steps.rows import read_predictions, tags_of
from crossglot.tagging.linear_probe import linear_probe
from toy_world import write_encoder, write_root


def probe(root: Path, folder: Path, source: str, targets: str) -> ProbeAndPredict:
    def splits(languages: str, split: str) -> list[object]:
        return [describe_split(find_corpus(root, key, "pos"), split, root=root) for key in languages.split()]

    row = ProbeAndPredict.model_validate({
        "system": "tiny linear probe", "task": "pos", "sources": splits(source, "train"),
        "targets": splits(targets, "test"),
        "encoder": EncoderReference(revision=find_origin(folder).revision, location=str(folder), name="tiny"),
        "precision": "fp32", "device_kind": "cpu", "device": "cpu",
    })  # fmt: skip
    return row.for_targets(row.targets)


def test_a_row_predicts_what_the_probe_predicts_and_has_no_seed(tmp_path: Path) -> None:
    root, folder = write_root(tmp_path / "data"), write_encoder(tmp_path / "tiny")
    step, store = probe(root, folder, "en", "de en"), Store(tmp_path / "steps")
    assert Local().run(Plan.of([step]), store).error() is None
    tagger = linear_probe(load_encoder(folder), step.sources[0].read(), task="pos")
    for split in step.targets:
        predicted = tags_of(read_predictions(store.result(step)), split.language)[1]
        assert [tuple(tags) for tags in predicted] == tagger.predict(split.read())
    assert (step.system, step.title, step.seed) == ("tiny linear probe", "tiny linear probe, pos: en → de, en", None)


def test_all_sources_share_the_vectors_of_a_target(tmp_path: Path) -> None:
    root, folder = write_root(tmp_path / "data"), write_encoder(tmp_path / "tiny")
    rows = [probe(root, folder, source, "de en es") for source in ("de", "en", "es")]
    steps = Plan.of(rows).steps
    assert [type(step) for step in steps] == 3 * [EmbedWords] + 3 * [ProbeAndPredict]
    bare = rows[0].model_copy(update={"vectors": ()})
    assert rows[0].id == type(bare).model_validate(bare.model_dump()).id


def test_a_finished_row_has_no_need_of_vectors_and_a_target_added_later_has(tmp_path: Path) -> None:
    root, folder = write_root(tmp_path / "data"), write_encoder(tmp_path / "tiny")
    first, store = probe(root, folder, "en", "de"), Store(tmp_path / "steps")
    assert Local().run(Plan.of([first]), store).error() is None
    shutil.rmtree(store.folder / first.vectors[0].id)
    wanted = [probe(root, folder, "en", "de es")]
    members = complete_rows(wanted, store)[first.family]
    assert [step.title for step in Plan.of(members).steps] == [
        first.title, "tiny: vectors of words, UD_Spanish-GSD test", "tiny linear probe, pos: en → es",
    ]  # fmt: skip
