"""`crossglot lab make`: the root it writes, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

from tiny_world import run, write_encoder

SPEC = """
words = 40
concepts = 40
sizes = { train = 40, dev = 12, test = 15, mono = 5, parallel = 5 }

[languages.en]
name = "Toyish"
script = "Latn"
[languages.en.wals]
81A = "SVO"
85A = "Prepositions"
86A = "Noun-Genitive"
87A = "Adjective-Noun"
88A = "Mixed"
89A = "Numeral-Noun"

[languages.qq]
name = "Playan"
script = "Hang"
lexicon_of = "en"
[languages.qq.wals]
81A = "SOV"
85A = "Postpositions"
86A = "Noun-Genitive"
87A = "Adjective-Noun"
88A = "Mixed"
89A = "Numeral-Noun"
"""


def write_spec(folder: Path, *changes: tuple[str, str]) -> Path:
    text = SPEC
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "toy.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_lab_is_made_checked_and_run_on_like_real_data(tmp_path: Path) -> None:
    lab, out = tmp_path / "lab", tmp_path / "out"
    made = run("lab", "make", lab, "--spec", write_spec(tmp_path), "--seed", 7)
    assert made.exit_code == 0, made.output
    assert made.stdout == f"{lab}: 2 languages (seed 7): en, qq\n"
    assert run("data", "check", lab).exit_code == 0

    encoder = write_encoder(tmp_path / "encoders" / "tiny-bert")
    fixed = ("--seeds", 1, "--lr", 0.01, "--epochs", 1, "--precision", "fp32", "--sources", "en", "--targets", "en,qq")
    ran = run("reproduce", "table2", "--encoder", f"m-bert={encoder}", "--data", lab, "--out", out, *fixed)
    assert ran.exit_code == 0, ran.output
    assert json.loads((out / "versions.json").read_text())["languages"] == {
        "en": "Toyish (constructed, in place of English)",
        "qq": "Playan (constructed)",
    }


def test_the_spec_is_kept_with_its_seed_and_makes_the_same_lab_again(tmp_path: Path) -> None:
    run("lab", "make", tmp_path / "one", "--spec", write_spec(tmp_path), "--seed", 7)
    run("lab", "make", tmp_path / "two", "--spec", tmp_path / "one/lab.toml")
    for file in (path for path in (tmp_path / "one").rglob("*") if path.is_file()):
        assert file.read_bytes() == (tmp_path / "two" / file.relative_to(tmp_path / "one")).read_bytes()


def test_the_impossible_ends_with_one_message_and_nothing_written(tmp_path: Path) -> None:
    spec = write_spec(tmp_path, ('lexicon_of = "en"', "cognates = { en = 0.3 }"))
    refused = run("lab", "make", tmp_path / "lab", "--spec", spec)
    assert refused.exit_code == 2
    assert "toy.toml" in refused.stderr
    assert "languages.qq.cognates.en: 0.3" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "lab").exists()


def test_a_folder_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    spec = write_spec(tmp_path)
    refused = run("lab", "make", tmp_path, "--spec", spec)
    assert refused.exit_code == 2
    assert "new or empty" in refused.stderr
    assert run("lab", "make", tmp_path / "x", "--spec", spec, "--seed", -1).exit_code == 2
