"""Every claim that a run is judged by, written down before any run was looked at.

Claims about another table or figure go in a module of their own beside `claims_ner` and `claims_pos`, named here.
"""

from __future__ import annotations

from crossglot.paper.claim_form import Claim
from crossglot.paper.claims_ner import NER_CLAIMS
from crossglot.paper.claims_pos import POS_CLAIMS

CLAIMS: tuple[Claim, ...] = tuple(sorted(NER_CLAIMS + POS_CLAIMS, key=lambda claim: claim.origin != "paper"))
"""The paper's claims about tables 1, 2, 3, 4, 7 and 8, then those of our own."""
