"""Comments of column files, told from words that start with `#`: a number sign, a hashtag.

In files whose rows are numbered, every line that starts with `#` is a comment. Elsewhere it is one if it stands above a
sentence and

- has not as many fields as rows have, or
- has no span tag where all rows have one (`# id 5e4c domain=en` of MultiCoNER, in four columns), or
- reads as comments do (`# sent_id = 12`, `# id …`, `# newdoc`) and ends in no label that other rows have. Where fields
  are divided by tabs, the first two tell: there, words may hold blanks.

So `# O`, `# SYM` and `#nlproc O` are words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from crossglot.corpora.chunks import is_tag

if TYPE_CHECKING:
    from crossglot.corpora.column_layout import Layout

_DOCUMENT = re.compile(r"#(?:begin|end) document\b")
_USUAL = re.compile(r"#[ \t]*(?:id|newdoc|newpar|begin|end)[ \t]|#[ \t]+[\w.:-]+[ \t]*=|#[\w.:-]+[ \t]+=[ \t]")


def comment_test(
    sample: Iterable[list[str]], layout: Layout, tag_column: int | None, *, spans: bool
) -> Callable[..., bool]:
    """A function that says of a line that starts with `#` whether it is a comment; it is told whether rows are `above`.

    Args:
        sample: rows of the first sentences.
        layout: of the file.
        tag_column: index of the tags' field; None if it is not known that there are any: then it is the last.
        spans: the tags mark spans.
    """
    column = tag_column
    if column is None:
        column = -1 if layout.fields > 1 else None
    elif not -layout.fields <= column < layout.fields:
        column = None
    rows = (layout.split(row) for rows in sample for row in rows if row[0] != "#")
    labels = {row[column].strip(" ") for row in rows if len(row) == layout.fields} if column is not None else set()
    all_spans = spans or (not layout.tabs and bool(labels) and all(map(is_tag, labels)))

    def is_comment(line: str, *, above: bool) -> bool:
        fields = layout.split(line)
        if layout.numbered:
            return True
        if len(fields) != layout.fields:
            return above or _DOCUMENT.match(line) is not None
        if not above or column is None:
            return False
        label = fields[column].strip(" ")
        if all_spans:
            return not is_tag(label)
        return not layout.tabs and label not in labels and _USUAL.match(line) is not None

    return is_comment
