"""Every experiment by name: the paper's tables and figures, matrices of one's own, and the causal study."""

from __future__ import annotations

from collections.abc import Mapping

from crossglot.experiments.causes.plan import CausesExperiment
from crossglot.experiments.codeswitch.plan import CodeSwitchExperiment
from crossglot.experiments.experiment import Exhibited, Experiment
from crossglot.experiments.overlap.plan import OverlapExperiment
from crossglot.experiments.own_matrix.plan import OWN_MATRIX
from crossglot.experiments.tables import TABLES
from crossglot.experiments.transfer.plan import TransferExperiment
from crossglot.experiments.translation.plan import TranslationExperiment
from crossglot.experiments.typology.groups import GroupsExperiment
from crossglot.experiments.typology.plan import TypologyExperiment

_EXPERIMENTS: tuple[Experiment, ...] = (
    *map(TransferExperiment, TABLES.values()),
    GroupsExperiment(),
    CodeSwitchExperiment(),
    OverlapExperiment(),
    TypologyExperiment(),
    TranslationExperiment(),
    CausesExperiment(),
)
EXPERIMENTS: Mapping[str, Experiment] = {experiment.key: experiment for experiment in _EXPERIMENTS}
EXHIBITED: Mapping[str, Exhibited] = {**EXPERIMENTS, **{each.key: each for each in OWN_MATRIX}}
"""All that a report can show: experiments, and what `crossglot analyse` makes of a matrix."""

SELF_SUFFICIENT = frozenset(name for name, experiment in EXPERIMENTS.items() if experiment.self_sufficient)
"""Experiments that make their own languages and encoders: a study of only these names neither encoders nor data."""
