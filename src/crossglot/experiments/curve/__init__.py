"""The learning curve: what zero-shot transfer gains from more training text, and from longer training."""

from __future__ import annotations

from crossglot.experiments.curve.claims import CLAIMS, KEY
from crossglot.experiments.curve.drawing import curves
from crossglot.experiments.curve.plan import TITLE, lay_out
from crossglot.experiments.experiment import Experiment

EXPERIMENT = Experiment(KEY, TITLE, curves, CLAIMS, lay_out, of_paper=False, of_conditions=True)
