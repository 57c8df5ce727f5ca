"""Nothing of a user's is markup or an order to the terminal, wherever the command line shows it, and nothing is cut."""

from __future__ import annotations

import ast
import io
import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table
from tiny_world import WORDS, conllu, run, write_encoder, write_root
from typer.testing import CliRunner

import crossglot
from crossglot.characters import visible, write_any_text
from crossglot.engine.progress import Shown
from crossglot.terminal import PlainConsole, bars, plain
from odd_names import ODD_NAMES

STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufffe\uffff]")
GOLD = "gold[b] :pizza:.conll"
LABELS = ["[/NP]", "Number[psor]", "[bold]", ":pizza:", "\x1b[31mX", "X\ufffeY", "B\u202eX", "[link=x]", "a\\[b]", "…"]


def process(*arguments: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The command line as a process of its own, its output in pipes."""
    command = [sys.executable, "-m", "crossglot", *map(str, arguments)]
    env = {key: value for key, value in os.environ.items() if key not in ("CROSSGLOT_DATA", "COLUMNS")} | environment
    return subprocess.run(command, capture_output=True, env=env, check=False)  # noqa: S603


def shown_on(console: PlainConsole, *things: Any) -> str:
    console.file = io.StringIO()
    for thing in things:
        console.print(thing)
    return console.file.getvalue()


@pytest.fixture(scope="module")
def tagger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tagger with labels and a folder that are orders to a terminal, as `finetune` leaves it."""
    folder = tmp_path_factory.mktemp("work")
    encoder = write_encoder(folder / "[bold]encoder")
    gold = folder / GOLD
    dice = random.Random(1)
    words = [WORDS["en"][at] + "\t" + label for at, label in enumerate(LABELS)]
    gold.write_text("\n\n".join("\n".join(dice.sample(words, 5)) for _ in range(40)) + "\n", encoding="utf-8")
    out = folder / "[" / "tagger]"  # which makes `[/tagger]`
    options = ("--task", "labels", "--out", out, "--lr", 0.01, "--epochs", 2)
    result = run("finetune", encoder, "--train", gold, "--dev", gold, *options)
    assert result.exit_code == 0, result.output
    assert f"wrote {out}" in result.stderr
    for label in LABELS:
        assert visible(label) in result.stdout
    assert not STEERING.search(result.output)
    return out


def test_labels_that_look_like_markup_are_shown_whole(tagger: Path) -> None:
    result = process("evaluate", tagger, tagger.parents[1] / GOLD)
    assert result.returncode == 0, result.stderr.decode()
    shown = result.stdout.decode()
    assert shown.startswith(f"{tagger.parents[1]}/{GOLD}: accuracy")
    assert {line.split()[0] for line in shown.splitlines()[2:]} == set(map(visible, LABELS))
    assert not STEERING.search(shown)


def test_labels_are_whole_in_json(tagger: Path) -> None:
    from crossglot.cli import app

    arguments = ["evaluate", str(tagger), str(tagger.parents[1] / GOLD), "--json"]
    result = CliRunner(charset="ascii").invoke(app, arguments)
    assert set(json.loads(result.stdout)["by_label"]) == set(LABELS)
    assert not STEERING.search(result.stdout)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "ascii", "utf-8"])
def test_a_terminal_of_any_encoding_shows_everything(tagger: Path, encoding: str, tmp_path: Path) -> None:
    gold = tagger.parents[1] / GOLD
    from crossglot.cli import app

    runner = CliRunner(charset=encoding)
    result = runner.invoke(app, ["evaluate", str(tagger), str(gold)])
    assert result.exit_code == 0, result.output
    assert "Number[psor]" in result.stdout
    refused = runner.invoke(app, ["report", str(tmp_path / "gøne→中…")])
    assert refused.exit_code == 2
    assert "gøne→中…" in refused.stderr or "->" in refused.stderr
    table = Table("±", "✓", "…")
    table.add_row("→", "中", "é")
    console = PlainConsole()
    console.file = io.TextIOWrapper(raw := io.BytesIO(), encoding=encoding)
    write_any_text(console.file)
    console.print(table)
    console.file.flush()
    assert raw.getvalue()


def test_a_plain_locale_is_no_traceback(tmp_path: Path) -> None:
    plain_locale = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    for arguments in (("--help",), ("data", "list"), ("data", "check", write_root(tmp_path / "root")), ("run", "é中")):
        result = process(*arguments, **plain_locale)
        assert result.returncode == (2 if arguments[0] == "run" else 0), result.stderr
        assert b"Traceback" not in result.stderr


@pytest.mark.parametrize("name", ODD_NAMES.values(), ids=list(ODD_NAMES))
def test_what_is_typed_comes_back_visible_in_errors(name: str, tmp_path: Path) -> None:
    if "\0" in name:
        pytest.skip("no argument holds it")
    for arguments in (
        ("run", name), ("report", tmp_path / name), ("data", "get", name), ("data", name), (name,),
        ("run", f"--{name}"),
        ("finetune", name, "--train", tmp_path / f"{name}.conllu", "--out", tmp_path / "o"),
        ("run", "x", "--jobs", name),
        ("evaluate", tmp_path / name, "x", "--format", name), ("pretrain", "--text", name, "--out", tmp_path / "p"),
    ):  # fmt: skip
        result = run(*arguments)
        assert result.exit_code == 2, (arguments, result.output)
        assert "Traceback" not in result.output
        assert not STEERING.search(result.output), arguments


