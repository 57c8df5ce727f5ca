"""`crossglot reproduce`: the paper's tables and figures, with its encoders or others."""

from __future__ import annotations

from typing import Annotated

import typer

from crossglot.commands.executors import Where
from crossglot.commands.options import (
    Address,
    AsJson,
    Cutting,
    DataRoot,
    Decay,
    Device,
    DryRun,
    Executor,
    Get,
    Gpus,
    HeadRate,
    HeadStart,
    Jobs,
    Lenient,
    Out,
    Precision,
    StoreUrl,
    Subword,
    Threads,
    Track,
    files_by_language,
    limited,
    listed,
    numbers,
    repeated_pairs,
    single_pairs,
)
from crossglot.commands.running import run_and_report
from crossglot.limits import COLUMN, COUNT, EPOCHS, RATE


def reproduce(
    context: typer.Context,
    experiments: Annotated[
        list[str],
        typer.Argument(
            metavar="EXPERIMENT",
            help="table1 … table8, figure1 … figure3, all of them, or curve; transfer: a matrix of files of your own.",
        ),
    ],
    encoder: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ENCODER",
            help="ROLE=PATH_OR_ID@REVISION, repeated; the role (m-bert, en-bert or other) and the revision may be left "
            "out. Any other word is its name in tables. Else the paper's two.",
        ),
    ] = None,
    data: DataRoot = None,
    out: Out = None,
    vectors: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=DIR", help="figure3 with vectors made elsewhere: a file for each text (ntrex128.de.npy)."
        ),
    ] = None,
    word_vectors: Annotated[
        list[str] | None,
        typer.Option(metavar="LANG=FILE", help="Pretrained vectors of a language's words (text) for bilstm-crf."),
    ] = None,
    train: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[LANG=]FILE",
            help="transfer: tagged sentences to train on, a row of the matrix; repeated. LANG is any word; it may be "
            "left out where the file's name begins with a known one.",
        ),
    ] = None,
    dev: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[LANG=]FILE",
            help="transfer: of a language of --train, to find start and rate on; else a tenth of its sentences.",
        ),
    ] = None,
    eval_: Annotated[
        list[str] | None,
        typer.Option("--eval", metavar="[LANG=]FILE", help="transfer: gold tags to evaluate on, a column; repeated."),
    ] = None,
    task: Annotated[
        str | None,
        typer.Option(metavar="TASK", help="transfer: pos (UPOS), ner (entities) or labels; else what the tags are."),
    ] = None,
    format_: Annotated[
        str | None, typer.Option("--format", metavar="F", help="transfer: conllu or columns; else by the files' names.")
    ] = None,
    column: Annotated[
        str | None,
        typer.Option(metavar="FIELD", help="transfer: CoNLL-U field with the tags, instead of upos: xpos, deprel …"),
    ] = None,
    tag_column: Annotated[
        int | None,
        typer.Option(
            metavar="N", callback=limited(COLUMN), help="transfer: index of the tags' column, instead of the last."
        ),
    ] = None,
    corpus: Annotated[
        list[str] | None,
        typer.Option(metavar="LANG=NAME", help="Another corpus for a language: es=UD_Spanish-AnCora, en=conll2003/en."),
    ] = None,
    sources: Annotated[
        str | None, typer.Option(metavar="L,L", help="Train on these instead (hi+en joins two).")
    ] = None,
    targets: Annotated[str | None, typer.Option(metavar="L,L", help="Evaluate on these instead.")] = None,
    seeds: Annotated[str, typer.Option(metavar="N,N", help="One training each.")] = "1,2,3",
    max_train: Annotated[
        int | None, typer.Option(metavar="N", callback=limited(COUNT), help="Only N training sentences per source.")
    ] = None,
    max_test: Annotated[
        int | None, typer.Option(metavar="N", callback=limited(COUNT), help="Only N test sentences per target.")
    ] = None,
    lr: Annotated[
        float | None,
        typer.Option(
            metavar="X",
            callback=limited(RATE),
            help="Learning rate. Else the one kept beside the encoder; else the paper's 3e-5, or for encoders "
            "narrower than BERT-base one found on the source's dev set, with the new layer's start, for each task.",
        ),
    ] = None,
    head_start: HeadStart = None,
    head_lr: HeadRate = None,
    decay: Decay = None,
    subword: Subword = None,
    cutting: Cutting = None,
    epochs: Annotated[
        int | None, typer.Option(metavar="N", callback=limited(EPOCHS), help="Instead of the paper's 3.")
    ] = None,
    device: Device = "auto",
    precision: Precision = "auto",
    threads: Threads = None,
    jobs: Jobs = None,
    executor: Executor = "local",
    address: Address = None,
    gpus: Gpus = None,
    store: StoreUrl = "",
    track: Track = "",
    lenient: Lenient = False,
    floors: Annotated[
        str | None,
        typer.Option(
            metavar="F,F",
            help="Beside the encoders: most-frequent-tag, linear-probe, untrained (as much work as the encoders), "
            "shared-pieces (figure3), character-ngrams, bilstm-crf (long), ball-garrette, bhat-stacking, or none. "
            "Else the first four.",
        ),
    ] = None,
    keep_weights: Annotated[
        bool, typer.Option("--keep-weights", help="Keep the taggers, so that later targets need no training.")
    ] = False,
    get: Get = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    r"""Run the paper's tables, with the paper's encoders or others.

    Published numbers stand beside ours, with floors and intervals. Interrupted
    anywhere, the same command goes on where it stopped.

    [bold]Example:[/bold]
    crossglot reproduce table1 table4 --encoder m-bert=models/m-bert-small \
      --data data --out runs/first
    crossglot reproduce transfer --encoder intfloat/multilingual-e5-small \
      --train en=my/en.conll --eval de=my/de.conll --eval hi=my/hi.conll
    """
    from crossglot.studies.reproduce import PAPERS_ENCODERS, reproduce_study, run_folder

    study = reproduce_study(
        experiments,
        encoder or ([] if vectors else PAPERS_ENCODERS),
        # A data root that the environment names is for runs that read one.
        None if (train or eval_) and _from_environment(context, "data") else data,
        task=task,
        train=files_by_language(train or (), "--train") or None,
        dev=files_by_language(dev or (), "--dev") or None,
        eval=files_by_language(eval_ or (), "--eval") or None,
        format=None if format_ == "auto" else format_,
        column=column,
        tag_column=tag_column,
        vectors=single_pairs(vectors or (), "--vectors") or None,
        word_vectors=single_pairs(word_vectors or (), "--word-vectors") or None,
        corpora=repeated_pairs(corpus or (), "--corpus") or None,
        sources=listed(sources, "--sources"),
        targets=listed(targets, "--targets"),
        seeds=numbers(seeds, "--seeds"),
        max_train=max_train,
        max_test=max_test,
        learning_rate=lr,
        head_start=head_start,
        head_learning_rate=head_lr,
        decay=decay,
        subword=subword,
        cutting=cutting,
        epochs=epochs,
        device=device,
        precision=precision,
        lenient=lenient,
        floors=[] if floors == "none" else listed(floors, "--floors"),
        keep_weights=keep_weights,
    )
    where = Where(executor, address, jobs, threads, gpus, store)
    run_and_report(study, run_folder(study, out), where, track=track, get=get, dry_run=dry_run, as_json=as_json)


def _from_environment(context: typer.Context, parameter: str) -> bool:
    """Whether a parameter's value comes from an environment variable, not from the command line."""
    source = context.get_parameter_source(parameter)
    return source is not None and source.name == "ENVIRONMENT"
