"""Figure 2 and table 5: transfer against word order."""

from __future__ import annotations

from crossglot.experiments.experiment import Experiment
from crossglot.experiments.typology import groups, plan
from crossglot.experiments.typology.claims import CLAIMS
from crossglot.experiments.typology.drawing import likeness_figure
from crossglot.experiments.typology.groups_drawing import group_table

EXPERIMENT = Experiment(plan.KEY, plan.TITLE, likeness_figure, CLAIMS, plan.lay_out)
GROUPS = Experiment(groups.KEY, groups.TITLE, group_table, CLAIMS, groups.lay_out)
