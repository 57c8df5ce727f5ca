"""What goes through standard input and output: the same bytes as through files, none of them changed."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_world import run, write_encoder, write_root

if TYPE_CHECKING:
    from typer.testing import Result


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_root(tmp_path_factory.mktemp("root"))


@pytest.fixture(scope="module")
def tagger(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("taggers")
    train = root / "ud/UD_English-EWT/en_ewt-ud-train.conllu"
    options = ("--lr", "5e-2", "--epochs", 1, "--device", "cpu", "--precision", "fp32", "--out", folder / "pos")
    assert run("finetune", write_encoder(folder / "encoder"), "--train", train, *options).exit_code == 0
    return folder / "pos"


def words_of_columns(data: bytes) -> list[list[str]]:
    """Sentences of `word<tab>tag` lines, by the bytes alone."""
    blocks = data.decode("utf-8").split("\n\n")
    assert blocks.pop() == ""
    return [[line.rpartition("\t")[0] for line in block.split("\n")] for block in blocks]


ODD = {
    "colours": (b"a \x1b[31mred\x1b[0m \x1b[1m b\n", [["a", "\x1b[31mred\x1b[0m", "\x1b[1m", "b"]]),
    "carriage return": (b"a\rb c\n", [["a\rb", "c"]]),
    "blanks of Unicode": (
        "1\u00a0000 a\u3000b c\u2028d e\x85f \u3000\n".encode(),
        [["1\u00a0000", "a\u3000b", "c\u2028d", "e\x85f", "\u3000"]],
    ),
    "separators": (b"a\x0bb c\x0cd e\x1cf\x1dg\x1eh\n", [["a\x0bb", "c\x0cd", "e\x1cf\x1dg\x1eh"]]),
    "byte-order mark": ("\ufeffthe dog\n".encode(), [["the", "dog"]]),
    "two byte-order marks": ("\ufeff\ufeffthe dog\n".encode(), [["\ufeffthe", "dog"]]),
    "CRLF": (b"the  dog \r\n\r\n\ta cat\r\n", [["the", "dog"], ["a", "cat"]]),
    "no last line end": (b"the dog", [["the", "dog"]]),
    "zero bytes": (b"a\0b \0 c\n", [["a\0b", "\0", "c"]]),
    "gzip": (gzip.compress(b"the dog\n"), [["the", "dog"]]),
    "xz": (lzma.compress(b"the dog\n"), [["the", "dog"]]),
    "markup": (b"[/NP] [bold] :smile: \\[x]\n", [["[/NP]", "[bold]", ":smile:", "\\[x]"]]),
}


@pytest.mark.parametrize("name", ODD)
def test_words_come_and_go_unchanged_by_file_and_by_pipe(tagger: Path, tmp_path: Path, name: str) -> None:
    data, words = ODD[name]
    source = tmp_path / f"odd.txt{'.gz' if name == 'gzip' else '.xz' if name == 'xz' else ''}"
    source.write_bytes(data)
    piped, read = run("predict", tagger, "-", stdin=data), run("predict", tagger, source)
    assert (piped.exit_code, read.exit_code) == (0, 0), piped.output
    assert run("predict", tagger, source, "--out", tmp_path / "out.tsv").exit_code == 0
    assert piped.stdout_bytes == read.stdout_bytes == (tmp_path / "out.tsv").read_bytes()
    out = piped.stdout_bytes
    assert words_of_columns(out.removeprefix(b"\xef\xbb\xbf") if name == "two byte-order marks" else out) == words


REFUSED = {
    "ISO-8859-1": (b"the dog\ncaf\xe9 ol\xe9\n", ":2: byte 0xe9 is not utf-8"),
    "UTF-16": ("the dog\n".encode("utf-16"), "is UTF-16, not UTF-8"),
    "UTF-16 without a mark": ("the dog sees\n".encode("utf-16-le"), "iconv -f UTF-16LE"),
    "big-endian UTF-16 without a mark": ("the dog sees\n".encode("utf-16-be"), "iconv -f UTF-16BE"),
    "UTF-32": ("the dog\n".encode("utf-32"), "is UTF-32, not UTF-8"),
    "bzip2": (bz2.compress(b"the dog\n"), "is packed with bzip2, which is not read"),
    "zip": (b"PK\x03\x04\x14\0", "is packed with zip"),
    "zstd": (b"\x28\xb5\x2f\xfd\x04", "is packed with zstd"),
    "cut gzip": (gzip.compress(b"the dog\n" * 99)[:-9], "cannot be decompressed"),
    "nothing": (b"", "has no sentence"),
    "blanks": (b" \t\n\n  \r\n", "has no sentence"),
    "a mark alone": (b"\xef\xbb\xbf", "has no sentence"),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("command", ["predict", "embed"])
def test_what_cannot_be_read_is_refused_alike_by_file_and_by_pipe(
    tagger: Path, tmp_path: Path, name: str, command: str
) -> None:
    data, said = REFUSED[name]
    source = tmp_path / f"odd.txt{'.gz' if name == 'cut gzip' else ''}"
    source.write_bytes(data)
    out = ("--out", tmp_path / "out") if command == "embed" else ()
    for where, stdin in ((source, b""), ("-", data)):
        result = run(command, tagger, where, *out, stdin=stdin)
        assert result.exit_code == 2, result.output
        assert said in result.stderr
        assert ("standard input" if where == "-" else str(source)) in result.stderr
        assert result.stdout == ""
    if "UTF" not in name and name != "ISO-8859-1":
        assert "iconv" not in result.stderr


CONLLU = (
    "# sent_id =\n# text = il va au\n1\til\til\tPRON\t_\t_\t2\tnsubj\t_\t_\n2\tva\t_\tVERB\t_\t_\t0\troot\t_\tA=b\n\n"
)
COLUMNS = "#\tO\nred fox\tB-PER\n\n"


@pytest.mark.parametrize(("given", "text"), [("conllu", CONLLU), ("columns", COLUMNS)])
def test_other_formats_come_through_pipes_too(tagger: Path, tmp_path: Path, given: str, text: str) -> None:
    source = tmp_path / f"x.{given}"
    source.write_text(text, encoding="utf-8")
    read = run("predict", tagger, source, "--format", given)
    piped = run("predict", tagger, "-", "--format", given, stdin=text)
    assert (piped.exit_code, read.exit_code) == (0, 0), piped.output
    assert piped.stdout_bytes == read.stdout_bytes
    assert len(piped.stdout.split("\n")) == len(text.split("\n"))


def through_pipe(folder: Path, data: bytes, *arguments: object) -> Result:
    """Runs a command whose `PIPE` is a FIFO that somebody writes into."""
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(data,))
    writer.start()
    result = run(*(pipe if argument == "PIPE" else argument for argument in arguments))
    writer.join()
    return result


def test_a_pipe_is_read_where_a_file_is_named(tagger: Path, root: Path, tmp_path: Path) -> None:
    test = root / "ud/UD_English-EWT/en_ewt-ud-test.conllu"
    scored = through_pipe(tmp_path, test.read_bytes(), "evaluate", tagger, "PIPE", "--format", "conllu", "--json")
    assert scored.exit_code == 0, scored.output
    expected = json.loads(run("evaluate", tagger, test, "--json").stdout)
    assert json.loads(scored.stdout) == expected | {"file": str(tmp_path / "pipe")}


@pytest.mark.parametrize("packed", [bytes, gzip.compress])
def test_packed_text_through_a_pipe_is_unpacked(tagger: Path, tmp_path: Path, packed: type[bytes]) -> None:
    data = packed(b"the dog\n" * 9000)  # more than a pipe holds at once
    result = through_pipe(tmp_path, data, "predict", tagger, "PIPE", "--format", "plain")
    assert result.exit_code == 0, result.output
    assert words_of_columns(result.stdout_bytes) == [["the", "dog"]] * 9000


def test_a_pipe_that_nobody_writes_into_and_a_device_are_refused(tagger: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "silent.txt")
    for path, said in ((tmp_path / "silent.txt", "nobody writes into it"), ("/dev/zero", "is a device, not a file")):
        result = run("predict", tagger, path, "--format", "plain")
        assert result.exit_code == 2
        assert said in result.stderr


def test_the_file_that_is_read_is_not_written_over(tagger: Path, tmp_path: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_bytes(b"the dog\n")
    (tmp_path / "link.txt").symlink_to(source)
    (tmp_path / "hard.txt").hardlink_to(source)
    for out in ("a.txt", "link.txt", "hard.txt", "../" + tmp_path.name + "/a.txt"):
        result = run("predict", tagger, source, "--out", tmp_path / out)
        assert result.exit_code == 2
        assert "is the file that is read" in result.stderr
    assert source.read_bytes() == b"the dog\n"


def test_a_dash_is_standard_output(tagger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("predict", tagger, "-", "--out", "-", "--to", "conllu", stdin="the dog\n")
    assert result.stdout.startswith("# text = the dog\n1\tthe\t")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("stdin", "options", "said"),
    [
        (b"the -DOCSTART- dog\n", (), "'-DOCSTART-' cannot be written"),
        (b"the \xc2\xa0 dog\n", ("--to", "conllu"), "sentence number 1 cannot be written: blanks at an end of FORM"),
        (b"red fox\tO\n", ("--format", "columns", "--to", "plain"), "the word 'red fox' holds a blank"),
    ],
)
def test_words_that_a_format_cannot_hold_are_refused_before_any_work(
    tagger: Path, monkeypatch: pytest.MonkeyPatch, stdin: bytes, options: Sequence[str], said: str
) -> None:
    def worked(self: object, sentences: object) -> None:
        raise AssertionError("the words are tagged already")

    monkeypatch.setattr("crossglot.tagging.encoder_tagger.EncoderTagger.tag", worked)
    result = run("predict", tagger, "-", *options, stdin=stdin)
    assert result.exit_code == 2, result.output
    assert said in result.stderr


# What only a process of its own can show, without the seconds that loading a tagger takes.

COPIED = """
import sys
from crossglot.commands.annotated import read_untagged
from crossglot.commands.streams import settle_output
from crossglot.commands.tagged import write_tagged
from crossglot.errors import CrossglotError
try:
    read = read_untagged(sys.argv[1], "plain")
    write_tagged(read, [["X"] * len(words) for words in read.words], None, "columns", "pos")
