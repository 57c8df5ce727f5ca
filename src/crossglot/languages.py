"""Languages: codes, script, family, word order and default corpora, each fact with its source.

The table lies beside this module in `languages.tsv`. Where its facts come from:

- Word order (features 81A, 85A, 86A, 87A, 88A, 89A), family and genus: WALS Online, CLDF release v2020 (CC BY 4.0;
  Dryer, Matthew S. & Haspelmath, Martin (eds.) 2013, The World Atlas of Language Structures Online, Leipzig: Max Planck
  Institute for Evolutionary Anthropology, https://wals.info). `wals_code` names the entry. Croatian and both Serbians
  take the values of "Serbian-Croatian", both Norwegians those of "Norwegian"; two standards of one language share its
  values. A value that WALS lacks is absent: neither equal to anything nor different. A language without an entry among
  these features has the family and genus that WALS gives its relatives; an isolate (Basque, Japanese, Korean: blank in
  the release) is a family and a genus of its own, as on the WALS pages.
- Codes: ISO 639-1 and 639-3 (the code WALS uses, where it has one); scripts: ISO 15924, as the default treebank is
  written. UD_Chinese-GSD is in traditional characters, hence `Hani` for `zh`.
- `conll2017`: the treebank code of the CoNLL 2017 shared task (Zeman et al. 2017), from which the paper takes its
  evaluation sets. Plain codes stood for what later releases call UD_Czech-PDT, UD_Portuguese-Bosque and so on.
  Marathi, Tamil and Telugu are among the paper's 41 but were not in the task.
- `treebanks`, `ner`: candidates, best first: those the paper used, then others with gold annotation, then silver
  (WikiNEuRal, WikiANN), then sets that have no training part. The task's `pl` was UD_Polish-SZ, whose sentences are in
  UD_Polish-PDB today.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from crossglot.errors import DataError, UsageError

WALS_VERSION = "v2020"
WALS_FEATURES: Mapping[str, str] = MappingProxyType(
    {
        "81A": "Order of Subject, Object and Verb",
        "85A": "Order of Adposition and Noun Phrase",
        "86A": "Order of Genitive and Noun",
        "87A": "Order of Adjective and Noun",
        "88A": "Order of Demonstrative and Noun",
        "89A": "Order of Numeral and Noun",
    }
)
"""The six features of the paper's section 4.1 (footnote 6)."""


@dataclass(frozen=True, slots=True)
class Language:
    """One language, or one written standard of it where treebanks keep them apart (`nb`, `nn`, `pt`, `pt-BR`).

    Attributes:
        key: what commands and tables call it.
        iso639_1: two-letter code, where there is one; not unique (`pt`, `pt-BR`).
        iso639_3: three-letter code; not unique either.
        name: English name.
        script: ISO 15924 code of the script its default treebank is written in; `script_name` says it in words.
        family: family as in WALS.
        genus: genus as in WALS.
        wals_code: its entry in WALS, where one was found.
        wals: feature → name of its value; a feature without a value is absent.
        conll2017: its treebank in the CoNLL 2017 shared task, where there was one.
        treebanks: default UD treebanks, best first.
        ner: default named-entity sets, best first, as `set/code`.
    """

    key: str
    iso639_1: str | None
    iso639_3: str
    name: str
    script: str
    script_name: str
    family: str
    genus: str
    wals_code: str | None
    wals: Mapping[str, str] = field(hash=False)
    conll2017: str | None
    treebanks: tuple[str, ...]
    ner: tuple[str, ...]

    @property
    def first_treebank(self) -> str | None:
        """What UD 2.0, the release of the CoNLL 2017 task, calls its treebank; None where it has none here.

        A language's first treebank had no suffix in that release (`UD_German` is UD_German-GSD today), but where two
        standards of one language were kept apart.
        """
        if self.key in _SUFFIXED_IN_2_0:
            return _SUFFIXED_IN_2_0[self.key]
        return self.treebanks[0].partition("-")[0] if self.treebanks else None


_SUFFIXED_IN_2_0 = {"nb": "UD_Norwegian-Bokmaal", "nn": "UD_Norwegian-Nynorsk", "pt-BR": "UD_Portuguese-BR"}


TABLE_COLUMNS = (
    *("key", "iso639_1", "iso639_3", "name", "script", "script_name", "family", "genus", "wals_code"),
    *WALS_FEATURES,
    *("conll2017", "treebanks", "ner"),
)
"""Columns of a table of languages, the package's own and that of a data root."""


