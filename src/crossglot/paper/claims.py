"""Every claim that a run is judged by, written down before any run was looked at.

Claims about another table or figure go in a module of their own beside the others, named here.
"""

from __future__ import annotations

from crossglot.paper.claim_form import Claim
from crossglot.paper.claims_causes import CAUSES_CLAIMS
from crossglot.paper.claims_codeswitch import CODE_SWITCHING_CLAIMS
from crossglot.paper.claims_ner import NER_CLAIMS
from crossglot.paper.claims_overlap import OVERLAP_CLAIMS
from crossglot.paper.claims_pos import POS_CLAIMS
from crossglot.paper.claims_translation import TRANSLATION_CLAIMS
from crossglot.paper.claims_typology import TYPOLOGY_CLAIMS

_OF_THE_PAPER = NER_CLAIMS + POS_CLAIMS + OVERLAP_CLAIMS + TYPOLOGY_CLAIMS + CODE_SWITCHING_CLAIMS + TRANSLATION_CLAIMS
_ORIGINS = ("paper", "related", "ours")

CLAIMS: tuple[Claim, ...] = tuple(sorted(_OF_THE_PAPER + CAUSES_CLAIMS, key=lambda claim: _ORIGINS.index(claim.origin)))
"""The paper's claims, then those of related papers, then those of our own."""
