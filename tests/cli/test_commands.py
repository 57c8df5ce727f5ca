"""The commands as a whole: help, start-up, options, and one real process from data to report."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from tiny_world import run, write_encoder, write_root

from crossglot.commands.options import encoder_and_revision, listed, numbers, repeated_pairs
from crossglot.errors import UsageError

COMMANDS = (
    "reproduce",
    "run",
    "plan",
    "report",
    "pretrain",
    "finetune",
    "predict",
    "evaluate",
    "data list",
    "data get",
    "data check",
)
HEAVY = ("torch", "transformers", "tokenizers", "polars", "altair", "scipy", "numpy", "pydantic", "vl_convert")


def process(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "crossglot", *map(str, arguments)],
        capture_output=True, text=True, check=False, env={**os.environ, **environment},
    )  # fmt: skip


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['crossglot', '--help']\n"
        "from crossglot.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stderr.strip() == "[]"
    assert all(command.split()[0] in done.stdout for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_summary_and_an_example(command: str) -> None:
    result = run(*command.split(), "--help")
    assert result.exit_code == 0
    assert re.search(rf"Example:\s+.*crossglot {command}", result.stdout)
    said = [line.strip() for line in result.stdout.splitlines() if line.strip()]
    assert said[0].startswith("Usage:")
    assert said[1].endswith("."), "one line says what it does"


def test_the_version_is_told() -> None:
    from crossglot import __version__

    assert run("--version").stdout.strip() == f"crossglot {__version__}"


def test_a_real_process_goes_from_data_to_a_report_and_the_second_run_finds_everything(tmp_path: Path) -> None:
    root, encoder, out = write_root(tmp_path / "root"), write_encoder(tmp_path / "tiny-bert"), tmp_path / "out"
    command = (
        "reproduce", "table2", "--encoder", f"m-bert={encoder}", "--data", root, "--out", out, "--seeds", "1,2",
        "--lr", "0.01", "--epochs", 1, "--sources", "en", "--targets", "en,de", "--precision", "fp32",
    )  # fmt: skip
    first = process(*command)
    assert first.returncode == 0, first.stderr
    assert "\x1b[" not in first.stdout + first.stderr, "no colours where nobody looks"
    assert "with labels of one language tiny-bert gets" in first.stdout
    assert "Table 2" not in first.stdout, "what was found, not every table"
    tables = process("report", out).stdout
    assert "Table 2" in tables and "most frequent tag" in tables
    for name in ("report.html", "results.csv", "claims.csv", "study.toml", "versions.json", "tables/table2.tex"):
        assert (out / name).is_file()
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "UD_German-GSD" in page
    assert "0.01" in page, "a learning rate that is not the paper's is named"
    assert ", 0 to do" in run(*command, "--dry-run").stdout
    elsewhere = run(*command, "--dry-run", "--device", "cuda")
    assert (elsewhere.exit_code, ", 0 to do" in elsewhere.stdout) == (0, False), "a plan for a GPU that is not here"
    results = (out / "results.csv").read_bytes()
    assert run(*command).exit_code == 0
    assert (out / "results.csv").read_bytes() == results


def test_a_plan_says_over_how_many_gpus_its_steps_are_spread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, encoder = write_root(tmp_path / "root"), write_encoder(tmp_path / "tiny-bert")
    command = (
        "reproduce", "table2", "--encoder", f"m-bert={encoder}", "--data", root, "--out", tmp_path / "out",
        "--seeds", 1, "--lr", "0.01", "--sources", "en", "--targets", "en,de", "--dry-run",
    )  # fmt: skip

    def said(*more: object) -> list[str]:
        shown = run(*command, *more)
        assert shown.exit_code == 0, shown.output
        return [line for line in shown.stdout.splitlines() if "at a time" in line]

    assert said("--jobs", 2) == []
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 3)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: (8, 0))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    assert said() == said("--device", "cuda") == ["3 steps at a time, spread over 3 GPUs"]
    assert said("--jobs", 6) == ["6 steps at a time, spread over 3 GPUs"]
    assert said("--jobs", 2) == ["2 steps at a time, spread over 2 GPUs"]
    for not_spread in (["--jobs", 1], ["--device", "cuda:1"], ["--device", "cuda:0", "--jobs", 2], ["--device", "cpu"]):
        assert said(*not_spread) == []
    (tmp_path / "out").mkdir()
    (tmp_path / "mine.toml").write_text(
        f'experiments = ["table2"]\nsources = ["en"]\ntargets = ["de"]\nlearning_rate = 0.01\ndata = "{root}"\n\n'
        f'[[encoders]]\nencoder = "{encoder}"\nrole = "m-bert"\n',
        encoding="utf-8",
    )
    planned = run("plan", tmp_path / "mine.toml", "--out", tmp_path / "out")
    assert "3 steps at a time, spread over 3 GPUs" in planned.stdout, planned.output


def test_a_study_in_toml_is_planned_and_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    root, encoder = write_root(tmp_path / "root"), write_encoder(tmp_path / "tiny-bert")
    (tmp_path / "mine.toml").write_text(
        f'experiments = ["transfer-ner"]\nsources = ["en"]\ntargets = ["en", "de"]\nseeds = [1]\nepochs = 1\n'
        f'learning_rate = 0.01\nprecision = "fp32"\ndata = "{root}"\n\n[[encoders]]\nencoder = "{encoder}"\n',
        encoding="utf-8",
    )
    planned = run("plan", "mine.toml")
    assert planned.exit_code == 0, planned.output
    assert "0 finished" in planned.stdout
    done = run("run", "mine.toml")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "runs/mine/report.html").is_file()
    assert ", 0 to do" in run("plan", "mine.toml").stdout


def test_pretraining_leaves_an_encoder_that_a_tagger_can_be_made_of(tmp_path: Path) -> None:
    for language, words in (("en", "the dog sees a cat"), ("de", "der Hund sieht eine Katze")):
        (tmp_path / f"{language}.txt").write_text("".join(f"{words} {i}\n" for i in range(300)), encoding="utf-8")
    texts = [argument for key in ("en", "de") for argument in ("--text", f"{key}={tmp_path / key}.txt")]
    out = tmp_path / "small"
    size = ("--steps", 3, "--vocab-size", 200, "--batch-pieces", 256, "--precision", "fp32")
    result = run("pretrain", *texts, "--out", out, *size)
    assert result.exit_code == 0, result.output
    assert re.search(r"perplexity.*en \d+\.\d, de \d+\.\d", result.stdout)
    root = write_root(tmp_path / "root")
    train = root / "ud/UD_English-EWT/en_ewt-ud-train.conllu"
    assert run("finetune", out, "--train", train, "--epochs", 1, "--out", tmp_path / "tagger").exit_code == 0


def test_a_clean_root_passes_and_a_faulty_one_is_told_file_line_and_remedy(tmp_path: Path) -> None:
    root = write_root(tmp_path / "root")
    assert run("data", "check", root).exit_code == 0
    path = root / "ud/UD_German-GSD/de_gsd-ud-dev.conllu"
    path.write_text("1\tHund\t_\tNUON\t_\t_\t_\t_\t_\t_\n\n2\tHund\n\n", encoding="utf-8")
    result = run("data", "check", root)
    assert result.exit_code == 2
    assert "ud/UD_German-GSD/de_gsd-ud-dev.conllu:1: unknown UPOS tag 'NUON'" in result.stdout
    assert "de_gsd-ud-dev.conllu:3" in result.stdout
    assert "2 faults" in result.stdout


def test_option_values_are_read_as_written() -> None:
    assert repeated_pairs(["en=a=b", "de=c", "en=d"], "--text") == {"en": ["a=b", "d"], "de": ["c"]}
    assert listed("en, de,", "--sources") == ["en", "de"]
    assert listed(None, "--sources") is None
    assert numbers("1,2,3", "--seeds") == [1, 2, 3]
    assert numbers("1-3", "--seeds") == [1, 2, 3]
    assert encoder_and_revision("google-bert/bert-base-cased@abc") == ("google-bert/bert-base-cased", "abc")
    assert encoder_and_revision("google-bert/bert-base-cased") == ("google-bert/bert-base-cased", None)


def test_a_folder_with_an_at_sign_is_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "model@home"
    folder.mkdir()
    assert encoder_and_revision(str(folder)) == (str(folder), None)


@pytest.mark.parametrize("value", ["", "=x", "en=", "en"])
def test_a_half_pair_is_refused(value: str) -> None:
    with pytest.raises(UsageError, match="--corpus"):
        repeated_pairs([value], "--corpus")
