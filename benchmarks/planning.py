"""Planning of large studies: 100 encoders × 100 languages × 5 seeds, from the corpora's files to what is finished.

Makes a data root of that many languages, a few made-up sentences each, and as many folders of encoders, without weights
worth the name: a plan reads neither. The plan is what `crossglot plan` makes, each time in a process of its own: from
corpora never read before, then from those that are known, then with so many finished steps in the store.

    python -m benchmarks.planning [--encoders 100] [--languages 100] [--seeds 5] [--floors none] [--finished 0]

Processor's seconds, and the largest memory of a process.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from crossglot.languages import TABLE_COLUMNS

SENTENCES = 20


def make_root(root: Path, languages: int) -> list[str]:
    """A data root of so many languages of its own; their keys."""
    keys = [f"q{number:03d}" for number in range(languages)]
    rows = []
    for key in keys:
        named = {"key": key, "iso639_3": "mis", "name": f"Made {key}", "script": "Latn", "script_name": "Latin"}
        named |= {"family": "Made", "genus": "Made", "treebanks": f"UD_Made-{key.upper()}"}
        rows.append("\t".join(named.get(column, "") for column in TABLE_COLUMNS))
        folder = root / "ud" / f"UD_Made-{key.upper()}"
        folder.mkdir(parents=True)
        for split in ("train", "dev", "test"):
            sentences = (sentence(f"{key}{split}{number}") for number in range(SENTENCES))
            (folder / f"{key}_made-ud-{split}.conllu").write_text("".join(sentences), encoding="utf-8")
            os.utime(folder / f"{key}_made-ud-{split}.conllu", (1e9, 1e9))  # as if it had been there for long
    (root / "languages.tsv").write_text("\n".join(["\t".join(TABLE_COLUMNS), *rows, ""]), encoding="utf-8")
    return keys


def sentence(word: str) -> str:
    """Two words in UD's columns."""
    lines = (
        f"{place}\t{word}{place}\t_\t{tag}\t_\t_\t{place - 1}\tdep\t_\t_" for place, tag in ((1, "NOUN"), (2, "VERB"))
    )
    return "\n".join([*lines, "", ""])


def make_encoders(folder: Path, encoders: int) -> list[Path]:
    """Folders that a plan takes for encoders as wide as BERT-base, each with a revision of its own."""
    made = [folder / f"encoder-{number:03d}" for number in range(encoders)]
    for number, path in enumerate(made):
        path.mkdir(parents=True)
        config = {"model_type": "bert", "hidden_size": 768, "number": number}
        (path / "config.json").write_text(json.dumps(config), encoding="utf-8")
        (path / "tokenizer.json").write_text("{}", encoding="utf-8")
        (path / "model.safetensors").write_bytes(b"\x02\0\0\0\0\0\0\0{}")
    return made


def plan(study: Path, out: Path, finish: int) -> None:
    """Plans a study and looks which steps are finished; then finishes some, if asked to."""
    from crossglot.studies.planning import plan_study
    from crossglot.studies.study import load_study

    began = time.process_time()
    loaded = load_study(study)
    imported = time.process_time()
    found = plan_study(loaded, out)
    planned = time.process_time()
    states = found.states()
    looked = time.process_time()
    done = sum(each.state == "finished" for each in states)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"{len(states):>9,} {done:>9,} {imported - began:9.2f} {planned - imported:9.2f} {looked - planned:9.2f} "
        f"{memory:9.2f}",
        flush=True,
    )
    for each in [each for each in states if each.state == "to do"][:finish]:
        found.store.put(each.step, write_something)


def write_something(folder: Path) -> None:
    """The result of a step that nobody ran."""
    (folder / "result.json").write_text("{}", encoding="utf-8")


def main() -> None:
    """Makes the study and prints a line for each plan."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("encoders", 100), ("languages", 100), ("seeds", 5), ("finished", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--floors", default="none", help="as for `crossglot reproduce`")
    parser.add_argument("--plan", type=Path, nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.plan:
        plan(asked.plan[0], asked.plan[1], asked.finished)
        return
    with TemporaryDirectory() as folder:
        place = Path(folder)
        keys = make_root(place / "data", asked.languages)
        study, out = place / "study.toml", place / "out"
        floors = [] if asked.floors == "none" else asked.floors.split(",")
        lines = [
            'experiments = ["transfer-pos"]', f'data = "{place / "data"}"', f"sources = {json.dumps(keys)}",
            f"targets = {json.dumps(keys)}", f"seeds = {list(range(1, asked.seeds + 1))}",
            f"floors = {json.dumps(floors)}",
        ]  # fmt: skip
        for path in make_encoders(place / "encoders", asked.encoders):
            lines += ["[[encoders]]", f'encoder = "{path}"']
        study.write_text("\n".join([*lines, ""]), encoding="utf-8")
        print(f"{'steps':>9} {'finished':>9} {'import s':>9} {'plan s':>9} {'states s':>9} {'GB':>9}", flush=True)
        again = [sys.executable, "-m", "benchmarks.planning", "--plan", str(study), str(out)]
        environment = os.environ | {"XDG_CACHE_HOME": str(place / "cache")}
        for finish in (0, asked.finished, *((0, 0) if asked.finished else ())):
            subprocess.run([*again, "--finished", str(finish)], check=True, env=environment)


if __name__ == "__main__":
    main()
