"""Every claim that a run is judged by, written down before any run was looked at.

Claims about another table or figure go in a module of their own beside the others, named here.
"""

from __future__ import annotations

from crossglot.experiments.causes.claims import CAUSES_CLAIMS
from crossglot.experiments.codeswitch.claims import CODE_SWITCHING_CLAIMS
from crossglot.experiments.overlap.claims import OVERLAP_CLAIMS
from crossglot.experiments.transfer.claims_ner import NER_CLAIMS
from crossglot.experiments.transfer.claims_pos import POS_CLAIMS
from crossglot.experiments.translation.claims import TRANSLATION_CLAIMS
from crossglot.experiments.typology.claims import TYPOLOGY_CLAIMS
from crossglot.results.claims import Claim

_OF_THE_PAPER = NER_CLAIMS + POS_CLAIMS + OVERLAP_CLAIMS + TYPOLOGY_CLAIMS + CODE_SWITCHING_CLAIMS + TRANSLATION_CLAIMS
_ORIGINS = ("paper", "related", "ours")

CLAIMS: tuple[Claim, ...] = tuple(sorted(_OF_THE_PAPER + CAUSES_CLAIMS, key=lambda claim: _ORIGINS.index(claim.origin)))
"""The paper's claims, then those of related papers, then those of our own."""
