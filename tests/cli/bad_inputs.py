"""Bad inputs, one a line: a command, what its message must say, and where it differs from the rule, how.

`test_bad_inputs.py` gives each to the command line, in a folder that holds what `WORLD` says, and wants status 2,
no traceback, one `error:` (or the framework's usage error), all words of the row, nothing written and no work begun.
To add one, add a line; files that it alone needs stand in its `files`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

WORLD = """
    encoder/                a BERT of one layer, 16 wide, with 130 positions
    tagger/  ner-tagger/    made of it, for pos and for ner (PER, LOC)
    root/                   a data root: UD_English-EWT, UD_German-GSD; conll2003/en, conll2003/de
    run/                    of a finished study: table2, tiny-bert, en → en, de
    train.conllu dev.conllu train.conll text.txt de.txt a-file (with a word in it) empty.txt empty/
"""


class BadInput(NamedTuple):
    """One command line, in a shell's words, and what becomes of it."""

    command: str
    said: tuple[str, ...]
    stdin: str | bytes = ""
    files: Mapping[str, str | bytes] = {}
    environment: Mapping[str, str] = {}
    status: int = 2
    works_first: bool = False  # the fault is one that only the work can find
    writes: str = ""  # what is left all the same: a folder's name


def bad(
    command: str,
    *said: str,
    stdin: str | bytes = "",
    files: Mapping[str, str | bytes] | None = None,
    environment: Mapping[str, str] | None = None,
    status: int = 2,
    works_first: bool = False,
    writes: str = "",
) -> BadInput:
    """A row: the command without `crossglot`, and the words that its message has to say."""
    return BadInput(command, said, stdin, files or {}, environment or {}, status, works_first, writes)


def study(toml: str, *said: str, **more: str) -> BadInput:
    """A row whose study, planned, is refused: the fields beside those that are right."""
    right = {"experiments": '["transfer-pos"]', "sources": '["en"]', "targets": '["de"]', "data": '"root"'}
    lines = [f"{key} = {value}" for key, value in right.items() if f"{key} =" not in toml]
    text = "\n".join([*lines, toml, "" if "encoders" in toml else '[[encoders]]\nencoder = "encoder"', ""])
    return bad("run bad.toml --out out --dry-run", "bad.toml", *said, files={"bad.toml": text}, **more)  # type: ignore[arg-type]


# What most commands need to get as far as the fault.
FINETUNE = "finetune encoder --train train.conllu --out out"
PRETRAIN = "pretrain --text en=text.txt --text de=de.txt --out out"
REPRODUCE = "reproduce table2 --encoder m-bert=encoder --data root --out out"

USAGE = (
    bad("reprodcue table1", "Did you mean 'reproduce'"),
    bad("reproduce", "Missing argument 'EXPERIMENT"),
    bad("finetune encoder --train train.conllu", "Missing option '--out'"),
    bad("finetune encoder --out out", "Missing option '--train'"),
    bad("pretrain --out out", "Missing option '--text'"),
    bad("predict tagger", "Missing argument 'FILE'"),
    bad("evaluate tagger", "Missing argument 'FILE"),
    bad("embed encoder text.txt", "Missing option '--out'"),
    bad("compare run", "Missing argument 'DIR'"),
    bad("report", "Missing argument 'DIR"),
    bad("data check", "Missing argument 'ROOT'"),
    bad("data get", "Missing argument 'NAME"),
    bad("data lsit", "No such command 'lsit'"),
    bad("lab make", "Missing argument 'DIR'"),
    bad("plan", "Missing argument 'STUDY'"),
    bad("run", "Missing argument 'STUDY'"),
    bad("demo here", "unexpected extra argument"),
    bad(f"{FINETUNE} --lrr 1", "No such option: --lrr"),
)

STUDIES = (
    bad("reproduce table99", "unknown experiment 'table99'"),
    bad("reproduce table1 --seeds one", "--seeds one"),
    bad("reproduce table1 --seeds 1,1", "only once"),
    bad("reproduce table1 --corpus conll2002", "--corpus conll2002"),
    bad("run no-such-study.toml", "no-such-study.toml", "no such file"),
    bad("report empty", "results.csv"),
    bad("reproduce table2 --encoder m-bert=encoder --data nowhere --out out", "nowhere", "no such data root"),
)

TAGGERS = (
    bad("finetune encoder --train gone.conllu --out out", "gone.conllu", "no such file"),
    bad("finetune empty --train train.conllu --out out", "empty", "no config.json"),
    bad(f"{FINETUNE} --subword last", "subword", "first-spelled"),
    bad("predict encoder -", "not a tagger", "crossglot finetune", stdin="a b\n"),
    bad("predict gone -", "gone", stdin="a b\n"),
    bad("evaluate tagger -", "not from standard input"),
    bad("evaluate tagger - --format conllu", "not from standard input"),
)

PRETRAINING = (
    bad("pretrain --text en --out x", "--text en"),
    bad("pretrain --text en=gone.txt --out x", "gone.txt"),
    bad("pretrain --text en=gone.txt --out x --shape huge", "huge"),
    bad("pretrain --text en=a --bitext en-de=a,b --out x", "both languages need a --text"),
    bad("pretrain --text en=a --bitext en-de=a --out x", "two languages and two files"),
)

EMBEDDING = (
    bad("embed encoder - --out out", "has no sentence", stdin="\n\n"),
    bad("embed encoder - --out out", "has no sentence", stdin="\u3000\n\u00a0\n"),
    bad("embed encoder - --out out", "standard input:2: byte 0xff is not utf-8", stdin=b"the dog\n\xff\xfe bad\n"),
    bad("embed encoder text.txt --out out --layers 7", "has layers 0 (the embeddings) to 1"),
    bad("embed encoder text.txt --out out --layers top", "write whole numbers with commas"),
    bad("embed encoder text.txt --out out --layers 1,1", "name each layer once"),
)

CORPORA = (
    bad("data check nowhere", "nowhere"),
    bad("data list nowhere", "no such data root"),
)

LAB = (
    bad("lab make root", "new or empty"),
    bad("lab make lab --seed -1", "seed"),
)

BAD_INPUTS = (*USAGE, *STUDIES, *TAGGERS, *PRETRAINING, *EMBEDDING, *CORPORA, *LAB)
