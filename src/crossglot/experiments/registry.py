"""Every experiment by name: the paper's tables and figures, matrices of one's own, and the causal study."""

from __future__ import annotations

from crossglot.experiments import causes, codeswitch, curve, overlap, own_matrix, transfer, translation, typology
from crossglot.experiments.experiment import Exhibited, Experiment

_EXPERIMENTS: tuple[Experiment, ...] = (
    *transfer.EXPERIMENTS,
    typology.GROUPS,
    codeswitch.EXPERIMENT,
    overlap.EXPERIMENT,
    typology.EXPERIMENT,
    translation.EXPERIMENT,
    curve.EXPERIMENT,
    causes.EXPERIMENT,
)
EXPERIMENTS: dict[str, Experiment] = {experiment.key: experiment for experiment in _EXPERIMENTS}
EXHIBITED: dict[str, Exhibited] = {**EXPERIMENTS, **{each.key: each for each in own_matrix.EXHIBITED}}
"""Everything that a report can show: experiments, and the parts of a user's own matrix."""

SELF_SUFFICIENT = frozenset(name for name, experiment in EXPERIMENTS.items() if experiment.self_sufficient)
"""Experiments that make their own languages and encoders: a study of these alone names no encoder and no data."""

OF_CONDITIONS = frozenset(name for name, experiment in EXPERIMENTS.items() if experiment.of_conditions)
"""Experiments whose taggers differ in more than system, task and source: `compare` leaves them out."""
