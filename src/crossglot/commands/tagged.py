"""Tagged sentences as commands write them: CoNLL-U, columns or plain text, to a file or to standard output."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from pathlib import Path

from crossglot.commands.annotated import Untagged, format_of
from crossglot.commands.streams import OUTPUT, STREAM, write_out
from crossglot.corpora.columns import as_columns
from crossglot.corpora.conllu import ConlluSentence, Row, as_conllu
from crossglot.corpora.misc_tags import tag_in, with_tag
from crossglot.corpora.opening import resolve, write_text
from crossglot.corpora.plain import as_lines
from crossglot.corpora.sentences import TaggedSentence
from crossglot.corpora.tagged_files import Format
from crossglot.errors import DataError, UsageError
from crossglot.files import check_file_place


def output_format(untagged: Untagged, out: str | None, given: str = "auto") -> Format:
    """The format that is written: the one given; else the one read, columns for plain text.

    Raises:
        UsageError: for an unknown format.
    """
    if given != "auto":
        return format_of(out or STREAM, given)
    return "columns" if untagged.format == "plain" else untagged.format


def require_writable(untagged: Untagged, text: str, out: str | None, wanted: Format, labels: Sequence[str]) -> None:
    """Makes sure, before any work, that these sentences can be written in that format, there, with any of the labels.

    Args:
        untagged: the sentences.
        text: the file that they came from, which is never written over; `-` is standard input.
        out: where they will be written; None or `-` is standard output.
        wanted: the format to write.
        labels: of the tagger; words are checked with the first of them.

    Raises:
        UsageError: if `out` is the file that was read.
        StorageError: if nothing can be written there.
        DataError: for a word or label that the format cannot hold.
    """
    if out is not None and out != STREAM:
        check_file_place(out)
        if text != STREAM and Path(out).exists() and Path(out).samefile(resolve(text)):
            raise UsageError(f"--out {out}: is the file that is read; give another name")
    for label in labels:
        for _ in _rendered(_ONE_WORD, [[label]], out, wanted, ""):
            pass
    any_label = (repeat(labels[0], len(words)) for words in untagged.words)
    for _ in _rendered(untagged, map(tuple, any_label), out, wanted, ""):
        pass


def write_tagged(untagged: Untagged, tags: Sequence[Sequence[str]], out: str | None, wanted: Format, task: str) -> None:
    """Writes words with their predicted tags to a file, or to standard output (None or `-`).

    CoNLL-U keeps everything it had, with UPOS replaced for task `pos` and `Tag=` put into MISC for any other.

    Raises:
        StorageError: if it cannot be written.
    """
    pieces = _rendered(untagged, tags, out, wanted, task)
    if out is None or out == STREAM:
        write_out(pieces)
    else:
        write_text(Path(out), pieces)


def labels_held(untagged: Untagged, task: str) -> int:
    """How many words have a label in MISC that the predicted one replaces."""
    if task == "pos":
        return 0
    return sum(tag_in(row.misc) is not None for sentence in untagged.rows or () for row in sentence.words)


def _rendered(
    untagged: Untagged, tags: Iterable[Sequence[str]], out: str | None, wanted: Format, task: str
) -> Iterator[str]:
    name = OUTPUT if out is None or out == STREAM else out
    if wanted == "conllu":
        rows = untagged.rows or tuple(map(_bare, untagged.words))
        return as_conllu((_with_tags(s, t, task) for s, t in zip(rows, tags, strict=True)), name)
    if wanted == "columns":
        return as_columns(
            (TaggedSentence(words, tuple(t)) for words, t in zip(untagged.words, tags, strict=True)), name
        )
    pairs = zip(untagged.words, tags, strict=True)
    return as_lines((" ".join(_slashed(*pair, name) for pair in zip(*both, strict=True)) for both in pairs), name)


def _slashed(word: str, tag: str, name: str) -> str:
    """`word/tag`, which readers divide at the last slash; neither part may hold a blank."""
    for what, part in (("word", word), ("label", tag)):
        if not part or " " in part or "\t" in part or (part is tag and "/" in part):
            held = "a slash" if "/" in part and part is tag else "a blank" if part else "nothing"
            remedy = "Write columns (--to columns) or CoNLL-U (--to conllu) instead."
            raise DataError(f"the {what} {part!r} holds {held}: plain text cannot tell", path=name, remedy=remedy)
    return f"{word}/{tag}"


def _bare(words: Sequence[str]) -> ConlluSentence:
    rows = tuple(Row(str(i), word, *["_"] * 8) for i, word in enumerate(words, start=1))
    return ConlluSentence((f"# text = {' '.join(words)}",), rows)


_ONE_WORD = Untagged((TaggedSentence(("word",), ("_",)),), None, "plain")


def _with_tags(sentence: ConlluSentence, tags: Sequence[str], task: str) -> ConlluSentence:
    left = iter(tags)
    rows = []
    for row in sentence.rows:
        if row.is_word and task == "pos":
            row = row._replace(upos=next(left))
        elif row.is_word:
            row = row._replace(misc=with_tag(row.misc, next(left)))
        rows.append(row)
    return ConlluSentence(sentence.comments, tuple(rows), sentence.line)
