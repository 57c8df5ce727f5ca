"""`crossglot run`, and what running a study is to any command: its steps are shown, then what was found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from crossglot.commands.executors import Where
from crossglot.commands.faults import keeping, kept_steps
from crossglot.commands.options import (
    Address,
    AsJson,
    DryRun,
    Executor,
    Get,
    Gpus,
    Jobs,
    Out,
    StoreUrl,
    StudyName,
    Threads,
    Track,
)
from crossglot.commands.planning import print_plan
from crossglot.commands.progress import remark, stderr_console
from crossglot.commands.reporting import print_ending

if TYPE_CHECKING:
    from crossglot.studies.study import Study


def run(
    study: StudyName,
    out: Out = None,
    threads: Threads = None,
    jobs: Jobs = None,
    executor: Executor = "local",
    address: Address = None,
    gpus: Gpus = None,
    store: StoreUrl = "",
    track: Track = "",
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
    run_and_report(loaded, run_folder(loaded, out), where, track=track, get=get, dry_run=dry_run, as_json=as_json)


def run_and_report(
    study: Study, out: Path, where: Where, *, track: str = "", get: bool, dry_run: bool, as_json: bool
) -> None:
    """Runs a study, shows it, and writes and prints what was found; with `dry_run` only the plan is printed.

    Args:
        study: what is run.
        out: the run's folder.
        where: the steps run.
        track: `mlflow`, or nothing.
        get: fetch corpora that are missing, without asking.
        dry_run: print the plan instead.
        as_json: print JSON instead of tables.

    Raises:
        CrossglotError: if something is wrong with what was asked, or steps failed; the rest has its report by then.
        StoppedError: if the run was stopped; it says what is kept.
    """
    from crossglot.commands.offering import offer_corpora
    from crossglot.engine.progress import Shown
    from crossglot.errors import CrossglotError
    from crossglot.runtime import use_threads
    from crossglot.studies.planning import plan_study
    from crossglot.studies.running import run_study
    from crossglot.studies.tracking import tracking
    from crossglot.tracking.asked import check_tracking

    where.check()
    check_tracking(track, "mlflow")
    use_threads(where.threads)
    offer_corpora(study, get=get, dry_run=dry_run)
    if dry_run:
        print_plan(plan_study(study, out, store=where.store), where, as_json=as_json)
        return
    before = _written(out)
    shown: list[Shown] = []  # from when the executor is there

    def kept() -> str:
        running, finished = (shown[0].running(), shown[0].kept()) if shown else ([], 0)
        return kept_steps(out, running, store=where.store, kept=finished)

    with keeping(kept, goes_on=True):
        with tracking(track, out) as tracker:
            try:
                with where.executor(study.device) as (executor, jobs):
                    shown.append(Shown(stderr_console(), jobs))
                    run_study(study, out, executor, shown[0], store=where.store, tracker=tracker)
            except CrossglotError:
                if _written(out) != before:  # some steps failed: what could be run has its results, and its report
                    print_ending(out, as_json=as_json)
                raise
            print_ending(out, as_json=as_json)
        if tracker is not None:
            remark(tracker.ending)


def _written(out: Path) -> int | None:
    """When the folder's results were written; None if there are none."""
    results = out / "results.csv"
    return results.stat().st_mtime_ns if results.is_file() else None
