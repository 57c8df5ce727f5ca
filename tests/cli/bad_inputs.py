"""Bad inputs, one a line: a command, what its message must say, and where it differs from the rule, how.

`test_bad_inputs.py` gives each to the command line, in a folder that holds what `WORLD` says, and wants status 2,
no traceback, one `error:` (or the framework's usage error), all words of the row, nothing written and no work begun.
To add one, add a line; files that it alone needs stand in its `files`.
"""

from __future__ import annotations

import gzip
import lzma
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

FILES_READ = (
    *(
        bad(f"{command} --format plain" if command.startswith("predict") else command, *said, files=files)
        for name, said, files in (
            (".", ("is a folder, not a file",), None),
            ("/", ("is a folder, not a file",), None),
            ("empty/", ("empty: is a folder, not a file",), None),
            ("''", ("is empty",), None),
            ("gone", ("gone: no such file",), None),
            ("text.txt/more", ("text.txt/more: no such file",), None),
            ("n" * 300, ("cannot be read (File name too long)",), None),
            ("n" * 254, ("no such file",), None),
            ("/dev/zero", ("is a device, not a file",), None),
            ("/dev/null", ("has no sentence",), None),
            ("packed.txt", ("is packed with gzip, though its name does not",), {"packed.txt": gzip.compress(b"a\n")}),
            ("packed.gz", ("is packed with xz, though", "ends in .xz"), {"packed.gz": lzma.compress(b"a\n")}),
            ("plain.gz", ("not packed with gzip, though its name ends in .gz",), {"plain.gz": b"the dog\n"}),
            ("plain.xz", ("not packed with xz, though its name ends in .xz",), {"plain.xz": b"the dog\n"}),
            ("cut.gz", ("cannot be decompressed", "cut off"), {"cut.gz": gzip.compress(b"the dog\n" * 99)[:-9]}),
            ("wide.txt", ("wide.txt: is UTF-16", "iconv -f UTF-16 "), {"wide.txt": "the dog\n".encode("utf-16")}),
            ("latin.txt", ("latin.txt:2: byte 0xe9 is not utf-8",), {"latin.txt": b"a\ncaf\xe9\n"}),
            ("zip.txt", ("is packed with zip",), {"zip.txt": b"PK\x03\x04\x14\0"}),
        )
        for command in (f"predict tagger {name}", f"embed encoder {name} --out out")
    ),
    bad("predict tagger text.txt --out text.txt", "--out text.txt: is the file that is read"),
    bad("predict tagger text.txt --out empty/../text.txt", "is the file that is read"),
    bad("predict tagger text.txt --out empty", "a folder stands where a file is needed"),
    bad("predict tagger text.txt --out a-file/out.tsv", "a file stands where a folder is needed"),
    bad("predict tagger text.txt --to xml", "unknown format 'xml'"),
    bad("predict tagger - --format columns", "standard input:2: 1 tab-divided field where 2", stdin="a\tO\nb\nc\tO\n"),
    bad("predict tagger - --format conllu", "standard input:1: 1 field where CoNLL-U has 10", stdin="the dog\n"),
    bad("predict tagger - --to conllu", "blanks at an end of FORM", stdin="the \u00a0 dog\n"),
    bad("predict tagger -", "'-DOCSTART-' cannot be written to a column file", stdin="-DOCSTART- a\n"),
    bad("predict tagger words.tsv --to plain", "'red fox' holds a blank", files={"words.tsv": "red fox\tO\n"}),
    bad(f"{FINETUNE.replace('train.conllu', 'empty')} --format conllu", "is a folder, not a file"),
)

