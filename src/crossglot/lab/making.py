"""Making a lab: from a spec to a data root with treebanks, entities, plain, parallel and code-switched text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from crossglot.corpora.columns import write_columns
from crossglot.corpora.conllu import write_conllu
from crossglot.corpora.opening import write_text
from crossglot.corpora.plain import write_lines
from crossglot.files import check_folder_place, whole_folder
from crossglot.lab.codeswitching import Speaker, code_switched, draw_switches
from crossglot.lab.grammar import Grammar, make_grammar
from crossglot.lab.inventory import Inventory, make_inventory
from crossglot.lab.lexicon import Lexicon, make_lexicons, written_forms
from crossglot.lab.meanings import ENTITY_SHARES, NAME_SHARES, Meanings, Shares, draw_meanings, join_meanings
from crossglot.lab.randomness import stream
from crossglot.lab.scripts import SCRIPTS
from crossglot.lab.sentences import Said, entities, lines, say, treebank
from crossglot.lab.spec import LabSpec, spec_toml
from crossglot.lab.world import World, make_world
from crossglot.languages import LANGUAGES, TABLE_COLUMNS

if TYPE_CHECKING:
    from numpy.typing import NDArray

NAME = "lab"
SPEC = "lab.toml"
"""Beside a root's data, the spec that it was made of."""
PARTS = {"test": (0,), "dev": (1,), "train": (2, 3, 4, 5, 6, 7, 8, 9)}
"""Split → last digits of the hashes of its meanings: no two splits of whatever file or language say the same."""

UNSEEN = 0.5
"""Share of a test set's names that stand nowhere else."""


@dataclass(frozen=True)
class Lab:
    """A spec come to life.

    Attributes:
        spec: the spec.
        inventory: what there is to say.
        world: what goes with what.
        lexicons: language → its words.
        grammars: language → its orders.
        written: language → what its words look like, see `lexicon.written_forms`.
    """

    spec: LabSpec
    inventory: Inventory
    world: World
    lexicons: Mapping[str, Lexicon]
    grammars: Mapping[str, Grammar]
    written: dict[str, NDArray[np.object_]] = field(default_factory=dict)

    def write(self, key: str, script: str) -> NDArray[np.object_]:
        """What a language's words look like in a script, perhaps not its own."""
        cases = self.spec.languages[key].cases
        return written_forms(self.lexicons[key], self.inventory, SCRIPTS[script], cases=cases)

    def anchor_forms(self, key: str) -> frozenset[str]:
        """All that a language's anchors can look like in its own script; no other word of it looks like one of them."""
        return frozenset(map(str, self.written[key][:, self.inventory.vocabulary.stop :].ravel()))

    def draw(
        self, part: str, size: int, name: str, *, names: float, shares: Shares = NAME_SHARES, unseen: float = 0.0
    ) -> Meanings:
        """So many meanings of a split, from the stream of that name; see `draw_meanings`."""
        rng, digits = stream(self.spec.seed, name, "meanings"), PARTS[part]
        drawn: list[Meanings] = []
        while (missing := size - sum(map(len, drawn))) > 0:
            enough = missing * 10 // len(digits) + 50
            some = draw_meanings(self.world, rng, enough, names=names, shares=shares, unseen=unseen)
            drawn.append(some[np.isin(some.keys() % np.uint64(10), digits)][:missing])
        return join_meanings(drawn)

    def say(self, meanings: Meanings, key: str, name: str) -> Said:
        """Meanings in a language; the stream of that name decides where its grammar leaves a choice."""
        return say(meanings, self.inventory, self.grammars[key], stream(self.spec.seed, name, "orders"))


def build_lab(spec: LabSpec) -> Lab:
    """World, words and grammars of a spec; nothing is written down yet."""
    inventory = make_inventory(spec.concepts)
    grammars = {key: make_grammar(language.wals) for key, language in spec.languages.items()}
    lab = Lab(spec, inventory, make_world(inventory, spec.seed), make_lexicons(spec, inventory), grammars)
    lab.written.update((key, lab.write(key, language.script)) for key, language in spec.languages.items())
    return lab


def make_lab(spec: LabSpec, out: Path | str, *, progress: Callable[[int, int, str], None] | None = None) -> Path:
    """Writes a data root, whole or not at all.

    Args:
        spec: what is in it.
        out: the folder; it must not exist yet, or be empty.
        progress: told (files written, files in all, the next one's name) before each.

    Returns:
        The folder.

    Raises:
        UsageError: if there is something in the folder, or it is where one is or a mount point.
        StorageError: if it cannot be written.
    """
    out = Path(out)
    check_folder_place(out)
    jobs = list(_files(build_lab(spec)))
    with whole_folder(out) as half:
        for done, (name, write) in enumerate(jobs):
            if progress is not None:
                progress(done, len(jobs), name)
            write(half / name)
    if progress is not None:
        progress(len(jobs), len(jobs), "")
    return out


