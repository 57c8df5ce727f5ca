"""docs/claims.md, written from the claims: `python -m crossglot.paper.claims_page > docs/claims.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from crossglot.paper.claim_form import BIG, COMPARABLE, Claim
from crossglot.paper.claims import CLAIMS
from crossglot.paper.claims_overlap import DIRECTLY, NEAR_ZERO_F1, NEAR_ZERO_OVERLAP
from crossglot.paper.claims_typology import FEW_FEATURES

_HEAD = f"""# Claims

What `claims.csv` and the report judge a run by: sentences of Pires, Schlinger and Garrette (2019), "How Multilingual is
Multilingual BERT?", each turned into a statistic, a direction and a threshold. They were written before the first run
was looked at. Where a sentence names a number, that is the threshold; where it uses a word, the threshold is how we
read that word:

- a *big* gap: more than {BIG:g} points;
- *comparable*: at most {-COMPARABLE:g} points below;
- *surprisingly good* at zero-shot transfer: more than half of what training on the target itself gives;
- *depends directly* on overlap: correlates with it above {DIRECTLY:g}; *flat*: correlates below that;
- *almost no* overlap: less than {NEAR_ZERO_OVERLAP:g} % of the pieces; an F1 *near zero*: below {NEAR_ZERO_F1:g};
- *low similarity*: at most {FEW_FEATURES} of the six word-order features in common;
- *bottom layers*: the bottom third of an encoder; accuracy goes down in the *last few* if it is higher two thirds of
  the way up than at the last layer.

A claim **holds** when the whole 95 % interval of its statistic lies on the claimed side of the threshold, **does not
hold** when all of it lies on the other side, and otherwise nobody **can tell**; nor can they where a cell is missing,
where an encoder was fine-tuned with one seed only, or where a published number would stand against a number on other
data. In the column *varies*: over *languages* means that the claim is about languages in general, so languages are
resampled as clusters; over *cells* means that it names these very cells, so their own intervals (seeds and sentences)
are combined. Values are in points: per cent of accuracy or F1; slopes are points a unit of the x axis. Figures are over
all pairs of languages that a run has.

M-BERT and EN-BERT are whatever encoders play these roles in the run.

On the paper's own numbers all claims about tables 1 to 4, 7 and 8 that need no floor agree with their threshold, but
three cannot be told from four languages: `ner-big-gap`, `en-bert-own-ner` and `english-gives-more-ner`. Of those about
table 5, the paper's four agree; of ours, by columns, `column-sov` and `column-an` do not: SVO → SOV 66.52 is above
SOV → SOV 64.22, and NA → AN 75.10 above AN → AN 73.29.
"""


def claims_page(claims: Sequence[Claim] = CLAIMS) -> str:
    """The page as Markdown: one table of the paper's claims, one of ours."""
    papers = [claim for claim in claims if claim.origin == "paper"]
    related = [claim for claim in claims if claim.origin == "related"]
    ours = [claim for claim in claims if claim.origin == "ours"]
    return "\n".join(
        [
            _HEAD,
            "## Of the paper\n",
            *_table(papers),
            "\n## Of related papers\n",
            "About the causal study (docs/causes.md); they measured other things on other models.\n",
            *_table(related),
            "\n## Of our own\n",
            "Not said in the paper, but its argument needs them.\n",
            *_table(ours),
            "",
        ]
    )


def _table(claims: Iterable[Claim]) -> list[str]:
    lines = ["| claim | sentence | where | statistic | varies | claimed |", "|---|---|---|---|---|---|"]
    for claim in claims:
        claimed = f"{'>' if claim.direction == 'above' else '<'} {claim.threshold:g}"
        cells = (f"`{claim.id}`", claim.sentence, claim.where, claim.says, claim.statistic.unit, claimed)
        lines.append(f"| {' | '.join(cells)} |")
    return lines


if __name__ == "__main__":
    sys.stdout.write(claims_page())
