"""docs/claims.md, written from the claims: `python -m crossglot.paper.claims_page > docs/claims.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from crossglot.paper.claim_form import BIG, COMPARABLE, Claim
from crossglot.paper.claims import CLAIMS

_HEAD = f"""# Claims

What `claims.csv` and the report judge a run by: sentences of Pires, Schlinger and Garrette (2019), "How Multilingual is
Multilingual BERT?", each turned into a statistic, a direction and a threshold. They were written before the first run
was looked at. Where a sentence names a number, that is the threshold; where it uses a word, the threshold is how we
read that word:

- a *big* gap: more than {BIG:g} points;
- *comparable*: at most {-COMPARABLE:g} points below;
- *surprisingly good* at zero-shot transfer: more than half of what training on the target itself gives.

A claim **holds** when the whole 95 % interval of its statistic lies on the claimed side of the threshold, **does not
hold** when all of it lies on the other side, and otherwise nobody **can tell**; nor can they where a cell is missing,
where an encoder was fine-tuned with one seed only, or where a published number would stand against a number on other
data. In the column *varies*: over *languages* means that the claim is about languages in general, so languages are
resampled as clusters; over *cells* means that it names these very cells, so their own intervals (seeds and sentences)
are combined. Values are in points: per cent of accuracy or F1.

M-BERT and EN-BERT are whatever encoders play these roles in the run.

On the paper's own numbers all claims that need no floor agree with their threshold, but three cannot be told from four
languages: `ner-big-gap`, `en-bert-own-ner` and `english-gives-more-ner`.
"""


def claims_page(claims: Sequence[Claim] = CLAIMS) -> str:
    """The page as Markdown: one table of the paper's claims, one of ours."""
    papers = [claim for claim in claims if claim.origin == "paper"]
    ours = [claim for claim in claims if claim.origin == "ours"]
    return "\n".join(
        [
            _HEAD,
            "## Of the paper\n",
            *_table(papers),
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
