"""What 100 encoders × 100 languages × 5 seeds would take on machines like this one, POS and NER, and pretraining.

Makes a data root of so many languages, whose corpora are those of a real root in turn (links), and estimates a study of
one encoder over all of them, as `crossglot plan --estimate` does; other encoders of its shape take as much again.

    python -m benchmarks.scale --data ROOT --encoder DIR [--languages 100] [--seeds 5] [--encoders 100] [--jobs 2]
    python -m benchmarks.scale --pretrain base
    python -m benchmarks.scale --data ROOT --text 8
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Sequence
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from crossglot.amounts import spell_size
from crossglot.commands.estimating import spell_hours
from crossglot.estimates.calibrating import Calibration
from crossglot.estimates.estimate import estimate
from crossglot.languages import TABLE_COLUMNS
from crossglot.pretraining.rows import piece_stream
from crossglot.pretraining.shapes import SHAPES
from crossglot.pretraining.texts import read_text
from crossglot.pretraining.wordpiece import train_wordpiece
from crossglot.runtime import machine, plan_runtime
from crossglot.steps.clock import peak_memory
from crossglot.studies.planning import plan_study
from crossglot.studies.study import load_study


def main() -> None:
    """Prints what each task takes, or what a pretraining does."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--encoder", type=Path)
    for name, default in (("languages", 100), ("seeds", 5), ("encoders", 100), ("jobs", 2)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--max-train", type=int)
    parser.add_argument("--max-test", type=int)
    parser.add_argument("--pretrain", choices=list(SHAPES))
    parser.add_argument("--text", type=int, help="memory of pretraining's text: of so many files of mono/")
    asked = parser.parse_args()
    print("  ".join(f"{name}: {value}" for name, value in machine().items()), flush=True)
    if asked.pretrain:
        pretraining(asked.pretrain)
        return
    if asked.text:
        text_memory(sorted((asked.data / "mono").glob("*.txt*"), key=lambda path: -path.stat().st_size)[: asked.text])
        return
    with TemporaryDirectory() as folder:
        keys = make_root(Path(folder) / "data", asked.data, asked.languages)
        for task in ("pos", "ner"):
            of_task(task, keys, Path(folder), asked)


def of_task(task: str, keys: Iterable[str], folder: Path, asked: argparse.Namespace) -> None:
    """Estimates one encoder's matrix and prints it, and as many encoders'."""
    quoted = ", ".join(f'"{key}"' for key in keys)
    limits = {"max_train": asked.max_train, "max_test": asked.max_test}
    limit = "".join(f"{name} = {value}\n" for name, value in limits.items() if value)
    study = folder / f"{task}.toml"
    study.write_text(
        f'experiments = ["transfer-{task}"]\ndata = "{folder / "data"}"\nsources = [{quoted}]\ntargets = [{quoted}]\n'
        f"seeds = {list(range(1, asked.seeds + 1))}\nfloors = []\nlearning_rate = 3e-5\n{limit}"
        f'[[encoders]]\nencoder = "{asked.encoder.absolute()}"\n',
        encoding="utf-8",
    )
    plan = plan_study(load_study(str(study)), folder / task)
    found = estimate(plan, asked.jobs, say=lambda line: print(line, flush=True))
    rows = [row for row in plan.rows if row.steps]
    words = sum(split.words for row in rows[:1] for split in row.steps[0].targets)
    trained = sum(row.steps[0].training_words() for row in rows) / len(rows)
    print(f"\n{task}: {len(rows)} sources of {trained:,.0f} words on average, {words:,} words in all targets")
    for times, who in ((1, "one encoder"), (asked.encoders, f"{asked.encoders} encoders")):
        steps, hours = (
            times * sum(kind.steps for kind in found.kinds),
            spell_hours(times * (found.core_seconds + found.gpu_seconds)),
        )
        store = f"disk {spell_size(times * found.disk)}, {times * found.files:,} files and folders"
        print(f"  {who}: {steps:,} steps, {hours} hours of a core or GPU, {store}")
    for kind in found.kinds:
        print(f"    {kind.step:<16} {kind.steps:>6,} {spell_hours(kind.seconds):>10} h {spell_size(kind.memory):>8}")
    print(f"  memory of {asked.jobs} jobs: {spell_size(found.memory)}", flush=True)


def make_root(root: Path, real: Path, languages: int) -> list[str]:
    """A root of so many languages, whose treebanks and entities are links to a real root's, in turn; their keys."""
    treebanks = sorted(path for path in (real / "ud").iterdir() if any(path.glob("*-ud-train.*")))
    entities = sorted({path.parent / path.name.partition("-train.")[0] for path in (real / "ner").glob("*/*-train.*")})
    keys, rows = [f"q{number:03d}" for number in range(languages)], []
    for folder in (root / "ud", root / "ner" / "made"):
        folder.mkdir(parents=True)
    for key, treebank, names in zip(
        keys, islice(cycle(treebanks), languages), islice(cycle(entities), languages), strict=True
    ):
        named = {"key": key, "iso639_3": "mis", "name": f"Made {key}", "script": "Latn", "script_name": "Latin"}
        named |= {"family": "Made", "genus": "Made", "treebanks": f"UD_Made-{key.upper()}", "ner": f"made/{key}"}
        rows.append("\t".join(named.get(column, "") for column in TABLE_COLUMNS))
        (root / "ud" / f"UD_Made-{key.upper()}").symlink_to(treebank)
        for path in names.parent.glob(f"{names.name}-*"):
            (root / "ner" / "made" / path.name.replace(names.name, key, 1)).symlink_to(path)
    (root / "languages.tsv").write_text("\n".join(["\t".join(TABLE_COLUMNS), *rows, ""]), encoding="utf-8")
    return keys


def pretraining(name: str) -> None:
    """Prints what a preset's schedule takes."""
    shape, runtime = SHAPES[name], plan_runtime("auto", "auto")
    speed = Calibration(runtime, say=print).pretraining(shape)
    pieces = shape.steps * shape.batch_pieces
    hours = spell_hours(pieces * speed.piece)
    print(
        f"{name}: {shape.steps:,} steps of {shape.batch_pieces:,} pieces = {pieces:,} pieces, "
        f"{1 / speed.piece:,.0f} pieces a second on one core or GPU ({runtime.device}, {runtime.precision}): {hours} "
        f"hours; {spell_size(speed.memory)} of memory, {spell_size(4 * speed.weights)} of weights"
    )


def text_memory(files: Sequence[Path]) -> None:
    """Prints what memory a pretraining's text takes: as lines, while its vocabulary is learned, and as pieces."""
    began, before = time.process_time(), peak_memory()
    texts = {path.name: read_text(path.name, [path]) for path in files}
    size = sum(text.size for text in texts.values())
    read, now = peak_memory(), time.process_time()
    print(
        f"{len(files)} files, {spell_size(size)} of text; memory for each byte of it, seconds for each GB", flush=True
    )
    print(f"  lines in memory      {(read - before) / size:5.1f} {(now - began) / size * 1e9:8,.0f}", flush=True)
    began = now
    tokenizer = train_wordpiece({name: text.training for name, text in texts.items()}, 32_000)
    learned, now = peak_memory(), time.process_time()
    print(f"  learning 32,000      {(learned - before) / size:5.1f} {(now - began) / size * 1e9:8,.0f}", flush=True)
    began = now
    streams = [piece_stream(tokenizer, text.training) for text in texts.values()]
    cut, now = peak_memory(), time.process_time()
    kept = sum(stream.ids.nbytes + stream.starts.nbytes for stream in streams)
    print(f"  cut into pieces      {(cut - before) / size:5.1f} {(now - began) / size * 1e9:8,.0f}")
    print(f"  the pieces alone     {kept / size:5.1f}")


if __name__ == "__main__":
    main()
