"""A user's own matrix: scores read from a file, with the statistics and drawings of the paper's typology."""

from __future__ import annotations

from crossglot.experiments.experiment import Exhibited
from crossglot.experiments.own_matrix.drawing import GROUPS_TITLE, WORD_ORDER_TITLE, groups_table, word_order_figure
from crossglot.experiments.own_matrix.plan import GROUPS, MATRIX, WORD_ORDER

EXHIBITED = (
    Exhibited(MATRIX, "", None),
    Exhibited(WORD_ORDER, WORD_ORDER_TITLE, word_order_figure),
    Exhibited(GROUPS, GROUPS_TITLE, groups_table),
)
