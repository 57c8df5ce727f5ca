"""Every claim that a run is judged by, written down before any run was looked at: those of all experiments together."""

from __future__ import annotations

from crossglot.experiments.causes import claims as causes
from crossglot.experiments.codeswitch import claims as codeswitch
from crossglot.experiments.overlap import claims as overlap
from crossglot.experiments.transfer import claims as transfer
from crossglot.experiments.translation import claims as translation
from crossglot.experiments.typology import claims as typology
from crossglot.results.claims import Claim

_EXPERIMENTS = (transfer, overlap, typology, codeswitch, translation, causes)
_ORIGINS = ("paper", "related", "ours")

CLAIMS: tuple[Claim, ...] = tuple(
    sorted(
        (claim for experiment in _EXPERIMENTS for claim in experiment.CLAIMS),
        key=lambda claim: _ORIGINS.index(claim.origin),
    )
)
"""The paper's claims, then those of related papers, then those of our own."""