def read_languages(path: Path | str) -> Mapping[str, Language]:
    """Languages by key from a table like the package's own: tab-separated, headed by `TABLE_COLUMNS`.

    Raises:
        DataError: a file that cannot be read, or a line that has not the columns' fields, with its number.
    """
    path = Path(path)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"cannot be read ({error})", path=path) from error
    if not lines or tuple(lines[0].split("\t")) != TABLE_COLUMNS:
        raise DataError(
            "wrong column names", path=path, line=1, remedy=f"They are, tabs between: {' '.join(TABLE_COLUMNS)}"
        )
    table = {}
    for number, line in enumerate(lines[1:], 2):
        if (found := line.count("\t") + 1) != len(TABLE_COLUMNS):
            what = f"{found} fields where {len(TABLE_COLUMNS)} should be"
            raise DataError(what, path=path, line=number, remedy="Divide them by tabs; leave empty what has no value.")
        row = dict(zip(TABLE_COLUMNS, line.split("\t"), strict=True))
        table[row["key"]] = Language(
            key=row["key"],
            iso639_1=row["iso639_1"] or None,
            iso639_3=row["iso639_3"],
            name=row["name"],
            script=row["script"],
            script_name=row["script_name"],
            family=row["family"],
            genus=row["genus"],
            wals_code=row["wals_code"] or None,
            wals={feature: row[feature] for feature in WALS_FEATURES if row[feature]},
            conll2017=row["conll2017"] or None,
            treebanks=tuple(row["treebanks"].split()),
            ner=tuple(row["ner"].split()),
        )
    return MappingProxyType(table)


LANGUAGES: Mapping[str, Language] = read_languages(Path(__file__).with_suffix(".tsv"))
"""Every language crossglot knows, by key: the paper's first, in its alphabet, then others the field uses."""


KEY = r"[^\W_][\w-]*"
"""What a language's key looks like, as a regular expression: no path, since files are named after keys."""


def language(key: str, among: Mapping[str, Language] = LANGUAGES) -> Language:
    """The language with this key.

    Args:
        key: its key.
        among: the table to look in; a data root may have languages of its own (`catalogue.root_languages`).

    Raises:
        UsageError: for a key that is not in the table; names those it may have meant.
    """
    if key in among:
        return among[key]
    meant = _near_keys(key, among)
    hint = f"did you mean {meant}?" if meant else f"known keys: {', '.join(among)}"
    raise UsageError(f"unknown language '{key}': {hint}")


def _near_keys(key: str, among: Mapping[str, Language]) -> str:
    """Keys whose own spelling, codes or name come near, said as `'de' (German)`."""
    import difflib

    wanted = key.casefold().replace("_", "-")
    spellings: dict[str, list[Language]] = {}
    for entry in among.values():
        codes = (entry.key, entry.iso639_1, entry.iso639_3, (entry.conll2017 or "").partition("_")[0])
        for spelling in {code.casefold() for code in codes if code} | set(entry.name.casefold().split()):
            spellings.setdefault(spelling, []).append(entry)
    near = [wanted] if wanted in spellings else difflib.get_close_matches(wanted, spellings, n=3, cutoff=0.7)
    found = dict.fromkeys(entry for spelling in near for entry in spellings[spelling])
    return " or ".join(f"'{entry.key}' ({entry.name})" for entry in found)


def _keys(text: str) -> tuple[str, ...]:
    keys = tuple(text.split())
    for key in keys:
        language(key)
    return keys


PAPER_POS: tuple[str, ...] = _keys(
    "ar bg ca cs da de el en es et eu fa fi fr gl he hi hr hu id it ja ko lv mr nl nb nn pl pt pt-BR ro ru sk sl sv "
    "ta te tr ur zh"
)
"""The paper's 41 (footnote 3): 39 languages, of which Norwegian and Portuguese come in two standards each."""

PAPER_NER: tuple[str, ...] = _keys("ar bn cs de en es fr hi id it ja ko pt ru tr zh")
"""The 16 languages of the paper's in-house NER data (footnote 2)."""

FOOTNOTE7_SVO: tuple[str, ...] = _keys(
    "bg ca cs da en es et fi fr gl he hr id it lv nb nn pl pt pt-BR ro ru sk sl sv zh"
)
"""Footnote 7's SVO languages. WALS has no value at all for Galician and Slovak; the others are SVO there too."""

FOOTNOTE7_SOV: tuple[str, ...] = _keys("eu fa hi ja ko mr ta te tr ur")
"""Footnote 7's SOV languages; all are SOV in WALS."""
