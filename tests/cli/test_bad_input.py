"""Bad corpora and encoders, full disks and Ctrl-C end with one clear message, and everything finished is kept.

What is wrong with a command line alone stands in the table of `bad_inputs.py`.
"""

from __future__ import annotations

import errno
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tiny_world import run, write_encoder, write_root

from crossglot.commands.faults import what_user_can_mend

if TYPE_CHECKING:
    from typer.testing import Result


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_root(tmp_path_factory.mktemp("root"))


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("encoders") / "tiny-bert")


@pytest.fixture
def own_root(root: Path, tmp_path: Path) -> Path:
    """A copy of the data root that a test may break."""
    return Path(shutil.copytree(root, tmp_path / "own-root"))


def refused(result: Result, *said: str) -> None:
    """One message, which says all of `said`."""
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.stderr
    assert result.stderr.count("error: ") == 1
    for words in said:
        assert words in result.stderr


def reproduce(encoder: Path | str, root: Path | str, out: Path, *options: object, experiment: str = "table2") -> Result:
    fixed = ("--encoder", f"m-bert={encoder}", "--data", root, "--out", out, "--seeds", "1", "--lr", "0.01")
    return run("reproduce", experiment, *fixed, "--epochs", 1, "--precision", "fp32", *options)


def treebank(root: Path, split: str = "train") -> Path:
    return root / f"ud/UD_English-EWT/en_ewt-ud-{split}.conllu"


def test_an_empty_file(encoder: Path, own_root: Path, tmp_path: Path) -> None:
    treebank(own_root).write_text("", encoding="utf-8")
    refused(reproduce(encoder, own_root, tmp_path / "out"), "en_ewt-ud-train.conllu", "has no sentence")


def test_a_treebank_whose_words_are_all_underscores(encoder: Path, own_root: Path, tmp_path: Path) -> None:
    rows = "".join(f"{i}\t_\t_\tNOUN\t_\t_\t_\t_\t_\t_\n" for i in (1, 2, 3))
    treebank(own_root).write_text(f"{rows}\n{rows}\n", encoding="utf-8")
    refused(reproduce(encoder, own_root, tmp_path / "out"), "en_ewt-ud-train.conllu", "_")


def test_a_tag_outside_the_label_set_with_its_line(encoder: Path, own_root: Path, tmp_path: Path) -> None:
    path = treebank(own_root)
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[3] = lines[3].replace(lines[3].split("\t")[3], "NUON", 1)
    path.write_text("\n".join(lines) + "\n\n", encoding="utf-8")
    refused(reproduce(encoder, own_root, tmp_path / "out"), "en_ewt-ud-train.conllu:4", "NUON")
    refused(run("finetune", encoder, "--train", path, "--out", tmp_path / "t"), "en_ewt-ud-train.conllu:4", "NUON")


def test_a_language_without_a_test_split_leaves_its_cells_empty_with_the_reason(
    encoder: Path, own_root: Path, tmp_path: Path
) -> None:
    (own_root / "ud/UD_German-GSD/de_gsd-ud-test.conllu").unlink()
    options = ("--sources", "en", "--targets", "en,de")
    result = reproduce(encoder, own_root, tmp_path / "out", *options)
    assert result.exit_code == 0, result.output
    assert "has no test split" in (tmp_path / "out/report.html").read_text(encoding="utf-8")
    refused(reproduce(encoder, own_root, tmp_path / "other", "--sources", "en", "--targets", "de"), "no test split")


def test_a_model_folder_without_a_tokenizer(encoder: Path, root: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(encoder, tmp_path / "bare"))
    for path in folder.iterdir():
        if "token" in path.name or "vocab" in path.name:
            path.unlink()
    refused(reproduce(folder, root, tmp_path / "out"), str(folder), "tokenizer")


def test_a_model_folder_with_pickled_weights_only(encoder: Path, root: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(encoder, tmp_path / "pickled"))
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    refused(reproduce(folder, root, tmp_path / "out"), str(folder), "pickled")


def test_a_hub_id_without_a_network(root: Path, tmp_path: Path) -> None:
    result = reproduce("nobody/no-such-encoder", root, tmp_path / "out")
    refused(result, "nobody/no-such-encoder")


