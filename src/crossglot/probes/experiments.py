"""Every experiment by name: the paper's tables and figures, matrices of one's own, and the causal study."""

from __future__ import annotations

from collections.abc import Mapping

from crossglot.probes.causes import CausesProbe
from crossglot.probes.codeswitch import CodeSwitchProbe
from crossglot.probes.groups import GroupsProbe
from crossglot.probes.matrices import MatrixProbe
from crossglot.probes.overlap import OverlapProbe
from crossglot.probes.probe import Probe
from crossglot.probes.tables import TABLES
from crossglot.probes.translation import TranslationProbe
from crossglot.probes.typology import TypologyProbe

_PROBES: tuple[Probe, ...] = (
    *map(MatrixProbe, TABLES.values()),
    GroupsProbe(),
    CodeSwitchProbe(),
    OverlapProbe(),
    TypologyProbe(),
    TranslationProbe(),
    CausesProbe(),
)
EXPERIMENTS: Mapping[str, Probe] = {probe.key: probe for probe in _PROBES}

SELF_SUFFICIENT = frozenset({"causes"})
"""Experiments that make their own languages and encoders: a study of these alone names no encoder and no data."""
