"""Claims about the causal study, and what others report for its knobs. Written 22 November 2026, before its first run.

A knob's effect is zero-shot POS accuracy with the knob moved minus that of the base, with the same seed, in points.
Since 26 November 2026 accuracy is over the words that are no anchors (no names, figures, addresses, marks), which all
conditions have alike; until then it was over all words, and one run of that measure was known. `PIECES_CLAIMS` were
written down on that day, before the first run that measured what they speak of.

Words are read as in `claim_form`: to cost little is at most 5 points, to cost much is more than 10; transfer has ended
when it is at most 5 points above an untrained encoder's. Others measured other models, other languages and other things
(K et al. natural-language inference; Dufter and Schütze alignment, retrieval and translation): what is claimed here is
the sign and the order of size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Literal

from crossglot.results.claims import AFTER_RUNS, BEFORE_RUNS, BIG, COMPARABLE, NOISE, Claim, Reading

SYSTEM, METRIC = "BERT of this condition", "accuracy of other words difference"
BARE_METRIC = "accuracy, anchors cut out difference"
TRANSLATION_METRIC = "translation accuracy, anchors cut out difference"
SOURCE, TARGET = "qaa", "qab"

K_OVERLAP = "K et al. (2020), without any word-piece overlap: XNLI es 72.3 → 70.9, hi 60.1 → 59.6, ru 66.4 → 65.7"
K_PERMUTED = (
    "K et al. (2020), all words permuted, where ours shuffles a test set alone: XNLI es 70.9 → 62.5, hi 59.6 → 43.1, "
    "ru 65.7 → 53.6"
)
K_DEPTH = "K et al. (2020), depth 1 → 24 at equal size: the gap from Fake-English to Russian narrows from 21.6 to 11.3"
D_INVERTED = "Dufter and Schütze (2020): inverted word order ends multilinguality"
D_POSITIONS = "Dufter and Schütze (2020): shared position ids help"
C_ANCHORS = "Conneau et al. (2020): anchors matter a little"
D_SIZE = "Dufter and Schütze (2020): an over-sized model is less multilingual"

REPORTED: Mapping[str, str] = MappingProxyType(
    {
        "Cyrillic": K_OVERLAP,
        "cognates 0.25": K_OVERLAP,
        "cognates 0.5": K_OVERLAP,
        "all six orders": D_INVERTED,
        "target's words shuffled": K_PERMUTED,
        "no anchors": C_ANCHORS,
        "separate positions": D_POSITIONS,
        "1 layer": K_DEPTH,
        "4 layers": K_DEPTH,
        "128 wide": D_SIZE,
    }
)
"""What others report where they moved the same knob, by condition."""

ONE_LANGUAGE = "With all words, order and script the same, transfer is the diagonal"
K_ET_AL, DUFTER, CONNEAU = "K et al. (2020)", "Dufter and Schütze (2020)", "Conneau et al. (2020)"


def _claim(
    name: str,
    where: str,
    sentence: str,
    origin: Literal["paper", "related", "ours"],
    condition: str,
    direction: Literal["above", "below"],
    threshold: float,
    says: str = "",
) -> Claim:
    return Claim(
        id=name,
        where=f"{where}; causes",
        sentence=sentence,
        origin=origin,
        says=(says or f"effect of “{condition}” on zero-shot POS accuracy, words that are no anchors") + " (causes)",
        statistic=Reading("causes", SYSTEM, METRIC, "mean", condition, SOURCE, TARGET, unit="cells"),
        direction=direction,
        threshold=threshold,
        rule=AFTER_RUNS,
    )


def _single_order(name: str, condition: str) -> Claim:
    """Ours: the paper speaks of similar languages, not of any one feature."""
    sentence = "One order that differs is enough to make transfer worse"
    return _claim(f"typology-{name}", "beside the abstract, p. 4996", sentence, "ours", condition, "below", 0.0)


SHARED_PIECES = (
    "having word pieces used in all languages (numbers, URLs, etc) which have to be mapped to a shared space forces "
    "the co-occurring pieces to also be mapped to a shared space"
)


def _pieces(name: str, condition: str, metric: str, says: str) -> Claim:
    claim = _claim(name, "section 6, p. 5000", SHARED_PIECES, "paper", condition, "below", 0.0, says)
    reading = Reading("causes", SYSTEM, metric, "mean", condition, SOURCE, TARGET, unit="cells")
    return replace(claim, statistic=reading, rule=BEFORE_RUNS)


NO_WORDS = "with no anchor in common in pretraining minus with all, both on text whose anchors are cut out"
NO_PIECES = "target in Cyrillic: with no piece in common in pretraining minus with anchors, on text without any"
PIECES_CLAIMS: tuple[Claim, ...] = (
    _pieces("pieces-align-words", "no anchors", TRANSLATION_METRIC, f"translations found {NO_WORDS}"),
    _pieces("pieces-align-tags", "no anchors", BARE_METRIC, f"zero-shot POS accuracy {NO_WORDS}"),
    _pieces("pieces-align-scripts", "Cyrillic, no anchors", TRANSLATION_METRIC, f"translations found, {NO_PIECES}"),
    _pieces("pieces-align-script-tags", "Cyrillic, no anchors", BARE_METRIC, f"zero-shot POS accuracy, {NO_PIECES}"),
)
"""One sentence of the paper, as a hypothesis about the encoder: without the shared pieces, less of it is aligned."""

CAUSES_CLAIMS: tuple[Claim, ...] = (
    *PIECES_CLAIMS,
    _claim(
        "scripts-transfer", "abstract, p. 4996", "transfer is possible even to languages in different scripts", "paper",
        "Cyrillic against untrained", "above", 0.0,
        "zero-shot POS accuracy to a target in Cyrillic minus an untrained encoder's to one in the source's script",
    ),
    _claim(
        "typology-all", "abstract, p. 4996", "transfer works best between typologically similar languages", "paper",
        "all six orders", "below", 0.0,
    ),
    _claim(
        "divergent-needs-objective", "section 6, p. 5000",
        "effective transfer to typologically divergent … targets will likely require the model to incorporate an "
        "explicit multilingual training objective", "paper", "TLM, all six orders", "above", 0.0,
        "zero-shot POS accuracy with TLM minus without, both to a target with all six orders flipped",
    ),
    _claim("overlap-quarter", K_ET_AL, K_OVERLAP, "related", "cognates 0.25", "below", -COMPARABLE),
    _claim("overlap-half", K_ET_AL, K_OVERLAP, "related", "cognates 0.5", "below", -COMPARABLE),
    _claim("other-script", K_ET_AL, K_OVERLAP, "related", "Cyrillic", "above", COMPARABLE),
    _claim("permuted-words", K_ET_AL, K_PERMUTED, "related", "target's words shuffled", "below", -BIG),
    _claim("inverted-costs-much", DUFTER, D_INVERTED, "related", "all six orders", "below", -BIG),
    _claim(
        "inverted-ends-it", DUFTER, D_INVERTED, "related", "all six orders against untrained", "below", -COMPARABLE,
        "zero-shot POS accuracy with all six orders flipped minus an untrained encoder's",
    ),
    _claim("deeper-is-better", K_ET_AL, K_DEPTH, "related", "4 layers", "above", 0.0),
    _claim("shallower-is-worse", K_ET_AL, K_DEPTH, "related", "1 layer", "below", 0.0),
    _claim("anchors-help", CONNEAU, C_ANCHORS, "related", "no anchors", "below", 0.0),
    _claim("positions-help", DUFTER, D_POSITIONS, "related", "separate positions", "below", 0.0),
    _claim("larger-is-less-multilingual", DUFTER, D_SIZE, "related", "128 wide", "below", 0.0),
    _single_order("verb", "verb last"),
    _single_order("adposition", "postpositions"),
    _single_order("owner", "owner before noun"),
    _single_order("adjective", "adjective after noun"),
    _single_order("demonstrative", "demonstrative after noun"),
    _single_order("numeral", "numeral after noun"),
    _claim("tlm-helps", "beside section 6", "Translation language modelling helps", "ours", "TLM", "above", 0.0),
    _claim(
        "pretraining-carries-over", "floor", "What transfers was pretrained: without it, much is lost", "ours",
        "untrained", "below", -BIG,
    ),
    _claim(
        "untrained-knows-little", "floor", "An untrained encoder transfers no more than tag frequency and word shape",
        "ours", "untrained against most frequent tag", "below", -COMPARABLE,
        "zero-shot POS accuracy of an untrained encoder minus that of each word's most frequent tag in the source",
    ),
    _claim(
        "one-language-not-worse", "known truth", ONE_LANGUAGE, "ours", "cognates 1 against own", "above", -NOISE,
        "with all words the same: zero-shot POS accuracy minus that of training on the target itself",
    ),
    _claim(
        "one-language-not-better", "known truth", ONE_LANGUAGE, "ours", "cognates 1 against own", "below", NOISE,
        "with all words the same: zero-shot POS accuracy minus that of training on the target itself",
    ),
)  # fmt: skip
"""Of the paper, of related papers, and what the study itself has to show."""
