"""`crossglot finetune | predict | evaluate`: taggers outside a study."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crossglot.commands.faults import keeping
from crossglot.commands.options import (
    Cutting,
    Decay,
    Device,
    HeadRate,
    HeadStart,
    Lenient,
    Precision,
    Subword,
    Threads,
    encoder_and_revision,
    limited,
    listed,
)
from crossglot.commands.rewriting import BackTransliterate, Romanise, rewriting, rewritten
from crossglot.limits import BATCH_SIZE, COLUMN, COUNT, EPOCHS, LENGTH, RATE, SEED

if TYPE_CHECKING:
    from crossglot.corpora.sentences import TaggedSentence
    from crossglot.tagging.evaluation import Evaluation
    from crossglot.tagging.tagger import Tagger

Task = Annotated[str, typer.Option(metavar="TASK", help="pos (UPOS), ner (entities, BIO2) or labels (any tag column).")]
Column = Annotated[
    str, typer.Option(metavar="FIELD", help="CoNLL-U field with the tags: upos, xpos, deprel …; tag is MISC's Tag=.")
]
TagColumn = Annotated[
    int,
    typer.Option(
        metavar="N", callback=limited(COLUMN), help="Index of the tags' column in column files; -1 is the last."
    ),
]
FileFormat = Annotated[
    str, typer.Option("--format", metavar="F", help="auto (by the file's name), plain, conllu or columns.")
]
TaggerFolder = Annotated[Path, typer.Argument(metavar="TAGGER", help="A folder that `crossglot finetune` wrote.")]


def finetune(
    encoder: Annotated[str, typer.Argument(metavar="ENCODER", help="Hub id (id@revision) or folder.")],
    train: Annotated[list[str], typer.Option(metavar="FILE", help="Tagged sentences; repeat it for more sources.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the tagger is written.")],
    dev: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Evaluate on this file afterwards; find start and rate on it if none is known."
        ),
    ] = None,
    task: Task = "pos",
    seed: Annotated[
        int,
        typer.Option(metavar="N", callback=limited(SEED), help="Of the new layer, dropout and the order of sentences."),
    ] = 1,
    lr: Annotated[
        float | None,
        typer.Option(
            metavar="X",
            callback=limited(RATE),
            help="Learning rate; else the one kept beside the encoder; else, for encoders narrower than BERT-base, "
            "one found on --dev or a tenth of --train, with the new layer's start; else the paper's 3e-5.",
        ),
    ] = None,
    head_start: HeadStart = None,
    head_lr: HeadRate = None,
    decay: Decay = None,
    subword: Subword = None,
    cutting: Cutting = None,
    epochs: Annotated[
        int, typer.Option(metavar="N", callback=limited(EPOCHS), help="Passes over the training sentences.")
    ] = 3,
    batch_size: Annotated[
        int, typer.Option(metavar="N", callback=limited(BATCH_SIZE), help="Sentences per step.")
    ] = 32,
    max_length: Annotated[
        int, typer.Option(metavar="N", callback=limited(LENGTH), help="Pieces per sentence; more are cut off.")
    ] = 128,
    max_train: Annotated[
        int | None, typer.Option(metavar="N", callback=limited(COUNT), help="Only the first N sentences.")
    ] = None,
    format_: FileFormat = "auto",
    column: Column = "upos",
    tag_column: TagColumn = -1,
    lenient: Lenient = False,
    device: Device = "auto",
    precision: Precision = "auto",
    threads: Threads = None,
) -> None:
    r"""Fine-tune an encoder into a tagger, by the paper's recipe.

    The whole encoder and one linear layer are trained; the first word piece
    that spells something of a word carries its tag (Pires et al. 2019,
    section 2 and appendix A).

    [bold]Example:[/bold]
    crossglot finetune models/m-bert-small --train en_ewt-ud-train.conllu \
      --dev en_ewt-ud-dev.conllu --out runs/en-pos
    """
    from crossglot.commands.annotated import read_tagged
    from crossglot.commands.outputs import check_out_folder
    from crossglot.commands.progress import bar, stderr_console
    from crossglot.commands.tuning import forewarn, in_words, keeper_for, kept_training, settled, warn_of
    from crossglot.encoders.loading import load_encoder
    from crossglot.encoders.origin import path_named
    from crossglot.runtime import resolve_runtime
    from crossglot.specs import checked
    from crossglot.tagging.choosing import choose
    from crossglot.tagging.finetuning import finetune as finetune_encoder
    from crossglot.tagging.labels import label_set, require_task
    from crossglot.tagging.recipe import Recipe
    from crossglot.tagging.scorable import check_scorable
    from crossglot.tagging.tagger_files import check_replaceable

    given = {"learning_rate": lr, "head_start": head_start, "head_learning_rate": head_lr, "decay": decay,
             "subword": subword, "cutting": cutting}  # fmt: skip
    said = {name: value for name, value in given.items() if value is not None}
    plain = {"epochs": epochs, "batch_size": batch_size, "max_length": max_length}
    checked(Recipe, plain | said, "finetune")  # what is wrong with an option is told before anything is read
    require_task(task)
    name, revision = encoder_and_revision(encoder)
    read = [Path(file) for file in (*train, *([dev] if dev else []))]
    check_out_folder(out, path_named(name), *read, may_replace=check_replaceable)
    runtime = resolve_runtime(device, precision, threads=threads)
    how: dict[str, Any] = {"column": column, "tag_column": tag_column, "lenient": lenient}
    sentences = [sentence for path in train for sentence in read_tagged(path, task, format_, **how)][:max_train]
    held_out = read_tagged(dev, task, format_, **how) if dev else []
    labels = label_set(task, sentences)
    if dev:
        check_scorable(labels, held_out, path=dev)
    loaded = load_encoder(name, revision=revision, device=runtime.device)
    recipe = settled(choose(loaded, task, plain | said), loaded, sentences, held_out, task, runtime)
    console = stderr_console()
    forewarn(recipe, sentences)
    console.print(f"{len(sentences)} sentences, {in_words(recipe)}, {runtime.precision}", style="dim", soft_wrap=True)
    keeper = keeper_for(out)
    with keeping(lambda: kept_training(out), goes_on=True), bar("fine-tuning") as moved:
        tagger = finetune_encoder(
            loaded, sentences, task=task, recipe=recipe, seed=seed, device=runtime.device, precision=runtime.precision,
            progress=moved, keeper=keeper,
        )  # fmt: skip
    warn_of(tagger, sentences)
    tagger.save(out)
    keeper.drop()
    console.print(f"wrote {out}", style="dim", soft_wrap=True)
    if held_out:
        _print_evaluation(dev or "", tagger.evaluate(held_out))


def predict(
    tagger: TaggerFolder,
    text: Annotated[str, typer.Argument(metavar="FILE", help="Sentences to tag; - reads standard input.")],
    out: Annotated[str | None, typer.Option(metavar="FILE", help="Where to write; else standard output.")] = None,
    format_: FileFormat = "auto",
    to: Annotated[
        str, typer.Option(metavar="F", help="auto (CoNLL-U stays CoNLL-U, else columns), plain, conllu or columns.")
    ] = "auto",
    romanise: Romanise = False,
    back_transliterate: BackTransliterate = None,
    lenient: Lenient = False,
    device: Device = "auto",
    precision: Precision = "fp32",
    threads: Threads = None,
) -> None:
    """Tag plain text, CoNLL-U or column files; every word gets a tag.

    Plain text is one sentence per line, its words divided by blanks. CoNLL-U
    keeps all it has: UPOS is replaced; other tasks' tags go to MISC as Tag=.

    [bold]Example:[/bold]
    echo "Das ist gut ." | crossglot predict runs/en-pos -
    """
    from crossglot.commands.annotated import format_of, read_untagged
    from crossglot.commands.outputs import check_out_file
    from crossglot.commands.progress import stderr_console
    from crossglot.commands.streams import STREAM, require_output
    from crossglot.commands.tagged import labels_held, output_format, require_writable, write_tagged
    from crossglot.runtime import resolve_runtime
    from crossglot.tagging.loading import load_tagger

    format_of(STREAM, to)
    if out in (None, STREAM):
        require_output()
    runtime = resolve_runtime(device, precision, threads=threads)
    rewrite = rewriting(romanise, back_transliterate, lenient=lenient)
    untagged = read_untagged(text, format_, lenient=lenient)
    wanted = output_format(untagged, out, to)
    done = "" if out is None or out == STREAM else check_out_file(Path(out), tagger)
    loaded = load_tagger(tagger, device=runtime.device, precision=runtime.precision)
    require_writable(untagged, text, out, wanted, loaded.labels.names)
    if held := labels_held(untagged, loaded.task):
        stderr_console().print(f"{held} words have a Tag= in MISC, which is replaced", style="dim", soft_wrap=True)
    with keeping("nothing was written"):
        tags = loaded.tag(rewritten(untagged.sentences, rewrite))
        replaced = out is not None and Path(out).is_file()
        write_tagged(untagged, tags, out, wanted, loaded.task)
    if replaced:
        stderr_console().print(f"replaced {out}", style="dim", soft_wrap=True)
    if done:
        stderr_console().print(done, style="dim", soft_wrap=True)


def evaluate(
    tagger: TaggerFolder,
    gold: Annotated[list[str], typer.Argument(metavar="FILE", help="Files with gold tags.")],
    types: Annotated[str | None, typer.Option(metavar="T,T", help="Entity types that count; else all.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per file instead of tables.")] = False,
    format_: FileFormat = "auto",
    column: Column = "upos",
    tag_column: TagColumn = -1,
    romanise: Romanise = False,
    back_transliterate: BackTransliterate = None,
    lenient: Lenient = False,
    device: Device = "auto",
    precision: Precision = "fp32",
    threads: Threads = None,
) -> None:
    """Score a tagger on gold files: accuracy, or span F1 by conlleval's rules.

    The interval is a 95 % bootstrap over sentences.

    [bold]Example:[/bold]
    crossglot evaluate runs/en-pos de_gsd-ud-test.conllu nl_alpino-ud-test.conllu
    """
    from crossglot.commands.annotated import read_tagged, require_gold
    from crossglot.commands.streams import write_out
    from crossglot.tagging.scorable import check_scorable, check_types

    wanted = check_types(part.strip() for part in types.split(",")) if listed(types, "--types") and types else None
    for path in gold:
        require_gold(path, format_)
    rewrite = rewriting(romanise, back_transliterate, lenient=lenient)
    loaded = _load(tagger, device, precision, threads)
    how: dict[str, Any] = {"column": column, "tag_column": tag_column, "lenient": lenient}
    read = [(path, rewritten(read_tagged(path, loaded.task, format_, **how), rewrite)) for path in gold]
    for path, sentences in read:
        check_scorable(loaded.labels, sentences, wanted, path)
    for path, sentences in read:
        _warn_of_strangers(path, loaded, sentences, wanted)
        evaluation = loaded.evaluate(sentences, types=wanted)
        if as_json:
            write_out([f"{_as_json(path, evaluation)}\n"], errors="backslashreplace")
        else:
            _print_evaluation(path, evaluation)


def _warn_of_strangers(path: str, tagger: Tagger, gold: list[TaggedSentence], types: list[str] | None = None) -> None:
    """Says how much of gold the tagger cannot have right, whatever it is like."""
    from crossglot.commands.tuning import warn
    from crossglot.tagging.scorable import SHOWN, unknown_share

    count, names = unknown_share(tagger.labels, gold, types)
    if count:
        what = "entities have types" if tagger.task == "ner" else "words have tags"
        shown = ", ".join(names[:SHOWN]) + (" …" if len(names) > SHOWN else "")
        warn(f"{path}: {count} {what} that this tagger does not know ({shown}) and count as wrong")


def _load(folder: Path, device: str, precision: str, threads: int | None) -> Tagger:
    from crossglot.runtime import use_threads
    from crossglot.tagging.loading import load_tagger

    use_threads(threads)
    return load_tagger(folder, device=device, precision=precision)


def _print_evaluation(path: str, evaluation: Evaluation) -> None:
    from rich.table import Table

    from crossglot.commands.progress import stdout_console

    console = stdout_console()
    low, high = 100 * evaluation.interval.low, 100 * evaluation.interval.high
    unit = "entities" if evaluation.metric == "f1" else "words"
    console.print(
        f"{path}: {evaluation.metric} {100 * evaluation.value:.2f} [{low:.2f}, {high:.2f}] "
        f"on {evaluation.n} {unit} in {evaluation.sentences} sentences",
        soft_wrap=True,
    )  # fmt: skip
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("", "precision", "recall", "F1", "gold"):
        table.add_column(heading, justify="right" if heading else "left", overflow="fold")
    for label, score in sorted(evaluation.by_label.items()):
        values = (f"{100 * value:.1f}" for value in (score.precision, score.recall, score.f1))
        table.add_row(f"  {label}", *values, str(score.n))
    console.print(table)


def _as_json(path: str, evaluation: Evaluation) -> str:
    import json
    from dataclasses import asdict

    return json.dumps(
        {
            "file": path,
            "metric": evaluation.metric,
            "value": evaluation.value,
            "interval": asdict(evaluation.interval),
            "n": evaluation.n,
            "sentences": evaluation.sentences,
            "by_label": {label: asdict(score) for label, score in evaluation.by_label.items()},
        },
    )
