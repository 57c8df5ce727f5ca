"""What a lab is made of, written down in TOML: its sizes, and languages with their scripts, orders and cognates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, field_validator, model_validator

from crossglot.lab.anchors import KINDS, MOST_OWN, Kind
from crossglot.lab.grammar import ORDERS
from crossglot.lab.inventory import CONTENT_SHARES
from crossglot.lab.scripts import SCRIPTS
from crossglot.limits import SEED, SHARE, Limits
from crossglot.specs import checked, parse_toml, read_toml, toml_value, within

BUILTIN = "builtin.toml"
SENTENCES = Limits(1, 1_000_000)  # of a file: a lab's are drawn in memory
CONCEPTS = Limits(40, 5000)
WORDS = Limits(1, CONCEPTS.highest)
NAMES = Limits(0, 0.8, whole=False)

Sentences = Annotated[int, within(SENTENCES)]
_KEY = re.compile(r"[a-z][a-z0-9]{1,11}(-[A-Za-z0-9]{2,8})?")


class Sizes(BaseModel):
    """Sentences of each file.

    Attributes:
        train: of a treebank, an entity set, and a code-switched set.
        dev: likewise.
        test: likewise.
        mono: lines of plain text per language.
        parallel: lines of each bitext, the one to evaluate on and the one to train on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    train: Sentences = 1500
    dev: Sentences = 200
    test: Sentences = 400
    mono: Sentences = 20_000
    parallel: Sentences = 5000


