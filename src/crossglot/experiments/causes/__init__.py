"""The causal study: the effect of each knob, moved alone, on transfer between two constructed languages."""

from __future__ import annotations

from crossglot.experiments.causes.claims import CLAIMS
from crossglot.experiments.causes.drawing import effects
from crossglot.experiments.causes.plan import KEY, TITLE, lay_out
from crossglot.experiments.experiment import Experiment

EXPERIMENT = Experiment(KEY, TITLE, effects, CLAIMS, lay_out, own=False, self_sufficient=True, of_conditions=True)
