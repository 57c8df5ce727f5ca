"""Claims about the causal study, and what others report for its knobs. Written 22 November 2026, before its first run.

A knob's effect is zero-shot POS accuracy with the knob moved minus that of the base, with the same seed, in points.
Since 26 November 2026 accuracy is over the words that are no anchors (no names, figures, addresses, marks), which all
conditions have alike; until then it was over all words, and one run of that measure was known. `PIECES_CLAIMS` were
written down on that day, before the first run that measured what they speak of.

Words are read as in `results.claims`: to cost little is at most 5 points, to cost much is more than 10; transfer has
ended when it is at most 5 points above an untrained encoder's. Others measured other models, other languages and other
things (K et al. natural-language inference; Dufter and Schütze alignment, retrieval and translation): what is claimed
here is the sign and the order of size.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from crossglot.results.claims import AFTER_RUNS, BIG, COMPARABLE, NOISE, Claim, Direction, Origin, RowStatistic, claim

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


def _effect(condition: str, metric: str = METRIC) -> RowStatistic:
    return RowStatistic("causes", SYSTEM, metric, "mean", condition, SOURCE, TARGET, unit="cells")


def _claim(
    origin: Origin,
    name: str,
    where: str,
    sentence: str,
    condition: str,
    direction: Direction,
    threshold: float,
    says: str = "",
) -> Claim:
    says = says or f"effect of “{condition}” on zero-shot POS accuracy, words that are no anchors"
    return claim(origin, name, where, sentence, says, _effect(condition), direction, threshold, AFTER_RUNS)


def _single_order(name: str, condition: str) -> Claim:
    """Ours: the paper speaks of similar languages, not of any one feature."""
    sentence = "One order that differs is enough to make transfer worse"
    return _claim("ours", f"typology-{name}", "beside the abstract, p. 4996", sentence, condition, "below", 0.0)


SHARED_PIECES = (
    "having word pieces used in all languages (numbers, URLs, etc) which have to be mapped to a shared space forces "
    "the co-occurring pieces to also be mapped to a shared space"
)


def _pieces(name: str, condition: str, metric: str, says: str) -> Claim:
    where = "section 6, p. 5000"
    return claim("paper", name, where, SHARED_PIECES, says, _effect(condition, metric), "below", 0.0)


NO_WORDS = "with no anchor in common in pretraining minus with all, both on text whose anchors are cut out"
NO_PIECES = "target in Cyrillic: with no piece in common in pretraining minus with anchors, on text without any"
PIECES_CLAIMS: tuple[Claim, ...] = (
    _pieces("pieces-align-words", "no anchors", TRANSLATION_METRIC, f"translations found {NO_WORDS}"),
    _pieces("pieces-align-tags", "no anchors", BARE_METRIC, f"zero-shot POS accuracy {NO_WORDS}"),
    _pieces("pieces-align-scripts", "Cyrillic, no anchors", TRANSLATION_METRIC, f"translations found, {NO_PIECES}"),
    _pieces("pieces-align-script-tags", "Cyrillic, no anchors", BARE_METRIC, f"zero-shot POS accuracy, {NO_PIECES}"),
)
"""One sentence of the paper, as a hypothesis about the encoder: without the shared pieces, less of it is aligned."""

CLAIMS: tuple[Claim, ...] = (
    *PIECES_CLAIMS,
    _claim(
        "paper", "scripts-transfer", "abstract, p. 4996",
        "transfer is possible even to languages in different scripts",
        "Cyrillic against untrained", "above", 0.0,
        "zero-shot POS accuracy to a target in Cyrillic minus an untrained encoder's to one in the source's script",
    ),
    _claim(
        "paper", "typology-all", "abstract, p. 4996", "transfer works best between typologically similar languages",
        "all six orders", "below", 0.0,
    ),
    _claim(
        "paper", "divergent-needs-objective", "section 6, p. 5000",
        "effective transfer to typologically divergent … targets will likely require the model to incorporate an "
        "explicit multilingual training objective", "TLM, all six orders", "above", 0.0,
        "zero-shot POS accuracy with TLM minus without, both to a target with all six orders flipped",
    ),
    _claim("related", "overlap-quarter", K_ET_AL, K_OVERLAP, "cognates 0.25", "below", -COMPARABLE),
    _claim("related", "overlap-half", K_ET_AL, K_OVERLAP, "cognates 0.5", "below", -COMPARABLE),
    _claim("related", "other-script", K_ET_AL, K_OVERLAP, "Cyrillic", "above", COMPARABLE),
    _claim("related", "permuted-words", K_ET_AL, K_PERMUTED, "target's words shuffled", "below", -BIG),
    _claim("related", "inverted-costs-much", DUFTER, D_INVERTED, "all six orders", "below", -BIG),
    _claim(
        "related", "inverted-ends-it", DUFTER, D_INVERTED, "all six orders against untrained", "below", -COMPARABLE,
        "zero-shot POS accuracy with all six orders flipped minus an untrained encoder's",
    ),
    _claim("related", "deeper-is-better", K_ET_AL, K_DEPTH, "4 layers", "above", 0.0),
    _claim("related", "shallower-is-worse", K_ET_AL, K_DEPTH, "1 layer", "below", 0.0),
    _claim("related", "anchors-help", CONNEAU, C_ANCHORS, "no anchors", "below", 0.0),
    _claim("related", "positions-help", DUFTER, D_POSITIONS, "separate positions", "below", 0.0),
    _claim("related", "larger-is-less-multilingual", DUFTER, D_SIZE, "128 wide", "below", 0.0),
    _single_order("verb", "verb last"),
    _single_order("adposition", "postpositions"),
    _single_order("owner", "owner before noun"),
    _single_order("adjective", "adjective after noun"),
    _single_order("demonstrative", "demonstrative after noun"),
    _single_order("numeral", "numeral after noun"),
    _claim("ours", "tlm-helps", "beside section 6", "Translation language modelling helps", "TLM", "above", 0.0),
    _claim(
        "ours", "pretraining-carries-over", "floor", "What transfers was pretrained: without it, much is lost",
        "untrained", "below", -BIG,
    ),
    _claim(
        "ours", "untrained-knows-little", "floor",
        "An untrained encoder transfers no more than tag frequency and word shape",
        "untrained against most frequent tag", "below", -COMPARABLE,
        "zero-shot POS accuracy of an untrained encoder minus that of each word's most frequent tag in the source",
    ),
    _claim(
        "ours", "one-language-not-worse", "known truth", ONE_LANGUAGE, "cognates 1 against own", "above", -NOISE,
        "with all words the same: zero-shot POS accuracy minus that of training on the target itself",
    ),
    _claim(
        "ours", "one-language-not-better", "known truth", ONE_LANGUAGE, "cognates 1 against own", "below", NOISE,
        "with all words the same: zero-shot POS accuracy minus that of training on the target itself",
    ),
)  # fmt: skip
"""Of the paper, of related papers, and what the study itself has to show."""
