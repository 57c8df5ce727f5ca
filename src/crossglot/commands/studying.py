"""`crossglot reproduce | run | plan | report`: whole studies and what they leave behind."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crossglot.commands.executors import Where
from crossglot.commands.faults import keeping, kept_steps
from crossglot.commands.options import (
    Address,
    Cutting,
    DataRoot,
    Decay,
    Device,
    Executor,
    Gpus,
    HeadRate,
    HeadStart,
    Jobs,
    Lenient,
    Precision,
    StoreUrl,
    Subword,
    Threads,
    files_by_language,
    limited,
    listed,
    numbers,
    repeated_pairs,
    single_pairs,
)
from crossglot.limits import COLUMN, COUNT, EPOCHS, RATE

if TYPE_CHECKING:
    from crossglot.studies.planning import StudyPlan
    from crossglot.studies.study import Study

Out = Annotated[
    Path | None, typer.Option(metavar="DIR", help="The run's folder; a second run in it goes on. Else runs/<name>.")
]
Get = Annotated[bool, typer.Option("--get", help="First fetch the corpora that are missing, see `crossglot data get`.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would run and what is finished already.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts, and nothing else, to standard output.")]
StudyName = Annotated[
    str, typer.Argument(metavar="STUDY", help="A TOML file, or a preset: causes, paper, paper-ner, paper-pos.")
]


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
    _run(study, run_folder(study, out), where, get=get, dry_run=dry_run, as_json=as_json)


def _from_environment(context: typer.Context, parameter: str) -> bool:
    """Whether a parameter's value comes from an environment variable, not from the command line."""
    source = context.get_parameter_source(parameter)
    return source is not None and source.name == "ENVIRONMENT"


