"""A lab of a base and a variant of it, for tests that move one knob."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from crossglot.corpora.conllu import ConlluSentence, parse_conllu
from crossglot.lab import LabSpec, make_spec

ENGLISH = {
    "81A": "SVO",
    "85A": "Prepositions",
    "86A": "Noun-Genitive",
    "87A": "Adjective-Noun",
    "88A": "Demonstrative-Noun",
    "89A": "Numeral-Noun",
}
SIZES = {"train": 250, "dev": 20, "test": 150, "mono": 300, "parallel": 20}


def two(*, wals: dict[str, str] | None = None, lab: dict[str, Any] | None = None, **variant: Any) -> LabSpec:
    """Base and variant; what is not said of the variant is as in the base."""
    fields = {"name": "Variant", "script": "Latn", "wals": ENGLISH | (wals or {})} | variant
    languages = {"base": {"name": "Base", "script": "Latn", "wals": ENGLISH}, "variant": fields}
    return make_spec({"sizes": SIZES, "languages": languages} | (lab or {}))


def trees(root: Path, language: str, part: str = "train") -> list[ConlluSentence]:
    """A split of the treebank of a language."""
    return list(parse_conllu(next(root.glob(f"ud/*/{language}_lab-ud-{part}.conllu"))))


def lines(root: Path, language: str) -> list[str]:
    """A language's plain text."""
    return (root / f"mono/lab.{language}.txt").read_text(encoding="utf-8").splitlines()


def words(texts: Iterable[str]) -> set[str]:
    """Different words of texts."""
    return {word for text in texts for word in text.split()}