except CrossglotError as error:
    settle_output()
    sys.exit(str(error))
"""


def shell(command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """A command of bash, in which `crossglot` is the program, and `copied` writes the words that it reads.

    Output is buffered, as it is for users: what the interpreter's end still holds is written then.
    """
    (folder / "copied.py").write_text(COPIED, encoding="utf-8")
    names = f'crossglot() {{ {sys.executable} -m crossglot "$@"; }}; copied() {{ {sys.executable} copied.py "$@"; }}; '
    source = str(Path(__file__).parents[2] / "src")
    env = {**os.environ, "PYTHONPATH": source, "CROSSGLOT_DATA": "", "PYTHONUNBUFFERED": "", **environment}
    given = ["bash", "-c", names + command]
    return subprocess.run(given, env=env, cwd=folder, capture_output=True, check=False)  # noqa: S603


def test_a_reader_that_has_had_enough_ends_a_command_quietly(tmp_path: Path) -> None:
    result = shell("crossglot data list | true; exit ${PIPESTATUS[0]}", tmp_path)
    assert (result.returncode, result.stderr) == (141, b"")
    assert shell("crossglot --help | true", tmp_path).stderr == b""


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("copied - <&-", b"standard input is closed: name a file\n"),
        ("copied text.txt >&-", b"standard output is closed: name a file with --out\n"),
        ("copied text.txt >/dev/full", b"standard output: cannot be written: the disk is full"),
        ("copied - </dev/null", b"standard input: has no sentence"),
        ("copied /dev/null", b"/dev/null: has no sentence"),
        ("crossglot --help >/dev/full", b"standard output: cannot be written: the disk is full"),
        ("crossglot data list >/dev/full", b"disk is full"),
    ],
)
def test_streams_that_end_or_are_missing_are_told_plainly(tmp_path: Path, command: str, said: bytes) -> None:
    (tmp_path / "text.txt").write_bytes(b"the dog\n")
    result = shell(command, tmp_path)
    assert result.returncode in (1, 2)
    assert said in result.stderr
    assert b"Traceback" not in result.stderr
    assert b"Exception ignored" not in result.stderr


@pytest.mark.parametrize(
    "command", ["copied <(cat text.txt)", "copied /dev/stdin <text.txt", "cat text.txt | copied -"]
)
def test_data_from_any_stream_is_utf_8_whatever_the_terminal_is(tmp_path: Path, command: str) -> None:
    (tmp_path / "text.txt").write_text("Москва 東京\n", encoding="utf-8")
    result = shell(command, tmp_path, PYTHONIOENCODING="latin-1", LC_ALL="C")
    assert (result.returncode, result.stderr) == (0, b"")
    assert words_of_columns(result.stdout) == [["Москва", "東京"]]


lines = st.lists(
    st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters=" \t\n"), min_size=1), max_size=5),
    min_size=1,
    max_size=4,
)


@given(sentences=lines, windows=st.booleans())
def test_any_words_come_through_a_pipe_as_they_are(*, sentences: list[list[str]], windows: bool) -> None:
    """`predict`'s way from standard input to columns, with no tagger between."""
    import io

    from crossglot.commands.annotated import read_untagged
    from crossglot.commands.tagged import write_tagged
    from crossglot.errors import CrossglotError

    text = "".join(" ".join(words) + ("\r\n" if windows else "\n") for words in sentences)
    patch = pytest.MonkeyPatch()
    with patch.context() as put:
        put.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        put.setattr(sys, "stdout", io.TextIOWrapper(out := io.BytesIO(), "latin-1"))
        try:
            untagged = read_untagged("-")
            write_tagged(untagged, [["X"] * len(words) for words in untagged.words], None, "columns", "pos")
        except CrossglotError:
            meant = [words for words in sentences if words]
            assert not meant or "-DOCSTART-" in text or text.encode()[:2] in (b"PK", b"BZ") or meant == [["\ufeff"]]
            return
        written = out.getvalue()
        sys.stdin.close()
    # by the bytes: one mark is taken off the beginning, a carriage return before a line end belongs to the line end
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    expected = [line.strip(" ").split(" ") for line in text.split("\n") if line.strip(" ")]
    begins = b"\xef\xbb\xbf" if expected[0][0].startswith("\ufeff") else b""
    assert written.startswith(begins)
    assert words_of_columns(written[len(begins) :]) == expected
