"""Code-switched treebanks: each word as written and in its language's own script, its tag, and which language it is.

A file is CoNLL-U. FORM is the word as its writer had it, Hindi in Latin letters for example (`transliterated`); MISC
has `Norm=<form in the language's own script>` (`corrected`) and `Lang=<language id>`: a language's key, `ne` (names),
`univ` (marks, figures), `acro`, `mixed`, … as in UD_Hindi_English-HIENCS (Bhat et al. 2018). A word without `Norm` is
written the same way in both forms. What HIENCS's own crawler writes is read too: it has the corrected form in LEMMA and
the language id in DEPS.

The language of such text is a *switch key*: `hi/en`, with a form after a colon where words are read
(`hi/en:corrected`). Its third form, `back-transliterated`, is no file's: words as they were written, which a reader
takes back to their languages' own scripts (`tagging.language_sides.restoring`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from crossglot.corpora.conllu import ConlluSentence, Row, parse_conllu
from crossglot.corpora.conllu_faults import blame_tag, require_words
from crossglot.corpora.opening import resolve
from crossglot.corpora.sentences import TaggedSentence
from crossglot.corpora.skipping import Faults
from crossglot.corpora.tasks import UPOS
from crossglot.errors import DataError, UsageError

CORRECTED, TRANSLITERATED = "corrected", "transliterated"
FORMS = (CORRECTED, TRANSLITERATED)
BACK_TRANSLITERATED = "back-transliterated"
"""What is transliterated, to be taken back to its languages' scripts by a program that has not seen `corrected`."""
SYNTHETIC = "synthetic-"
"""What the forms of text begin with that nobody wrote: made of treebanks by `corpora.mixing`."""

UNKNOWN_LANGUAGE = "unknown"
_FEWEST = 20  # words in Latin letters below which nothing is said about how long they are


@dataclass(frozen=True, slots=True)
class CodeSwitchedSentence:
    """One sentence in both of its forms, with the language of every word.

    Attributes:
        written: the words as their writer had them.
        native: the words in their languages' own scripts.
        tags: UPOS of each word.
        languages: language id of each word; `unknown` where the file says none.
        id: the corpus's own sentence id, where it has one.
    """

    written: tuple[str, ...]
    native: tuple[str, ...]
    tags: tuple[str, ...]
    languages: tuple[str, ...]
    id: str | None = None

    def in_form(self, form: str) -> TaggedSentence:
        """The words and their tags, `corrected` or as they were written."""
        return TaggedSentence(self.native if form == CORRECTED else self.written, self.tags, self.id)


def is_switch_key(language: str) -> bool:
    """Whether a language key stands for code-switched text."""
    return "/" in language


def split_switch_key(key: str) -> tuple[tuple[str, str], str, bool]:
    """`hi/en:synthetic-corrected` → (`hi`, `en`), `corrected`, True; the form is empty where the key has none.

    Raises:
        UsageError: for a key that is not of this form.
    """
    pair, _, rest = key.partition(":")
    first, _, second = pair.partition("/")
    form = rest.removeprefix(SYNTHETIC)
    if not first or not second or "/" in second or (rest and form not in (*FORMS, BACK_TRANSLITERATED)):
        raise _no_switch_key(key)
    return (first, second), form, rest.startswith(SYNTHETIC)


def require_form(key: str) -> str:
    """The form that a switch key names.

    Raises:
        UsageError: if it names none.
    """
    _, form, _ = split_switch_key(key)
    if not form:
        raise _no_switch_key(key)
    return form


def _no_switch_key(key: str) -> UsageError:
    return UsageError(f"no code-switched text {key!r}: write hi/en:FORM, where FORM is one of {', '.join(FORMS)}")


def read_codemix(
    path: Path | str, *, lenient: bool = False, skipped: list[DataError] | None = None
) -> list[CodeSwitchedSentence]:
    """Sentences of a code-switched treebank.

    Args:
        path: a .conllu file; `path.gz` and `path.xz` are found too.
        lenient: skip bad sentences, counting them, instead of stopping at the first.
        skipped: gets the error of every skipped sentence; without it, a warning with the count is logged.

    Raises:
        DataError: missing, empty, damaged or malformed file, with the line; a treebank released without its words, or
            with their first letters only; one that has no `Norm` at all, and so no corrected form.
    """
    path = resolve(path)
    faults = Faults(lenient=lenient, skipped=skipped)
    kept: list[DataError] = []
    found: list[ConlluSentence] = []
    for sentence in parse_conllu(path, lenient=lenient, skipped=kept):
        bad = next((row for row in sentence.words if row.upos not in UPOS), None)
        if bad is not None:
            faults.add(blame_tag(bad.form, bad.upos, path, sentence.line + sentence.rows.index(bad)))
            continue
        found.append(sentence)
    for error in kept:
        faults.add(error)
    faults.finish(path, len(found))
    words = [row for sentence in found for row in sentence.words]
    _require_texts([row.form for row in words], path)
    crawled = all(row.deps.isalpha() for row in words)
    if not crawled and not any(row.attribute("Norm") for row in words):
        raise DataError(
            "no word has Norm= in MISC, so there is no corrected form of it",
            path=path,
            remedy="Write each word's form in its language's own script into MISC: Norm=यहाँ|Lang=hi.",
        )
    return [_switched(sentence, _crawled if crawled else _noted) for sentence in found]


def _switched(sentence: ConlluSentence, notes: Callable[[Row], tuple[str | None, str | None]]) -> CodeSwitchedSentence:
    rows = sentence.words
    noted = [notes(row) for row in rows]
    return CodeSwitchedSentence(
        tuple(row.form for row in rows),
        tuple(native if native and native != "_" else row.form for row, (native, _) in zip(rows, noted, strict=True)),
        tuple(row.upos for row in rows),
        tuple(language or UNKNOWN_LANGUAGE for _, language in noted),
        sentence.id,
    )


def _noted(row: Row) -> tuple[str | None, str | None]:
    """Native form and language id; HIENCS as released has the bare id for MISC."""
    return row.attribute("Norm"), row.attribute("Lang") or (row.misc if row.misc.isalpha() else None)


def _crawled(row: Row) -> tuple[str | None, str | None]:
    return row.lemma, row.deps


def _require_texts(words: list[str], path: Path) -> None:
    """Refuses a release that masks its words, as HIENCS does with `_` or with their first letters."""
    require_words(words.count("_"), len(words), path)
    latin = [word for word in words if word.isascii() and word.isalpha()]
    letters = sum(len(word) == 1 for word in latin)
    if len(latin) >= _FEWEST and 2 * letters > len(latin):
        raise DataError(
            f"{letters} of its {len(latin)} words in Latin letters are single letters: it holds first letters only",
            path=path,
            remedy="UD_Hindi_English-HIENCS is released so: crawl the tweets as its README says, merge their words "
            "into FORM, and give the merged file.",
        )
