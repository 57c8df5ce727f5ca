"""Every claim that a run is judged by, written down before any run was looked at: those of all experiments together."""

from __future__ import annotations

from crossglot.experiments.registry import EXPERIMENTS
from crossglot.results.claims import Claim

_ORIGINS = ("paper", "related", "ours")
_ONCE = dict.fromkeys(claim for experiment in EXPERIMENTS.values() for claim in experiment.claims)

CLAIMS: tuple[Claim, ...] = tuple(sorted(_ONCE, key=lambda claim: _ORIGINS.index(claim.origin)))
"""The paper's claims, then those of related papers, then those of our own."""
