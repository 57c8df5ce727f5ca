from __future__ import annotations

from pathlib import Path

from crossglot.corpora.catalogue import find_corpus
from crossglot.encoders.loading import load_encoder
from crossglot.encoders.origin import find_origin
from crossglot.engine.local import Local
from crossglot.engine.plan import Plan
from crossglot.engine.store import Store
from crossglot.steps.arguments import EncoderReference, describe_split
from crossglot.steps.linear_probe import ProbeAndPredict
from crossglot.steps.rows import read_predictions, tags_of
from crossglot.tagging.linear_probe import linear_probe
from toy_world import write_encoder, write_root


def test_a_row_predicts_what_the_probe_predicts_and_has_no_seed(tmp_path: Path) -> None:
    root, folder = write_root(tmp_path / "data"), write_encoder(tmp_path / "tiny")

    def splits(languages: str, split: str) -> list[object]:
        return [describe_split(find_corpus(root, key, "pos"), split, root=root) for key in languages.split()]

    encoder = EncoderReference(revision=find_origin(folder).revision, location=str(folder), name="tiny")
    step = ProbeAndPredict.model_validate({
        "system": "tiny linear probe", "task": "pos", "sources": splits("en", "train"),
        "targets": splits("de en", "test"),
        "encoder": encoder,
        "precision": "fp32", "device_kind": "cpu", "device": "cpu",
    })  # fmt: skip
    store = Store(tmp_path / "steps")
    assert Local().run(Plan.of([step]), store).error() is None
    tagger = linear_probe(load_encoder(folder), step.sources[0].read(), task="pos")
    for split in step.targets:
        predicted = tags_of(read_predictions(store.result(step)), split.language)[1]
        assert [tuple(tags) for tags in predicted] == tagger.predict(split.read())
    assert (step.system, step.title, step.seed) == ("tiny linear probe", "tiny linear probe, pos: en → de, en", None)
