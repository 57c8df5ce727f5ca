"""Any value for any option of any command: it is refused with one message, or taken; never a traceback.

Options come from the commands themselves, so that a new one is tried without a new line here.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from tiny_world import run

from crossglot.cli import app

SOUND = {  # what a command needs to get to its work
    "demo": [],
    "reproduce": ["table2", "--encoder=m-bert=encoder", "--data=root"],
    "run": ["sound.toml"],
    "plan": ["sound.toml"],
    "report": ["run"],
    "analyse": ["scores.csv", "--out=out"],
    "verify": ["run"],
    "compare": ["run", "run", "--systems=tiny-bert=most frequent tag"],
    "pretrain": ["--text=en=text.txt", "--text=de=de.txt", "--out=out"],
    "finetune": ["encoder", "--train=train.conllu", "--out=out"],
    "predict": ["tagger", "text.txt"],
    "evaluate": ["tagger", "dev.conllu"],
    "embed": ["encoder", "text.txt", "--out=out"],
    "data list": [],
    "encoders list": [],
    "data get": ["UD_English-EWT", "--data=out"],
    "data check": ["root"],
    "lab make": ["out"],
}
SOUND_STUDY = (
    'experiments = ["table2"]\ndata = "root"\nsources = ["en"]\ntargets = ["de"]\n[[encoders]]\nencoder = "encoder"\n'
)

ODD = (
    "", " ", "-", "--", "=", "en=", "=x", "en=text.txt", ",", "1,,2", "1-", "-1", "0", "00", "1_000", "+1", "٣",
    "1e400", "nan", "-inf", "1e-400", "9" * 5000, "0x10", ".", "..", "/", "//", "~", "a" * 300, "é" * 200,
    "a/" * 3000, "a\nb", "\x1b[31m", "[/b]", "\udcff", "%s", "{}", "None", "true", "en", "xx", "hi+en", "+", "en+",
    "en-de=text.txt,de.txt", "encoder", "tagger", "root", "run", "text.txt", "train.conllu", "train.conll", "a-file",
    "empty", "empty.txt", "gone", "m-bert=encoder", "encoder@", "@main", "x=encoder", "nobody/nothing",
    "nobody/nothing/much", "pos", "ner", "a/../b", "labels", "cuda:99", "cpu:7", "meta", "bf16", "table1", "all",
    "figure3", "UD_English-EWT", "en=UD_English-EWT", "en-de=ntrex128", "conll2003/en", "https://example.org/x",
    "/dev/null",
)  # fmt: skip
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20).filter(
    lambda text: not text.startswith("/")
)
VALUES = st.one_of(
    st.sampled_from(ODD),
    st.integers().map(str),
    st.floats().map(repr),
    st.sampled_from((8, 16, 31, 32, 63, 64, 127)).map(lambda power: str(2**power)),
    TEXTS,
    st.tuples(st.sampled_from(ODD), st.sampled_from("=,-+@:"), st.sampled_from(ODD)).map("".join),
)


def leaves() -> dict[str, Any]:
    """Every command that does something, by its name."""
    group: Any = typer.main.get_command(app)
    return {
        f"{name} {inner}".strip(): leaf
        for name, command in group.commands.items()
        for inner, leaf in getattr(command, "commands", {"": command}).items()
    }


COMMANDS = leaves()
EXAMPLES = settings().max_examples // 3


@st.composite
def lines(draw: st.DrawFn, name: str) -> list[str]:
    """The command with up to three values of its options and arguments replaced or added."""
    sound, command = SOUND[name], COMMANDS[name]
    line = list(sound)
    places = [at for at, word in enumerate(sound) if not word.startswith("--")]
    for _ in range(draw(st.integers(1, 3))):
        parameter = draw(st.sampled_from([p for p in command.params if p.name != "help"]))
        if parameter.param_type_name == "argument":
            if places:
                line[draw(st.sampled_from(places))] = draw(VALUES)
        elif getattr(parameter, "is_flag", False):
            line.append(parameter.opts[-1])
        else:
            given_already = [at for at, word in enumerate(line) if word.startswith(f"{parameter.opts[-1]}=")]
            option = f"{parameter.opts[-1]}={draw(VALUES)}"
            if given_already and not parameter.multiple:
                line[given_already[0]] = option
            else:
                line.append(option)
    return [*name.split(), *line]


def test_every_command_is_tried() -> None:
    assert set(SOUND) == set(COMMANDS)


@pytest.mark.parametrize("name", SOUND)
@settings(
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_no_value_of_an_option_ends_in_a_traceback(
    name: str, world: Path, no_work: pytest.MonkeyPatch, data: st.DataObject
) -> None:
    no_work.chdir(world)
    line = data.draw(lines(name))
    (world / "sound.toml").write_text(SOUND_STUDY, encoding="utf-8")
    (world / "scores.csv").write_text("source,en,de\nen,90,50\nde,40,95\n", encoding="utf-8")
    before = set(world.rglob("*"))
    try:
        result = run(*line)
        note(result.output)
        if "WorkBegunError" not in result.stderr:  # else the values were taken
            assert result.exit_code in (0, 2)
            assert "Traceback" not in result.output
            if result.exit_code == 2 and name != "data check":
                assert result.stderr.count("error: ") + result.stderr.count("Usage: ") == 1
    finally:
        for path in sorted(set(world.rglob("*")) - before, reverse=True):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