class LanguageSpec(BaseModel):
    """One constructed language.

    Attributes:
        name: what it is called, and its treebank: letters, digits, blanks and hyphens.
        script: ISO 15924 code of its script.
        wals: the six order features, by WALS's names of their values.
        cognates: language before it in the spec → share of the words and suffixes that it has from there. It also
            takes its sounds and its pairs of homographs from the one with the largest share, even if that is 0.
        lexicon_of: the language before it that it has all words and suffixes from, in whatever script.
        cases: whether the accusative is marked by a suffix.
        why: what it is there for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(max_length=60, pattern=r"^[^\W_]+([ -][^\W_]+)*$")
    script: str
    wals: Mapping[str, str]
    cognates: Mapping[str, Annotated[float, within(SHARE)]] = {}
    lexicon_of: str | None = None
    cases: StrictBool = False
    why: str = ""

    @field_validator("script")
    @classmethod
    def _known_script(cls, script: str) -> str:
        if script not in SCRIPTS:
            raise ValueError(f"unknown script '{script}'; the scripts are {', '.join(SCRIPTS)}")
        return script

    @field_validator("wals")
    @classmethod
    def _known_values(cls, wals: Mapping[str, str]) -> Mapping[str, str]:
        for feature, values in ORDERS.items():
            if wals.get(feature) not in values:
                given = f"has no order '{wals[feature]}'" if feature in wals else "has to be given"
                raise ValueError(f"{feature} {given}; its values are {', '.join(map(repr, values))}")
        if strange := [feature for feature in wals if feature not in ORDERS]:
            raise ValueError(f"unknown feature '{strange[0]}'; the features are {', '.join(ORDERS)}")
        return {feature: wals[feature] for feature in ORDERS}

    @field_validator("cognates")
    @classmethod
    def _shares(cls, cognates: Mapping[str, float]) -> Mapping[str, float]:
        if any(not 0 <= rate <= 1 for rate in cognates.values()) or sum(cognates.values()) > 1 + 1e-9:
            raise ValueError(f"{dict(cognates)} are no shares; allowed are 0 to 1 each, and together at most 1")
        return cognates


class LabSpec(BaseModel):
    """A lab.

    Attributes:
        frozen: the day on which the spec was last changed, before anything was evaluated on it; for built-in specs.
        seed: of everything drawn.
        concepts: how many things, deeds and properties can be spoken of.
        words: how many different words a language has for them: the other concepts are said by homographs, a verb
            that is also a noun, an adverb that is also an adjective.
        anchors: whether languages share digits, punctuation, names and addresses, or which of these they share. Of the
            others each language has its own; the first has Western ones, whether they are shared or not.
        names: share of noun phrases that are names in entity sets; elsewhere it is a third of that.
        sizes: sentences of each file.
        parallel: languages of the bitexts; empty for all.
        codemix: pairs of languages that are mixed.
        languages: the languages by key; the key of a real one for a language that takes its place.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    frozen: str | None = None
    seed: Annotated[int, within(SEED)] = 1
    concepts: Annotated[int, within(CONCEPTS)] = 800
    words: Annotated[int, within(WORDS)] = 710
    anchors: StrictBool | tuple[Kind, ...] = True
    names: Annotated[float, within(NAMES)] = 0.5
    sizes: Sizes = Sizes()
    parallel: tuple[str, ...] = ()
    codemix: tuple[tuple[str, str], ...] = ()
    languages: Mapping[str, LanguageSpec] = Field(min_length=1)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        fewest = self.concepts - sum(round(CONTENT_SHARES[upos] * self.concepts) for upos in ("VERB", "ADV"))
        if not fewest <= self.words <= self.concepts:
            raise ValueError(
                f"words: {self.words} for {self.concepts} concepts; allowed are {fewest} to {self.concepts}"
            )
        if "punctuation" not in self.shared_anchors and len(self.languages) > MOST_OWN:
            raise ValueError(
                f"anchors: false is for at most {MOST_OWN} languages, and so is a list without punctuation: "
                "there is no more punctuation"
            )
        for at, key in enumerate(self.languages):
            if not _KEY.fullmatch(key):
                raise ValueError(
                    f"languages.{key}: a key is 2 to 12 small letters or digits, perhaps with a -suffix: en, pt-BR"
                )
            self._check_kin(key, list(self.languages)[:at])
            names = [language.name for language in self.languages.values()]
            if self.languages[key].name in names[:at]:
                raise ValueError(f"languages.{key}.name: another language has it; taken are {', '.join(names[:at])}")
        for field, keys in (("parallel", self.parallel), *(("codemix", pair) for pair in self.codemix)):
            if len(set(keys)) < len(keys):
                raise ValueError(f"{field}: {', '.join(keys)} names a language twice")
            if strange := [key for key in keys if key not in self.languages]:
                raise ValueError(f"{field}: unknown language '{strange[0]}'; allowed are {', '.join(self.languages)}")
        return self

    @property
    def shared_anchors(self) -> tuple[Kind, ...]:
        """The kinds of anchors that all languages share."""
        if isinstance(self.anchors, bool):
            return KINDS if self.anchors else ()
        return self.anchors

    def _check_kin(self, key: str, earlier: list[str]) -> None:
        language = self.languages[key]
        place = f"languages.{key}"
        for other in (*language.cognates, *([language.lexicon_of] if language.lexicon_of else [])):
            if other not in earlier:
                allowed = ", ".join(earlier) or "none, it is the first"
                raise ValueError(f"{place}: '{other}' is no language that stands before it; allowed are {allowed}")
        if language.lexicon_of and language.cognates:
            raise ValueError(f"{place}.cognates: lexicon_of gives it all of its words; leave one of the two out")
        for other, rate in language.cognates.items():
            if rate and (script := self.languages[other].script) != language.script:
                raise ValueError(
                    f"{place}.cognates.{other}: {rate} of the words cannot be shared between disjoint scripts "
                    f"({language.script}, {script}); allowed are 0, or script = '{script}', or lexicon_of = '{other}'"
                )

    def resized(self, **sizes: int) -> LabSpec:
        """The same lab with other numbers of sentences: `spec.resized(mono=2000, train=300)`."""
        return make_spec(self.model_dump(exclude_unset=True) | {"sizes": self.sizes.model_dump() | sizes})

    def only(self, keys: Iterable[str]) -> LabSpec:
        """The same lab with these languages alone; those that they have words from must be among them."""
        kept = set(keys)
        fields = self.model_dump(exclude_unset=True)
        fields["languages"] = {key: language for key, language in fields["languages"].items() if key in kept}
        fields["parallel"] = [key for key in self.parallel if key in kept]
        fields["codemix"] = [pair for pair in self.codemix if kept.issuperset(pair)]
        return make_spec(fields)


def make_spec(fields: Mapping[str, Any], where: str = "lab") -> LabSpec:
    """A spec from plain values.

    Raises:
        SpecError: naming each wrong field and what is allowed.
    """
    return checked(LabSpec, fields, f"{where}: not a lab that can be made")


def load_spec(path: Path | str | None = None) -> LabSpec:
    """A spec from a TOML file, or the built-in one.

    Raises:
        SpecError: for a missing file, bad TOML, or a wrong field.
    """
    if path is None:
        text = (files("crossglot.lab") / BUILTIN).read_text(encoding="utf-8")
        return make_spec(parse_toml(text, BUILTIN), BUILTIN)
    return make_spec(read_toml(Path(path)), str(path))


def spec_toml(spec: LabSpec) -> str:
    """The spec as TOML that `load_spec` reads back to the same spec."""
    fields = spec.model_dump(exclude_none=True, exclude={"languages", "sizes"})
    lines = [f"{key} = {toml_value(value)}" for key, value in fields.items()]
    lines += ["", "[sizes]", *(f"{key} = {value}" for key, value in spec.sizes)]
    for key, language in spec.languages.items():
        lines += ["", f"[languages.{key}]"]
        lines += [f"{name} = {toml_value(value)}" for name, value in language.model_dump(exclude_none=True).items()]
    return "\n".join(lines) + "\n"
