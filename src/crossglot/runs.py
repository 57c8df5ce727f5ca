"""Runs from Python: functions that make them, and their results as frames, charts and a page.

They do for notebooks what the commands do. A run's folder is read once; its charts are drawn when they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from os import PathLike
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, Any

from crossglot.corpora.opening import Held
from crossglot.corpora.tasks import TaggerTask
from crossglot.drawing.chart_exhibit import ChartExhibit
from crossglot.drawing.figures import drawable, heat_map, themed
from crossglot.drawing.frames import lines_frame, matrix_frame
from crossglot.drawing.markup import element
from crossglot.drawing.matrix_exhibit import MatrixExhibit
from crossglot.drawing.wording import calling
from crossglot.engine.executor import Executor
from crossglot.engine.local import Local
from crossglot.engine.progress import Progress
from crossglot.errors import UsageError
from crossglot.experiments.exhibits import exhibits_of
from crossglot.files import scratch_folder
from crossglot.report.folder import RunFolder, read_run_folder
from crossglot.report.overview import overview_section
from crossglot.report.provenance import in_one_line
from crossglot.report.writing import write_report
from crossglot.results.rows import ResultRow
from crossglot.results.verdicts import claims_frame
from crossglot.studies import running
from crossglot.studies.analyse import analyse as analyse_scores
from crossglot.studies.reproduce import PAPERS_ENCODERS, Given, reproduce_study, run_folder
from crossglot.studies.study import Study, load_study
from crossglot.studies.tracking import tracking

if TYPE_CHECKING:
    import altair
    import polars


class Run:
    """The results of a run, as its folder had them when it was read.

    It can be given wherever a path of its folder is taken: `cg.compare(run, other)`, `Path(run) / "study.toml"`.
    """

    def __init__(self, left: RunFolder) -> None:
        self._left = left

    def __repr__(self) -> str:
        return f"Run('{self.folder}')"

    def __fspath__(self) -> str:
        return str(self.folder)

    @property
    def folder(self) -> Path:
        """The path of its folder."""
        return self._left.path

    @property
    def results(self) -> polars.DataFrame:
        """The tidy results, one row per number; the fields of `crossglot.results.rows.ResultRow` describe them."""
        return self._left.results

    @property
    def claims(self) -> polars.DataFrame:
        """Every claim with its number and verdict; `crossglot.results.verdicts` describes the columns."""
        return claims_frame(self._left.claims)

    @cached_property
    def tables(self) -> Mapping[str, polars.DataFrame]:
        """The tables as the report prints them, by the names of their files in `tables/`."""
        matrices, charts = self._exhibits
        lines = (part for each in charts for part in (each, *each.more))
        frames = {exhibit.name: matrix_frame(exhibit) for exhibit in matrices}
        return frames | {part.experiment: lines_frame(part) for part in lines}

    @cached_property
    def charts(self) -> Mapping[str, altair.TopLevelMixin]:
        """The figures by the names of their files in `figures/`, drawn as the report draws them."""
        rows = [ResultRow.model_construct(**drawable(row)) for row in self.results.iter_rows(named=True)]
        with calling(drawable(self._left.languages)):
            matrices, charts = exhibits_of(rows)
        with_cells = {exhibit.name: partial(self._heat_map, exhibit) for exhibit in matrices if exhibit.blocks}
        ready = {each.experiment: partial(themed, each.chart) for each in charts if each.chart is not None}
        return Charts(with_cells | ready)

    def report(self) -> Path:
        """Writes report.html, tables/ and figures/ into the folder.

        Returns:
            The path of report.html.

        Raises:
            StorageError: if the folder is damaged, or cannot be written.
        """
        return write_report(self)

    @cached_property
    def _exhibits(self) -> tuple[list[MatrixExhibit], list[ChartExhibit]]:
        with calling(self._left.languages):
            return exhibits_of(self._left.rows())

    def _heat_map(self, exhibit: MatrixExhibit) -> Any:
        with calling(drawable(self._left.languages)):
            return themed(heat_map(exhibit))

    def _repr_html_(self) -> str:
        """HTML for notebooks: the folder, the encoders and settings, and the averages."""
        with calling(self._left.languages):
            parts = (element("p", in_one_line(self._left)), overview_section(self._exhibits[0]))
        return element("div", element("p", element("strong", str(self.folder))), *parts)


class Charts(Mapping[str, "altair.TopLevelMixin"]):
    """Charts by name, each drawn when it is first asked for."""

    def __init__(self, draw: Mapping[str, Callable[[], altair.TopLevelMixin]]) -> None:
        self._draw, self._drawn = draw, dict[str, "altair.TopLevelMixin"]()

    def __repr__(self) -> str:
        return f"Charts({', '.join(self)})"

    def __getitem__(self, name: str) -> altair.TopLevelMixin:
        if name not in self._drawn:
            self._drawn[name] = self._draw[name]()
        return self._drawn[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._draw)

    def __len__(self) -> int:
        return len(self._draw)


def read_run(folder: str | PathLike[str]) -> Run:
    """The run in a folder that `reproduce`, `run_study` or the command line wrote.

    Raises:
        StorageError: if it is no run folder, or one of its files is damaged.
    """
    return Run(read_run_folder(Path(folder)))


def run_study(
    study: Study | str | Path,
    out: str | PathLike[str] | None = None,
    *,
    progress: Progress | None = None,
    jobs: int | None = None,
    executor: Executor | None = None,
    store: str = "",
    track: str = "",
) -> Run:
    """Runs a study, or the part of it that is not finished.

    Args:
        study: a TOML file, a preset (`paper`, `paper-ner`, `paper-pos`, `causes`), or a `Study`.
        out: the run's folder, `runs/<name>` by default; giving it again goes on where the last run stopped.
        progress: told what happens.
        jobs: steps that run at the same time, each in a process of its own; by default one for each GPU that they can
            be spread over (`device` is `cuda`, or `auto` where there is one), else one, in this process.
        executor: runs its steps, instead of this machine: `crossglot.Ray("HOST:PORT")`.
        store: where steps are kept, instead of the run's folder, which has copies then: `s3://BUCKET/FOLDER`.
        track: `mlflow` logs each training, and the report, to the store that MLFLOW_TRACKING_URI names.

    Raises:
        CrossglotError: if something is wrong with what was asked, or steps failed; by then everything that could be run
            is kept, and `read_run` reads it.
    """
    study = study if isinstance(study, Study) else load_study(study)
    folder, chosen = run_folder(study, out), executor or Local.on(study.device, jobs)
    with tracking(track, folder) as tracker:
        running.run_study(study, folder, chosen, progress, store=store, tracker=tracker)
        if tracker is not None:
            write_report(folder)
    return read_run(folder)


def reproduce(
    experiments: str | Sequence[str],
    encoders: Given | Mapping[str, Given] | Sequence[Given] = PAPERS_ENCODERS,
    data: str | Path | None = None,
    out: str | PathLike[str] | None = None,
    *,
    progress: Progress | None = None,
    jobs: int | None = None,
    executor: Executor | None = None,
    store: str = "",
    track: str = "",
    **settings: Any,
) -> Run:
    """Runs the paper's experiments with the paper's encoders or others.

    Args:
        experiments: `table1` …, or `all`.
        encoders: from `load_encoder`, hub ids or folders; roles are keys, `{"m-bert": encoder}`.
        data: the data root; None for the data cache.
        out: see `run_study`.
        progress: see `run_study`.
        jobs: see `run_study`; several processes load an encoder that is in memory here from where it came.
        executor: see `run_study`.
        store: see `run_study`.
        track: see `run_study`.
        **settings: other fields of `Study`: `seeds`, `max_train`, `epochs`, `device`, `precision`, …

    Raises:
        CrossglotError: see `run_study`.
    """
    study = reproduce_study(experiments, encoders, data, **settings)
    return run_study(study, out, progress=progress, jobs=jobs, executor=executor, store=store, track=track)


def transfer_matrix(
    encoder: Given,
    task: TaggerTask,
    sources: Iterable[str] | Mapping[str, str | Path],
    targets: Iterable[str] | Mapping[str, str | Path],
    data: str | Path | None = None,
    *,
    out: str | PathLike[str] | None = None,
    tidy: bool = False,
    progress: Progress | None = None,
    jobs: int | None = None,
    **settings: Any,
) -> polars.DataFrame:
    """Trains on each source and evaluates on each target.

    Args:
        encoder: from `load_encoder`, a hub id or a folder.
        task: `pos` (accuracy) or `ner` (F1); of files `labels` (accuracy), too.
        sources: language keys; or files of one's own, by language, whose key is any word.
        targets: language keys; or files likewise.
        data: the data root; None for the data cache, and with files.
        out: folder that keeps what is finished, so that a second call goes on from there; by default nothing is kept.
        tidy: the rows of results.csv with intervals, seeds and averages instead.
        progress: see `run_study`.
        jobs: see `reproduce`.
        **settings: see `reproduce`.

    Returns:
        One row per system and source, one column per target: per cent, means over seeds; empty where data is missing.

    Raises:
        CrossglotError: if something is wrong with what was asked, or steps failed.
    """
    experiment = f"transfer-{task}"
    if isinstance(sources, Mapping) and isinstance(targets, Mapping):
        asked: dict[str, Any] = {"train": dict(sources), "eval": dict(targets)}
    else:
        asked = {"sources": _keys(sources, "sources"), "targets": _keys(targets, "targets")}
    study = reproduce_study(experiment, encoder, data, **asked, **settings)
    with scratch_folder(Path(gettempdir())) as passing:
        run = run_study(study, out or passing, progress=progress, jobs=jobs)
    return run.results if tidy else run.tables[experiment].select("system", "source", *targets)


def analyse(scores: str | Path | polars.DataFrame, out: str | PathLike[str] | None = None, **settings: Any) -> Run:
    """Averages of a user's own scores, their relation to word order, and averages between groups of languages.

    Args:
        scores: a CSV or TSV, or a frame: wide (one line per source, one column per target) or long (source, target,
            score).
        out: the run's folder; `runs/<name of the file>` by default, `runs/scores` for a frame.
        **settings: see `crossglot.studies.analyse.analyse`: `languages`, `groups`, `columns`, `where`, `scale`, `task`,
            `metric`.

    Raises:
        DataError: for scores that cannot be read as such, naming the line.
        UsageError: for an unknown column or group, or a folder that holds something else.
    """
    given = scores if isinstance(scores, str | Path) else Held("scores", scores.write_csv().encode())
    return read_run(analyse_scores(given, None if out is None else Path(out), **settings))


def _keys(languages: Iterable[str], what: str) -> list[str]:
    if isinstance(languages, Mapping):
        raise UsageError(f"{what} are files by language: give sources and targets both so, or both as language keys")
    if isinstance(languages, str):
        raise UsageError(f"{what} have to be a list of language keys, not one string: [{languages!r}]")
    return list(languages)
