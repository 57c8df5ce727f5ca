"""What a message tells to do can be done: options that it names are options of the command that was given."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_any_value import COMMANDS
from tiny_world import run

import crossglot
from crossglot.commands.given import OPTIONS, STUDY_FIELDS, name_of
from crossglot.remedies import called, settings_called, way, ways
from crossglot.studies.study import Study

PACKAGE = Path(crossglot.__file__).parent
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
EVERYWHERE = {"--help", "--debug", "--version"}
OF_ANOTHER_COMMAND = {
    "experiments/claims_page.py": "reproduce",
    "report/provenance.py": "run",
    "studies/demo.py": "demo",
    "studies/as_command.py": "reproduce",
}  # named in so many words


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Every string of a module that is no docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value


def options_of(command: str) -> set[str]:
    return {option for parameter in COMMANDS[command].params for option in parameter.opts} | EVERYWHERE


def modules(*, of_commands: bool) -> list[str]:
    found = (path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
    return sorted(name for name in found if name.startswith(("commands/", "cli.py")) is of_commands)


def test_what_several_commands_use_names_no_option_as_a_text() -> None:
    found = {}
    for module in modules(of_commands=False):
        known = options_of(OF_ANOTHER_COMMAND[module]) if module in OF_ANOTHER_COMMAND else EVERYWHERE
        for line, text in texts(PACKAGE / module):
            if strange := set(OPTION.findall(text)) - known:
                found[f"{module}:{line}"] = strange
    assert not found, "say what a setting is called with crossglot.remedies: callers differ in their options"


@pytest.mark.parametrize(
    ("module", "commands"),
    [
        ("commands/tagging.py", ["finetune", "predict", "evaluate"]),
        ("commands/tuning.py", ["finetune"]),
        ("commands/reproducing.py", ["reproduce"]),
        ("commands/running.py", ["reproduce", "run"]),
        ("commands/planning.py", ["plan"]),
        ("commands/estimating.py", ["plan"]),
        ("commands/reporting.py", ["report", "reproduce", "run", "analyse"]),
        ("commands/comparing.py", ["compare"]),
        ("commands/verifying.py", ["verify"]),
        ("commands/pretraining.py", ["pretrain"]),
        ("commands/embedding.py", ["embed"]),
        ("commands/data.py", ["data list", "data get", "data check"]),
        ("commands/offering.py", ["reproduce", "run", "data get"]),
        ("commands/getting.py", ["data get"]),
        ("commands/lab.py", ["lab make"]),
        ("commands/demo.py", ["demo"]),
    ],
)
def test_a_commands_own_messages_name_its_options(module: str, commands: list[str]) -> None:
    known = set().union(*map(options_of, commands))
    named = {option for _, text in texts(PACKAGE / module) for option in OPTION.findall(text)}
    assert named <= known, named - known


def test_a_setting_is_called_as_the_caller_has_it() -> None:
    assert (called("corpora", "es=NAME"), called("lenient")) == ("corpora es=NAME", "lenient")
    for command, names in {
        "reproduce": ("--corpus", "--lr", "--lenient", "--jobs"),
        "run": ("corpora in the study", "learning_rate in the study", "lenient in the study", "--jobs"),
        "finetune": ("", "--lr", "--lenient", ""),
        "data check": ("", "", "", ""),
        "demo": ("", "", "", ""),
    }.items():
        settings = ("corpora", "learning_rate", "lenient", "jobs")
        assert tuple(name_of(COMMANDS[command], setting) for setting in settings) == names, command


def test_a_way_that_the_caller_has_not_is_not_told() -> None:
    with settings_called(lambda name: name_of(COMMANDS["data check"], name)):
        assert ways("mend it", way("skip it", "lenient")) == "mend it"
    with settings_called(lambda name: name_of(COMMANDS["reproduce"], name)):
        assert ways("mend it", way("skip it", "lenient")) == "mend it or skip it (--lenient)"
        assert ways("a", "b", way("c", "corpora", "es=X")) == "a, b, or c (--corpus es=X)"


def test_names_of_settings_are_those_of_studies_and_options() -> None:
    assert set(STUDY_FIELDS) <= set(Study.model_fields)
    every = {parameter.name for command in COMMANDS.values() for parameter in command.params}
    assert set(OPTIONS.values()) <= every
    for module in modules(of_commands=False):
        tree = ast.parse((PACKAGE / module).read_text(encoding="utf-8"))
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("called", "way"):
                given = call.args[call.func.id == "way"]
                if isinstance(given, ast.Constant):
                    assert given.value in {*Study.model_fields, *every, *OPTIONS, "scheme"}, f"{module}:{call.lineno}"


UNTAGGED = "1\tthe\t_\t_\t_\t_\t_\t_\t_\t_\n\n"


@pytest.mark.parametrize(
    ("command", "said", "unsaid"),
    [
        ("finetune {encoder} --train {file} --out {out}", ["annotate it or skip its sentence (--lenient)"], ["corpus"]),
        ("data check {root}", ["annotate it."], ["--lenient", "--corpus"]),
        (
            "reproduce table2 --encoder {encoder} --data {root} --out {out}",
            ["take another corpus (--corpus)", "skip its sentence (--lenient)"],
            [],
        ),
        (
            "run {study} --out {out}",
            ["take another corpus (corpora in the study)", "skip its sentence (lenient in the study)"],
            ["--lenient", "--corpus"],
        ),
    ],
)
def test_the_same_fault_has_the_remedies_of_each_command(
    world: Path, tmp_path: Path, command: str, said: list[str], unsaid: list[str]
) -> None:
    places = {"encoder": world / "encoder", "root": tmp_path / "root", "out": tmp_path / "out"}
    file = tmp_path / "root/ud/UD_English-EWT/en_ewt-ud-train.conllu"
    file.parent.mkdir(parents=True)
    for split in ("train", "test"):
        file.with_name(f"en_ewt-ud-{split}.conllu").write_text(UNTAGGED, encoding="utf-8")
    places |= {"file": file, "study": tmp_path / "mine.toml"}
    places["study"].write_text(
        f'experiments = ["transfer-pos"]\nsources = ["en"]\ntargets = ["en"]\ndata = "{places["root"]}"\n'
        f'[[encoders]]\nencoder = "{places["encoder"]}"\n',
        encoding="utf-8",
    )
    result = run(*command.format(**places).split())
    assert result.exit_code == 2, result.output
    assert all(words in result.output for words in said), result.output
    assert not any(words in result.output for words in unsaid), result.output
