"""Options that several commands take, and how their values are read: `LANG=FILE`, `[ROLE=]ENCODER`, `1,2,3`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from crossglot.errors import UsageError
from crossglot.limits import GPUS, JOBS, MOST_SEEDS, RATE, SEED, THREADS, Limits


def limited(limits: Limits) -> Callable[[Any], Any]:
    """A callback that checks an option's number before any other work: `typer.Option(callback=limited(EPOCHS))`."""

    def check(value: Any) -> Any:
        if value is not None and (fault := limits.fault(value)):
            raise typer.BadParameter(fault)
        return value

    return check


Device = Annotated[str, typer.Option(metavar="D", help="auto, cpu, cuda or cuda:N.")]
Precision = Annotated[str, typer.Option(metavar="P", help="auto (bf16 where the hardware has it), fp32 or bf16.")]
Threads = Annotated[
    int | None, typer.Option(metavar="N", callback=limited(THREADS), help="CPU threads; all cores unless given.")
]
Lenient = Annotated[bool, typer.Option("--lenient", help="Skip malformed sentences and count them.")]
Jobs = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        callback=limited(JOBS),
        help="Steps at the same time, each in a process of its own: several for small encoders. Else one for each GPU, "
        "or one; with Ray, as many as there is room for.",
    ),
]
Executor = Annotated[
    str,
    typer.Option(
        metavar="E",
        help="Where steps run: local, on this machine; or ray, on a cluster (pip install 'crossglot\\[ray]').",
    ),
]
Address = Annotated[
    str | None,
    typer.Option(
        metavar="HOST:PORT", help="The Ray cluster's head, or auto; else one is started on this machine for this run."
    ),
]
StoreUrl = Annotated[
    str,
    typer.Option(
        "--store",
        metavar="URL",
        help="Keep finished steps there, too: s3://BUCKET/FOLDER, gs://… Credentials come from the environment.",
    ),
]
Gpus = Annotated[
    float | None,
    typer.Option(
        metavar="X",
        callback=limited(GPUS),
        help="With Ray, GPUs of a step that computes on one: 0.5 lets two share it.",
    ),
]
HeadStart = Annotated[
    str | None,
    typer.Option(metavar="S", help="What the new layer starts from: random (the paper's) or probe (a linear probe)."),
]
HeadRate = Annotated[
    float | None,
    typer.Option(
        "--head-lr", metavar="X", callback=limited(RATE), help="Learning rate of the new layer alone; else that of all."
    ),
]
Decay = Annotated[
    str | None,
    typer.Option(metavar="D", help="Decay of the rate: after-warmup (the paper's) or throughout (BERT's code)."),
]
Subword = Annotated[
    str | None,
    typer.Option(
        metavar="S", help="The piece a word is read at: first-spelled (the default) or first, which may be a bare mark."
    ),
]
Cutting = Annotated[
    str | None,
    typer.Option(
        metavar="C", help="How sentences are cut into pieces: words, one by one (the default), or text, whole."
    ),
]
DataRoot = Annotated[
    Path | None,
    typer.Option(
        "--data", metavar="ROOT", envvar="CROSSGLOT_DATA", help="Data root: ud/, ner/ …; else the data cache."
    ),
]
Out = Annotated[
    Path | None, typer.Option(metavar="DIR", help="The run's folder; a second run in it goes on. Else runs/<name>.")
]
Get = Annotated[bool, typer.Option("--get", help="First fetch the corpora that are missing, see `crossglot data get`.")]
Track = Annotated[
    str,
    typer.Option(
        "--track",
        metavar="T",
        help="mlflow: log each training to the store of MLFLOW_TRACKING_URI (pip install 'crossglot\\[mlflow]').",
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would run and what is finished already.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts, and nothing else, to standard output.")]
StudyName = Annotated[
    str, typer.Argument(metavar="STUDY", help="A TOML file, or a preset: causes, paper, paper-ner, paper-pos.")
]


def repeated_pairs(values: Iterable[str], option: str) -> dict[str, list[str]]:
    """`["en=a", "de=b", "en=c"]` → `{"en": ["a", "c"], "de": ["b"]}`.

    Raises:
        UsageError: for a value without `=`, or with nothing on one side of it.
    """
    found: dict[str, list[str]] = {}
    for value in values:
        key, equals, rest = value.partition("=")
        if not (equals and key.strip() and rest.strip()):
            raise UsageError(f"{option} {value}: write it with the language first, as in {option} en=…")
        found.setdefault(key.strip(), []).append(rest.strip())
    return found


def files_by_language(values: Iterable[str], option: str) -> dict[str, str]:
    """`["de=my/text.conll", "my/en_ewt-ud-train.conllu"]` → file by language, told by the file's name where not said.

    Raises:
        UsageError: for a file whose name tells no language, or two of one language.
    """
    from crossglot.commands.faults import say
    from crossglot.languages import LANGUAGES
    from crossglot.studies.given_files import language_of

    found: dict[str, str] = {}
    for value in values:
        key, equals, file = value.partition("=")
        if not equals or Path(value).is_file():
            key, file = language_of(value), value
            if not key:
                where = f"{option} LANG={value}"
                raise UsageError(f"{option} {value}: its name begins with no language's key: write {where}")
            say(f"{value}: {LANGUAGES[key].name} ({key}), by its name")
        key, file = key.strip(), file.strip()
        if not key or not file:
            raise UsageError(f"{option} {value}: write it as LANG=FILE")
        if key in found:
            raise UsageError(
                f"{option} {value}: {key} is given twice; put both texts into one file, or name two languages"
            )
        found[key] = file
    return found


def single_pairs(values: Iterable[str], option: str) -> dict[str, str]:
    """`["source=train", "score=f1"]` → `{"source": "train", "score": "f1"}`.

    Raises:
        UsageError: for a value without `=`, with nothing before it, or with the same before it as another.
    """
    found: dict[str, str] = {}
    for value in values:
        key, equals, rest = value.partition("=")
        if not (equals and key):
            raise UsageError(f"{option} {value}: write it as NAME=VALUE")
        if key in found:
            raise UsageError(f"{option} {value}: {key} is given twice")
        found[key] = rest
    return found


def listed(value: str | None, option: str) -> list[str] | None:
    """`"en, de"` → `["en", "de"]`; None stays None.

    Raises:
        UsageError: for an empty list, which would otherwise count as no list.
    """
    if value is None:
        return None
    found = [part.strip() for part in value.split(",") if part.strip()]
    if not found:
        raise UsageError(f"{option} {value}: names nothing; leave the option out for what it is by default")
    return found


def numbers(value: str, option: str) -> list[int]:
    """Seeds: `"1,2,3"` or `"1-3"` → `[1, 2, 3]`.

    Raises:
        UsageError: if it is no list of seeds, repeats one, or is too long to be meant.
    """
    found: list[int] = []
    for part in listed(value, option) or []:
        low, dash, high = part.partition("-")
        try:
            ends = (int(low), int(high)) if dash and low else (int(part), int(part))
        except ValueError:
            raise UsageError(f"{option} {value}: write whole numbers with commas, for example {option} 1,2,3") from None
        if ends[1] < ends[0]:
            raise UsageError(f"{option} {value}: {part} runs backwards; write the smaller number first")
        for end in ends:
            SEED.check(end, f"{option} {value}")
        if len(found) + ends[1] - ends[0] >= MOST_SEEDS:
            raise UsageError(f"{option} {value}: each is a training of its own; at most {MOST_SEEDS:,} are allowed")
        found.extend(range(ends[0], ends[1] + 1))
    if not found or len(set(found)) < len(found):
        raise UsageError(f"{option} {value}: name at least one number, and each only once")
    return found


def encoder_and_revision(value: str) -> tuple[str, str | None]:
    """`id@revision` → (`id`, `revision`); a folder that exists is taken as it is, whatever is in its name.

    Raises:
        UsageError: for an empty half.
    """
    if Path(value).exists():
        return value, None
    name, at, revision = value.rpartition("@")
    if not at:
        return value, None
    if not (name and revision):
        raise UsageError(f"{value}: write ID@REVISION, or ID alone")
    return name, revision
