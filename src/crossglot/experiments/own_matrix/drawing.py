"""A user's own matrix drawn: scores against common features, and averages between groups of languages."""

from __future__ import annotations

from collections.abc import Sequence

from crossglot.drawing.chart_exhibit import ChartExhibit
from crossglot.drawing.wording import METRICS, TASKS
from crossglot.experiments.typology.drawing import features_figure
from crossglot.experiments.typology.groups_drawing import averages_table
from crossglot.languages import WALS_FEATURES
from crossglot.results.rows import ResultRow

CALLED = {feature: f"{name.lower()} (WALS {feature})" for feature, name in WALS_FEATURES.items()}
WORD_ORDER_TITLE, GROUPS_TITLE = "Scores against common word-order features", "Averages between groups of languages"
NOTES = (
    "Zero-shot cells only. AN: adjective before noun, NA: after it. Groups of fewer than three languages stay out, and "
    "so do languages whose value is not known.",
    "A group that scores higher on itself than on others may only be an easy target for everybody; where the target "
    "stays the same and the source differs, ease does not count, but good sources do. Effects removed: by least "
    "squares, with an effect of each source and of each target beside that of being of one group; the partial p-value "
    "likewise.",
)


def word_order_figure(rows: Sequence[ResultRow]) -> ChartExhibit:
    """Scores against the number of features that source and target share, pairs that share none included."""
    first = rows[0]
    said = f"zero-shot {TASKS.get(first.task, first.task)} {METRICS.get(first.metric, first.metric)}, %"
    return features_figure(rows, WORD_ORDER_TITLE, said, 0)


def groups_table(rows: Sequence[ResultRow]) -> ChartExhibit:
    """Averages between groups, and their differences."""
    return averages_table(rows, GROUPS_TITLE, CALLED, "group", NOTES)
