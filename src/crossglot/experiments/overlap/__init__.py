"""Figure 1: transfer against shared word pieces."""

from __future__ import annotations

from crossglot.experiments.experiment import Experiment
from crossglot.experiments.overlap.claims import CLAIMS
from crossglot.experiments.overlap.drawing import overlap_figure
from crossglot.experiments.overlap.plan import KEY, TITLE, lay_out

EXPERIMENT = Experiment(KEY, TITLE, overlap_figure, CLAIMS, lay_out)