SCORED = (
    bad("evaluate ner-tagger train.conll --types PERS", "train.conll: no entity type 'PERS': gold has LOC, PER"),
    bad("evaluate ner-tagger train.conll --types PER,PERS", "no entity type 'PERS'"),
    bad("evaluate ner-tagger train.conll --types B-PER", "no entity type 'B-PER'"),
    bad("evaluate ner-tagger train.conll --types PER,,LOC", "an entity type without a name"),
    bad("evaluate ner-tagger train.conll --types PER,PER", "PER is named more than once"),
    bad("evaluate ner-tagger train.conll --types ''", "'--types': is empty"),
    bad("evaluate tagger dev.conllu --types PER", "this one's task is pos"),
    bad("evaluate tagger train.conll", "train.conll: none of gold's tags (B-LOC, B-PER, O) is a label"),
    bad("evaluate tagger dev.conllu --column form", "dev.conllu: none of gold's tags", "the right column of tags?"),
    bad("evaluate tagger dev.conllu --column tag", "dev.conllu:2: no Tag= in MISC '_'"),
    bad("evaluate ner-tagger none.conll", "none.conll: gold has no entity", files={"none.conll": "a\tO\nb\tO\n"}),
    bad("evaluate ner-tagger x.conll", "types (person) is one that this tagger", files={"x.conll": "a\tB-person\n"}),
    bad("evaluate ner-tagger x.conll", "x.conll:1: 'DET' is no tag", files={"x.conll": "a\tDET\nb\tNOUN\n"}),
    bad(f"{FINETUNE} --dev train.conll", "train.conll: none of gold's tags"),
    bad(
        "finetune encoder --task ner --train none.conll --out out",
        "no entity to learn from",
        files={"none.conll": "a\tO\nb\tO\n"},
    ),
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

LONG = "ö" * 128
MINE = {"mine/notes.txt": "mine"}
OUTPUTS = (
    bad("finetune encoder --train train.conllu --out encoder", "is encoder, which this command reads"),
    bad("finetune ./encoder --train train.conllu --out encoder/../encoder/", "which this command reads"),
    bad("finetune tagger --train train.conllu --out tagger", "is tagger, which this command reads"),
    bad("finetune encoder --train train.conllu --out .", "holds encoder, which this command reads"),
    bad("finetune encoder --train root/../train.conllu --out root", "holds ner, which is no part of a tagger"),
    bad("finetune encoder --train train.conllu --out run", "which is no part of a tagger"),
    bad("finetune encoder --train train.conllu --out mine", "holds notes.txt, which is no part", files=MINE),
    bad(
        "finetune encoder --train train.conllu --out mine", "holds tagger.json, which is no part of a tagger",
        files={"mine/config.json": "{}", "mine/checksums.sha256": "0" * 64 + "  config.json\n", "mine/tagger.json": ""},
    ),
    bad("embed encoder text.txt --out encoder", "is encoder, which this command reads"),
    bad("embed tagger text.txt --out encoder", "which is no part of vectors"),
    bad("embed encoder text.txt --out .", "holds encoder, which this command reads"),
    bad("embed encoder text.txt --out mine", "holds nothing that would be vectors", files={"mine/vectors.npy": "mine"}),
    bad("pretrain --text en=text.txt --out encoder", "holds something that is no pretraining"),
    bad("pretrain --text en=text.txt --out encoder --restart", "holds something that is no pretraining"),
    bad("pretrain --text en=text.txt --out tagger --restart", "holds something that is no pretraining"),
    bad("pretrain --text en=mine/notes.txt --out mine", "holds something that is no pretraining", files=MINE),
    bad("predict tagger text.txt --out tagger/config.json", "is read by this very command"),
    bad("predict tagger text.txt --out empty", "a folder stands where a file is needed"),
    bad("compare run run --systems a=b --out run/results.csv", "is read by this very command"),
    bad("compare run run --systems a=b --out empty", "a folder stands where a file is needed"),
    *(
        bad(f"{REPRODUCE[:-3]}mine", f"holds {name}, which no run of crossglot wrote", files={f"mine/{name}": "mine"})
        for name in ("results.csv", "study.toml", "versions.json", "report.html", "claims.csv")
    ),
    bad("demo --out mine", "holds predictions, which no run", files={"mine/predictions/a.parquet": "mine"}),
    bad("lab make mine", "is there already", files=MINE),
    bad("lab make .", "is the folder you are in"),
    *(
        bad(f"{command} {place}", said)
        for command in (
            "finetune encoder --train train.conllu --out", "embed encoder text.txt --out",
            "pretrain --text en=text.txt --out", "predict tagger text.txt --out", "demo --out", "lab make",
            "reproduce table2 --encoder m-bert=encoder --data root --out", "compare run run --systems a=b --out",
        )
        for place, said in (
            ("a-file/out", "a file stands where a folder is needed"),
            (f"new/{LONG}", "the name is too long"),
            ("/proc/no/such/place", "cannot be written"),
        )
        if not (place.startswith("/proc") and ("predict" in command or "compare" in command))
    ),
    *(
        bad(f"{command} a-file", "a file stands where a folder is needed")
        for command in ("finetune encoder --train train.conllu --out", "embed encoder text.txt --out", "lab make",
                        "pretrain --text en=text.txt --out", "demo --out")
    ),
)  # fmt: skip

CORPORA = (
    bad("data check nowhere", "nowhere"),
    bad("data list nowhere", "no such data root"),
)

LAB = (
    bad("lab make root", "new or empty"),
    bad("lab make lab --seed -1", "seed"),
)

NUMBERS = (
    *(
        bad(f"{FINETUNE} {option} {value}", f"Invalid value for '{option}'", f"at most 1, not {value}")
        for option in ("--lr", "--head-lr")
        for value in ("nan", "-1.0", "inf", "0.0", "2.0")
    ),
    bad(f"{FINETUNE} --lr 3e-5e", "'--lr'"),
    bad(f"{FINETUNE} --lr 0,00003", "'--lr'"),
    *(
        bad(f"{command} --seed {value}", "'--seed'", "a whole number from 0 to 9,223,372,036,854,77", f"not {value}")
        for command in (FINETUNE, PRETRAIN, "demo --out out", "lab make lab")
        for value in (-1, 2**63, 2**64, 10**40)
    ),
    *(bad(f"{FINETUNE} --epochs {value}", "'--epochs'", f"to 10,000, not {value}") for value in (0, -3, 10**9)),
    bad(f"{FINETUNE} --epochs 1e9", "'--epochs'"),
    bad(f"{FINETUNE} --epochs nan", "'--epochs'"),
    bad(f"{FINETUNE} --epochs 2.5", "'--epochs'"),
    bad(f"{FINETUNE} --batch-size 0", "'--batch-size'", "from 1"),
    bad(f"{FINETUNE} --batch-size 1000000000000", "'--batch-size'", "to 4,096"),
    bad(f"{FINETUNE} --max-length 2", "'--max-length'", "from 3"),
    bad(f"{FINETUNE} --max-length 1000000000", "'--max-length'", "to 65,536"),
    bad(f"{FINETUNE} --max-train 0", "'--max-train'", "from 1"),
    bad(f"{FINETUNE} --max-train -1", "'--max-train'", "from 1"),
    bad(f"{FINETUNE} --tag-column 99999999999999999999", "'--tag-column'", "to 1,000"),
    bad(f"{FINETUNE} --threads 0", "'--threads'", "from 1"),
    bad(f"{FINETUNE} --threads 99999999", "'--threads'", "not 99999999"),
    bad("predict tagger text.txt --threads 1000000000", "'--threads'"),
    bad("evaluate tagger dev.conllu --threads -5", "'--threads'"),
    bad("embed encoder text.txt --out out --threads 123456", "'--threads'"),
    bad("embed encoder text.txt --out out --max-length 2", "'--max-length'", "from 3"),
    bad("embed encoder text.txt --out out --max-length 99999999999", "'--max-length'"),
    bad(f"{PRETRAIN} --threads 65537", "'--threads'"),
    bad(f"{REPRODUCE} --threads 99999", "'--threads'"),
    bad(f"{REPRODUCE} --jobs 0", "'--jobs'", "from 1"),
    bad(f"{REPRODUCE} --jobs 1000000", "'--jobs'", "not 1000000"),
    bad("run paper-pos --out out --jobs 99999", "'--jobs'"),
    *(bad(f"{REPRODUCE} --lr {value}", "'--lr'", "above 0") for value in ("nan", "inf", "0", "-1", "1.5")),
    bad(f"{REPRODUCE} --head-lr nan", "'--head-lr'", "above 0"),
    bad(f"{REPRODUCE} --epochs 0", "'--epochs'", "from 1"),
    bad(f"{REPRODUCE} --epochs 1000000000", "'--epochs'", "10,000"),
    bad(f"{REPRODUCE} --max-train -1", "'--max-train'"),
    bad(f"{REPRODUCE} --max-test 0", "'--max-test'"),
    bad(f"{REPRODUCE} --seeds 1-1000000000000", "--seeds 1-1000000000000", "at most 1,000"),
    bad(f"{REPRODUCE} --seeds -1", "--seeds -1", "from 0"),
    bad(f"{REPRODUCE} --seeds 1,-2", "--seeds 1,-2", "from 0"),
    bad(f"{REPRODUCE} --seeds 18446744073709551616", "--seeds 18446744073709551616", "has to be a whole number"),
    bad(f"{REPRODUCE} --seeds ''", "'--seeds'", "is empty"),
    bad(f"{REPRODUCE} --seeds ,", "--seeds ,", "names nothing"),
    bad(f"{REPRODUCE} --seeds 5-3", "--seeds 5-3", "5-3 runs backwards"),
    bad(f"{REPRODUCE} --seeds 7,5-3", "--seeds 7,5-3", "5-3 runs backwards"),
    bad(f"{REPRODUCE} --seeds 1-3,2", "only once"),
    bad(f"{REPRODUCE} --seeds 1.5", "--seeds 1.5", "whole numbers"),
    bad(f"{REPRODUCE} --seeds 1--3", "--seeds 1--3", "backwards"),
    *(bad(f"{PRETRAIN} --lr {value}", "'--lr'", "above 0") for value in ("nan", "inf", "0", "-0.1", "3")),
    *(bad(f"{PRETRAIN} --finetuning-rate {value}", "'--finetuning-rate'", "above 0") for value in (7, 0, "nan", -1)),
    *(bad(f"{PRETRAIN} --exponent {value}", "'--exponent'", "from 0 to 10") for value in ("nan", "inf", -1, "1e308")),
    *(bad(f"{PRETRAIN} --tlm-share {value}", "'--tlm-share'", "above 0") for value in ("nan", 0, 1.5, -0.5)),
    *(bad(f"{PRETRAIN} --vocab-size {value}", "'--vocab-size'", "from 6 to") for value in (0, 5, -1, 10**12)),
    *(bad(f"{PRETRAIN} --steps {value}", "'--steps'", "from 1 to") for value in (0, -1, 10**15)),
    *(bad(f"{PRETRAIN} --layers {value}", "'--layers'", "from 1 to 256") for value in (0, -1, 10**9)),
    *(bad(f"{PRETRAIN} --hidden {value}", "'--hidden'", "from 1 to") for value in (0, 10**9)),
    *(bad(f"{PRETRAIN} --heads {value}", "'--heads'", "from 1 to") for value in (0, 10**9)),
    bad(f"{PRETRAIN} --hidden 65 --heads 2", "hidden (65) must be a multiple of heads (2)"),
    bad(f"{PRETRAIN} --heads 7", "hidden (64) must be a multiple of heads (7)"),
    bad(f"{PRETRAIN} --layers 256 --hidden 32768 --heads 64", "GB of memory", "fewer layers"),
    bad(f"{PRETRAIN} --batch-pieces 64", "batch_pieces (64) must hold one row of 128 pieces"),
    bad(f"{PRETRAIN} --batch-pieces 1000000000", "'--batch-pieces'"),
    bad(f"{PRETRAIN} --max-bytes 0", "'--max-bytes'", "from 1"),
    bad(f"{PRETRAIN} --max-total-bytes -7", "'--max-total-bytes'", "from 1"),
    bad(f"{PRETRAIN} --max-bytes 3", "the limit of bytes leaves no line of"),
    *(
        bad(f"compare run run --level {value}", "'--level'", "from 0.5 to 0.999")
        for value in ("nan", 0, 95, 1, "0.9999999")
    ),
)

BAD_INPUTS = (
    *USAGE,
    *FILES_READ,
    *SCORED,
    *NUMBERS,
    *STUDIES,
    *TAGGERS,
    *PRETRAINING,
    *EMBEDDING,
    *OUTPUTS,
    *CORPORA,
    *LAB,
)
