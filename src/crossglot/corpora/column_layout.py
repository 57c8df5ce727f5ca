"""Where a column file keeps its words, tags, comments and documents, and in which encoding: found from the file itself.

- Fields are divided by tabs if most rows have one (so words may hold blanks), otherwise by blanks. A row has as many
  as most rows of the first sentences have; an empty one at the end of every row is none.
- If the first fields of most sentences count their words (from 0 or 1), the word is the second field and the tag the
  third (UNER, WikiNEuRal, GermEval's outer spans), and every line that starts with `#` is a comment.
- Elsewhere `comments` tells comments from words that start with `#`.
- A language prefix (`en:`) that every word of the file has is taken off (WikiANN).
- `-DOCSTART-` rows divide documents and are dropped, however many fields they have.
- Text is UTF-8, or ISO-8859-1 if it cannot be UTF-8 (see `decode_columns`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from crossglot.corpora.comments import comment_test
from crossglot.corpora.opening import decode
from crossglot.errors import DataError

_BLANKS = re.compile(r"[ \t]+")
_PREFIX = re.compile(r"(?:[a-z]{2,3}(?:-[a-z]+)*|simple):")
_FEWEST_PREFIXED = 4  # words: one or two may begin with the same letters and a colon by chance
_SENT_ID = re.compile(r"#\s*sent_id\s*=\s*(.*?)\s*$")
_C1 = re.compile("[\x80-\x9f]")
_SAMPLE = 50  # sentences that tell what rows look like
DOCSTART = "-DOCSTART-"


@dataclass(slots=True)
class Block:
    """The lines between two empty ones: a sentence's rows with their line numbers, and its id."""

    rows: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """What a file's rows look like.

    Attributes:
        tabs: fields are divided by tabs, not by blanks.
        numbered: the first field counts the words of a sentence.
        prefix: the language prefix that every word has, or nothing.
        fields: fields per row.
        closed: every row ends with a tab.
    """

    tabs: bool
    numbered: bool
    prefix: str
    fields: int
    closed: bool = False

    def split(self, row: str) -> list[str]:
        """The fields of a row."""
        if self.tabs:
            return (row.removesuffix("\t") if self.closed else row).split("\t")
        return _BLANKS.split(row.strip(" \t"))


def find_blocks(text: str, tag_column: int | None = -1, *, spans: bool = True) -> tuple[Layout, list[Block]]:
    """The layout of a file, and its sentences' rows without comments and document marks.

    Args:
        text: the whole file.
        tag_column: index of the tags' field; None if it is not known that there are any.
        spans: the tags mark spans, so that a line without one can be told to be a comment.
    """
    blocks = _blocks(text)
    layout = _layout(blocks)
    if DOCSTART in text:
        blocks = [part for block in blocks for part in _without_documents(block, layout)]
    if "#" in text:
        is_comment = comment_test((block.rows for block in blocks[:_SAMPLE]), layout, tag_column, spans=spans)
        blocks = [_without_comments(block, is_comment) for block in blocks]
    blocks = [block for block in blocks if block.rows]
    return replace(layout, prefix=_common_prefix(blocks, layout)), blocks


def _blocks(text: str) -> list[Block]:
    blocks = [Block()]
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip(" \t"):
            blocks[-1].rows.append(line)
            blocks[-1].numbers.append(number)
        elif blocks[-1].rows:
            blocks.append(Block())
    return blocks if blocks[-1].rows else blocks[:-1]


def _layout(blocks: Sequence[Block]) -> Layout:
    """What the rows of the first sentences look like, those left out that may be comments or document marks."""
    plain = [[row for row in block.rows if row[0] != "#" and DOCSTART not in row] for block in blocks[:_SAMPLE]]
    plain = [rows for rows in plain if rows] or [block.rows for block in blocks[:_SAMPLE]]
    rows = [row for rows in plain for row in rows]
    tabs = 2 * sum("\t" in row.rstrip(" \t") for row in rows) > len(rows)
    closed = tabs and all(row.endswith("\t") and row.count("\t") > 1 for row in rows)
    layout = Layout(tabs, False, "", 0, closed)
    divided = [[layout.split(row) for row in rows] for rows in plain]
    lengths = Counter(len(fields) for sentence in divided for fields in sentence)
    return replace(layout, numbered=_numbered(divided), fields=lengths.most_common(1)[0][0] if lengths else 0)


def _numbered(sample: Sequence[Sequence[Sequence[str]]]) -> bool:
    long = [rows for rows in sample if len(rows) > 1]
    counting = sum(min(map(len, rows)) > 2 and counts([row[0] for row in rows]) for rows in long)
    return 2 * counting > len(long)


def counts(numbers: Sequence[str]) -> bool:
    """Whether the numbers are 0, 1, 2, … or 1, 2, 3, …."""
    return bool(numbers) and list(numbers) == [str(at + (numbers[0] != "0")) for at in range(len(numbers))]


def _without_comments(block: Block, is_comment: Callable[..., bool]) -> Block:
    kept = Block()
    for row, number in zip(block.rows, block.numbers, strict=True):
        if row[0] == "#" and is_comment(row, above=not kept.rows):
            if found := _SENT_ID.match(row):
                kept.id = found[1] or None
        else:
            kept.rows.append(row)
            kept.numbers.append(number)
    return kept


def _without_documents(block: Block, layout: Layout) -> Iterable[Block]:
    part = Block()
    for row, number in zip(block.rows, block.numbers, strict=True):
        fields = layout.split(row)
        if DOCSTART in fields[:2] or (len(fields) != layout.fields and row.startswith(f"{DOCSTART} ")):
            yield part
            part = Block()
        else:
            part.rows.append(row)
            part.numbers.append(number)
    yield part


def _common_prefix(blocks: Sequence[Block], layout: Layout) -> str:
    if not blocks or layout.numbered or (found := _PREFIX.match(blocks[0].rows[0])) is None:
        return ""
    rows = [row for block in blocks for row in block.rows]
    return found[0] if len(rows) >= _FEWEST_PREFIXED and all(row.startswith(found[0]) for row in rows) else ""


def decode_columns(data: bytes, path: Path, encoding: str = "auto", *, lenient: bool = False) -> tuple[str, str]:
    """Text of a column file, and the encoding it was found to have.

    `auto` means UTF-8 where the bytes allow it, else ISO-8859-1, the encoding of the CoNLL-2002 and 2003 releases. But
    a file with more well-formed UTF-8 letters than stray bytes is damaged UTF-8, and one with control characters in
    ISO-8859-1 has some other encoding; both are errors, not words full of wrong letters.

    Raises:
        DataError: naming the line of the first byte that does not fit.
    """
    if encoding != "auto":
        return decode(data, path, encoding, lenient=lenient), encoding
    try:
        return decode(data, path), "utf-8"
    except DataError as error:
        well_formed = data.decode("utf-8", errors="ignore")
        letters = sum(letter > "\x7f" for letter in well_formed)
        stray = len(data) - len(well_formed.encode("utf-8"))
        text = decode(data, path, "iso-8859-1")
        if letters <= stray and not _C1.search(text):
            return text, "iso-8859-1"
        if lenient:
            return decode(data, path, lenient=True), "utf-8"
        what = f"{error.what}, and the file is not ISO-8859-1 either"
        raise DataError(what, path=path, line=error.line, remedy=error.remedy) from error
