"""Figure 3: translation by nearest neighbours, layer by layer."""

from __future__ import annotations

from crossglot.experiments.experiment import Experiment
from crossglot.experiments.translation.claims import CLAIMS, FIGURE
from crossglot.experiments.translation.drawing import curves
from crossglot.experiments.translation.plan import TITLE, lay_out

EXPERIMENT = Experiment(FIGURE, TITLE, curves, CLAIMS, lay_out)
