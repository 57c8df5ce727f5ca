"""Files and pipes of sentences that commands read: CoNLL-U, columns or plain text, told apart by their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crossglot.commands.streams import STREAM, standard_input
from crossglot.corpora.columns import read_columns
from crossglot.corpora.conllu import ConlluSentence, parse_conllu
from crossglot.corpora.opening import Source
from crossglot.corpora.plain import read_plain
from crossglot.corpora.sentences import Sentence, TaggedSentence
from crossglot.corpora.tagged_files import LAST_COLUMN, UPOS_COLUMN, Format, TaggedFile, named_format, tagged_file
from crossglot.errors import UsageError


@dataclass(frozen=True)
class Untagged:
    """Sentences to be tagged; `rows` keeps everything that a CoNLL-U file says about them."""

    sentences: tuple[Sentence | TaggedSentence, ...]
    rows: tuple[ConlluSentence, ...] | None
    format: Format

    @property
    def words(self) -> tuple[tuple[str, ...], ...]:
        """The words of each sentence."""
        return tuple(sentence.words for sentence in self.sentences)


def format_of(path: str, given: str) -> Format:
    """The format of a file, see `named_format`; standard input (`-`) is plain text unless another is given.

    Raises:
        UsageError: for an unknown format, or a name that tells none.
        DataError: if the name tells none and there is no such file.
    """
    return "plain" if path == STREAM and given == "auto" else named_format(path, given)


def require_gold(
    path: str, given: str = "auto", *, column: str = UPOS_COLUMN, tag_column: int = LAST_COLUMN
) -> TaggedFile:
    """A file with gold tags that is there; it is not read yet.

    Raises:
        UsageError: for a plain-text file, which has no tags, and for standard input.
        DataError: for a missing file.
    """
    if path == STREAM:
        raise UsageError("gold tags are read from files, not from standard input; save them first")
    return tagged_file(path, given, column=column, tag_column=tag_column)


def read_tagged(
    path: str, task: str, given: str = "auto", *, column: str = UPOS_COLUMN, tag_column: int = LAST_COLUMN,
    lenient: bool = False,
) -> list[TaggedSentence]:  # fmt: skip
    """Sentences with gold tags.

    Raises:
        UsageError: for a plain-text file, which has no tags, and for standard input.
        DataError: for a missing or malformed file.
    """
    return require_gold(path, given, column=column, tag_column=tag_column).read(task, lenient=lenient)


def read_untagged(path: str, given: str = "auto", *, lenient: bool = False) -> Untagged:
    """Sentences to tag; `-` is standard input, plain text unless another format is given.

    Raises:
        UsageError: if the name does not tell the format.
        DataError: for a missing, empty or malformed file.
    """
    found = format_of(path, given)
    source: Source = standard_input("sentences to tag") if path == STREAM else path
    if found == "conllu":
        sentences = tuple(parse_conllu(source, lenient=lenient))
        plain = (Sentence(tuple(row.form for row in s.words), s.id, s.unspaced) for s in sentences)
        return Untagged(tuple(plain), sentences, found)
    if found == "columns":
        tagged: Sequence[Sentence | TaggedSentence] = read_columns(source, tag_column=None, lenient=lenient)
    else:
        tagged = read_plain(source)
    return Untagged(tuple(tagged), None, found)
