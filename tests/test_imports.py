"""Imports point downwards only: the house's arrows, held over every import statement, lazy ones too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import crossglot

PACKAGE = Path(crossglot.__file__).parent

LAYERS: tuple[tuple[str, ...], ...] = (
    ("__main__",),
    ("crossglot",),  # the package's own __init__ offers what lies below
    ("cli",),
    ("commands",),  # the command line's, one module a family of commands
    ("runs",),  # the Python face: studies run, their folders read and drawn
    ("estimates",),
    ("report", "comparison", "studies"),
    ("experiments",),
    ("drawing",),
    ("results",),
    ("steps",),
    ("tagging", "alignment", "lab", "pretraining"),
    ("transliteration",),
    ("encoders",),
    ("corpora",),
    ("languages",),
)
"""A part may import from lower layers and from itself, not from its own layer's others."""

FOUNDATION = (
    "adamw", "at_once", "batching", "breaking_off", "checkpoints", "checksums", "statistics", "engine", "errors",
    "files", "json_files", "limits", "remedies", "runtime", "specs", "characters", "csv_cells", "terminal",
    "known_files", "tracking", "amounts",
)  # fmt: skip
"""May be imported by all; may import nothing of ours but what `FOUNDATION_MAY_IMPORT` names."""

ANY_LAYER_MAY_IMPORT = {*FOUNDATION}
FOUNDATION_MAY_IMPORT = {
    "at_once", "breaking_off", "errors", "files", "limits", "remedies", "runtime", "characters", "csv_cells",
    "terminal", "known_files", "amounts",
}  # fmt: skip
PAPER_MAY_IMPORT = {"errors"}
MAY_IMPORT_PAPER = {"results", "drawing", "experiments", "report", "studies", "commands", "cli", "crossglot"}
FREE_FOR_ALL = {"crossglot.__version__"}


def part_of(module: str) -> str:
    """`crossglot.corpora.conllu` → `corpora`."""
    names = module.split(".")
    return names[1] if len(names) > 1 else names[0]


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        names = path.relative_to(PACKAGE.parent).with_suffix("").parts
        yield ".".join(names[:-1] if names[-1] == "__init__" else names), path


def imports(source: str, module: str, *, package: bool) -> Iterator[tuple[int, str]]:
    """(line, imported module of ours) of every import statement, wherever it stands."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        else:
            base = module.split(".") if package else module.split(".")[:-1]
            prefix = base[: len(base) - node.level + 1] if node.level else []
            name = ".".join([*prefix, *([node.module] if node.module else [])])
            found = [f"{name}.{alias.name}" for alias in node.names] if name == "crossglot" else [name]
        for name in found:
            if name.split(".")[0] == "crossglot":
                yield node.lineno, name


def allowed(importer: str) -> set[str]:
    """The parts that a part may import, itself included."""
    if importer in FOUNDATION:
        return {importer} | FOUNDATION_MAY_IMPORT
    if importer == "paper":
        return {importer} | PAPER_MAY_IMPORT
    level = next(level for level, parts in enumerate(LAYERS) if importer in parts)
    below = {part for parts in LAYERS[level + 1 :] for part in parts}
    paper = {"paper"} if importer in MAY_IMPORT_PAPER else set()
    return {importer} | below | ANY_LAYER_MAY_IMPORT | paper


def is_part(name: str) -> bool:
    return name in FOUNDATION or name == "paper" or any(name in parts for parts in LAYERS)


def faults(source: str, module: str, *, package: bool = False) -> list[str]:
    importer = part_of(module)
    may = allowed(importer)
    return [
        f"{module}:{line} imports {name}, but {importer} may import only: {', '.join(sorted(may))}"
        for line, name in imports(source, module, package=package)
        if part_of(name) not in may and name not in FREE_FOR_ALL
    ]


def test_every_part_has_its_place() -> None:
    unknown = {part_of(module) for module, _ in modules() if not is_part(part_of(module))}
    assert not unknown, f"say in tests/test_imports.py where these stand: {sorted(unknown)}"


@pytest.mark.parametrize("part", sorted({part_of(module) for module, _ in modules()}))
def test_imports_point_downwards(part: str) -> None:
    found = [
        fault
        for module, path in modules()
        if part_of(module) == part
        for fault in faults(path.read_text(encoding="utf-8"), module, package=path.name == "__init__.py")
    ]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("module", "statement", "imported"),
    [
        ("crossglot.corpora.conllu", "from crossglot.tagging.labels import Labels", "crossglot.tagging.labels"),
        ("crossglot.corpora.conllu", "import crossglot.encoders", "crossglot.encoders"),
        ("crossglot.corpora.conllu", "from crossglot import experiments", "crossglot.experiments"),
        ("crossglot.corpora.conllu", "from ..steps import score", "crossglot.steps"),
        ("crossglot.engine.store", "def f():\n    from crossglot.languages import language", "crossglot.languages"),
        ("crossglot.tagging.labels", "import crossglot.alignment.vectors", "crossglot.alignment.vectors"),
        ("crossglot.report.page", "from crossglot.studies import presets", "crossglot.studies"),
        ("crossglot.tagging.labels", "from crossglot.experiments.claims import CLAIMS", "crossglot.experiments.claims"),
        ("crossglot.paper.published", "from crossglot.languages import language", "crossglot.languages"),
    ],
)
def test_an_arrow_that_points_upwards_is_found(module: str, statement: str, imported: str) -> None:
    found = faults(statement, module)
    assert len(found) == 1
    assert f"imports {imported}, but {part_of(module)} may import only:" in found[0]


@pytest.mark.parametrize(
    ("module", "statement"),
    [
        ("crossglot.cli", "from crossglot.report.writing import write_report"),
        ("crossglot.experiments.judging", "from crossglot.experiments.claims import CLAIMS"),
        ("crossglot.steps.score", "from crossglot.engine.step import Step"),
        ("crossglot.batching", "import numpy\nfrom crossglot.errors import UsageError"),
        ("crossglot.corpora.conllu", "from .sentences import Sentence"),
    ],
)
def test_an_arrow_that_points_downwards_is_not(module: str, statement: str) -> None:
    assert faults(statement, module) == []


CLAIMS_MAY_IMPORT = ("crossglot.results.claims", "crossglot.paper")


def test_claims_are_data() -> None:
    """They import no plan, no drawing and nothing that computes: what is claimed is written down before any run."""
    claims = [(module, path) for module, path in modules() if path.match("experiments/*/claims*.py")]
    assert claims
    found = [
        f"{module}:{line} imports {name}"
        for module, path in claims
        for line, name in imports(path.read_text(encoding="utf-8"), module, package=False)
        if not name.startswith(CLAIMS_MAY_IMPORT) and not name.rpartition(".")[2].startswith("claims")
    ]
    assert not found, "\n".join(found)
