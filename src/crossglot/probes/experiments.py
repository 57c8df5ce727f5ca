"""Every experiment by name: the paper's tables and figures, and matrices of one's own."""

from __future__ import annotations

from collections.abc import Mapping

from crossglot.probes.matrices import MatrixProbe
from crossglot.probes.probe import Probe
from crossglot.probes.tables import TABLES
from crossglot.probes.translation import TranslationProbe

EXPERIMENTS: Mapping[str, Probe] = {probe.key: probe for probe in (*map(MatrixProbe, TABLES.values()), TranslationProbe())}
