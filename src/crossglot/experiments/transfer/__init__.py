"""The paper's transfer tables, and matrices of one's own."""

from __future__ import annotations

from functools import partial

from crossglot.experiments.experiment import Experiment
from crossglot.experiments.tables import TABLES
from crossglot.experiments.transfer.claims import CLAIMS
from crossglot.experiments.transfer.plan import lay_out

EXPERIMENTS = tuple(
    Experiment(table.key, table.title, None, CLAIMS, partial(lay_out, table), own=bool(table.blocks))
    for table in TABLES.values()
)
