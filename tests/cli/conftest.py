"""A folder of everything that commands take, and a guard that tells where work would begin."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import pytest
from tiny_world import WorkBegunError, run, write_encoder, write_root

WORK = (  # where training, tagging, embedding, comparing, making and downloading begin
    "torch.optim.Optimizer.__init__",
    "crossglot.pretraining.pretrain.train_wordpiece",
    "crossglot.tagging.encoder_tagger.predict_labels",
    "crossglot.alignment.vectors._computing",
    "crossglot.engine.local.perform",
    "crossglot.engine.local._run_side_by_side",
    "crossglot.comparison.comparing._compare_cell",
    "crossglot.lab.making.build_lab",
    "urllib.request.OpenerDirector.open",
)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds what bad_inputs.WORLD says."""
    folder = tmp_path_factory.mktemp("world")
    encoder, root = write_encoder(folder / "encoder"), write_root(folder / "root")
    for split in ("train", "dev"):
        (folder / f"{split}.conllu").write_bytes((root / f"ud/UD_English-EWT/en_ewt-ud-{split}.conllu").read_bytes())
    (folder / "train.conll").write_bytes((root / "ner/conll2003/en-train.conll").read_bytes())
    for name, line in (("text.txt", "the dog sees a red cat .\n"), ("de.txt", "der Hund sieht eine rote Katze .\n")):
        (folder / name).write_text("".join(f"{line[:-3]}{number} .\n" for number in range(60)), encoding="utf-8")
    (folder / "a-file").write_text("word\n", encoding="utf-8")
    (folder / "empty.txt").touch()
    (folder / "empty").mkdir()
    train = ("--train", folder / "train.conll")
    quick = ("--epochs", 1, "--lr", "0.01", "--precision", "fp32", "--device", "cpu")
    for command in (
        ("finetune", encoder, "--train", folder / "train.conllu", "--out", folder / "tagger", *quick),
        ("finetune", encoder, *train, "--task", "ner", "--out", folder / "ner-tagger", *quick),
        ("reproduce", "table2", "--encoder", f"m-bert={encoder}", "--data", root, "--out", folder / "run", "--seeds", 1,
         "--sources", "en", "--targets", "en,de", *quick),
    ):  # fmt: skip
        made = run(*command)
        assert made.exit_code == 0, made.output
    return folder


@pytest.fixture
def no_work(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Whatever is work raises WorkBegunError."""

    def begun(*_: object, **__: object) -> NoReturn:
        raise WorkBegunError

    for place in WORK:
        monkeypatch.setattr(place, begun)
    return monkeypatch
