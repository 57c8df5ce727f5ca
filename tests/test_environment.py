"""The environment that `make` builds is the one that constraints.txt describes."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def constraints() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonical(name): version for name, version in pins}


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    requirements = chain(project["dependencies"], *project["optional-dependencies"].values())
    return {canonical(re.split(r"[<>=\[; ]", requirement)[0]) for requirement in requirements}


def test_exactly_one_torch_is_installed_and_no_gpu_packages_beside_a_cpu_build() -> None:
    names = [canonical(distribution.metadata["Name"]) for distribution in metadata.distributions()]
    assert names.count("torch") == 1
    if "+cpu" in metadata.version("torch"):
        assert not [name for name in names if name.startswith("nvidia-")]


def test_every_declared_dependency_is_pinned() -> None:
    assert declared() <= constraints().keys()


@pytest.mark.parametrize(("name", "pinned"), sorted(constraints().items()))
def test_installed_versions_are_the_pinned_ones(name: str, pinned: str) -> None:
    try:
        installed = metadata.version(name)
    except metadata.PackageNotFoundError:
        pytest.skip(f"{name} belongs to an extra that is not installed here")
    assert installed.partition("+")[0] == pinned