def run(
    study: StudyName,
    out: Out = None,
    threads: Threads = None,
    jobs: Jobs = None,
    executor: Executor = "local",
    address: Address = None,
    gpus: Gpus = None,
    store: StoreUrl = "",
    get: Get = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Run a study written down in TOML, or a preset.

    [bold]Example:[/bold]
    crossglot run paper-pos --out runs/paper-pos
    """
    from crossglot.studies.reproduce import run_folder
    from crossglot.studies.study import load_study

    loaded = load_study(study)
    where = Where(executor, address, jobs, threads, gpus, store)
    _run(loaded, run_folder(loaded, out), where, get=get, dry_run=dry_run, as_json=as_json)


def plan(study: StudyName, out: Out = None, as_json: AsJson = False) -> None:
    """Show what a study would run and what is finished already.

    [bold]Example:[/bold]
    crossglot plan my-study.toml --out runs/my-study
    """
    from crossglot.studies.planning import plan_study
    from crossglot.studies.reproduce import run_folder
    from crossglot.studies.study import load_study

    loaded = load_study(study)
    _print_plan(plan_study(loaded, run_folder(loaded, out)), as_json=as_json)


def report(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR", help="Run folders; each gets its own report.")],
    out: Annotated[
        Path,
        typer.Option(metavar="FILE", help="Of several folders: the page that has them side by side."),
    ] = Path("side-by-side.html"),
    quiet: Annotated[bool, typer.Option("--quiet", help="Write the files only, print no tables.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write report.html, tables/ and figures/ of a finished run, and print its tables.

    Reads results.csv and its neighbours in the folder; loads no encoder. Of
    several runs (encoders, or checkpoints of one) a page more has them side by
    side, on the cells that all of them have.

    [bold]Example:[/bold]
    crossglot report runs/first runs/second
    """
    from crossglot.commands.outputs import check_out_file
    from crossglot.results.folder import require_run_folder

    for folder in folders:
        require_run_folder(folder)
    several = len(folders) > 1
    said = check_out_file(out, *folders) if several else ""
    for folder in folders:
        print_report(folder, quiet=quiet or several or as_json)
    if several:
        _put_side_by_side(folders, out, quiet=quiet or as_json)
        _remark(said)
    if as_json:
        _print_json({"runs": [_summary(folder) for folder in folders], "side_by_side": str(out) if several else None})


def _put_side_by_side(folders: list[Path], out: Path, *, quiet: bool) -> None:
    from crossglot.commands.progress import stdout_console
    from crossglot.comparison.differing_settings import differing_settings
    from crossglot.report import settings_in_short, side_by_side_tables, write_side_by_side

    differing = [differing_settings(folders[0], folder).rows() for folder in folders[1:]]
    write_side_by_side(folders, out, differing)
    if quiet:
        return
    for table in side_by_side_tables(folders):
        stdout_console().print(table)
    differ = settings_in_short(differing)
    said = f"Settings differ: {differ}; the page says which." if differ else "No setting differs."
    stdout_console().print(said, soft_wrap=True)


def _run(study: Study, out: Path, where: Where, *, get: bool, dry_run: bool, as_json: bool) -> None:
    from crossglot.commands.offering import offer_corpora
    from crossglot.commands.progress import stderr_console
    from crossglot.engine.progress import Shown
    from crossglot.errors import CrossglotError
    from crossglot.runtime import use_threads
    from crossglot.studies.planning import plan_study
    from crossglot.studies.running import run_study

    where.check()
    use_threads(where.threads)
    offer_corpora(study, get=get, dry_run=dry_run)
    if dry_run:
        _print_plan(plan_study(study, out, store=where.store), as_json=as_json)
        return
    before = _written(out)
    shown: list[Shown] = []  # from when the executor is there
    with keeping(lambda: kept_steps(out, *(each.running() for each in shown)), goes_on=True):
        try:
            with where.executor() as (executor, jobs):
                shown.append(Shown(stderr_console(), jobs))
                run_study(study, out, executor, shown[0], store=where.store)
        except CrossglotError:
            if _written(out) != before:  # some steps failed: what could be run has its results, and its report
                _print_ending(out, as_json=as_json)
            raise
        _print_ending(out, as_json=as_json)


def _written(out: Path) -> int | None:
    """When the folder's results were written; None if there are none."""
    results = out / "results.csv"
    return results.stat().st_mtime_ns if results.is_file() else None


def print_report(folder: Path, *, quiet: bool) -> None:
    """Writes a run's report and prints its tables."""
    from crossglot.commands.progress import stdout_console, waiting
    from crossglot.report import terminal_tables, write_report

    with waiting(f"writing the report of {folder}"):
        written = write_report(folder)
    console = stdout_console()
    for table in () if quiet else terminal_tables(folder):
        console.print(table)
        console.print()
    _remark(f"report: {written}")


def _print_ending(folder: Path, *, as_json: bool) -> None:
    """Writes a run's report and prints what was found, in a few lines or as JSON."""
    from crossglot.commands.progress import stdout_console, waiting
    from crossglot.report import terminal_ending, write_report

    with waiting("writing the report"):
        written = write_report(folder)
    if as_json:
        _print_json(_summary(folder))
    for part in () if as_json else terminal_ending(folder):
        stdout_console().print(part)
    _remark(f"tables and every claim: crossglot report {folder}")
    _remark(f"report: {written}")


def _summary(folder: Path) -> dict[str, Any]:
    """What a run found, where its page is, and its tables and figures as files."""
    from crossglot.report import summary

    files = sorted(str(path) for name in ("tables", "figures") for path in (folder / name).glob("*"))
    return summary(folder) | {"report": str(folder / "report.html"), "files": files}


def _remark(line: str) -> None:
    from crossglot.commands.progress import stderr_console

    stderr_console().print(line, style="dim", soft_wrap=True)


def _print_json(said: dict[str, Any]) -> None:
    import json

    from crossglot.commands.progress import stdout_console

    stdout_console().out(json.dumps(said, indent=1), highlight=False)


def _print_plan(found: StudyPlan, *, as_json: bool) -> None:
    from rich.table import Table

    from crossglot.commands.progress import stdout_console
    from crossglot.studies.remarks import warnings_before

    console = stdout_console()
    states = found.states()
    warnings = [remark.text for remark in warnings_before(found)]
    if as_json:
        steps = [{"id": each.step.id, "title": each.step.title, "state": each.state} for each in states]
        store = str(found.store.folder)
        _print_json({"store": store, "steps": steps, "missing": found.missing(), "warnings": warnings})
        return
    table = Table(box=None, pad_edge=False, show_header=False)
    signs: dict[str, Any] = {"finished": "✓ finished", "damaged": "! damaged, again"}
    for planned in states:
        table.add_row(signs.get(planned.state, "· to do"), planned.step.title)
    console.print(table)
    for why in found.missing():
        console.print(f"cells stay empty: {why}", style="dim", soft_wrap=True)
    for warning in warnings:
        console.print(f"warning: {warning}", style="yellow", soft_wrap=True)
    done = sum(planned.state == "finished" for planned in states)
    console.print(
        f"{len(states)} steps, {done} finished, {len(states) - done} to do; store: {found.store.folder}",
        soft_wrap=True,
    )