def test_a_full_disk_keeps_what_is_finished(
    encoder: Path, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crossglot.steps.train_and_predict import TrainAndPredict

    out, real, calls = tmp_path / "out", TrainAndPredict.go_on, []

    def fills_up(self: TrainAndPredict, *given: object) -> object:
        calls.append(self)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, "No space left on device", str(out / "steps"))
        return real(self, *given)  # type: ignore[arg-type]

    options = ("--sources", "en,de", "--targets", "en,de")
    monkeypatch.setattr(TrainAndPredict, "go_on", fills_up)
    refused(reproduce(encoder, root, out, *options), "disk is full", "kept")
    monkeypatch.undo()
    shown = reproduce(encoder, root, out, *options, "--dry-run").stdout
    assert "✓ finished  tiny-bert, pos: en, seed 1" in shown
    assert "· to do     tiny-bert, pos: de, seed 1" in shown
    assert reproduce(encoder, root, out, *options).exit_code == 0


def test_a_plan_of_very_many_steps_counts_them(encoder: Path, root: Path, tmp_path: Path) -> None:
    study = tmp_path / "many.toml"
    study.write_text(
        f'experiments = ["table2"]\nsources = ["en", "de"]\ntargets = ["en", "de"]\nseeds = {list(range(1, 254))}\n'
        f'data = "{root}"\nlearning_rate = 0.01\n[[encoders]]\nencoder = "{encoder}"\nrole = "m-bert"\n'
    )
    shown = run("plan", study, "--out", tmp_path / "out").stdout
    assert "· to do  506 × tiny-bert, pos" in shown
    assert "seed 1" not in shown
    listed = json.loads(run("plan", study, "--out", tmp_path / "out", "--json").stdout)["steps"]
    assert sum(step["title"].startswith("tiny-bert, pos: ") for step in listed) == 506


def test_the_traceback_is_shown_on_demand(tmp_path: Path) -> None:
    assert "Traceback" in run("--debug", "report", tmp_path).stderr
    assert "Traceback" in run("report", tmp_path, CROSSGLOT_DEBUG="1").stderr
    assert "Traceback" not in run("report", tmp_path, CROSSGLOT_DEBUG="0").stderr


def test_a_fault_of_ours_says_so_with_the_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(folder: Path) -> Path:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("crossglot.report.write_report", breaks)
    (tmp_path / "results.csv").touch()
    result = run("report", tmp_path)
    assert result.exit_code == 1
    assert "ZeroDivisionError: a bug" in result.stderr
    assert "fault of crossglot" in result.stderr


def test_ctrl_c_says_what_is_kept(encoder: Path, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from crossglot.steps.train_and_predict import TrainAndPredict

    def stopped(self: TrainAndPredict, *given: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(TrainAndPredict, "go_on", stopped)
    result = reproduce(encoder, root, tmp_path / "out", "--sources", "en", "--targets", "en")
    assert result.exit_code == 130
    assert "finished steps are kept" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_file_that_may_not_be_written(tmp_path: Path, encoder: Path, root: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    refused(reproduce(encoder, root, tmp_path / "file" / "out", "--sources", "en", "--targets", "en"), "file")


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device", "runs/x"),
        RuntimeError("Error while serializing: I/O error: No space left on device (os error 28)"),
    ],
)
def test_a_full_disk_is_known_however_a_library_words_it(error: Exception) -> None:
    message = what_user_can_mend(error)
    assert message is not None
    assert "disk is full" in message
    assert "kept" in message


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EROFS, "the file system is read-only"),
        (errno.ENOTDIR, "a file stands where a folder is needed"),
        (errno.EISDIR, "a folder stands where a file is needed"),
        (errno.ENAMETOOLONG, "the name is too long"),
        (errno.EACCES, "permission denied"),
        (errno.EMFILE, "too many files are open"),
    ],
)
def test_what_is_no_full_disk_is_not_called_one(number: int, said: str) -> None:
    message = what_user_can_mend(OSError(number, "in the system's words", "runs/x"))
    assert message is not None
    assert message.startswith(f"runs/x: {said}")
    assert "room" not in message


def test_an_error_that_only_we_can_mend_has_no_message_for_the_user() -> None:
    assert what_user_can_mend(ValueError("x")) is None
    assert what_user_can_mend(FileNotFoundError(errno.ENOENT, "No such file", "a")) is None
