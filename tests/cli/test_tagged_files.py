"""CoNLL-U that was tagged: all that was there is there, byte for byte, but for the tags."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from tiny_world import conllu

from crossglot.commands.annotated import read_untagged
from crossglot.commands.tagged import labels_held, output_format, write_tagged

RICH = (
    "# newdoc id = d|1\n# sent_id = \n# text = zum \u00a0Haus\n#\n# a comment = with = signs |\n"
    "1-2\tzum\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No|\u4e2d=\u3042\n"
    "1\tzu\tzu\tADP\tAPPR\tA=b|C=d\t2\tcase\t2:case|3:x\tA=b||C|Tag1=x\n"
    "2\tdem\tder\tDET\tART\t_\t0\troot\t_\t_\n"
    "2.1\tx\t_\t_\t_\t_\t_\t_\t0:root\tCopyOf=1\n"
    "3\t10 000\t_\t_\t_\t_\t_\t_\t_\ta b\n\n"
)


def tagged(source: Path, out: Path, task: str, label: str) -> bytes:
    read = read_untagged(str(source))
    tags = [[label] * len(words) for words in read.words]
    write_tagged(read, tags, str(out), output_format(read, str(out)), task)
    return out.read_bytes()


@pytest.mark.parametrize("label", ["NOUN", "Case=Nom|Number=Sing", "a b\\c", "|", ""])
def test_only_the_label_is_added_and_a_second_run_changes_nothing(tmp_path: Path, label: str) -> None:
    source = tmp_path / "a.conllu"
    source.write_text(RICH + conllu("de", 3, 1), encoding="utf-8")
    first = tagged(source, tmp_path / "b.conllu", "labels", label)
    assert tagged(tmp_path / "b.conllu", tmp_path / "c.conllu", "labels", label) == first
    assert labels_held(read_untagged(str(tmp_path / "b.conllu")), "labels") == first.count(b"Tag=")
    lines = first.decode("utf-8").split("\n")
    without = [re.sub(r"\|Tag=[^|]*$", "", re.sub(r"\tTag=[^|]*$", "\t_", line)) for line in lines]
    assert "\n".join(without).encode() == source.read_bytes()


def test_parts_of_speech_replace_parts_of_speech_alone(tmp_path: Path) -> None:
    source = tmp_path / "a.conllu"
    source.write_text(RICH, encoding="utf-8")
    written = tagged(source, tmp_path / "b.conllu", "pos", "X").decode("utf-8")
    for before, after in zip(RICH.split("\n"), written.split("\n"), strict=True):
        fields, own = before.split("\t"), after.split("\t")
        if fields[0].isdigit():
            fields[3] = "X"
        assert own == fields


@pytest.mark.parametrize("name", ["UD_English-EWT/en_ewt", "UD_French-Sequoia/fr_sequoia", "UD_Finnish-TDT/fi_tdt"])
def test_real_treebanks_keep_every_byte(data_root: Path, tmp_path: Path, name: str) -> None:
    packed = data_root / f"ud/{name}-ud-dev.conllu.gz"
    if not packed.exists():
        pytest.skip(f"no {name} there")
    expected = gzip.decompress(packed.read_bytes())
    written = tagged(packed.with_suffix(""), tmp_path / "out.conllu", "labels", "Case=Nom|x")
    assert re.sub(rb"\|Tag=Case=Nom\\px\n", b"\n", re.sub(rb"\tTag=Case=Nom\\px\n", b"\t_\n", written)) == expected
    words = sum(line.split(b"\t")[0].isdigit() for line in expected.split(b"\n"))
    assert written.count(rb"Tag=Case=Nom\px") == words