def _files(lab: Lab) -> Iterator[tuple[str, Callable[[Path], object]]]:
    """Every file of the root: its name, and what writes it."""
    spec = lab.spec
    for key in spec.languages:
        for part in PARTS:
            folder = f"ud/{treebank_name(spec, key)}"
            yield f"{folder}/{key}_{NAME}-ud-{part}.conllu", partial(_write_treebank, lab, key, part)
            yield f"ner/{NAME}/{key}-{part}.conll", partial(_write_entities, lab, key, part)
        yield f"mono/{NAME}.{key}.txt", partial(_write_text, lab, key, "train", spec.sizes.mono, f"mono {key}")
    for key in spec.parallel or spec.languages:
        for part, name in (("test", NAME), ("train", f"{NAME}-train")):
            write = partial(_write_text, lab, key, part, spec.sizes.parallel, f"parallel {part}")
            yield f"parallel/{name}.{key}", write
    for first, second in spec.codemix:
        for part in PARTS:
            yield f"codemix/{NAME}-{first}-{second}-{part}.conllu", partial(_write_mixed, lab, (first, second), part)
    yield "languages.tsv", lambda path: write_text(path, [languages_table(spec)])
    yield SPEC, lambda path: write_text(path, [spec_toml(spec)])


def treebank_name(spec: LabSpec, key: str) -> str:
    """`UD_Avonian-Lab`."""
    return f"UD_{spec.languages[key].name.replace(' ', '_')}-Lab"


def is_of_lab(root: Path, corpus: str) -> bool:
    """Whether a data root was made by `make_lab`, and the corpus or bitext of that name with it."""
    made = rf"UD_.+-Lab|{NAME}(-train)?|{NAME}/.+|codemix/{NAME}-.+"
    return (root / SPEC).is_file() and re.fullmatch(made, corpus) is not None


def languages_table(spec: LabSpec) -> str:
    """The languages as `crossglot.languages` reads them; each name says that the language is constructed."""
    text = io.StringIO()
    table = csv.DictWriter(text, TABLE_COLUMNS, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, restval="")
    table.writeheader()
    for key, language in spec.languages.items():
        place = f", in place of {LANGUAGES[key].name}" if key in LANGUAGES else ""
        table.writerow(
            {
                "key": key,
                "iso639_3": "mis",
                "name": f"{language.name} (constructed{place})",
                "script": language.script,
                "script_name": SCRIPTS[language.script].name,
                "family": "Constructed",
                "genus": "Constructed",
                "treebanks": treebank_name(spec, key),
                "ner": f"{NAME}/{key}",
                **language.wals,
            }
        )
    return text.getvalue()


def _unseen(part: str) -> float:
    return UNSEEN if part == "test" else 0.0


def _write_treebank(lab: Lab, key: str, part: str, path: Path) -> None:
    name = f"ud {key} {part}"
    meanings = lab.draw(part, getattr(lab.spec.sizes, part), name, names=lab.spec.names / 3, unseen=_unseen(part))
    said, written = lab.say(meanings, key, name), lab.written[key]
    write_conllu(treebank(said, said.forms(written), said.lemmas(written), f"{key}-{part}"), path)


def _write_entities(lab: Lab, key: str, part: str, path: Path) -> None:
    name = f"ner {key} {part}"
    size = getattr(lab.spec.sizes, part)
    meanings = lab.draw(part, size, name, names=lab.spec.names, shares=ENTITY_SHARES, unseen=_unseen(part))
    said = lab.say(meanings, key, name)
    write_columns(entities(said, lab.inventory, said.forms(lab.written[key])), path)


def _write_text(lab: Lab, key: str, part: str, size: int, name: str, path: Path) -> None:
    said = lab.say(lab.draw(part, size, name, names=lab.spec.names / 3), key, f"{name} {key}")
    write_lines(lines(said, said.forms(lab.written[key])), path)


def _write_mixed(lab: Lab, keys: tuple[str, str], part: str, path: Path) -> None:
    name = f"codemix {' '.join(keys)} {part}"
    meanings = lab.draw(part, getattr(lab.spec.sizes, part), name, names=lab.spec.names / 3, unseen=_unseen(part))
    said = lab.say(meanings, keys[0], name)
    script = lab.spec.languages[keys[1]].script
    first, second = (Speaker(key, lab.written[key], lab.write(key, script)) for key in keys)
    switches = draw_switches(said, stream(lab.spec.seed, name, "switches"))
    write_conllu(code_switched(said, switches, lab.inventory, (first, second), f"{'-'.join(keys)}-{part}"), path)
