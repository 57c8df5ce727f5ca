"""Column files of named entities, one word per line: CoNLL-2002 and 2003, UNER, WikiANN, GermEval 2014 and their kin.

`column_layout` says how a file's layout and encoding are found, `chunks` how its scheme is; what comes out is BIO2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from sys import intern

from crossglot.corpora.chunks import SCHEMES, IllegalTagError, detect_scheme, is_tag, to_bio2
from crossglot.corpora.column_layout import DOCSTART, Block, Layout, counts, decode_columns, find_blocks
from crossglot.corpora.opening import Source, read_encoded, write_text
from crossglot.corpora.sentences import TaggedSentence
from crossglot.corpora.skipping import Faults
from crossglot.errors import DataError, UsageError
from crossglot.remedies import way, ways

_NOT_TEXT = re.compile("[\udc80-\udcff]")


def read_columns(
    path: Source,
    *,
    tag_column: int | None = -1,
    scheme: str = "auto",
    encoding: str = "auto",
    lenient: bool = False,
    skipped: list[DataError] | None = None,
) -> list[TaggedSentence]:
    """Words and BIO2 tags of a column file.

    Args:
        path: the file; `path.gz` and `path.xz` are found too.
        tag_column: index of the tags' field. -1, the default, is the last one, except in files whose rows are
            numbered: there it is the third, since inner spans and annotators' names follow it. None reads words alone,
            each with the tag `_`; they need not have any.
        scheme: `auto`, `iob1`, `bio2`, `iobes`, `bilou`; `conlleval` for a mix of the first two, read as that script
            does; or `none` for labels that are no spans, kept as they are.
        encoding: `auto` (UTF-8, else ISO-8859-1), or a codec's name.
        lenient: skip bad sentences, counting them, instead of stopping at the first.
        skipped: gets the error of every skipped sentence; without it, a warning with the count is logged.

    Raises:
        DataError: missing, empty, damaged or malformed file, or a tag that the scheme forbids there, with the line.
        UsageError: an unknown scheme.
    """
    if scheme not in ("auto", "none", *SCHEMES):
        raise UsageError(f"unknown scheme {scheme!r}; the schemes are auto, none, {', '.join(SCHEMES)}")
    if tag_column is None:
        scheme = "none"
    path, data = read_encoded(path, encoding)
    faults = Faults(lenient=lenient, skipped=skipped)
    text, _ = decode_columns(data, path, encoding, lenient=lenient)
    layout, blocks = find_blocks(text, tag_column, spans=scheme != "none")
    column = 2 if layout.numbered and tag_column == -1 else tag_column
    if _is_conll_2012(layout, blocks):
        what = "is in CoNLL-2012's own format (OntoNotes): its words are in the fourth column, its entities in brackets"
        raise DataError(what, path=path, remedy="Convert it to a word and a BIO tag per line.")
    parsed = list(_parsed(blocks, layout, column, path, faults))
    if scheme == "auto":
        scheme = detect_scheme(tags for _, _, tags in parsed)
    sentences = []
    for block, words, tags in parsed:
        try:
            labels = tuple(tags) if scheme == "none" else to_bio2(tags, scheme)
        except IllegalTagError as error:
            line = block.numbers[error.at]
            faults.add(DataError(error.what, path=path, line=line, remedy=_remedy(tags[error.at], scheme)))
            continue
        sentences.append(TaggedSentence(tuple(words), labels, block.id))
    faults.finish(path, len(sentences))
    return sentences


def _remedy(tag: str, scheme: str) -> str:
    if is_tag(tag):
        given = way(f"give the scheme, if not {scheme.upper()}", "scheme")
        return f"{ways('Mend the tag', given, way('skip such sentences', 'lenient'))}."
    given = way("give the tags' column, if this is not it", "tag_column")
    none = way("if the labels mark no spans, say so", "task", "labels") or "if the labels mark no spans, use no scheme"
    return f"These are no labels of spans: {ways(given, none)}."


def _parsed(
    blocks: Iterable[Block], layout: Layout, column: int | None, path: Path, faults: Faults
) -> Iterator[tuple[Block, Sequence[str], Sequence[str]]]:
    """Words and tags of each sentence, once its rows are known to be whole; tags as the file has them."""
    word = 1 if layout.numbered else 0
    for block in blocks:
        rows = [layout.split(row) for row in block.rows]
        fault = _row_fault(rows, layout, word, column)
        if fault is None and faults.lenient and any(map(_NOT_TEXT.search, block.rows)):
            fault = 0, "bytes that are not UTF-8", "Save the file as UTF-8."
        if fault is not None:
            at, what, remedy = fault
            faults.add(DataError(what, path=path, line=block.numbers[at], remedy=remedy))
            continue
        words = [row[word].removeprefix(layout.prefix) for row in rows]
        tags = ["_"] * len(rows) if column is None else [row[column].strip(" ") for row in rows]
        yield block, words, list(map(intern, tags))  # one string object per tag


def _row_fault(
    rows: Sequence[Sequence[str]], layout: Layout, word: int, column: int | None
) -> tuple[int, str, str] | None:
    """Index, description and remedy of the first row that is not whole."""
    least = word + 1 if column is None else max(word + 2, column + 1 if column >= 0 else -column)
    for at, row in enumerate(rows):
        if len(row) != layout.fields or len(row) < least:
            divided = "tab" if layout.tabs else "blank"
            expected = max(layout.fields, least)
            what = f"{len(row)} {divided}-divided field{'s' * (len(row) != 1)} where {expected} should be"
            mended = "Mend the line: each has a word and a tag, and as many fields as the file's first."
            if word + 2 <= len(row) == layout.fields:  # a line like all others: it is the column that is not there
                return at, what, way("Name a column that the file has", "tag_column") or mended
            return at, what, mended
        if len(row[word]) <= len(layout.prefix):
            return at, "the word is empty", "Mend or delete the line."
        if column is not None and not row[column].strip(" "):
            return at, "'' is no tag: the field is empty", "Mend the line, or give the tags' column, if this is not it."
    if layout.numbered and not counts(numbers := [row[0] for row in rows]):
        start = int(numbers[0] != "0")
        at = next(at for at, number in enumerate(numbers) if number != str(at + start))
        return at, f"word number {numbers[at]} where {at + start} should be", "Number a sentence's words 1, 2, 3, …."
    return None


def _is_conll_2012(layout: Layout, blocks: Sequence[Block]) -> bool:
    """Whether rows are document, part, number of the word, word, …: eleven columns and more."""
    if layout.fields < 11 or not blocks:
        return False
    rows = [layout.split(row) for row in blocks[0].rows]
    return len({row[0] for row in rows}) == 1 and [row[2:3] for row in rows] == [[str(at)] for at in range(len(rows))]


def write_columns(sentences: Iterable[TaggedSentence], path: Path | str) -> Path:
    """Write `word<tab>tag` lines with an empty line after each sentence: what the data root's `ner/` holds.

    Raises:
        DataError: a sentence without words; a word or tag that is empty, holds a tab or line end, or is `-DOCSTART-`; a
            tag with a blank before or after it.
        StorageError: if the file cannot be written.
    """
    return write_text(path, as_columns(sentences, path))


def as_columns(sentences: Iterable[TaggedSentence], name: Path | str) -> Iterator[str]:
    """The text of each sentence, as `write_columns` writes it to a file of that name.

    Raises:
        DataError: as there.
    """
    for number, sentence in enumerate(sentences, 1):
        yield _written(sentence, number, name)


def _written(sentence: TaggedSentence, number: int, name: Path | str) -> str:
    if not sentence.words:
        raise DataError(f"sentence {number}: one without a word cannot be written to a column file", path=name)
    for what, parts in (("word", sentence.words), ("tag", sentence.tags)):
        for part in parts:
            spoiled = what == "tag" and (part != part.strip(" ") or part.endswith("\r"))
            if not part or "\t" in part or "\n" in part or part == DOCSTART or spoiled:
                fault = f"sentence {number}: the {what} {part!r} cannot be written to a column file"
                raise DataError(fault, path=name, remedy="Mend it, or write CoNLL-U instead.")
    return "".join(f"{word}\t{tag}\n" for word, tag in zip(sentence.words, sentence.tags, strict=True)) + "\n"
