"""What a run found, first of all: in a few sentences, as a picture of its languages, and claim by claim."""

from __future__ import annotations

from crossglot.drawing.markup import Markup, element
from crossglot.report.claims import claims_counted
from crossglot.report.claims_list import claims_list, claims_strip
from crossglot.report.findings import cast_of, constructed
from crossglot.report.folder import RunFolder
from crossglot.report.in_short import in_short
from crossglot.report.reach import reaches_in
from crossglot.report.targets_picture import targets_pictures


def answer_section(run: RunFolder) -> Markup | None:
    """The first section; None where there is nothing to say, as of a run of one language without claims."""
    reaches, made_up = reaches_in(run.rows()), constructed(run.languages)
    sentences, pictures = in_short(run, reaches), targets_pictures(reaches)
    if not (sentences or pictures):
        return None
    return element(
        "section",
        element("h2", "What was found"),
        element("ul", *(element("li", sentence) for sentence in sentences), class_="findings"),
        _folded("The languages of this run are constructed", made_up) if made_up else None,
        claims_strip(run.claims) if run.claims else None,
        *pictures,
        _claim_by_claim(run) if run.claims else None,
        id="findings",
    )


def _claim_by_claim(run: RunFolder) -> Markup:
    counted = f"{claims_counted(run.claims)}; sentences with several claims count once. {cast_of(run)}"
    summary = element("summary", element("h3", "Claim by claim"), f" {len(run.claims)}")
    return element("details", summary, element("p", counted, class_="what"), claims_list(run.claims))


def _folded(summary: str, text: str) -> Markup:
    return element("details", element("summary", summary), element("p", text, class_="what constructed"))
