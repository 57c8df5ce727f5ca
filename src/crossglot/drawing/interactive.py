"""Charts that answer to a pointer: their definitions on the page, and the library that draws them, once for all.

A chart is there as a drawing from the start, for readers without scripts and for paper; when it comes into view it is
drawn anew by Vega from the same definition. Nothing is fetched from anywhere, and nothing but the library is run.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from crossglot.drawing.figures import specification
from crossglot.drawing.markup import Markup, element, joined


def interactive(chart: Any, name: str, drawing: Markup | None = None) -> Markup:
    """A place on the page where a chart is drawn when it comes into view.

    Args:
        chart: as for `write_figure`.
        name: of the chart, once on a page.
        drawing: what stands there until then.
    """
    # What ends a script, or begins a comment in one, does so inside a JSON text as well.
    definition = json.dumps(specification(chart), ensure_ascii=False, separators=(",", ":")).replace("<", r"\u003c")
    place = element("div", drawing, class_="chart", data_chart=f"chart-{name}")
    return joined([place, element("script", Markup(definition), type="application/json", id=f"chart-{name}")])


@cache
def library() -> Markup:
    """Vega, Vega-Lite and Vega-Embed as one script, and what draws the charts of the page with them."""
    import altair as alt
    import vl_convert

    version = "_".join(alt.SCHEMA_VERSION.split(".")[:2])
    draw = files("crossglot.drawing").joinpath("interactive.js").read_text(encoding="utf-8")
    # Within a text of the program, the end of a script would end this one.
    bundle = vl_convert.javascript_bundle(draw, vl_version=version).replace("</script", r"<\/script")
    return element("script", Markup(bundle))
