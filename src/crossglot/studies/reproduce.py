"""The paper's experiments, or a transfer matrix of one's own, from Python in one call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, Any

from crossglot.corpora.tasks import Task
from crossglot.engine.local import Local
from crossglot.engine.progress import Progress
from crossglot.errors import UsageError
from crossglot.files import scratch_folder
from crossglot.results.rows import MEAN, read_results
from crossglot.steps.arguments import provide
from crossglot.studies.planning import StudyPlan, plan_study
from crossglot.studies.running import run_study
from crossglot.studies.study import Study, make_study

if TYPE_CHECKING:
    import polars

    from crossglot.encoders.encoder import Encoder

PAPERS_ENCODERS = ("google-bert/bert-base-multilingual-cased", "google-bert/bert-base-cased")


def reproduce_study(
    experiments: Sequence[str],
    encoders: Mapping[str, str] | Sequence[str] = PAPERS_ENCODERS,
    data: str | Path | None = None,
    **settings: Any,
) -> Study:
    """The study that `reproduce` runs: what the command line's options say, checked.

    Args:
        experiments: `table1` …, or `all`.
        encoders: hub ids (`id@revision`) or folders, perhaps each with its role: `m-bert=models/m-bert-small`; or a
            mapping from roles to them.
        data: data root; None for the data cache.
        **settings: other fields of `Study`; those that are None have their default.

    Raises:
        SpecError: naming the wrong field and what is allowed.
    """
    experiments = [experiments] if isinstance(experiments, str) else list(experiments)
    encoders = [encoders] if isinstance(encoders, str) else encoders
    entries = [f"{role}={encoder}" for role, encoder in encoders.items()] if isinstance(encoders, Mapping) else encoders
    fields = {
        "name": "reproduction",
        "experiments": experiments,
        "encoders": [_entry(entry) for entry in entries],
        "data": data,
        **settings,
    }
    return make_study({key: value for key, value in fields.items() if value is not None}, "reproduce")


def reproduce(
    experiments: Sequence[str],
    encoders: Mapping[str, str] | Sequence[str] = PAPERS_ENCODERS,
    data: str | Path | None = None,
    out: str | Path | None = None,
    *,
    progress: Progress | None = None,
    jobs: int = 1,
    **settings: Any,
) -> Path:
    """Runs the paper's experiments and writes the run's folder (results.csv, claims.csv, predictions/ …).

    Args:
        experiments: see `reproduce_study`.
        encoders: see `reproduce_study`.
        data: see `reproduce_study`.
        out: the run's folder, `runs/<name>` by default; giving it again goes on where the last run stopped.
        progress: told what happens.
        jobs: see `Local`.
        **settings: see `reproduce_study`.

    Returns:
        The folder.

    Raises:
        CrossglotError: if something is wrong with what was asked, or steps failed.
    """
    study = reproduce_study(experiments, encoders, data, **settings)
    return run_study(study, run_folder(study, out), Local(jobs), progress)


def plan_reproduction(
    experiments: Sequence[str],
    encoders: Mapping[str, str] | Sequence[str] = PAPERS_ENCODERS,
    data: str | Path | None = None,
    out: str | Path | None = None,
    **settings: Any,
) -> StudyPlan:
    """What `reproduce` would run and what is cached: a dry run."""
    study = reproduce_study(experiments, encoders, data, **settings)
    return plan_study(study, run_folder(study, out))


def run_folder(study: Study, out: str | Path | None = None) -> Path:
    """Where a study's results go: as given, else `runs/<name>`."""
    return Path("runs") / study.name if out is None else Path(out)


def transfer_matrix(
    encoder: Encoder | str | Path,
    task: Task,
    sources: Iterable[str],
    targets: Iterable[str],
    data: str | Path,
    *,
    out: str | Path | None = None,
    tidy: bool = False,
    progress: Progress | None = None,
    jobs: int = 1,
    **settings: Any,
) -> polars.DataFrame:
    """Trains on each source and evaluates on each target.

    Args:
        encoder: from `load_encoder`, a hub id or a folder.
        task: `pos` (accuracy) or `ner` (F1).
        sources: language keys.
        targets: language keys.
        data: data root.
        out: folder that keeps what is finished, so that a second call goes on from there; by default nothing is kept.
        tidy: the rows of results.csv with intervals, seeds and averages instead.
        progress: told what happens.
        jobs: see `Local`; several processes load an encoder that is in memory here anew, from where it came from.
        **settings: other fields of `Study`: `seeds`, `max_train`, `epochs`, …

    Returns:
        One row per system and source, one column per target: per cent, means over seeds; empty where data is missing.

    Raises:
        CrossglotError: if something is wrong with what was asked, or steps failed.
    """
    entry = str(encoder) if isinstance(encoder, (str, Path)) else _given(encoder)
    sources, targets = _keys(sources, "sources"), _keys(targets, "targets")
    study = reproduce_study([f"transfer-{task}"], [entry], data, sources=sources, targets=targets, **settings)
    with scratch_folder(Path(gettempdir())) as passing:
        folder = run_study(study, Path(out or passing), Local(jobs), progress)
        results = read_results(folder / "results.csv")
    return results if tidy else as_matrix(results, targets)


def _keys(languages: Iterable[str], what: str) -> list[str]:
    if isinstance(languages, str):
        raise UsageError(f"{what} have to be a list of language keys, not one string: [{languages!r}]")
    return list(languages)


def as_matrix(results: polars.DataFrame, targets: Sequence[str]) -> polars.DataFrame:
    """Cells of one experiment as a table: one row per system and source, one column per target."""
    import polars as pl

    cells = results.filter((pl.col("aggregate") == MEAN) & pl.col("target").is_not_null())
    wide = cells.pivot("target", index=["system", "source"], values="value", maintain_order=True)
    return wide.select("system", "source", *targets)


def _given(encoder: Encoder) -> str:
    if not encoder.trained or encoder.revision is None:
        raise UsageError(
            f"{encoder.name}: a matrix is made from an encoder as loaded; its untrained twin is in the matrix"
        )
    provide(encoder, encoder.revision)
    return encoder.name


def _entry(text: str) -> dict[str, str]:
    """`[ROLE=]PATH_OR_ID[@REVISION]`; a folder that exists is taken as it is, whatever is in its name."""
    if Path(text).exists():
        return {"encoder": text}
    role, equals, rest = text.partition("=")
    entry = {"role": role} if equals else {}
    place = rest if equals else text
    name, at, revision = place.rpartition("@")
    if at and not Path(place).exists():
        return entry | {"encoder": name, "revision": revision}
    return entry | {"encoder": place}
