"""Each target's own score beside what reaches it from other languages, as a picture for each task."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from crossglot.drawing.markup import Markup, element, joined
from crossglot.drawing.wording import ROLES, language_name, number, place
from crossglot.report.reach import Reach, Target, scored

WIDTH, NAMES, EDGE = 440, 150, 14  # units of a panel, of its languages' names, and beside its axis
FEW = 20  # languages: of more, each has less room
TICKS = (0, 20, 40, 60, 80, 100)


def targets_pictures(reaches: Mapping[tuple[str, str], Sequence[Reach]]) -> list[Markup]:
    """A figure for each task, with a panel for each encoder; from `reaches_of`."""
    return [dots(f"{scored(*key)}, %", "by language", members) for key, members in reaches.items()]


def dots(what: str, by: str, panels: Sequence[Reach], named: Callable[[str], str] = language_name) -> Markup:
    """A line for each target of each panel, with the marks explained above them.

    Args:
        what: is measured.
        by: what a line is.
        panels: their targets may be anything that has an own score and one from others.
        named: a target's key → what it is called.
    """
    bounded = any(target.low is not None for panel in panels for target in panel.targets)
    caption = element(
        "figcaption",
        element("strong", what),
        f", {by}: ",
        element("span", "●", class_="mark own"),
        " trained on the language itself, ",
        element("span", "○", class_="mark others"),
        f" mean over taggers trained on other languages{', with its interval' if bounded else ''}, ",
        element("span", "|", class_="mark floor"),
        " the best floor.",
    )
    return element(
        "figure",
        caption,
        element("div", *(_panel(panel, named) for panel in panels), class_="panels"),
        class_="targets",
    )


def _panel(reach: Reach, named: Callable[[str], str]) -> Markup:
    targets = reach.targets
    height = 19 if len(targets) <= FEW else 13
    bottom = height * len(targets) + 6
    lines = [element("line", x1=_at(tick), x2=_at(tick), y1="2", y2=str(bottom), class_="grid") for tick in TICKS]
    labels = [element("text", str(tick), x=_at(tick), y=str(bottom + 14), text_anchor="middle") for tick in TICKS]
    rows = [_row(target, 2 + height * (place_of_row + 0.5), named) for place_of_row, target in enumerate(targets)]
    drawing = element(
        "svg",
        element("title", f"{reach.system}: {_in_words(targets, named)}"),
        *lines,
        *labels,
        *rows,
        viewBox=f"0 0 {WIDTH} {bottom + 20}",
        role="img",
        class_="many" if len(targets) > FEW else None,
    )
    said = (ROLES.get(reach.role, reach.role), place(reach.exhibit))
    role = element("span", ", ".join(filter(None, said)), class_="role")
    heading = element("p", element("span", reach.system, class_="name"), " ", role)
    return element("div", heading, drawing)


def _row(target: Target, y: float, named: Callable[[str], str]) -> Markup:
    """A language's line: its name, from the score that others reach to its own, and the floor."""
    middle = f"{y:.1f}"
    marks = [element("text", named(target.key), x=str(NAMES - EDGE), y=f"{y + 4:.1f}", text_anchor="end")]
    if target.low is not None and target.high is not None:
        marks.append(element("line", x1=_at(target.low), x2=_at(target.high), y1=middle, y2=middle, class_="reach"))
    if target.own is not None:
        marks.append(element("line", x1=_at(target.others), x2=_at(target.own), y1=middle, y2=middle, class_="between"))
    if target.floor is not None:
        ends = {"y1": f"{y - 5:.1f}", "y2": f"{y + 5:.1f}"}
        marks.append(element("line", x1=_at(target.floor), x2=_at(target.floor), class_="floor", **ends))
    if target.own is not None:
        marks.append(element("circle", cx=_at(target.own), cy=middle, r="4", class_="own"))
    marks.append(element("circle", cx=_at(target.others), cy=middle, r="4", class_="others"))
    return element("g", element("title", _in_words([target], named)), joined(marks))


def _at(value: float) -> str:
    """Where a value lies on the axis of 0 to 100."""
    return f"{NAMES + (WIDTH - NAMES - EDGE) * min(max(value, 0.0), 100.0) / 100:.1f}"


def _in_words(targets: Sequence[Target], named: Callable[[str], str]) -> str:
    """`German: 55.3 from others, 66.9 of its own, floor 40.8; …`."""
    said = []
    for target in targets:
        numbers = {"from others": target.others, "of its own": target.own, "best floor": target.floor}
        said.append(f"{named(target.key)}: " + ", ".join(f"{number(value)} {what}" for what, value in numbers.items()))
    return "; ".join(said)
