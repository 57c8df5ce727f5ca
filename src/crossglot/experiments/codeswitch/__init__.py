"""Table 6: code-switched Hindi and English."""

from __future__ import annotations

from crossglot.experiments.codeswitch.claims import CLAIMS
from crossglot.experiments.codeswitch.drawing import switched
from crossglot.experiments.codeswitch.plan import KEY, TITLE, lay_out
from crossglot.experiments.experiment import Experiment

EXPERIMENT = Experiment(KEY, TITLE, switched, CLAIMS, lay_out)
