"""Which languages the names of a matrix mean: by key, ISO code, English name or treebank, or by a table of the user."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from crossglot.corpora.opening import decode, read_encoded
from crossglot.errors import DataError, UsageError
from crossglot.languages import LANGUAGES, TABLE_COLUMNS, WALS_FEATURES, Language
from crossglot.remedies import called

OTHER_CODES: Mapping[str, str] = {
    "alb": "sq", "ara": "ar", "arm": "hy", "aze": "az", "baq": "eu", "bur": "my", "chi": "zh", "cze": "cs", "dut": "nl",
    "ekk": "et", "fas": "fa", "fre": "fr", "geo": "ka", "ger": "de", "gre": "el", "ice": "is", "in": "id", "iw": "he",
    "kur": "kmr", "kurmanji": "kmr", "lvs": "lv", "mac": "mk", "may": "ms", "msa": "ms", "no": "nb", "nor": "nb",
    "norwegian": "nb", "npi": "ne", "per": "fa", "rum": "ro", "slo": "sk", "sqi": "sq", "swa": "sw", "uzb": "uz",
    "wel": "cy", "zho": "zh",
}  # fmt: skip
"""Codes of macrolanguages and of libraries, earlier codes and a few names → the key that treebanks use."""

_FORMS = (
    re.compile(r"UD_(?P<name>[A-Za-z_ ]+)-\w+"),  # UD_English-EWT
    re.compile(r"(?P<code>[a-z]{2,3})_[a-z0-9]+"),  # en_ewt
    re.compile(r"(?P<code>[a-z]{2,3})[-_][A-Z][a-z]{3}"),  # eng_Latn, zh-Hans
)


@dataclass(frozen=True)
class Naming:
    """The languages that the names of a matrix mean.

    Attributes:
        keys: name → key, of all names; `a+b` in its parts.
        languages: key → language, of those that are known.
        unknown: names that are in no table; each is its own key.
        table: the user's table, which goes before crossglot's.
    """

    keys: Mapping[str, str]
    languages: Mapping[str, Language]
    unknown: tuple[str, ...]
    table: LanguageTable

    def key_of(self, name: str) -> str:
        """The key of a language, or the keys of several joined by `+`."""
        return "+".join(self.keys[part] for part in parts_of(name))


@dataclass(frozen=True)
class LanguageTable:
    """A user's table.

    Attributes:
        languages: by key.
        further: column that only this table has → key → its value.
        name: of the file.
        checksum: SHA-256 of its bytes, unpacked.
    """

    languages: Mapping[str, Language]
    further: Mapping[str, Mapping[str, str]]
    name: str
    checksum: str


NO_TABLE = LanguageTable({}, {}, "", "")


def name_languages(sources: Iterable[str], targets: Iterable[str], table: LanguageTable, path: Path) -> Naming:
    """Finds the language of each name.

    Args:
        sources: names in the matrix; several may be joined by `+`.
        targets: likewise.
        table: the user's languages, which take precedence over crossglot's.
        path: of the matrix, for errors.

    Raises:
        DataError: if two sources, or two targets, are the same language by different names.
    """
    among = {**LANGUAGES, **table.languages}
    keys: dict[str, str] = {}
    for side, names in (("sources", sources), ("targets", targets)):
        taken: dict[str, str] = {}
        for name in dict.fromkeys(part for whole in names for part in parts_of(whole)):
            language = known_as(name, among)
            keys[name] = language.key if language else name
            if taken.setdefault(keys[name], name) != name:
                raise DataError(
                    f"two {side} are one language: {taken[keys[name]]} and {name} ({among[keys[name]].name})",
                    path=path,
                    remedy=f"Leave one out, or say what they are in a table of your own ({called('languages')}).",
                )
    known = {key: among[key] for key in keys.values() if key in among}
    unknown = tuple(name for name, key in keys.items() if key not in among)
    return Naming(keys, known, unknown, table)


def parts_of(name: str) -> list[str]:
    """`hi + en` → `["hi", "en"]`: several languages together; a lone `+` is a name."""
    return [part.strip() for part in name.split("+") if part.strip()] or [name]


def known_as(name: str, among: Mapping[str, Language]) -> Language | None:
    """The language of a key, code, name or treebank's name; None if there is none.

    Of several standards of one language (`por`: European and Brazilian Portuguese) it is the first in the table, whose
    key is the language's own code.
    """
    if name in among:
        return among[name]
    plain = _plainly(name)
    if not plain:
        return None
    for spelling in ("key", "iso639_1", "iso639_3", "name"):
        for language in among.values():
            if _plainly(getattr(language, spelling) or "") == plain:
                return language
    for language in among.values():
        if name in language.treebanks or _plainly(language.name.partition(" (")[0]) == plain:
            return language
    if plain in OTHER_CODES:
        return among.get(OTHER_CODES[plain])
    for form in _FORMS:
        if found := form.fullmatch(name):
            return known_as(next(iter(found.groups())), among)
    return None


def _plainly(name: str) -> str:
    return name.casefold().replace("_", " ").replace("-", " ").strip()


def read_language_table(path: Path | str) -> LanguageTable:
    """A table of languages: the columns of a data root's `languages.tsv`, as many of them as wanted, and others.

    A cell that is empty, or a column that is not there, says nothing: then crossglot's own table tells, if it has the
    language of that key. A line that gives such a key another name is of another language, and stands for itself.

    Raises:
        DataError: a file that cannot be read, or a faulty line, with its number.
    """
    path, data = read_encoded(path)
    lines = enumerate(decode(data, path).split("\n"), start=1)
    found = [(number, line.split("\t")) for number, line in lines if line.strip()]
    if not found or "key" not in found[0][1]:
        remedy = f"Its columns, tabs between: key, any of {' '.join(TABLE_COLUMNS[1:])}, and others of your own."
        raise DataError("no column called key in the first line", path=path, line=1, remedy=remedy)
    (first, header), *others = found
    again = next((name for name in header if header.count(name) > 1 or not name.strip()), None)
    if again is not None:
        what = f"two columns are called {again!r}" if again else "a column without a name"
        raise DataError(what, path=path, line=first)
    languages: dict[str, Language] = {}
    further: dict[str, dict[str, str]] = {name: {} for name in header if name not in TABLE_COLUMNS}
    for number, cells in others:
        if len(cells) != len(header):
            remedy = "Divide them by tabs; leave empty what has no value."
            raise DataError(f"{len(cells)} fields where {len(header)} should be", path=path, line=number, remedy=remedy)
        row = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
        if not row["key"] or row["key"] in languages:
            what = f"{row['key']} stands there twice" if row["key"] else "a language without a key"
            raise DataError(what, path=path, line=number)
        languages[row["key"]] = _language(row)
        for name, of in further.items():
            if row[name]:
                of[row["key"]] = row[name]
    return LanguageTable(languages, further, path.name, hashlib.sha256(data).hexdigest())


def _language(row: Mapping[str, str]) -> Language:
    """The language of a line; what the line leaves out, crossglot's own table knows, if it is the same language."""
    known, name = known_as(row["key"], LANGUAGES), row.get("name", "")
    if known is None or (name and known_as(name, LANGUAGES) != known):
        known = Language(
            key=row["key"], iso639_1=None, iso639_3="", name=row["key"], script="", script_name="", family="",
            genus="", wals_code=None, wals={}, conll2017=None, treebanks=(), ner=(),
        )  # fmt: skip
    given: dict[str, Any] = {field.name: row[field.name] for field in fields(Language) if row.get(field.name)}
    given |= {column: tuple(given[column].split()) for column in ("treebanks", "ner") if column in given}
    given["wals"] = {**known.wals, **{feature: row[feature] for feature in WALS_FEATURES if row.get(feature)}}
    return replace(known, **given)


def groups_by(column: str, naming: Naming) -> dict[str, str]:
    """Key → group: a feature of WALS, the family, genus or script, or a further column of the user's table.

    Raises:
        UsageError: for an unknown column.
    """
    if column in naming.table.further:
        return dict(naming.table.further[column])
    if column in WALS_FEATURES:
        return {key: one.wals[column] for key, one in naming.languages.items() if column in one.wals}
    if column in ("family", "genus", "script"):
        return {key: value for key, one in naming.languages.items() if (value := getattr(one, column))}
    known = [*WALS_FEATURES, "family", "genus", "script", *naming.table.further]
    raise UsageError(f"{called('groups', column)}: languages are grouped by {', '.join(known)}")
