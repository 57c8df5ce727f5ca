"""Where a column file keeps its words, tags, comments and documents, and in which encoding: found from the file itself.

- Fields are divided by tabs if the first row has one (so words may hold blanks), otherwise by blanks.
- If the first fields of most sentences count their words (from 0 or 1), the word is the second field and the tag the
  third (UNER, WikiNEuRal, GermEval's outer spans), and every line that starts with `#` is a comment.
- Elsewhere a line that starts with `#` is a comment if it stands above a sentence and has no tag where rows have one.
- A language prefix (`en:`) that every word of the file has is taken off (WikiANN).
- `-DOCSTART-` rows divide documents and are dropped.
- Text is UTF-8, or ISO-8859-1 if it cannot be UTF-8 (see `decode_columns`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from crossglot.corpora.chunks import is_tag
from crossglot.corpora.opening import decode
from crossglot.errors import DataError

_BLANKS = re.compile(r"[ \t]+")
_PREFIX = re.compile(r"[a-z]{2,}(?:-[a-z]+)*:")
_SENT_ID = re.compile(r"#\s*sent_id\s*=\s*(.*?)\s*$")
_C1 = re.compile("[\x80-\x9f]")
_SAMPLE = 50  # sentences that tell whether rows are numbered
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
        fields: fields a row.
    """

    tabs: bool
    numbered: bool
    prefix: str
    fields: int

    def split(self, row: str) -> list[str]:
        """The fields of a row."""
        return row.split("\t") if self.tabs else _BLANKS.split(row.strip(" \t"))


def find_blocks(text: str, tag_column: int = -1, *, spans: bool = True) -> tuple[Layout, list[Block]]:
    """The layout of a file, and its sentences' rows without comments and document marks.

    Args:
        text: the whole file.
        tag_column: index of the tags' field.
        spans: the tags mark spans, so that a line without one can be told to be a comment.
    """
    blocks = _blocks(text)
    sample = [[row for row in block.rows if row[0] != "#"] for block in blocks[:_SAMPLE]]
    first = next((rows[0] for rows in sample if rows), blocks[0].rows[0] if blocks else "")
    layout = Layout("\t" in first, False, "", 0)
    numbered = _numbered([[layout.split(row) for row in rows] for rows in sample if rows])
    layout = replace(layout, numbered=numbered, fields=len(layout.split(first)))
    if "#" in text:
        told_by = tag_column if spans and -layout.fields <= tag_column < layout.fields else None
        blocks = [_without_comments(block, layout, told_by) for block in blocks]
    if DOCSTART in text:
        blocks = [part for block in blocks for part in _without_documents(block, layout)]
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


def _numbered(sample: Sequence[Sequence[Sequence[str]]]) -> bool:
    long = [rows for rows in sample if len(rows) > 1]
    counting = sum(min(map(len, rows)) > 2 and counts([row[0] for row in rows]) for rows in long)
    return 2 * counting > len(long)


def counts(numbers: Sequence[str]) -> bool:
    """Whether the numbers are 0, 1, 2, … or 1, 2, 3, …."""
    return bool(numbers) and list(numbers) == [str(at + (numbers[0] != "0")) for at in range(len(numbers))]


def _is_comment(line: str, layout: Layout, tag_column: int | None) -> bool:
    fields = layout.split(line)
    return len(fields) != layout.fields or (tag_column is not None and not is_tag(fields[tag_column].strip()))


def _without_comments(block: Block, layout: Layout, tag_column: int | None) -> Block:
    kept = Block()
    for row, number in zip(block.rows, block.numbers, strict=True):
        if row[0] == "#" and (layout.numbered or (not kept.rows and _is_comment(row, layout, tag_column))):
            if found := _SENT_ID.match(row):
                kept.id = found[1]
        else:
            kept.rows.append(row)
            kept.numbers.append(number)
    return kept


def _without_documents(block: Block, layout: Layout) -> Iterable[Block]:
    part = Block(id=block.id)
    for row, number in zip(block.rows, block.numbers, strict=True):
        if DOCSTART in layout.split(row)[:2]:
            yield part
            part = Block(id=block.id)
        else:
            part.rows.append(row)
            part.numbers.append(number)
    yield part


def _common_prefix(blocks: Sequence[Block], layout: Layout) -> str:
    if not blocks or layout.numbered or (found := _PREFIX.match(blocks[0].rows[0])) is None:
        return ""
    return found[0] if all(row.startswith(found[0]) for block in blocks for row in block.rows) else ""


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
