"""Bad inputs, one per line: a command, what its message must say, and where it differs from the rule, how.

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


def study(toml: str, *said: str) -> BadInput:
    """A row whose study is refused: `toml` stands beside, or in place of, fields that are right."""
    right = {"experiments": '["transfer-pos"]', "sources": '["en"]', "targets": '["de"]', "data": '"root"'}
    lines = [f"{key} = {value}" for key, value in right.items() if not toml.startswith(f"{key} =")]
    entry = "" if "encoders" in toml else '[[encoders]]\nencoder = "encoder"'
    return bad("plan bad.toml --out out", *said, files={"bad.toml": "\n".join([*lines, toml, entry, ""])})


def lab(old: str, new: str, *said: str) -> BadInput:
    """A row whose lab is refused: a small one with a piece of its spec replaced."""
    assert old in LAB_SPEC, old
    return bad("lab make out --spec bad.toml", "bad.toml", *said, files={"bad.toml": LAB_SPEC.replace(old, new)})


LAB_SPEC = """words = 40
concepts = 40
sizes = { train = 40, dev = 12, test = 15, mono = 5, parallel = 5 }
[languages.en]
name = "Toyish"
script = "Latn"
wals = { 81A = "SVO", 85A = "Prepositions", 86A = "Noun-Genitive", 87A = "Adjective-Noun", 88A = "Mixed", 89A = \
"Numeral-Noun" }
"""

# What most commands need to get as far as the fault.
FINETUNE = "finetune encoder --train train.conllu --out out"
PRETRAIN = "pretrain --text en=text.txt --text de=de.txt --out out"
REPRODUCE = "reproduce table2 --encoder m-bert=encoder --data root --out out"
TAKE_FILES = ("predict tagger", "evaluate tagger", "embed encoder --out out", "finetune encoder --out out --train")
"""All that lacks is the file that is read."""

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
    bad("verify", "Missing argument 'DIR'"),
    bad("report", "Missing argument 'DIR"),
    bad("data check", "Missing argument 'ROOT'"),
    bad("data get", "name corpora, or say with --for what they are for"),
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

OWN = "reproduce transfer --encoder encoder --out out"
PAIR = {"lab.tsv": "a\tX\nb\tY\n\nc\tX\n", "o.tsv": "a\tO\n", "pos.tsv": "a\tNOUN\n"}
FILES = (
    bad(OWN, "transfer is of files of one's own: name them (train, eval)"),
    bad(f"{OWN} --train en=train.conll", "eval: has to be given: there is no file to evaluate on"),
    bad(f"{OWN} --dev en=dev.conllu", "name them (train, eval)"),
    bad(f"{OWN} --train en=gone.conll --eval de=train.conll", "gone.conll: no such file"),
    bad(f"{OWN} --train en=empty.txt --eval de=train.conll --format columns", "empty.txt: has no sentence"),
    bad(f"{OWN} --train text.txt --eval de=train.conll", "--train text.txt: its name begins with no language's key"),
    bad(f"{OWN} --train en=text.txt --eval de=train.conll", "text.txt: plain text has no tags"),
    bad(f"{OWN} --train en=a-file --eval de=train.conll", "a-file: its name does not tell the format", "(--format)"),
    bad(f"{OWN} --train en=train.conll --train en=o.tsv --eval de=o.tsv", "en is given twice", files=PAIR),
    bad(f"{OWN} --train en=train.conll --eval de=train.conll", "given as eval of de", "as train of en"),
    bad(f"{OWN} --train en=train.conll --eval de=dev.conllu", "has entities, while", "(--column, --tag-column)"),
    bad(f"{OWN} --train en=train.conll --eval de=o.tsv", "no entity in de/o.tsv", files=PAIR),
    bad(f"{OWN} --train en=lab.tsv --eval de=pos.tsv", "(X, Y) and de (NOUN) have none in common", files=PAIR),
    bad(f"{OWN} --train en=lab.tsv --eval de=pos.tsv --task pos", "tags that are none of UPOS", files=PAIR),
    bad(f"{OWN} --train en=lab.tsv --eval de=pos.tsv --task tagging", "unknown task 'tagging'", files=PAIR),
    bad(f"{OWN} --train en=lab.tsv --eval de=pos.tsv --tag-column 5", "Name a column that the file has", files=PAIR),
    bad(f"{OWN} --train en=train.conllu --eval de=dev.conllu --column tags", "no CoNLL-U column 'tags'"),
    bad(f"{OWN} --train en=train.conllu --eval de=dev.conllu --data root", "all that is read; leave it out"),
    bad("reproduce table2 --encoder encoder --task ner --out out", "--task: transfer alone can be of any task"),
)

MATRIX = {"m.csv": "source,en,de\nen,90,80\nde,70,95\n"}
ANALYSE = "analyse m.csv --out out"
ANALYSES = (
    bad("analyse", "Missing argument 'MATRIX'"),
    bad("analyse gone.csv --out out", "gone.csv: no such file"),
    bad("analyse . --out out", "is a folder, not a file"),
    bad("analyse text.txt --out out", "text.txt", "has one column"),
    bad("analyse empty.txt --out out", "empty.txt: is empty"),
    bad("analyse bad.csv --out out", "bad.csv:2: 'x', from en to de", files={"bad.csv": "source,en,de\nen,90,x\n"}),
    bad("analyse bad.csv --out out", "bad.csv:3: 2 cells", files={"bad.csv": "source,en,de\nen,90,1\nde,1\n"}),
    bad(
        "analyse bad.csv --out out", "two sources are one language: en and eng (English)",
        files={"bad.csv": "source,de\nen,90\neng,91\n"},
    ),
    bad(f"{ANALYSE} --scale thousand", "--scale thousand: choose from auto, share, percent", files=MATRIX),
    bad(f"{ANALYSE} --scale share", "m.csv:2: 90, from en to en, is not from 0 to 1", files=MATRIX),
    bad(f"{ANALYSE} --groups genus,taste", "--groups taste", "family, genus, script", files=MATRIX),
    bad(f"{ANALYSE} --groups ,", "--groups ,", "names nothing", files=MATRIX),
    bad(f"{ANALYSE} --column source", "--column source: write it as NAME=VALUE", files=MATRIX),
    bad(f"{ANALYSE} --column source=x", "m.csv has no such column, but source, en, de", files=MATRIX),
    bad(f"{ANALYSE} --column colour=en", "no column can be that", files=MATRIX),
    bad(f"{ANALYSE} --where source=fr", "no line of m.csv has that, but en, de", files=MATRIX),
    bad(f"{ANALYSE} --where source=en --where source=de", "source is given twice", files=MATRIX),
    bad(f"{ANALYSE} --languages gone.tsv", "gone.tsv: no such file", files=MATRIX),
    bad(f"{ANALYSE} --languages text.txt", "text.txt:1: no column called key", files=MATRIX),
    bad("analyse m.csv --out run", "run: holds a study's results", files=MATRIX),
    bad("analyse m.csv --out mine", "which no run of crossglot wrote", files={**MATRIX, "mine/results.csv": "mine"}),
    bad("analyse m.csv --out a-file", "a file stands where a folder is needed", files=MATRIX),
)  # fmt: skip

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
    bad("predict tagger a-file", "a-file: its name does not tell the format", "--format"),
    *(bad(f"{command} {folder}", f"{folder}: is a folder") for command in TAKE_FILES for folder in (".", "/", "empty")),
    *(bad(f"{command} gone", "gone: no such file") for command in TAKE_FILES),
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
    bad("encoders list google-bert/bert-base-cased", "unexpected extra argument"),
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

LONG = "a" * 300

LISTS_AND_NAMES = (  # options that hold names, pairs and lists
    bad(f"{REPRODUCE} --sources ,", "--sources ,: names nothing"),
    bad(f"{REPRODUCE} --sources xx", "unknown language 'xx'", "known keys: ar"),
    bad(f"{REPRODUCE} --sources EN", "unknown language 'EN'", "did you mean 'en'"),
    bad(f"{REPRODUCE} --targets en,en", "targets: names something twice"),
    bad(f"{REPRODUCE} --targets ../en", "targets: '../en' names no language"),
    bad(f"{REPRODUCE} --targets en/en:corrected", "'en/en:corrected' names no language"),
    bad(f"{REPRODUCE} --sources en+", "'en+' names no language"),
    bad(f"{REPRODUCE} --sources en+en", "'en+en' names no language", "hi+en"),
    bad(f"{REPRODUCE} --sources hi+en/en:corrected", "'hi+en/en:corrected' names no language"),
    bad(f"{REPRODUCE} --sources hi/en+hi/en", "'hi/en+hi/en' names no language"),
    bad(f"{REPRODUCE} --corpus en=", "--corpus en=: write it with the language first"),
    bad(f"{REPRODUCE} --corpus =x", "--corpus =x: write it with the language first"),
    bad(f"{REPRODUCE} --corpus xx=UD_Foo-Bar", "unknown language 'xx'"),
    bad(f"{REPRODUCE} --corpus en=UD_English-Nope", "no pos corpus 'UD_English-Nope'", "Near it are UD_English-EWT"),
    bad(f"{REPRODUCE} --corpus en=../../passwd", "no ner corpus '../../passwd'"),
    bad(f"{REPRODUCE} --corpus ../en=UD_English-EWT", "write a language's key"),
    bad(f"{REPRODUCE} --corpus en=conll2003/en --corpus en=conll2003/de", "names two for one task"),
    bad(f"{REPRODUCE} --corpus en-de=ntrex128", "--corpus en-de=ntrex128: no experiment of the study reads en-de"),
    bad(
        "reproduce table2 --data root --out out --encoder =encoder", "encoders.0.role", "'m-bert', 'en-bert' or 'other'"
    ),
    bad("reproduce table2 --data root --out out --encoder m-bert=", "encoders.0.encoder", "at least 1 character"),
    bad("reproduce table2 --data root --out out --encoder mbert=encoder", "encoders.0.role", "'mbert'"),
    bad("reproduce table2 --data root --out out --encoder encoder --vectors a=root", "vectors", "figure3"),
    bad("reproduce figure3 --data root --out out --encoder encoder --vectors a=", "vectors", "empty"),
    bad("reproduce figure3 --data root --out out --encoder encoder --vectors a", "--vectors a", "NAME=VALUE"),
    bad("finetune ~nobody-here --train train.conllu --out out", "~nobody-here: no such folder"),
    bad(f"{REPRODUCE} --word-vectors en=v", "word_vectors: only bilstm-crf reads them"),
    bad(f"{REPRODUCE} --floors bilstm-crf --word-vectors en=", "word_vectors", "the name of the file is empty"),
    bad(f"{REPRODUCE} --floors bilstm-crf --word-vectors en=gone.vec", "gone.vec", "no such file"),
    bad(f"{REPRODUCE} --floors bilstm-crf --word-vectors xx=v", "--word-vectors xx=", "trained on xx"),
    bad("predict tagger text.txt --back-transliterate hi=nowhere.txt", "nowhere.txt"),
    bad("predict tagger text.txt --romanise --back-transliterate hi=text.txt", "opposites"),
    bad("reproduce table2 --data root --out out --encoder encoder@", "encoders.0.revision", "at least 1 character"),
    bad("reproduce table2 --data root --out out --encoder encoder@abc", "its revision is", "not abc"),
    bad("reproduce table2 --data root --out out --encoder ../encoder", "../encoder: no such folder"),
    bad("reproduce table2 --data root --out out --encoder a/b/c", "a/b/c: no such folder"),
    bad("reproduce table2 --data root --out out --encoder 'a b'", "a b: neither a folder here nor a hub id"),
    bad("reproduce table2 --data root --out out --encoder a-file", "a-file: a file; an encoder is a folder"),
    bad(f"{REPRODUCE} --encoder m-bert=encoder", "two have the same role"),
    bad(f"{REPRODUCE} --encoder encoder", "two encoders are called encoder"),
    bad("reproduce table2 --encoder m-bert=encoder --data a-file --out out", "a-file: no such data root", "(--data)"),
    bad("reproduce table2 --encoder m-bert=encoder --data empty --out out", "no cell of the study can be filled"),
    bad(f"{REPRODUCE} --device gpu", "unknown device 'gpu'"),
    bad(f"{REPRODUCE} --device cpu:3", "device 'cpu:3' is not supported"),
    bad(f"{REPRODUCE} --device meta", "device 'meta' is not supported"),
    bad(f"{REPRODUCE} --device cuda", "'cuda' was asked for, but torch sees no GPU here", "use the CPU (--device cpu)"),
    bad(f"{REPRODUCE} --device cuda --jobs 2", "'cuda' was asked for, but torch sees no GPU here"),
    bad(f"{REPRODUCE} --precision fp16", "precision", "'auto', 'fp32' or 'bf16'"),
    bad(f"{REPRODUCE} --engine local", "No such option: --engine"),
    bad(f"{REPRODUCE} --head-start warm", "head_start", "'random' or 'probe'"),
    bad(f"{REPRODUCE} --decay never", "decay", "'after-warmup' or 'throughout'"),
    bad(f"{REPRODUCE} --cutting chars", "cutting", "'words' or 'text'"),
    bad(f"{REPRODUCE} --executor slurm", "--executor slurm: there are two, local and ray"),
    bad(f"{REPRODUCE} --address head:6379", "--address head:6379: belongs to --executor ray"),
    bad(f"{REPRODUCE} --store here", "here: is no address of a store"),
    bad(f"{REPRODUCE} --track wandb", "--track wandb: there is mlflow here"),
    bad(
        f"{REPRODUCE} --track mlflow",
        "nowhere://host/x: MLflow cannot use this store",
        "MLFLOW_TRACKING_URI",
        environment={"MLFLOW_TRACKING_URI": "nowhere://ann:secret@host/x"},
    ),
    bad("pretrain --text en=text.txt --out out --track mlflow", "--track mlflow: there is tensorboard here"),
    bad(f"{REPRODUCE} --store s3://key:secret@bucket/x", "s3://…: a store's address holds no credentials"),
    bad(f"{REPRODUCE} --store nowhere://bucket/x", "nowhere://bucket/x", "nowhere"),
    bad(f"{REPRODUCE} --gpus 0.5", "--gpus 0.5: belongs to --executor ray; on this machine --jobs N lets"),
    bad(f"{REPRODUCE} --executor ray --gpus 0", "'--gpus'", "above 0"),
    bad("run paper-pos --out out --address auto", "--address auto: belongs to --executor ray"),
    bad("demo --out out --executor here", "--executor here: there are two"),
    bad("verify run --rerun --address auto", "--address auto: belongs to --executor ray"),
    bad(f"{REPRODUCE} --jobs 2 --jobs 3", "'--jobs'", "given twice"),
    bad("reproduce causes --encoder m-bert=encoder --out out", "causes makes its own languages"),
    bad("reproduce transfer-pos --encoder encoder --data root --out out --sources en", "needs sources and targets"),
    bad(
        "reproduce figure3 --encoder encoder --data root --out out",
        "no cell of the study can be filled",
        "ntrex128",
        "en–de",
    ),
    bad(f"{FINETUNE} --task chunking", "unknown task 'chunking': use pos, ner or labels"),
    bad(f"{FINETUNE} --task ner", "CoNLL-U has no column for entities"),
    bad(f"{FINETUNE} --column nope", "no CoNLL-U column 'nope'"),
    bad(f"{FINETUNE} --column xpos", "the tag '_'", "not one of the labels"),
    bad(f"{FINETUNE} --format xml", "unknown format 'xml'"),
    bad(f"{FINETUNE} --format plain", "plain text has no tags"),
    bad(f"{FINETUNE} --dev gone.conllu", "gone.conllu: no such file"),
    bad(f"{FINETUNE} --dev -", "not from standard input"),
    bad(f"{FINETUNE} --device tpu", "unknown device 'tpu'"),
    bad(f"{FINETUNE} --precision half", "unknown precision 'half'"),
    bad(f"{FINETUNE} --decay 1", "decay", "'after-warmup' or 'throughout'"),
    bad(f"{FINETUNE} --head-start probes", "head_start", "'random' or 'probe'"),
    bad(
        "finetune encoder --train train.conll --out out --task ner --tag-column 5",
        "2 tab-divided fields where 6 should be",
        "(--tag-column)",
    ),
    bad("finetune encoder --train train.conll --out out --tag-column -3", "2 tab-divided fields", "(--tag-column)"),
    bad("finetune encoder --train train.conll --out out --task ner --tag-column 0", "no tag of BIO2", "labels)"),
    bad("finetune encoder --train a-file --out out", "does not tell the format", "--format"),
    bad("finetune encoder --train - --out out", "not from standard input"),
    bad("finetune encoder@ --train train.conllu --out out", "encoder@: write ID@REVISION"),
    bad("finetune @abc --train train.conllu --out out", "@abc: write ID@REVISION"),
    bad("finetune nobody/nothing --train train.conllu --out out", "nobody/nothing: no folder of this name here"),
    bad("finetune 'C:\\\\models' --train train.conllu --out out", "no such folder"),
    bad("predict tagger text.txt --to xml", "unknown format 'xml'"),
    bad("predict tagger text.txt --to plain --to conllu", "'--to'", "given twice"),
    bad("predict tagger text.txt --device quantum", "unknown device 'quantum'"),
    bad("predict tagger text.txt --precision fp64", "unknown precision 'fp64'"),
    bad("predict nobody/x text.txt", "not a tagger"),
    bad("evaluate ner-tagger train.conll --types ,", "--types ,: names nothing"),
    bad("evaluate tagger dev.conllu gone.conllu", "gone.conllu: no such file"),
    bad("evaluate tagger dev.conllu text.txt", "text.txt: plain text has no tags"),
    bad("evaluate tagger dev.conllu --column nope", "no CoNLL-U column 'nope'"),
    bad("embed encoder text.txt --out out --layers ,", "--layers ,: names nothing"),
    bad("embed encoder text.txt --out out --layers -1", "no layer -1"),
    bad("embed encoder text.txt --out out --layers 1-2", "--layers 1-2: write whole numbers"),
    bad("embed encoder gone.txt --out out", "gone.txt: no such file"),
    bad("embed encoder empty --out out", "empty: is a folder, not a file"),
    bad("embed empty text.txt --out out", "no config.json"),
    bad("pretrain --text en= --out out", "--text en=: write it with the language first"),
    bad("pretrain --text = --out out", "--text =: write it with the language first"),
    bad("pretrain --text ../en=text.txt --out out", "'../en' is no key of a language"),
    bad("pretrain --text 'e n=text.txt' --out out", "'e n' is no key of a language"),
    bad("pretrain --text en=text.txt --text en=text.txt --out out", "en: a file of its text is named twice"),
    bad("pretrain --text en=empty.txt --out out", "no text for 'en'"),
    bad("pretrain --text en=text.txt --out root", "root: holds something that is no pretraining"),
    bad("pretrain --text en=text.txt --out out --separate-positions", "there is text of one only"),
    bad(f"{PRETRAIN} --role nurse", "unknown role 'nurse'"),
    bad(f"{PRETRAIN} --dtype fp16", "unknown dtype 'fp16'"),
    bad(f"{PRETRAIN} --device foo", "unknown device 'foo'"),
    bad(f"{PRETRAIN} --precision 16", "unknown precision '16'"),
    bad(f"{PRETRAIN} --bitext en=text.txt,de.txt", "two languages and two files"),
    bad(f"{PRETRAIN} --bitext en-en=text.txt,text.txt", "is in one language"),
    bad(f"{PRETRAIN} --bitext en-de=text.txt,gone.txt", "gone.txt: no such file"),
    bad(f"{PRETRAIN} --bitext en-de=text.txt,dev.conllu", "60 lines, but dev.conllu has 78"),
    bad(f"{PRETRAIN} --bitext en-de=text.txt,de.txt --bitext de-en=de.txt,text.txt", "de-en: comes twice"),
    bad("verify gone", "gone: no such folder"),
    bad("verify a-file", "a-file: no such folder"),
    bad("verify empty", "empty: not a run folder"),
    bad("verify run --data gone", "gone: no such data root"),
    bad("compare run gone", "gone: no such folder"),
    bad("compare run a-file", "a-file: no such folder"),
    bad("compare run empty", "empty: not a run folder"),
    bad("compare run run", "one and the same run", "(--systems A=B)"),
    bad("compare run run --systems a", "--systems a: name one system of each run"),
    bad("compare run run --systems =", "--systems =: name one system of each run"),
    bad("compare run run --systems a=b", "no system 'a'"),
    bad("compare run run --systems encoder=encoder", "one and the same system"),
    bad("compare run run --systems 'encoder=most frequent tag' --out empty", "empty", "a folder stands where"),
    bad("compare run run --systems 'encoder=most frequent tag' --out a-file/x", "a-file/x", "a file stands where"),
    bad("report gone", "gone: no such folder"),
    bad("report run gone", "gone: no such folder"),
    bad("report a-file", "a-file: no such folder"),
    bad("run encoder", "encoder: no such file, and no such preset"),
    bad("plan Paper-Pos", "no such preset; presets: causes"),
    bad("plan text.txt", "text.txt: not TOML"),
    bad("plan text.txt --recalibrate", "--recalibrate: belongs to --estimate"),
    bad("plan text.txt --estimate --jobs 0", "--jobs"),
    bad("run empty.txt", "experiments: has to be given"),
    bad("data list root --task chunks", "--task chunks", "pos or ner"),
    bad("data list --task pos", "--task pos", "name the root"),
    bad("data check a-file", "a-file: no such data root"),
    bad("data check empty", "holds nothing of a data root"),
    bad("data get UD_Nope", "no corpus 'UD_Nope' to download"),
    bad("data get --for table22", "unknown experiment 'table22': did you mean table2?"),
    bad("data get --for transfer-pos", "transfer-pos has no languages of its own"),
    bad("data get --for table2 --data root --release latest", "no release 'latest'"),
    bad("data get --for ''", "'--for'", "is empty"),
    bad("reproduce table2 --encoder m-bert=encoder --get --data a-file", "a-file: no such data root"),
    bad("data get wikiann/xx1", "no corpus 'wikiann/xx1'", "near:"),
    bad("data get ../../x", "no corpus '../../x'"),
    bad("data get UD_English-EWT --release latest", "no release 'latest'"),
    bad("data get codemix/hiencs --data out", "cannot be downloaded freely"),
    bad("data get UD_English-EWT --data a-file", "a-file", "a file stands where a folder is needed"),
    bad("lab make a-file", "a-file", "a file stands where a folder is needed"),
    bad("lab make out --spec gone.toml", "gone.toml: cannot be read: No such file"),
    bad("lab make out --spec empty", "empty: cannot be read: Is a directory"),
    bad("lab make out --spec text.txt", "text.txt: not TOML"),
    bad("lab make out --seed 1 --seed 2", "'--seed'", "given twice"),
    bad("demo --out a-file", "a-file", "a file stands where a folder is needed"),
)

EMPTY = (  # a shell variable that was not set
    *(bad(f"{FINETUNE} {option} ''", f"'{option}'", "is empty") for option in ("--dev", "--task", "--device", "--lr")),
    *(bad(f"{REPRODUCE} {option} ''", option, "is empty") for option in ("--sources", "--targets", "--corpus")),
    *(bad(f"{PRETRAIN} {option} ' '", f"'{option}'", "is empty") for option in ("--role", "--shape", "--bitext")),
    bad("finetune '' --train train.conllu --out out", "'ENCODER'", "is empty"),
    bad("finetune encoder --train '' --out out", "'--train'", "is empty"),
    bad("finetune encoder --train train.conllu --out ''", "'--out'", "is empty"),
    bad("reproduce '' --out out", "'EXPERIMENT'", "is empty"),
    bad("reproduce table2 --encoder '' --out out", "'--encoder'", "is empty"),
    bad("reproduce table2 --data '' --out out", "'--data'", "is empty"),
    bad("reproduce table2 --out ''", "'--out'", "is empty"),
    bad("predict '' -", "'TAGGER'", "is empty"),
    bad("predict tagger ''", "'FILE'", "is empty"),
    bad("predict tagger text.txt --out ''", "'--out'", "is empty"),
    bad("evaluate ner-tagger train.conll --types ''", "'--types'", "is empty"),
    bad("embed encoder text.txt --out out --language ''", "'--language'", "is empty"),
    bad("embed encoder text.txt --out out --layers ''", "'--layers'", "is empty"),
    bad("pretrain --text en=text.txt --out ''", "'--out'", "is empty"),
    bad("compare run ''", "'DIR'", "is empty"),
    bad("verify ''", "'DIR'", "is empty"),
    bad("report ''", "'DIR'", "is empty"),
    bad("run ''", "'STUDY'", "is empty"),
    bad("data list ''", "'ROOT'", "is empty"),
    bad("data list root --task ''", "'--task'", "is empty"),
    bad("data check ''", "'ROOT'", "is empty"),
    bad("data get ''", "'NAME'", "is empty"),
    bad("data get UD_English-EWT --release ''", "'--release'", "is empty"),
    bad("lab make ''", "'DIR'", "is empty"),
    bad("lab make out --spec ''", "'--spec'", "is empty"),
    bad("demo --out ''", "'--out'", "is empty"),
)

TOO_LONG = tuple(  # for a name in a file system
    bad(command, LONG)
    for command in (
        f"finetune {LONG} --train train.conllu --out out",
        f"finetune encoder --train {LONG}.conllu --out out",
        f"predict {LONG} text.txt",
        f"predict tagger {LONG} --format plain",
        f"evaluate tagger {LONG}.conllu",
        f"embed {LONG} text.txt --out out",
        f"embed encoder {LONG} --out out",
        f"pretrain --text en={LONG} --out out",
        f"pretrain --text en=text.txt --out {LONG}",
        f"reproduce table2 --encoder {LONG} --data root --out out",
        f"reproduce table2 --encoder encoder --data {LONG} --out out",
        f"reproduce table2 --encoder encoder --data root --out {LONG}",
        f"run {LONG}",
        f"plan {LONG}.toml",
        f"report {LONG}",
        f"compare run {LONG}",
        f"compare run run --systems 'encoder=most frequent tag' --out {LONG}",
        f"data list {LONG}",
        f"data check {LONG}",
        f"data get UD_English-EWT --data {LONG}",
        f"lab make {LONG}",
        f"lab make out --spec {LONG}",
        f"demo --out {LONG}",
    )
)

IN_STUDIES = (
    *(study(f"seeds = [{value}]", "seeds.0: has to be a whole number") for value in ("-1", "1.5", '"1"', "true")),
    *(study(f"seeds = [{value}]", "seeds.0: has to be") for value in (2**64, "nan", "[1]", "1979-05-27")),
    study(f"seeds = [0x{'f' * 6000}]", "seeds.0: has to be", "a number of thousands of digits"),
    study(f"epochs = {'9' * 6000}", "bad.toml: not TOML"),
    *(study(f"seeds = {value}", "seeds: Input should be a list") for value in (3, '"1,2"')),
    study('floors = ["random"]', "floors: unknown floor 'random': known: linear-probe"),
    study('floors = ["untrained", "untrained"]', "floors: names something twice"),
    study("floors = 'none'", "floors: Input should be a"),
    *(bad(f"reproduce table2 --floors {floors}", "floors") for floors in ("random", "''")),
    *(
        study(f"epochs = {value}", "epochs: has to be a whole number")
        for value in (0, '"3"', "true", 2.5, "nan", 10**9)
    ),
    *(study(f"learning_rate = {value}", "learning_rate: has to be") for value in ("nan", "inf", 0, -1e-5, 7, '"3e-5"')),
    study("head_learning_rate = nan", "head_learning_rate: has to be"),
    *(study(f"max_train = {value}", "max_train: has to be a whole number from 1") for value in (0, -1, '"10"', 1e3)),
    study("max_test = true", "max_test: has to be a whole number"),
    *(study(f"keep_weights = {value}", "keep_weights: Input should be a valid boolean") for value in ('"yes"', 1)),
    study('engine = "ray"', "engine: no such field"),
    study("device = 5", "device: Input should be a valid string"),
    study("precision = 16", "precision: Input should be 'auto', 'fp32' or 'bf16'"),
    study("cutting = []", "cutting: Input should be 'words' or 'text'"),
    *(study(f"name = {value}", "name: ") for value in ('""', '"a/b"', '".."', 5, f'"{LONG}"')),
    study('experiments = "table1"', "experiments: Input should be a list"),
    study("experiments = [1]", "experiments.0: Input should be a valid string"),
    study('sources = "en"', "sources: Input should be a list"),
    study('sources = ["../en"]', "'../en' names no language"),
    study('targets = ["en+en"]', "'en+en' names no language"),
    study('data = ""', "data: is empty"),
    study("data = 5", "data: Input is not a valid path"),
    study('data = "gone"', "gone: no such data root", "name it (data in the study)"),
    study('data = "a\\u0000b"', "no such data root"),
    study("learning-rate = 1e-4", "learning-rate: no such field; fields: name, experiments"),
    study("[seeds]\na = 1", "seeds: Input should be a list"),
    study("epochs = 1\nepochs = 2", "bad.toml: not TOML", "line 6"),
    study("epochs = 3 4", "bad.toml: not TOML", "line 5"),
    study(f"x = {'[' * 5000}", "bad.toml: not TOML that can be read: its values are nested too deeply"),
    study("[corpora]\nen = []", "corpora: en = []"),
    study("[corpora]\nen = 5", "corpora.en: Input should be a list"),
    study('[corpora]\nen = ["UD_English-EWT", "UD_English-GUM"]', "names two for one task"),
    study('[corpora.en]\npos = "UD_English-EWT"', "corpora.en: Input should be a list"),
    study('corpora = "UD_English-EWT"', "corpora: Input should be a table"),
    study("encoders = []", "encoders: has to be given"),
    study('encoders = ["encoder"]', "encoders.0: Input should be a table"),
    study('[encoders]\nencoder = "encoder"', "encoders: Input should be a list"),
    study('[[encoders]]\nrole = "m-bert"', "encoders.0.encoder: has to be given"),
    study('[[encoders]]\nencoder = "encoder"\npath = "x"', "encoders.0.path: no such field; fields: encoder, role"),
    study('[[encoders]]\nencoder = "a\\u0000b"', "neither a folder here nor a hub id"),
)

IN_LABS = (
    *(
        lab("words = 40", f"words = {value}", "words: has to be a whole number")
        for value in ('"40"', "true", "nan", 10**12)
    ),
    *(lab("concepts = 40", f"concepts = {value}", "concepts: has to be a whole number") for value in (0, 1e9)),
    *(lab("train = 40", f"train = {value}", "sizes.train: has to be") for value in (0, 10**12, '"40"', 2.5, "false")),
    *(lab("words = 40", f"words = 40\nseed = {value}", "seed: has to be") for value in (-1, 2**64, '"1"')),
    *(lab("words = 40", f"words = 40\nnames = {value}", "names: has to be a number") for value in ("nan", 1, '"0.1"')),
    lab("words = 40", "words = 40\nanchors = 1", "anchors"),
    lab("words = 40", 'words = 40\nparallel = ["xx"]', "parallel: unknown language 'xx'"),
    lab("words = 40", 'words = 40\nparallel = ["en", "en"]', "parallel: en, en names a language twice"),
    lab("words = 40", 'words = 40\ncodemix = [["en", "en"]]', "codemix: en, en names a language twice"),
    lab("words = 40", 'words = 40\ncodemix = [["en"]]', "codemix.0.1: has to be given"),
    lab("words = 40", "words = 40\nwords = 41", "not TOML", "line 2"),
    lab('script = "Latn"', 'script = "Latn"\ncases = "yes"', "languages.en.cases"),
    lab('script = "Latn"', 'script = "Latn"\ncognates = { en = nan }', "languages.en.cognates.en: has to be"),
    lab('script = "Latn"', 'script = "Latn"\ncognates = { en = "0.3" }', "languages.en.cognates.en: has to be"),
    lab('script = "Latn"', "script = 5", "languages.en.script"),
    lab('"Toyish"', '"../x"', "languages.en.name"),
    lab('"Toyish"', f'"{LONG}"', "languages.en.name", "at most 60 characters"),
    lab("languages.en", 'languages."../en"', "a key is 2 to 12 small letters or digits"),
    lab('81A = "SVO"', "81A = 1", "languages.en.wals.81A"),
)

BAD_INPUTS = (
    *(
        *USAGE,
        *FILES_READ,
        *SCORED,
        *NUMBERS,
        *STUDIES,
        *FILES,
        *ANALYSES,
        *TAGGERS,
        *PRETRAINING,
        *EMBEDDING,
        *OUTPUTS,
        *CORPORA,
        *LAB,
    ),
    *(*LISTS_AND_NAMES, *EMPTY, *TOO_LONG, *IN_STUDIES, *IN_LABS),
)
