"""`crossglot plan --estimate`: what a study would take, as a table or as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crossglot.amounts import spell_seconds, spell_size
from crossglot.commands.progress import print_json, remark, stdout_console

if TYPE_CHECKING:
    from crossglot.estimates.estimate import Estimate
    from crossglot.studies.planning import StudyPlan

LEFT_OUT = (
    "not estimated: tables, report and figures (seconds to minutes), the searches' choice of another recipe, waiting "
    "for disks, networks and cores that others use"
)


def print_estimate(plan: StudyPlan, jobs: int | None, *, anew: bool, as_json: bool) -> None:
    """Prints what the plan's missing steps take; measures the machine first where it was not measured before.

    Raises:
        CrossglotError: if an encoder or a corpus cannot be read.
    """
    from crossglot.engine.local import Local
    from crossglot.estimates.estimate import estimate

    here = Local.on(plan.study.device, jobs)
    found = estimate(plan, here.jobs, anew=anew, say=remark)
    if as_json:
        print_json(_as_json(found))
        return
    _print_kinds(found)
    console = stdout_console()
    for line in (*_totals(found), *_downloads(found), *_left_out(found)):
        console.print(line, soft_wrap=True)


def _print_kinds(found: Estimate) -> None:
    from rich.table import Table

    from crossglot.report.effort import KINDS

    on_gpu = bool(found.gpu_seconds)
    table = Table(box=None, pad_edge=False)
    for head in ("what is to do", "steps", "GPU-hours" if on_gpu else "core-hours", "one", "memory", "disk"):
        table.add_column(head, justify="left" if head.startswith("what") else "right", no_wrap=True)
    for kind in found.kinds:
        where = " (CPU)" if on_gpu and kind.device == "cpu" else ""
        mean = kind.seconds / kind.steps
        sizes = (spell_size(kind.memory), spell_size(kind.disk))
        table.add_row(
            KINDS.get(kind.step, kind.step) + where, f"{kind.steps:,}", spell_hours(kind.seconds), _spell(mean), *sizes
        )
    stdout_console().print(table)


def _totals(found: Estimate) -> list[str]:
    times = [f"{spell_hours(found.core_seconds)} core-hours"]
    if found.gpu_seconds:
        times.insert(0, f"{spell_hours(found.gpu_seconds)} GPU-hours")
    steps = sum(kind.steps for kind in found.kinds)
    done = f" ({found.finished:,} are finished)" if found.finished else ""
    jobs = "1 job" if found.jobs == 1 else f"{found.jobs} jobs at the same time"
    return [
        f"in all: {steps:,} steps{done}, {' and '.join(times)}",
        f"{jobs}, one thread each: {spell_seconds(found.wall_seconds)} at best, {spell_size(found.memory)} of memory",
        f"disk: {spell_size(found.disk)}, about {found.files:,} files and folders in the store",
    ]


def _downloads(found: Estimate) -> list[str]:
    lacking, lines = found.downloads, []
    if lacking.corpora:
        unknown = f", and {lacking.corpora_unknown} of unknown size" if lacking.corpora_unknown else ""
        size, there = spell_size(lacking.corpora_bytes), spell_size(lacking.unpacked_bytes)
        lines.append(f"to download: {lacking.corpora} corpora, about {size}{unknown} ({there} unpacked)")
    if lacking.encoders:
        unknown = f", and {n} of unknown size" if (n := sum(one is None for one in lacking.encoders.values())) else ""
        lines.append(
            f"to download: {len(lacking.encoders)} encoders, about {spell_size(lacking.encoder_bytes)}{unknown}"
        )
    return lines or ["to download: nothing"]


def _left_out(found: Estimate) -> list[str]:
    unknown = [f"not estimated: {count:,} × {kind}" for kind, count in found.unknown.items()]
    return [*unknown, LEFT_OUT, f"measured on: {', '.join(found.machine)}"]


def spell_hours(seconds: float) -> str:
    """`0.010`, `4.20`, `51.3`, `1,300`."""
    hours = seconds / 3600
    digits = next((digits for digits, least in ((0, 100), (1, 10), (2, 0.1)) if hours >= least), 3)
    return f"{hours:,.{digits}f}"


def _spell(seconds: float) -> str:
    return spell_seconds(seconds) if seconds >= 10 else f"{seconds:.1f} s"


def _as_json(found: Estimate) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "kinds": [asdict(kind) for kind in found.kinds],
        "finished": found.finished,
        "jobs": found.jobs,
        "core_seconds": found.core_seconds,
        "gpu_seconds": found.gpu_seconds,
        "wall_seconds": found.wall_seconds,
        "memory": found.memory,
        "disk": found.disk,
        "files": found.files,
        "downloads": asdict(found.downloads),
        "not_estimated": dict(found.unknown),
        "machine": list(found.machine),
    }