def test_a_name_that_is_not_utf_8_is_refused_before_any_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = os.fsdecode(bytes(tmp_path) + b"/caf\xe9")
    for arguments in (
        ("pretrain", "--text", f"en={bad}", "--out", tmp_path / "out"), ("report", bad), ("data", "check", bad),
        ("reproduce", "table2", "--encoder", tmp_path, "--out", bad), ("predict", tmp_path, "-", "--out", bad),
    ):  # fmt: skip
        result = run(*arguments)
        assert result.exit_code == 2
        assert result.stderr.startswith("error: ")
        assert "caf\\udce9: is not UTF-8" in result.stderr
    Path(bad).mkdir()
    monkeypatch.chdir(bad)
    assert "caf\\udce9: is not UTF-8" in run("report", "run").stderr


def test_what_files_say_comes_back_visible_in_errors_and_logs(tmp_path: Path) -> None:
    bad = tmp_path / "a.conllu"
    bad.write_text("# sent_id = \x1b[31mx\n1\tw\x1b]0;y\x07\t_\tX\x1b\t_\t_\n\n" + conllu("en", 5, 1), encoding="utf-8")
    assert not STEERING.search(run("predict", "models", bad).output)
    encoder = write_encoder(tmp_path / "tiny")
    lenient = process("finetune", encoder, "--train", bad, "--out", tmp_path / "out", "--lenient", "--epochs", 1)
    assert b"skipped 1 of 6" in lenient.stderr
    assert not STEERING.search(lenient.stderr.decode())
    root = tmp_path / "root"
    (root / "ud/UD_English-EWT").mkdir(parents=True)
    (root / "ud/UD_English-EWT/en_ewt-ud-test.conllu").write_bytes(bad.read_bytes())
    (root / "ud/\x1b[31m[bold]").mkdir()
    (root / "ud/\x1b[31m[bold]/stray.txt").write_text("")
    checked = run("data", "check", root)
    assert checked.exit_code == 2
    assert not STEERING.search(checked.output)
    assert "[bold]" in checked.output


@pytest.mark.parametrize("name", ODD_NAMES.values(), ids=list(ODD_NAMES))
def test_a_table_shows_names_as_they_are_and_uncut(name: str) -> None:
    name = name.replace("\t", " ")
    table = Table(title=name, caption=name)
    table.add_column(name)
    table.add_column(plain(name))
    table.add_row(name * 40, plain(name * 40, "bold"))
    said = shown_on(PlainConsole(), table, name, plain(name))
    assert said.count(visible(name) * 40) == 2 or name.isspace()
    assert not STEERING.search(said)


@pytest.mark.parametrize("name", ODD_NAMES.values(), ids=list(ODD_NAMES))
def test_progress_shows_names_as_they_are(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    console = PlainConsole(stderr=True)
    console.file = io.StringIO()
    shown = bars(console)
    with shown:
        shown.add_task(name)
    Shown(console)._say(name)
    said = re.sub(r"\x1b\[[?0-9;]*[A-Za-z]", "", console.file.getvalue()).replace("\r", "")
    assert said.count(visible(name).partition("\t")[0]) >= 2
    assert not STEERING.search(said)


@given(st.text(alphabet=st.characters(), max_size=40))
def test_what_is_visible_can_be_written_anywhere(text: str) -> None:
    said = visible(text)
    assert not STEERING.search(said)
    assert visible(said) == said
    escaped = said.replace("&", "&amp;").replace("<", "&lt;")
    assert (ElementTree.fromstring(f"<a>{escaped}</a>").text or "") == said  # noqa: S314  # made here
    for encoding in ("latin-1", "cp1252", "ascii", "utf-8"):
        raw = io.BytesIO()
        stream = io.TextIOWrapper(raw, encoding=encoding)
        write_any_text(stream)
        stream.write(text)
        stream.flush()
    assert raw.getvalue()[:1] == text.encode("utf-8", "replace")[:1] or not text.isascii()


def test_a_table_on_a_narrow_terminal_is_folded_never_cut(tagger: Path) -> None:
    result = run("evaluate", tagger, tagger.parents[1] / GOLD, TTY_COMPATIBLE="1", COLUMNS="30")
    assert result.exit_code == 0, result.output
    assert "…" not in result.stdout.replace("  …", "")


def test_consoles_texts_and_bars_are_made_in_one_place() -> None:
    package = Path(crossglot.__file__).parent
    found = []
    for path in package.rglob("*.py"):
        if path != package / "terminal.py":
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for_types = {id(inner) for node in ast.walk(tree) if isinstance(node, ast.If) for inner in ast.walk(node)}
            found += [
                f"{path.relative_to(package)}:{node.lineno} makes its own {alias.name}"
                for node in ast.walk(tree)
                if isinstance(node, ast.ImportFrom)
                and (node.module or "").split(".")[0] == "rich"
                and id(node) not in for_types
                for alias in node.names
                if alias.name in ("Console", "Progress", "BarColumn", "print")
            ]
    assert not found
